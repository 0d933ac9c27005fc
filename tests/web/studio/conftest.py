"""A studio, a browser and a tiny capture."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from triode.audio import write_audio
from triode.synthetic import amplify, performance
from web.studio.captures import write_capture
from web.studio.server import Server

RATE_HZ = 48000
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)


@pytest.fixture(scope="session")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with dry.wav and wet.wav, twelve seconds of synthetic playing."""
    folder = tmp_path_factory.mktemp("recordings")
    dry = performance(12.0, rate_hz=RATE_HZ)
    write_audio(folder / "dry.wav", dry, RATE_HZ)
    write_audio(folder / "wet.wav", amplify(dry, RATE_HZ), RATE_HZ)
    return folder


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A capture with two sizes that needs no time."""
    return write_capture(tmp_path / "tiny.nam")


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where the browser is."""
    found = os.environ.get("TRIODE_CHROMIUM") or shutil.which("chromium")
    if found is None:
        pytest.skip("Chromium is not installed")
    return found


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """One browser for a module, since its event loop is in the way of others in this process.

    Each test gets a profile of its own.
    """
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        yield running
        running.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A studio that runs, over an empty library."""
    running = Server(tmp_path / "library")
    running.begin()
    yield running
    running.stop()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A profile of its own."""
    fresh = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    fresh.set_default_timeout(30_000)
    yield fresh
    fresh.close()


@pytest.fixture
def listening(browser: Browser) -> Iterator[BrowserContext]:
    """A profile in which tests may put a tap of theirs into what a page plays."""
    fresh = browser.new_context(viewport={"width": 1280, "height": 900}, bypass_csp=True)
    yield fresh
    fresh.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page that must not complain."""
    fresh = context.new_page()
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        # The page of the door, before ours, has no icon.
        icon = message.location["url"].endswith("/favicon.ico")
        if message.type in {"error", "warning"} and not icon:
            complaints.append(message.text)

    # Choosers go to the tests from the start: one that opens before it is asked for is lost.
    fresh.on("filechooser", lambda chooser: None)
    fresh.on("console", hear)
    fresh.on("pageerror", lambda error: complaints.append(str(error)))
    yield fresh
    assert not complaints
