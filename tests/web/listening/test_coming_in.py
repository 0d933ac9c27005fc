"""Who gets in: invitations, the experimenter, the flood, and pages of others."""

from pathlib import Path

from triode.listening import AnswerStore
from triode.listening.serve import listening_application
from web.listening.client import ORIGIN, answer_to, begin, client_of, experimenter
from web.listening.made import TestOf


def test_a_test_by_invitation_lets_nobody_else_in(test_of: TestOf, store: AnswerStore) -> None:
    client = client_of(test_of("abx"), store, open_to_all=False)
    assert client.post("/api/participants").status_code == 403
    answer = client.post("/api/experiment/invitations", json={"count": 2})
    assert answer.status_code == 401
    links = experimenter(client).post("/api/experiment/invitations", json={"count": 2}).json()
    assert len(set(links["links"])) == 2
    token = links["links"][0].removeprefix(f"{ORIGIN}/i/")
    assert client.put(f"/api/participants/{token}/consent").json()["next"] == 0
    progress = client.get("/api/experiment").json()["participants"]
    # Who has begun has the link for themselves.
    assert [one["link"] for one in progress] == [None, links["links"][1]]


def test_the_experimenter_sees_how_far_everyone_is(test_of: TestOf, store: AnswerStore) -> None:
    client = client_of(test_of("mushra"), store)
    assert client.get("/api/experiment").status_code == 401
    _, address = begin(client)
    conditions = {"headphones": {"passed": False, "correct": 3, "attempts": 2}, "level_db": -18}
    assert client.put(f"{address}/conditions", json=conditions).status_code == 204
    client.put(f"{address}/answers/0", json=answer_to(client.get(f"{address}/pages/0").json()))
    seen = experimenter(client).get("/api/experiment").json()
    (one,) = seen["participants"]
    assert (one["answered"], one["headphones"], one["finished"]) == (1, False, None)
    (kept,) = store.participants(test_of("mushra"))
    assert kept.notes["headphones"] == conditions["headphones"]
    assert kept.notes["level_db"] == -18
    assert seen["cues"] == ["The noise floor of lite is 12 dB above the reference's."]
    assert seen["open_link"] == f"{ORIGIN}/listen"
    page = client.get("/api/experiment/analysis")
    assert page.headers["content-security-policy"].startswith("sandbox allow-scripts")
    assert "<title>Is the capture the amplifier?" in page.text


def test_no_more_join_than_are_wanted(test_of: TestOf, store: AnswerStore) -> None:
    client = client_of(test_of("abx"), store, most_participants=2)
    codes = [client.post("/api/participants").status_code for _ in range(3)]
    assert codes == [201, 201, 409]
    again = client_of(test_of("abx"), store, most_participants=2)
    assert again.post("/api/participants").status_code == 409


def test_a_flood_is_stopped_by_its_source(test_of: TestOf, store: AnswerStore) -> None:
    client = client_of(test_of("abx"), store, most_participants=1000, behind_proxy=True)

    def join(source: str) -> int:
        # Whatever a client claims stands before what the proxy saw.
        given = {"x-forwarded-for": f"10.0.0.9, {source}"}
        return client.post("/api/participants", headers=given).status_code

    codes = [join("192.0.2.1") for _ in range(60)]
    assert codes.count(201) == 40
    assert codes[-1] == 429
    assert join("192.0.2.2") == 201


def test_posts_from_other_pages_are_refused(test_of: TestOf, store: AnswerStore) -> None:
    client = client_of(test_of("abx"), store)
    foreign = {"origin": "http://evil.example"}
    assert client.post("/api/participants", headers=foreign).status_code == 403
    assert client.get("/api/test", headers={"host": "evil.example"}).status_code == 400


def test_pages_are_small_and_nothing_is_kept(test_of: TestOf, store: AnswerStore) -> None:
    client = client_of(test_of("mushra"), store)
    static = Path(listening_application.__code__.co_filename).parent / "static"
    total = len(client.get("/listen").content)
    for one in [*static.rglob("*.js"), *static.rglob("*.css")]:
        answer = client.get(f"/static/{one.relative_to(static).as_posix()}")
        assert answer.status_code == 200
        kind = "javascript" if one.suffix == ".js" else "css"
        assert answer.headers["content-type"] == f"text/{kind}; charset=utf-8"
        total += len(answer.content)
    assert total < 200_000
    assert client.get("/listen").headers["cache-control"] == "no-store"
    assert "unsafe-inline" not in client.get("/listen").headers["content-security-policy"]
