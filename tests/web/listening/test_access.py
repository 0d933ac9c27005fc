"""Every page by axe-core, light and dark, narrow and wide; and nothing wider than the screen."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from web.listening.browser import watched_page
from web.listening.listener import Listener
from web.listening.made import make_test, served

WIDTHS = (360, 768, 1440)
SERIOUS = {"serious", "critical"}


def found(page: Page) -> list[str]:
    """What axe-core thinks is serious."""
    response: dict[str, Any] = Axe().run(page).response
    return [
        f"{one['id']}: {node['html']}"
        for one in response["violations"]
        if one["impact"] in SERIOUS
        for node in one["nodes"]
    ]


def look(page: Page) -> None:
    """Look at the page as it is from all sides."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{page.url} is {wide} wide on a screen of {width}"
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            assert found(page) == [], (width, scheme, page.locator("h1").inner_text())


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("design", "letters", "keys"),
    [
        ("abx", "abx", ("ArrowLeft",)),
        ("mushra", "rabc", ("ArrowUp",)),
        ("triple", "rbc", ("ArrowLeft", "ArrowUp")),
        ("preference", "rab", ("ArrowDown",)),
    ],
)
def test_pages_of_every_design(
    design: str, letters: str, keys: tuple[str, ...], tmp_path: Path, browser: Browser
) -> None:
    """Heavy for axe-core in a browser."""
    test = make_test(tmp_path / "test", design)
    with served(test.folder, "--open") as server, watched_page(browser) as page:
        listener = Listener(page)
        listener.begin(f"{server.address}/listen")
        expect(page.locator("#hint")).to_contain_text("Not heard yet")
        page.get_by_text("Keys").click()
        look(page)
        for letter in letters:
            listener.hear(letter)
            listener.press(*keys)
        expect(page.locator("#hint")).to_be_empty()
        look(page)


@pytest.mark.heavy
def test_pages_before_after_and_the_experimenters(tmp_path: Path, browser: Browser) -> None:
    """Heavy for axe-core in a browser."""
    test = make_test(tmp_path / "test", "preference", training_pages=0, break_after_pages=1)
    steps: dict[str, Callable[[Listener], None]] = {}
    with served(test.folder, "--open") as server, watched_page(browser) as page:
        listener = Listener(page)
        page.goto(f"{server.address}/listen")
        listener.sees("Is the capture the amplifier?")
        look(page)
        listener.after(lambda: listener.press("Tab", "Space", "Tab", "Enter"))
        steps = {
            "Thank you for taking part": lambda one: one.press("Enter"),
            "Headphones on": lambda one: one.press("Enter"),
            "Which tone is the quietest?": lambda one: one.press("2"),
            "Let us try that again": lambda one: one.press("Enter"),
            "You can go on": lambda one: one.press("Enter"),
            "Set the volume": lambda one: one.press("Space", "Enter"),
            "Which is nearer to the reference?": _prefer,
            "Rest your ears": lambda one: one.press("Enter"),
        }
        seen = set()
        while (heading := listener.heading) != "Thank you":
            if heading not in seen:
                look(page)
            seen.add(heading)
            listener.after(functools.partial(steps[heading], listener))
        assert seen >= {"Headphones on", "Set the volume", "Rest your ears"}
        look(page)
        page.locator("#delete").click()
        look(page)
        page.goto(server.experiment)
        expect(page.locator("#table")).to_be_visible()
        page.get_by_text("Make links").click()
        expect(page.locator("#links")).to_be_visible()
        look(page)


def _prefer(listener: Listener) -> None:
    listener.hear("r", "a", "b")
    listener.press("ArrowDown", "Enter")


@pytest.mark.heavy
def test_the_experimenter_comes_in_by_password(tmp_path: Path, browser: Browser) -> None:
    """Heavy for the browser."""
    test = make_test(tmp_path / "test", "abx")
    with (
        served(test.folder, "--password", "a long secret") as server,
        watched_page(browser) as page,
    ):
        page.goto(server.experiment)
        page.get_by_label("Password").fill("a long secret")
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text("Is the capture the amplifier?")
        page.get_by_text("Make links").click()
        expect(page.locator("#links")).to_be_visible()
        links = page.locator("#links").input_value().splitlines()
        assert len(links) == 10
        with watched_page(browser) as invited:
            invited.goto(links[0])
            expect(invited.locator("#agree")).to_be_visible()
            invited.goto(f"{server.address}/listen")
            expect(invited.locator("main")).to_contain_text("This test is by invitation")
