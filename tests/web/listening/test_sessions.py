"""Whole sessions with a real browser and the keyboard only."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from triode.listening import AnswerStore, PreparedTest, Session
from triode.listening.answer import AbxAnswer, MushraAnswer, PreferenceAnswer, TripleAnswer
from web.listening.browser import watched_page
from web.listening.listener import Listener
from web.listening.made import make_test, served


def kept(test: PreparedTest) -> dict[int, object]:
    """The answers of the first participant."""
    store = AnswerStore(test.default_store_url)
    (participant,) = store.participants(test)
    answers = store.answers(participant.token, Session.of(test, participant.number))
    store.close()
    return dict(answers)


def test_an_abx_session(tmp_path: Path, browser: Browser) -> None:
    """The light one of these: five trials after a training page."""
    test = make_test(
        tmp_path / "test", "abx", systems=("lite",), abx={"trials": 5}, break_after_pages=3
    )

    def answer(listener: Listener) -> None:
        listener.hear("a", "b", "x")
        listener.press("ArrowRight" if len(listener.sent) % 2 else "ArrowLeft")

    with served(test.folder, "--open") as server, watched_page(browser) as page:
        listener = Listener(page)
        listener.begin(f"{server.address}/listen")
        listener.sees("Which of the two is X?")
        listener.answer_all(answer)
    answers = kept(test)
    assert list(answers) == list(range(6))
    for index, one in answers.items():
        assert isinstance(one, AbxAnswer)
        assert one.x_is == "AB"[index % 2]
        assert one.switches == 2
        assert set(one.plays) == {"A", "B", "X"}
        assert one.milliseconds > 0


@pytest.mark.heavy
def test_a_mushra_session(tmp_path: Path, browser: Browser) -> None:
    """Heavy for the browser."""
    test = make_test(tmp_path / "test", "mushra")

    def answer(listener: Listener) -> None:
        # The letter gives its slider the focus, and arrows move it.
        listener.hear("r", "a")
        listener.press("End", "ArrowDown", "ArrowDown", "ArrowDown")
        listener.hear("b")
        listener.press("PageUp", "ArrowUp")
        listener.press("Enter")  # too early: C is missing
        listener.hear("c")
        listener.press("Home", "ArrowUp")

    with served(test.folder, "--open") as server, watched_page(browser) as page:
        listener = Listener(page)
        listener.begin(f"{server.address}/listen")
        listener.sees("How close to the reference is each?")
        listener.answer_all(answer)
    answers = kept(test)
    assert list(answers) == [0, 1, 2]
    for one in answers.values():
        assert isinstance(one, MushraAnswer)
        assert dict(one.scores) == {"A": 97, "B": 61, "C": 1}
        assert set(one.plays) == {"Reference", "A", "B", "C"}


@pytest.mark.heavy
def test_a_triple_stimulus_session(tmp_path: Path, browser: Browser) -> None:
    """Heavy for the browser."""
    test = make_test(tmp_path / "test", "triple", systems=("lite",))

    def answer(listener: Listener) -> None:
        listener.hear("r", "b", "c")
        listener.press("ArrowRight", "ArrowUp", "ArrowUp", "PageUp")

    with served(test.folder, "--open") as server, watched_page(browser) as page:
        listener = Listener(page)
        listener.begin(f"{server.address}/listen")
        listener.sees("Which of the two is the reference?")
        listener.answer_all(answer)
    for one in kept(test).values():
        assert isinstance(one, TripleAnswer)
        assert (one.hidden, dict(one.grades)) == ("C", {"C": 5.0, "B": 4.2})


@pytest.mark.heavy
def test_a_preference_session(tmp_path: Path, browser: Browser) -> None:
    """Heavy for the browser."""
    test = make_test(tmp_path / "test", "preference")

    def answer(listener: Listener) -> None:
        listener.hear("r", "a", "b")
        listener.press("ArrowDown")

    with served(test.folder, "--open") as server, watched_page(browser) as page:
        listener = Listener(page)
        listener.begin(f"{server.address}/listen")
        listener.sees("Which is nearer to the reference?")
        listener.answer_all(answer)
    for one in kept(test).values():
        assert isinstance(one, PreferenceAnswer)
        assert one.preferred == "none"


@pytest.mark.heavy
def test_a_loop_by_keyboard(tmp_path: Path, browser: Browser) -> None:
    """Heavy for the browser."""
    test = make_test(tmp_path / "test", "mushra")
    with served(test.folder, "--open") as server, watched_page(browser) as page:
        listener = Listener(page)
        listener.begin(f"{server.address}/listen")
        listener.sees("How close to the reference is each?")
        text = page.locator(".timeline .note span")
        expect(text).to_have_text("Looping 0.0 to 1.5 s of 1.5 s")
        listener.press("Space")
        page.wait_for_timeout(500)
        listener.press("]")
        expect(text).to_have_text(re.compile(r"Looping 0\.0 to (0\.[2-9]|1\.[0-4]) s of 1\.5 s"))
        listener.press("\\")
        expect(text).to_have_text("Looping 0.0 to 1.5 s of 1.5 s")
        page.get_by_label("Loop from, seconds").focus()
        listener.press(*["ArrowRight"] * 10)
        expect(text).to_have_text("Looping 0.5 to 1.5 s of 1.5 s")
        # The letters still switch, and the grade still belongs to what sounds.
        listener.hear("b")
        listener.press("ArrowUp")
        expect(page.get_by_label("Grade of B")).to_have_attribute("aria-valuetext", "51, Fair")


@pytest.mark.heavy
def test_deletion_by_keyboard(tmp_path: Path, browser: Browser) -> None:
    """Heavy for the browser."""
    test = make_test(tmp_path / "test", "preference")
    with served(test.folder, "--open") as server, watched_page(browser) as page:
        listener = Listener(page)
        listener.begin(f"{server.address}/listen")
        listener.sees("Which is nearer to the reference?")
        listener.hear("r", "a", "b")
        listener.press("ArrowLeft", "Enter")
        listener.sees("Now the test")
        personal = page.url
        page.locator("#delete").focus()
        listener.press("Enter", "Tab", "Enter")
        listener.sees("Deleted")
        assert page.evaluate("Object.keys(localStorage).filter(one => one.includes(' '))") == []
        page.goto(personal)
        listener.sees("This does not work")
    store = AnswerStore(test.default_store_url)
    assert store.participants(test) == ()
    assert store.all_answers(test) == ()
    store.close()
