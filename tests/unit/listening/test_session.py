"""Sessions: the same for the same number, fair over many, and stopped by the rule alone."""

from collections import Counter

import pytest

from triode.listening import REFERENCE, Session
from triode.listening.answer import AbxAnswer
from triode.listening.page import OPEN_REFERENCE
from unit.listening.made import prepared


def test_a_session_is_decided_by_its_number() -> None:
    test = prepared("mushra")
    assert Session.of(test, 3) == Session.of(test, 3)
    assert Session.of(test, 3).pages != Session.of(test, 4).pages


@pytest.mark.parametrize(
    ("design", "trials"), [("abx", 32), ("mushra", 4), ("triple", 8), ("preference", 4)]
)
def test_a_session_shows_everything(design: str, trials: int) -> None:
    session = Session.of(prepared(design, training_pages=2), 0)
    assert [page.index for page in session.pages] == list(range(trials + 2))
    assert [page.kind for page in session.pages] == ["training"] * 2 + ["trial"] * trials
    cells = Counter((page.gear, page.clip) for page in session.pages[2:])
    assert set(cells.values()) == {trials // 4}


def test_a_mushra_page_hides_the_reference_among_all_systems() -> None:
    for page in Session.of(prepared("mushra"), 1).pages:
        assert page.stimuli[0].label == OPEN_REFERENCE
        assert page.rated == ("A", "B", "C")
        assert {page.shown(one).system for one in page.rated} == {REFERENCE, "lite", "anchor"}
        assert page.shown(page.truth).system == REFERENCE


def test_every_place_is_equally_likely() -> None:
    test = prepared("mushra", training_pages=0)
    places = Counter(page.truth for one in range(300) for page in Session.of(test, one).pages)
    # 1200 draws over three places: 400 expected, a deviation of 16.
    assert all(abs(places[label] - 400) < 65 for label in "ABC")


def test_x_is_a_fair_coin_and_not_counted_out() -> None:
    test = prepared("abx", training_pages=0)
    heads = [
        sum(page.truth == "A" for page in Session.of(test, one).pages if page.system == "lite")
        for one in range(200)
    ]
    # 16 coins each: mean 8, deviation 2 for one session and 0.14 for the mean of 200.
    assert abs(sum(heads) / 200 - 8.0) < 0.6
    assert len(set(heads)) > 4


def test_pauses_come_after_so_many_pages() -> None:
    session = Session.of(prepared("abx", training_pages=3, break_after_pages=10), 0)
    assert [page.index for page in session.pages if page.pause_before] == [13, 23, 33]


def test_training_clips_are_for_training_only() -> None:
    clips = [
        {"name": "warm", "start_seconds": 0.0, "seconds": 4.0, "training": True},
        {"name": "line", "start_seconds": 4.0, "seconds": 4.0},
    ]
    session = Session.of(prepared("mushra", clips=clips, training_pages=2), 0)
    assert [page.clip for page in session.pages] == ["warm", "warm", "line", "line"]


def test_what_comes_next_depends_on_the_answers_alone() -> None:
    session = Session.of(prepared("abx", training_pages=0), 0)
    answers = {0: AbxAnswer(x_is="A"), 2: AbxAnswer(x_is="B")}
    page = session.next_page(answers)
    assert page is session.pages[1]
    assert session.pages_left(answers) == 30
    everything = {one.index: AbxAnswer(x_is="A") for one in session.pages}
    assert session.next_page(everything) is None


def test_a_sequential_test_leaves_out_what_is_decided() -> None:
    rule = {"trials": 40, "sequential": {}}
    session = Session.of(prepared("abx", training_pages=0, abx=rule), 0)
    answers: dict[int, AbxAnswer] = {}
    while (page := session.next_page(answers)) is not None:
        right = page.truth if page.system == "lite" else "AB"[page.truth == "A"]
        answers[page.index] = AbxAnswer(x_is=right)  # type: ignore[arg-type]
    systems = Counter(session.pages[index].system for index in answers)
    late = {**answers, session.pages[-1].index: AbxAnswer(x_is="A")}
    assert session.next_page(late) is None
    # 1.5 ** 8 > 1 / 0.05, and 0.5 ** 4 < 0.1.
    assert systems == {"lite": 8, "anchor": 4}
