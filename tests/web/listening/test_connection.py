"""Connections that are lost, servers that are killed: nothing that was answered is gone."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from triode.listening import AnswerStore, PreparedTest, Session
from web.listening.browser import watched_page
from web.listening.listener import Listener
from web.listening.made import make_test, served

TRIALS = 6
QUESTION = "Which of the two is X?"


@pytest.fixture
def test(tmp_path: Path) -> PreparedTest:
    return make_test(
        tmp_path / "test",
        "abx",
        systems=("lite",),
        abx={"trials": TRIALS},
        training_pages=0,
        break_after_pages=100,
    )


def answered(test: PreparedTest) -> list[str]:
    """What X was said to be, page by page, by the only participant."""
    store = AnswerStore(test.default_store_url)
    (participant,) = store.participants(test)
    answers = store.answers(participant.token, Session.of(test, participant.number))
    store.close()
    return [str(one.x_is) for one in answers.values()]  # type: ignore[union-attr]


def answer(listener: Listener, key: str) -> None:
    """Answer the page that is there, without waiting for the next one."""
    listener.hear("a", "b", "x")
    listener.press(key)
    expect(listener.page.locator("#hint")).to_have_text("")
    listener.press("Enter")


def at_page(listener: Listener, number: int) -> None:
    """Wait for a page, by its number from 1."""
    progress = listener.page.locator("#progress span")
    expect(progress).to_have_text(f"Page {number} of {TRIALS}")
    listener.sees(QUESTION)


@pytest.mark.heavy
def test_a_killed_server_loses_nothing(test: PreparedTest, browser: Browser) -> None:
    """Heavy for the browser. Killed with an answer under way, and once between two answers."""
    with served(test.folder, "--open") as server, watched_page(browser) as page:
        listener = Listener(page)
        listener.begin(f"{server.address}/listen")
        at_page(listener, 1)
        answer(listener, "ArrowLeft")
        at_page(listener, 2)
        server.kill()
        answer(listener, "ArrowRight")
        expect(page.locator("#connection")).to_contain_text("The connection is lost")
        assert answered(test) == ["A"]
        server.start()
        at_page(listener, 3)
        expect(page.locator("#connection")).to_be_empty()
        assert answered(test) == ["A", "B"]
        server.kill()
        server.start()
        answer(listener, "ArrowRight")
        at_page(listener, 4)
        assert answered(test) == ["A", "B", "B"]


@pytest.mark.heavy
def test_a_page_closed_while_offline_brings_its_answer_later(
    test: PreparedTest, browser: Browser
) -> None:
    """Heavy for the browser."""
    with served(test.folder, "--open") as server, watched_page(browser) as page:
        listener = Listener(page)
        listener.begin(f"{server.address}/listen")
        at_page(listener, 1)
        personal = page.url
        assert re.search(r"/i/[\w-]{32}$", personal)
        server.kill()
        answer(listener, "ArrowRight")
        expect(page.locator("#connection")).to_contain_text("The connection is lost")
        page.goto("about:blank")
        server.start()
        page.goto(personal)
        listener.sees("Welcome back")
        assert answered(test) == ["B"]
        listener.press("Enter")
        at_page(listener, 2)
        # What was given on this page before a reload is still there.
        listener.hear("a", "b", "x")
        listener.press("ArrowLeft")
        expect(page.locator("#hint")).to_have_text("")
        page.reload()
        listener.sees("Welcome back")
        listener.press("Enter")
        at_page(listener, 2)
        expect(page.locator("#hint")).to_have_text("")
        listener.press("Enter")
        at_page(listener, 3)
        assert answered(test) == ["B", "A"]


@pytest.mark.heavy
def test_a_browser_that_goes_offline_tries_again(test: PreparedTest, browser: Browser) -> None:
    """Heavy for the browser."""
    with served(test.folder, "--open") as server, watched_page(browser) as page:
        listener = Listener(page)
        listener.begin(f"{server.address}/listen")
        for number in range(1, TRIALS + 1):
            at_page(listener, number)
            page.context.set_offline(number % 2 == 0)
            answer(listener, "ArrowLeft")
            if number % 2 == 0:
                expect(page.locator("#connection")).to_contain_text("The connection is lost")
                page.context.set_offline(False)
        listener.sees("Thank you")
        assert answered(test) == ["A"] * TRIALS


@pytest.mark.heavy
def test_another_device_goes_on_where_the_first_one_was(
    test: PreparedTest, browser: Browser
) -> None:
    """Heavy for the browser."""
    with served(test.folder, "--open") as server:
        with watched_page(browser) as page:
            first = Listener(page)
            first.begin(f"{server.address}/listen")
            at_page(first, 1)
            answer(first, "ArrowLeft")
            at_page(first, 2)
            personal = page.url
        with watched_page(browser) as page:
            second = Listener(page)
            page.goto(personal)
            second.sees("Welcome back")
            second.press("Enter")
            # Other ears, so to say: this device has not been through the check.
            second.check_headphones()
            second.sees("Set the volume")
            second.press("Space", "Enter")
            at_page(second, 2)
            answer(second, "ArrowRight")
            at_page(second, 3)
    assert answered(test) == ["A", "B"]
