"""Debian's Chromium, driven by Playwright."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

__all__ = ["CHROMIUM", "OPTIONS", "chromium", "require_chromium", "watched_page"]

_PATIENCE_MS = 30_000
CHROMIUM = Path(os.environ.get("TRIODE_CHROMIUM") or shutil.which("chromium") or "chromium")
OPTIONS = [
    "--no-sandbox",
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def require_chromium() -> None:
    """Skip the test where Chromium is not installed."""
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed: apt-get install chromium")


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """A running browser; skips the test where none is installed."""
    require_chromium()
    # A busy machine is no failure.
    expect.set_options(timeout=_PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        try:
            yield browser
        finally:
            browser.close()


@contextlib.contextmanager
def watched_page(browser: Browser, **options: object) -> Iterator[Page]:
    """A page in a context of its own, in which nothing may go wrong that a script would notice."""
    context = browser.new_context(**options)  # type: ignore[arg-type]
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if _is_violation(said.text) else None)
    try:
        yield page
        assert errors == []
    finally:
        context.close()


def _is_violation(said: str) -> bool:
    return "Content Security Policy" in said
