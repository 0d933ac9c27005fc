"""One suite over both databases: what a store of answers promises."""

import multiprocessing
from collections.abc import Iterator
from pathlib import Path

import pytest

from triode.errors import ListeningError
from triode.listening import AnswerStore, Participant, Session
from triode.listening.answer import AbxAnswer
from unit.listening.made import prepared
from unit.study.postgresql import Server, postgresql_server

TEST = prepared("abx")
ANSWER = {"x_is": "A", "milliseconds": 4200, "switches": 3, "plays": {"A": 2, "X": 2}}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with postgresql_server() as one:
        yield one


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.heavy)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'answers.sqlite'}"
    server: Server = request.getfixturevalue("server")
    return server.fresh_database()


@pytest.fixture
def kept(url: str) -> Iterator[AnswerStore]:
    store = AnswerStore(url)
    store.register(TEST)
    yield store
    store.close()


def session(participant: Participant) -> Session:
    return Session.of(TEST, participant.number)


def test_an_answer_is_there_for_whoever_looks_next(kept: AnswerStore, url: str) -> None:
    someone = kept.join(TEST)
    assert kept.save(someone.token, session(someone), 0, ANSWER)
    other = AnswerStore(url)
    answers = other.answers(someone.token, session(someone))
    assert answers == {
        0: AbxAnswer(x_is="A", milliseconds=4200, switches=3, plays={"A": 2, "X": 2})
    }
    stored = other.all_answers(TEST)
    assert [(one.number, one.page, one.answer) for one in stored] == [(0, 0, answers[0])]
    other.close()


def test_the_first_answer_counts(kept: AnswerStore) -> None:
    someone = kept.join(TEST)
    assert kept.save(someone.token, session(someone), 1, ANSWER)
    assert not kept.save(someone.token, session(someone), 1, ANSWER)
    assert not kept.save(someone.token, session(someone), 1, {**ANSWER, "x_is": "B"})
    assert [one.answer for one in kept.all_answers(TEST)] == [
        AbxAnswer(x_is="A", milliseconds=4200, switches=3, plays={"A": 2, "X": 2})
    ]


def test_numbers_are_never_given_twice(kept: AnswerStore) -> None:
    first, second = kept.join(TEST), kept.join(TEST, invited=True)
    kept.withdraw(second.token)
    third = kept.join(TEST)
    assert (first.number, second.number, third.number) == (0, 1, 2)
    assert [one.number for one in kept.participants(TEST)] == [0, 2]
    assert len({first.token, second.token, third.token}) == 3


def test_registering_again_changes_nothing(kept: AnswerStore) -> None:
    kept.join(TEST)
    kept.register(TEST)
    assert kept.join(TEST).number == 1


def test_tests_do_not_mix(kept: AnswerStore) -> None:
    other = prepared("abx", digest="e" * 64)
    with pytest.raises(ListeningError, match="not registered"):
        kept.join(other)
    kept.register(other)
    someone = kept.join(other)
    assert someone.number == 0
    kept.save(someone.token, session(someone), 0, ANSWER)
    assert kept.all_answers(TEST) == ()


def test_withdrawing_leaves_nothing(kept: AnswerStore) -> None:
    someone, other = kept.join(TEST), kept.join(TEST)
    for one in (someone, other):
        kept.note(one.token, "consent", "2026-01-01")
        kept.save(one.token, session(one), 0, ANSWER)
    kept.withdraw(someone.token)
    kept.withdraw(someone.token)
    assert kept.answers(someone.token, session(someone)) == {}
    assert [one.number for one in kept.all_answers(TEST)] == [1]
    for use in (
        lambda: kept.participant(someone.token),
        lambda: kept.note(someone.token, "consent", "again"),
        lambda: kept.save(someone.token, session(someone), 0, ANSWER),
    ):
        with pytest.raises(ListeningError, match="no such participant"):
            use()


def test_notes_are_replaced(kept: AnswerStore) -> None:
    someone = kept.join(TEST)
    kept.note(someone.token, "headphones", {"right": 4})
    kept.note(someone.token, "headphones", {"right": 6})
    assert kept.participant(someone.token).notes == {"headphones": {"right": 6}}


def test_what_does_not_fit_is_refused_and_not_kept(kept: AnswerStore) -> None:
    someone, other = kept.join(TEST), kept.join(TEST)
    own = session(someone)
    for page, document, message in (
        (0, {"x_is": "C"}, "x_is cannot be right"),
        (0, {"scores": {"A": 1}}, "unknown key scores"),
        (0, {**ANSWER, "plays": {"Q": 1}}, "labels are not those"),
        (len(own.pages), ANSWER, "no such page"),
        (-1, ANSWER, "no such page"),
    ):
        with pytest.raises(ListeningError, match=message):
            kept.save(someone.token, own, page, document)
    with pytest.raises(ListeningError, match="another participant's"):
        kept.save(someone.token, session(other), 0, ANSWER)
    assert kept.all_answers(TEST) == ()


def _take_part(url: str, pages: int) -> None:
    store = AnswerStore(url)
    for _ in range(5):
        someone = store.join(TEST)
        for page in range(pages):
            store.save(someone.token, session(someone), page, ANSWER)
    store.close()


@pytest.mark.heavy
def test_processes_write_at_once_and_lose_nothing(kept: AnswerStore, url: str) -> None:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_take_part, args=(url, 8)) for _ in range(2)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
        assert one.exitcode == 0
    stored = kept.all_answers(TEST)
    assert [(one.number, one.page) for one in stored] == [
        (number, page) for number in range(10) for page in range(8)
    ]


@pytest.mark.heavy
def test_a_lost_database_is_told_and_loses_nothing(server: Server) -> None:
    store = AnswerStore(server.fresh_database())
    store.register(TEST)
    someone = store.join(TEST)
    store.save(someone.token, session(someone), 0, ANSWER)
    server.end_connections()
    assert store.save(someone.token, session(someone), 1, ANSWER)
    server.stop()
    with pytest.raises(ListeningError, match="nothing that was stored before is lost"):
        store.save(someone.token, session(someone), 2, ANSWER)
    server.start()
    assert len(store.all_answers(TEST)) == 2
    store.close()


def test_a_password_is_not_shown() -> None:
    with pytest.raises(ListeningError) as caught:
        AnswerStore("postgresql://somebody:secret@127.0.0.1:1/nothing")
    assert "secret" not in str(caught.value)
