"""A pair recorded from the page, through a sound server whose output is its input."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from end_to_end.test_loopback import loopback
from web.studio.server import Server

__all__ = ["loopback"]

pytestmark = pytest.mark.heavy

PATIENCE_MILLISECONDS = 180_000


@pytest.fixture
def connected(tmp_path: Path, loopback: Mapping[str, str]) -> Iterator[Server]:
    """A studio that knows a sound system."""
    running = Server(tmp_path / "library", **loopback)
    running.begin()
    yield running
    running.stop()


def test_the_level_is_set_and_a_pair_recorded(connected: Server, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(connected.address)
    page.goto(f"{connected.root}#/new")
    page.get_by_text("Record through an audio interface").click()
    page.get_by_label("Output to the gear").select_option(label=_named(page, "output", "loop"))
    page.get_by_label("Input from the gear").select_option(label=_named(page, "input", "back"))
    page.get_by_label("Length").select_option("1")

    said = page.locator(".recording [role=status]")
    page.get_by_role("button", name="Set the level").click()
    # The loop gives back what is sent, and the loudest of that is nearly full scale.
    expect(said).to_contain_text("turn the input down", timeout=PATIENCE_MILLISECONDS)
    expect(page.get_by_role("button", name="Record", exact=True)).to_be_disabled()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Record", exact=True)).to_be_enabled()

    page.get_by_role("button", name="Record", exact=True).click()
    expect(said).to_contain_text("left", timeout=PATIENCE_MILLISECONDS)
    expect(page.get_by_role("button", name="Stop")).to_be_hidden(timeout=PATIENCE_MILLISECONDS)
    lost = "Samples were lost" in said.inner_text()
    if lost or not page.locator(".drop.filled").count():
        assert os.getloadavg()[0] > (os.cpu_count() or 1), said.inner_text()
        pytest.skip(f"this machine is too busy for sound: {said.inner_text()}")
    expect(page.locator(".drop.filled")).to_have_count(2)
    # There is no gear in the loop, and the check says so.
    expect(page.locator(".verdict")).to_have_attribute(
        "data-kind", "warning", timeout=PATIENCE_MILLISECONDS
    )
    expect(page.get_by_text("no gear was in the way")).to_be_visible()


def test_without_a_sound_system_the_page_says_so(server: Server, page: Page) -> None:
    page.goto(server.address)
    page.goto(f"{server.root}#/new")
    page.get_by_text("Record through an audio interface").click()
    expect(page.locator(".recording .problem")).not_to_be_empty()
    expect(page.get_by_role("button", name="Look again")).to_be_visible()


def _named(page: Page, side: str, part: str) -> str:
    """The whole name of the device whose name has that part."""
    page.locator(f"#{side}-device").wait_for()
    options = page.locator(f"#{side}-device option").all_inner_texts()
    return next(one for one in options if part in one)
