"""A participant who uses the keyboard and nothing else."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

__all__ = ["Listener"]

_ANSWER = re.compile(r"/answers/(\d+)$")
_COUNT_SCREENS = """
window.screens = 0;
document.addEventListener("DOMContentLoaded", () => {
  const main = document.getElementById("main");
  const counted = new MutationObserver(() => { window.screens += 1; });
  if (main !== null) counted.observe(main, { childList: true });
});
"""


class Listener:
    """Someone at a keyboard in front of a page.

    Args:
        page: Where they sit.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.sent: dict[int, dict[str, Any]] = {}
        page.on("request", self._note)
        page.add_init_script(_COUNT_SCREENS)

    def _note(self, request: Any) -> None:
        found = _ANSWER.search(request.url)
        if found is not None and request.method == "PUT":
            self.sent[int(found[1])] = request.post_data_json

    def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def sees(self, heading: str) -> None:
        """Wait for a heading, which has the focus, so that a screen reader speaks it."""
        expect(self.page.locator("main h1")).to_have_text(heading)

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

    def after(self, action: Callable[[], None]) -> None:
        """Do something and wait for the screen that comes of it."""
        before = self.page.evaluate("window.screens")
        action()
        self.page.wait_for_function(
            "before => window.screens > before"
            " && !document.querySelector('main h1').textContent.startsWith('Loading')",
            arg=before,
        )

    def answer_all(self, answer: Callable[["Listener"], None]) -> None:
        """Answer page by page until the end."""
        while self.heading != "Thank you":
            if self.heading not in {"Now the test", "Rest your ears"}:
                answer(self)
            self.after(lambda: self.press("Enter"))
