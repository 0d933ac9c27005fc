"""Everyone can use it: by keyboard alone, at any width, light and dark, and axe finds nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from web.studio.captures import write_capture
from web.studio.server import Server
from web.studio.steps import check_pair, focus, import_captures, open_capture

pytestmark = pytest.mark.heavy

SERIOUS = {"serious", "critical"}
WIDTHS = (360, 768, 1440)
SMALLEST_TARGET_PIXELS = 24  # WCAG 2.2, criterion 2.5.8


@pytest.fixture
def views(
    server: Server, page: Page, recordings: Path, tmp_path: Path
) -> dict[str, Callable[[], None]]:
    """Ways to each view, with something in it."""
    page.goto(server.address)
    long_name = "British head with a treble booster before it and everything on ten"
    import_captures(page, *(write_capture(tmp_path / f"{n}.nam") for n in ("tiny", long_name)))

    def at(fragment: str) -> Callable[[], None]:
        return lambda: page.goto(f"{server.root}{fragment}") and None

    def played() -> None:
        page.goto(f"{server.root}#/")
        open_capture(page, "tiny")
        page.get_by_role("combobox", name="Add another capture to compare with").select_option(
            index=1
        )
        page.get_by_role("button", name=f"Remove {long_name}").wait_for()

    def checked() -> None:
        check_pair(page, server, recordings / "dry.wav", recordings / "wet.wav")
        page.locator(".rest > summary").click()
        page.get_by_text("Show the plot").first.click()
        page.get_by_text("Evidence").first.click()
        page.locator(".plot .main-svg").first.wait_for()

    return {"library": at("#/"), "bin": at("#/bin"), "capture": played, "new": checked}


def test_axe_finds_nothing_serious(page: Page, views: dict[str, Callable[[], None]]) -> None:
    found = []
    for name, go in views.items():
        go()
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            results = Axe().run(page)
            found += [
                f"{name}, {scheme}: {one['id']}: {one['nodes'][0]['html']}"
                for one in results.response["violations"]
                if one["impact"] in SERIOUS
            ]
    assert not found


def test_axe_would_find_something(page: Page, server: Server) -> None:
    page.goto(server.address)
    page.get_by_role("heading", name="Your first capture").wait_for()
    page.evaluate("document.getElementById('search').parentElement.replaceWith(search)")
    page.evaluate("for (const name of ['placeholder', 'id']) search.removeAttribute(name)")
    impacts = {one["impact"] for one in Axe().run(page).response["violations"]}
    assert impacts & SERIOUS


def test_every_width_fits(page: Page, views: dict[str, Callable[[], None]]) -> None:
    for name, go in views.items():
        go()
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{name} is {wide} pixels wide at {width}"
            small = page.evaluate(_TARGETS, SMALLEST_TARGET_PIXELS)
            assert not small, f"{name} at {width}: {small}"


def test_a_capture_is_played_and_deleted_by_keyboard(
    server: Server, page: Page, tiny: Path
) -> None:
    page.goto(server.address)
    page.get_by_role("heading", name="Your first capture").wait_for()
    focus(page, "button", "Import .nam")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(tiny)
    page.get_by_role("link", name="tiny", exact=True).wait_for()
    focus(page, "link", "tiny")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="tiny")).to_be_focused()
    expect(page.get_by_role("button", name="Play")).to_be_enabled(timeout=120_000)

    focus(page, "button", "Play")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Pause").wait_for()
    page.keyboard.press("2")
    expect(page.get_by_role("radio", name="Lite")).to_be_checked()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("radio", name="Full")).to_be_checked()
    focus(page, "slider", "Output")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".level-value").last).to_have_text("\u22120.5\u00a0dB")

    page.keyboard.press("Home")
    page.get_by_role("heading", name="tiny").focus()
    focus(page, "button", "Delete tiny")
    page.keyboard.press("Enter")
    page.get_by_text("is in the bin").wait_for()
    focus(page, "button", "Undo")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Delete tiny").wait_for()


def test_a_training_is_begun_by_keyboard(server: Server, page: Page, recordings: Path) -> None:
    page.goto(server.address)
    page.get_by_role("heading", name="Your first capture").wait_for()
    page.get_by_role("link", name="New capture").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="New capture")).to_be_focused()
    for side in ("dry", "wet"):
        focus(page, "button", f"{side.capitalize()} recording")
        with page.expect_file_chooser() as chooser:
            page.keyboard.press("Enter")
        chooser.value.set_files(recordings / f"{side}.wav")
        page.get_by_text(f"{side}.wav").wait_for()
    expect(page.get_by_role("button", name="Start training")).to_be_enabled(timeout=120_000)
    focus(page, "textbox", "Name")
    page.keyboard.press("Control+A")
    page.keyboard.type("By hand")
    focus(page, "button", "Start training")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="By hand")).to_be_focused()
    focus(page, "button", "Stop By hand")
    page.keyboard.press("Enter")
    expect(page.locator(".state-word")).to_have_text("Stopped early", timeout=120_000)


_TARGETS = """(smallest) => {
  const shown = (one) => one.getClientRects().length > 0 && !one.matches(".hidden, .skip, p a");
  const target = (one) => (one.closest("label") ?? one).getBoundingClientRect();
  return [...document.querySelectorAll("a, button, input, select, summary")]
    .filter(shown)
    .filter((one) => Math.min(target(one).width, target(one).height) < smallest)
    .map((one) => one.outerHTML.slice(0, 120));
}"""
