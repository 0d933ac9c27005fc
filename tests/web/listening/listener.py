"""A participant who uses the keyboard and nothing else."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

__all__ = ["Listener"]

_ANSWER = re.compile(r"/answers/(\d+)$")


class Listener:
    """Someone at a keyboard in front of a page.

    Args:
        page: Where they sit.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.sent: dict[int, dict[str, Any]] = {}
        page.on("request", self._note)

    def _note(self, request: Any) -> None:
        found = _ANSWER.search(request.url)
        if found is not None and request.method == "PUT":
            self.sent[int(found[1])] = request.post_data_json

    def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def sees(self, heading: str, timeout_ms: float = 20_000) -> None:
        """Wait for a heading, which has the focus, so that a screen reader speaks it."""
        expect(self.page.locator("main h1")).to_have_text(heading, timeout=timeout_ms)

    @property
    def heading(self) -> str:
        """What stands on top of the page."""
        return self.page.locator("main h1").inner_text()

    def begin(self, address: str) -> None:
        """From the link to the first page: consent, headphones check, volume."""
        self.page.goto(address)
        expect(self.page.locator("#agree")).to_be_visible()
        expect(self.page.locator("main h1")).to_be_focused()
        self.press("Tab")
        expect(self.page.locator("#agree")).to_be_focused()
        self.press("Space", "Tab", "Enter")
        self.sees("Thank you for taking part")
        self.press("Enter")
        self.check_headphones()
        self.sees("Set the volume")
        self.press("Space", "ArrowDown", "Enter")

    def check_headphones(self) -> None:
        """Guess; whoever fails twice may go on."""
        self.sees("Headphones on")
        self.press("Enter")
        for attempt in range(2):
            for trial in range(6):
                note = f"Headphones check, {trial + 1} of 6"
                expect(self.page.locator("main .note")).to_have_text(note)
                self.press("123"[(trial + attempt) % 3])
            expect(self.page.locator("main .note")).to_have_count(0)
            if self.heading == "Set the volume" or self.heading.startswith("Loading"):
                return
            self.press("Enter")

    def hear(self, *letters: str) -> None:
        """Hear each of the stimuli."""
        for letter in letters:
            self.press(letter)
            name = "Reference" if letter == "r" else letter.upper()
            button = self.page.locator(f'[data-stimulus="{name}"]')
            expect(button).to_have_attribute("aria-pressed", "true")

    def answer_all(self, answer: Callable[["Listener"], None]) -> None:
        """Answer page by page until the end."""
        while True:
            before = self.position()
            if self.heading in {"Now the test", "Rest your ears"}:
                self.press("Enter")
            elif self.heading == "Thank you":
                return
            else:
                answer(self)
                self.press("Enter")
            self.page.wait_for_function(
                "before => [document.querySelector('main h1').textContent,"
                " document.getElementById('progress').textContent].join() !== before",
                arg=before,
            )
            self.page.wait_for_function(
                "!document.querySelector('main h1').textContent.startsWith('Loading')"
            )

    def position(self) -> str:
        """Heading and progress, which change together with the page."""
        return str(
            self.page.evaluate(
                "[document.querySelector('main h1').textContent,"
                " document.getElementById('progress').textContent].join()"
            )
        )
