"""What a person does in the studio, as steps."""

import base64
from pathlib import Path

from playwright.sync_api import Page, expect

from web.studio.server import Server

__all__ = ["check_pair", "focus", "import_captures", "open_capture", "start_training"]

_PATIENCE_MILLISECONDS = 240_000


def import_captures(page: Page, *paths: Path) -> None:
    """Bring files into the library, whose page is open."""
    page.get_by_label("Files to import").set_input_files(list(paths))
    for path in paths:
        page.get_by_role("link", name=path.stem, exact=True).wait_for()


def open_capture(page: Page, name: str) -> None:
    """Go from the library to a capture and wait until it can be played."""
    page.get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("button", name="Play")).to_be_enabled(timeout=_PATIENCE_MILLISECONDS)


def check_pair(page: Page, server: Server, dry: Path, wet: Path) -> None:
    """Open the view of a new capture, send both recordings, and wait for what the check says."""
    page.goto(f"{server.root}#/new")
    _drop(page, "dry", dry)
    _drop(page, "wet", wet)
    expect(page.get_by_role("button", name="Start training")).to_be_enabled(
        timeout=_PATIENCE_MILLISECONDS
    )


def _drop(page: Page, side: str, path: Path) -> None:
    """Drop a file where that side belongs, as from a file manager."""
    content = base64.b64encode(path.read_bytes()).decode("ascii")
    dropped = page.evaluate_handle(_DROPPED, [content, path.name])
    zone = page.locator(f".drop:has(input[name={side}])")
    zone.dispatch_event("dragover", {"dataTransfer": dropped})
    zone.dispatch_event("drop", {"dataTransfer": dropped})
    zone.locator(".drop-facts").wait_for()


_DROPPED = """([content, name]) => {
  const bytes = Uint8Array.from(atob(content), (one) => one.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], name));
  return transfer;
}"""


def start_training(page: Page, name: str, epochs: int) -> None:
    """Choose the quickest recipe, give a name and begin."""
    page.get_by_role("radio", name="demo").check()
    page.get_by_label("Epochs at most").fill(str(epochs))
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Start training").click()
    page.get_by_role("heading", name=name).wait_for()


def focus(page: Page, role: str, name: str) -> None:
    """Press Tab until that control has the focus, which must be seen.

    Raises:
        AssertionError: It cannot be reached, or the focus does not show.
    """
    wanted = page.get_by_role(role, name=name, exact=True)  # type: ignore[arg-type]
    for _ in range(120):
        page.keyboard.press("Tab")
        if wanted.evaluate_all("(all) => all.includes(document.activeElement)"):
            assert page.evaluate(_FOCUS_SHOWS), f"the focus on {name} does not show"
            return
    raise AssertionError(f"Tab does not lead to {role} {name}")


_FOCUS_SHOWS = """() => {
  const at = document.activeElement;
  if (!at.matches(":focus-visible")) return false;
  const around = [at, at.parentElement, at.nextElementSibling].filter(Boolean);
  return around.some((one) => getComputedStyle(one).outlineStyle !== "none");
}"""
