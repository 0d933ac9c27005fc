"""What a participant's addresses answer, in an order a careless or curious browser might try."""

from pathlib import Path
from typing import Any

from triode.listening import AnswerStore, Session
from web.listening.client import answer_to, begin, client_of, message
from web.listening.made import TestOf, make_test

UNKNOWN = "x" * 32


def test_nothing_comes_before_consent(test_of: TestOf, store: AnswerStore) -> None:
    client = client_of(test_of("mushra"), store)
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


def test_pages_have_their_turn(test_of: TestOf, store: AnswerStore) -> None:
    client = client_of(test_of("mushra"), store)
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
    test_of: TestOf, store: AnswerStore
) -> None:
    client = client_of(test_of("mushra"), store)
    token, address = begin(client)
    answer = answer_to(client.get(f"{address}/pages/0").json())
    other = {**answer, "scores": dict.fromkeys(answer["scores"], 99)}
    states = [
        client.put(f"{address}/answers/0", json=one).json() for one in (answer, answer, other)
    ]
    assert states[0] == states[1] == states[2]
    kept = store.answers(token, Session.of(test_of("mushra"), 0))
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


def test_a_wrong_answer_is_refused_and_not_kept(test_of: TestOf, store: AnswerStore) -> None:
    client = client_of(test_of("mushra"), store)
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


def test_an_unknown_link_is_said(test_of: TestOf, store: AnswerStore) -> None:
    client = client_of(test_of("abx"), store)
    answer = client.get(f"/api/participants/{UNKNOWN}")
    assert answer.status_code == 404
    assert "The link is wrong, or everything under it was deleted" in message(answer)
    assert client.get("/api/participants/..%2F..%2Fetc").status_code in {404, 422}
    other = client_of(test_of("mushra"), store)
    token, _ = begin(other)
    assert "another test" in message(client.get(f"/api/participants/{token}"))


def test_withdrawing_deletes_everything(test_of: TestOf, store: AnswerStore) -> None:
    test = test_of("mushra")
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


def test_a_database_that_is_gone_is_asked_again(test_of: TestOf, tmp_path: Path) -> None:
    """503 makes the page keep the answer and try again; 4xx would make it give up."""
    file = tmp_path / "gone.sqlite"
    store = AnswerStore(f"sqlite:///{file}")
    client = client_of(test_of("mushra"), store)
    _, address = begin(client)
    answer = answer_to(client.get(f"{address}/pages/0").json())
    store.close()
    for one in tmp_path.glob("gone.sqlite*"):
        one.unlink()
    file.mkdir()
    assert client.put(f"{address}/answers/0", json=answer).status_code == 503
    assert client.get(address).status_code == 503
    store.close()
