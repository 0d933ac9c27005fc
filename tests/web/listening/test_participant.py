"""What a participant's addresses answer, in an order a careless or curious browser might try."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from httpx import Response
from starlette.testclient import TestClient

from triode.audio import read_audio, write_audio
from triode.errors import ListeningError
from triode.listening import AnswerStore, PreparedTest, Session
from triode.listening.prepared import MANIFEST, sha256_of
from triode.listening.serve import Settings, listening_application
from triode.web import access_for
from web.listening.made import RATE_HZ, make_test

ORIGIN = "http://127.0.0.1:8000"
DESIGNS = ("abx", "mushra", "triple", "preference")
UNKNOWN = "x" * 32


@pytest.fixture(scope="module")
def tests(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], PreparedTest]:
    """A prepared test of each design."""
    made: dict[str, PreparedTest] = {}
    folder = tmp_path_factory.mktemp("tests")

    def test_of(design: str) -> PreparedTest:
        if design not in made:
            made[design] = make_test(folder / design, design, abx={"trials": 5})
        return made[design]

    return test_of


@pytest.fixture
def store(tmp_path: Path) -> Iterator[AnswerStore]:
    one = AnswerStore(f"sqlite:///{tmp_path / 'answers.sqlite'}")
    yield one
    one.close()


def settings(**changes: Any) -> Settings:
    usual = {"open_to_all": True, "most_participants": 100, "address": ORIGIN}
    return Settings(**{**usual, **changes})


def client_of(test: PreparedTest, store: AnswerStore, **changes: Any) -> TestClient:
    access = access_for("127.0.0.1", 8000)
    app = listening_application(test, store, settings(**changes), access)
    client = TestClient(app, base_url=ORIGIN, headers={"origin": ORIGIN})
    client.headers["x-token"] = access.token  # for `experimenter`, which the server ignores
    return client


def experimenter(client: TestClient) -> TestClient:
    """The same browser after it opened the address that was printed."""
    page = client.get("/", params={"token": client.headers["x-token"]})
    assert page.status_code == 200
    return client


def begin(client: TestClient) -> tuple[str, str]:
    """A participant who has agreed: the token and the address of what is theirs."""
    token = client.post("/api/participants").json()["token"]
    address = f"/api/participants/{token}"
    assert client.put(f"{address}/consent").json()["consent"]
    return token, address


def answer_to(page: dict[str, Any]) -> dict[str, Any]:
    """Some answer that fits."""
    given: dict[str, Any] = {
        "abx": {"x_is": "A"},
        "mushra": {"scores": dict.fromkeys(page["rated"], 40)},
        "triple": {"hidden": "C", "grades": {"C": 5.0, "B": 3.2}},
        "preference": {"preferred": "none"},
    }
    return {**given[page["design"]], "milliseconds": 7, "switches": 1, "plays": {}}


def message(answer: Response) -> str:
    return str(answer.json()["error"]["message"])


def test_nothing_comes_before_consent(
    tests: Callable[[str], PreparedTest], store: AnswerStore
) -> None:
    client = client_of(tests("mushra"), store)
    address = f"/api/participants/{client.post('/api/participants').json()['token']}"
    asked = [
        client.get(f"{address}/pages/0"),
        client.get(f"{address}/pages/0/sound"),
        client.put(f"{address}/answers/0", json={"scores": {}}),
        client.put(
            f"{address}/conditions",
            json={"headphones": {"passed": True, "correct": 6, "attempts": 1}, "level_db": -20},
        ),
    ]
    assert {one.status_code for one in asked} == {409}
    assert "consent comes first" in message(asked[0])


def test_pages_have_their_turn(tests: Callable[[str], PreparedTest], store: AnswerStore) -> None:
    client = client_of(tests("mushra"), store)
    _, address = begin(client)
    first = client.get(f"{address}/pages/0").json()
    assert first["following"] == 1
    # The next page may be fetched ahead, but neither answered nor jumped over.
    assert client.get(f"{address}/pages/1").status_code == 200
    assert client.get(f"{address}/pages/2").status_code == 409
    assert client.get(f"{address}/pages/3").status_code == 404
    ahead = client.put(f"{address}/answers/1", json=answer_to(first))
    assert ahead.status_code == 409
    assert client.get(address).json()["answered"] == 0


def test_the_first_answer_counts_however_often_it_is_sent(
    tests: Callable[[str], PreparedTest], store: AnswerStore
) -> None:
    client = client_of(tests("mushra"), store)
    token, address = begin(client)
    answer = answer_to(client.get(f"{address}/pages/0").json())
    other = {**answer, "scores": dict.fromkeys(answer["scores"], 99)}
    states = [
        client.put(f"{address}/answers/0", json=one).json() for one in (answer, answer, other)
    ]
    assert states[0] == states[1] == states[2]
    kept = store.answers(token, Session.of(tests("mushra"), 0))
    assert {dict(one.scores)["A"] for one in kept.values()} == {40}


def test_a_sequential_test_ends_when_enough_is_known(tmp_path: Path, store: AnswerStore) -> None:
    """Someone who is always right is through early, and no page is asked in vain."""
    trials = 30
    test = make_test(
        tmp_path / "test",
        "abx",
        systems=("lite",),
        training_pages=0,
        abx={"trials": trials, "sequential": {}},
    )
    client = client_of(test, store)
    token, address = begin(client)
    session = Session.of(test, store.participant(token).number)
    state = client.get(address).json()
    while not state["finished"]:
        index = state["next"]
        page = client.get(f"{address}/pages/{index}").json()
        assert page["following"] == index + 1
        assert client.get(f"{address}/pages/{index + 1}").status_code == 200
        given = {"x_is": session.pages[index].truth}
        state = client.put(f"{address}/answers/{index}", json=given).json()
    assert state["left"] == 0
    # 1.5 to the power of 8 is the first above 1 / alpha = 20.
    assert state["answered"] == 8
    assert client.get(f"{address}/pages/8").status_code == 409


def test_a_wrong_answer_is_refused_and_not_kept(
    tests: Callable[[str], PreparedTest], store: AnswerStore
) -> None:
    client = client_of(tests("mushra"), store)
    _, address = begin(client)
    answer = answer_to(client.get(f"{address}/pages/0").json())
    wrong: list[Any] = [
        {**answer, "scores": {**answer["scores"], "A": 101}},
        {**answer, "scores": {"A": 1}},
        {**answer, "system": "reference"},
        {"x_is": "A"},
        [],
        "nothing",
    ]
    for one in wrong:
        assert client.put(f"{address}/answers/0", json=one).status_code == 422, one
    long = {**answer, "plays": {"A" * 70_000: 1}}
    assert client.put(f"{address}/answers/0", json=long).status_code == 413
    assert client.get(address).json()["answered"] == 0


def test_an_unknown_link_is_said(tests: Callable[[str], PreparedTest], store: AnswerStore) -> None:
    client = client_of(tests("abx"), store)
    answer = client.get(f"/api/participants/{UNKNOWN}")
    assert answer.status_code == 404
    assert "The link is wrong, or everything under it was deleted" in message(answer)
    assert client.get("/api/participants/..%2F..%2Fetc").status_code in {404, 422}
    other = client_of(tests("mushra"), store)
    token, _ = begin(other)
    assert "another test" in message(client.get(f"/api/participants/{token}"))


def test_withdrawing_deletes_everything(
    tests: Callable[[str], PreparedTest], store: AnswerStore
) -> None:
    test = tests("mushra")
    client = client_of(test, store)
    _, address = begin(client)
    answer = answer_to(client.get(f"{address}/pages/0").json())
    client.put(f"{address}/answers/0", json=answer)
    assert len(store.all_answers(test)) == 1
    assert client.delete(address).status_code == 204
    assert client.delete(address).status_code == 204
    assert store.all_answers(test) == ()
    assert store.participants(test) == ()
    assert client.put(f"{address}/answers/0", json=answer).status_code == 404


def test_a_test_by_invitation_lets_nobody_else_in(
    tests: Callable[[str], PreparedTest], store: AnswerStore
) -> None:
    client = client_of(tests("abx"), store, open_to_all=False)
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


def test_the_experimenter_sees_how_far_everyone_is(
    tests: Callable[[str], PreparedTest], store: AnswerStore
) -> None:
    client = client_of(tests("mushra"), store)
    assert client.get("/api/experiment").status_code == 401
    _, address = begin(client)
    conditions = {"headphones": {"passed": False, "correct": 3, "attempts": 2}, "level_db": -18}
    assert client.put(f"{address}/conditions", json=conditions).status_code == 204
    client.put(f"{address}/answers/0", json=answer_to(client.get(f"{address}/pages/0").json()))
    seen = experimenter(client).get("/api/experiment").json()
    (one,) = seen["participants"]
    assert (one["answered"], one["headphones"], one["finished"]) == (1, False, None)
    (kept,) = store.participants(tests("mushra"))
    assert kept.notes["headphones"] == conditions["headphones"]
    assert kept.notes["level_db"] == -18
    assert seen["cues"] == ["The noise floor of lite is 12 dB above the reference's."]
    assert seen["open_link"] == f"{ORIGIN}/listen"
    page = client.get("/api/experiment/analysis")
    assert page.headers["content-security-policy"].startswith("sandbox allow-scripts")
    assert "<title>Is the capture the amplifier?" in page.text


def test_no_more_join_than_are_wanted(
    tests: Callable[[str], PreparedTest], store: AnswerStore
) -> None:
    client = client_of(tests("abx"), store, most_participants=2)
    codes = [client.post("/api/participants").status_code for _ in range(3)]
    assert codes == [201, 201, 409]
    again = client_of(tests("abx"), store, most_participants=2)
    assert again.post("/api/participants").status_code == 409


def test_a_flood_is_stopped_by_its_source(
    tests: Callable[[str], PreparedTest], store: AnswerStore
) -> None:
    client = client_of(tests("abx"), store, most_participants=1000, behind_proxy=True)

    def join(source: str) -> int:
        # Whatever a client claims stands before what the proxy saw.
        given = {"x-forwarded-for": f"10.0.0.9, {source}"}
        return client.post("/api/participants", headers=given).status_code

    codes = [join("192.0.2.1") for _ in range(60)]
    assert codes.count(201) == 40
    assert codes[-1] == 429
    assert join("192.0.2.2") == 201


def test_posts_from_other_pages_are_refused(
    tests: Callable[[str], PreparedTest], store: AnswerStore
) -> None:
    client = client_of(tests("abx"), store)
    foreign = {"origin": "http://evil.example"}
    assert client.post("/api/participants", headers=foreign).status_code == 403
    assert client.get("/api/test", headers={"host": "evil.example"}).status_code == 400


@pytest.mark.parametrize("design", DESIGNS)
def test_a_whole_session_tells_nothing(
    design: str, tests: Callable[[str], PreparedTest], store: AnswerStore
) -> None:
    """Nothing that is sent holds the name of a system, piece of gear, clip or file."""
    test = tests(design)
    client = client_of(test, store)
    token, address = begin(client)
    secrets = {one.file for one in test.manifest.stimuli}
    secrets |= {one.name for one in (*test.plan.systems, *test.plan.gear, *test.plan.clips)}
    secrets |= {test.digest, '"reference"', "truth"}
    answers = [client.get(one) for one in ("/listen", "/api/test", address)]
    state = answers[-1].json()
    pages = state["left"]
    sizes = set()
    while not state["finished"]:
        page = client.get(f"{address}/pages/{state['next']}")
        sound = client.get(f"{address}/pages/{state['next']}/sound")
        assert page.json()["design"] == design
        assert len(sound.content) == 3 * page.json()["frames"] * len(page.json()["stimuli"])
        sizes.add((len(page.content), len(sound.content), *sound.headers.items()))
        given = answer_to(page.json())
        answers += [page, client.put(f"{address}/answers/{state['next']}", json=given)]
        assert not [one for one in secrets if one in str(sound.headers)]
        state = answers[-1].json()
    for one in answers:
        told = f"{one.headers} {one.text}"
        assert not [secret for secret in secrets if secret in told], told
    # All passages are of one length here, so all sound looks the same from outside.
    assert len({size[1:] for size in sizes}) == 1
    assert (state["answered"], state["left"], state["next"]) == (pages, 0, None)
    assert len(store.answers(token, Session.of(test, 0))) == pages
    assert store.participant(token).notes["finished"]


def test_equal_stimuli_differ_in_their_last_bits(
    tests: Callable[[str], PreparedTest], store: AnswerStore
) -> None:
    test = tests("mushra")
    client = client_of(test, store)
    token, address = begin(client)
    page = Session.of(test, store.participant(token).number).pages[0]
    sound = client.get(f"{address}/pages/0/sound").content
    assert client.get(f"{address}/pages/0/sound").content == sound
    streams = np.split(np.frombuffer(sound, np.uint8), len(page.stimuli))
    sent = [_levels(one) for one in streams]
    for shown, levels in zip(page.stimuli, sent, strict=True):
        original = read_audio(test.folder / shown.file).samples.astype(np.float64) * 2**23
        error = levels - original
        # The files have 24 bits, so that the noise is all there is.
        assert np.abs(error).max() <= 1.0
        assert 0.5 < np.mean(np.abs(error)) < 0.8
    open_reference = sent[0]
    hidden = next(
        levels
        for shown, levels in zip(page.stimuli[1:], sent[1:], strict=True)
        if shown.file == page.stimuli[0].file
    )
    assert (open_reference != hidden).mean() > 0.5


def _levels(packed: Any) -> Any:
    low, middle, high = packed.reshape(-1, 3).astype(np.int64).T
    levels = low | middle << 8 | high << 16
    return np.where(levels >= 2**23, levels - 2**24, levels)


def test_a_stimulus_of_another_length_is_refused(tmp_path: Path, store: AnswerStore) -> None:
    test = make_test(tmp_path / "test", "mushra")
    changed = test.manifest.stimuli[1]
    samples = read_audio(test.folder / changed.file).samples[:-1]
    write_audio(test.folder / changed.file, samples, RATE_HZ)
    manifest = test.folder / MANIFEST
    text = manifest.read_text(encoding="utf-8")
    new = text.replace(changed.sha256, sha256_of(test.folder / changed.file))
    manifest.write_text(new, encoding="utf-8")
    with pytest.raises(ListeningError, match="which would give it away"):
        client_of(PreparedTest.open(test.folder), store)


def test_a_database_that_is_gone_is_asked_again(
    tests: Callable[[str], PreparedTest], tmp_path: Path
) -> None:
    """503 makes the page keep the answer and try again; 4xx would make it give up."""
    file = tmp_path / "gone.sqlite"
    store = AnswerStore(f"sqlite:///{file}")
    client = client_of(tests("mushra"), store)
    _, address = begin(client)
    answer = answer_to(client.get(f"{address}/pages/0").json())
    store.close()
    for one in tmp_path.glob("gone.sqlite*"):
        one.unlink()
    file.mkdir()
    assert client.put(f"{address}/answers/0", json=answer).status_code == 503
    assert client.get(address).status_code == 503
    store.close()


def test_pages_are_small_and_nothing_is_kept(
    tests: Callable[[str], PreparedTest], store: AnswerStore
) -> None:
    client = client_of(tests("mushra"), store)
    static = Path(listening_application.__code__.co_filename).parent / "static"
    total = len(client.get("/listen").content)
    for one in [*static.rglob("*.js"), *static.rglob("*.css")]:
        answer = client.get(f"/static/{one.relative_to(static).as_posix()}")
        assert answer.status_code == 200
        total += len(answer.content)
    assert total < 200_000
    assert client.get("/listen").headers["cache-control"] == "no-store"
    assert "unsafe-inline" not in client.get("/listen").headers["content-security-policy"]
