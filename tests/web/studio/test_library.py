"""A library of captures: found, labelled, compared, deleted and brought back."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from triode.nam import read
from web.studio.captures import write_capture
from web.studio.server import Server
from web.studio.steps import import_captures, open_capture

pytestmark = pytest.mark.heavy

FIRST_LOAD_MILLISECONDS = 1000
TRIES = 5


@pytest.fixture
def library(server: Server, page: Page, tmp_path: Path) -> Page:
    """The page of a library with three captures."""
    page.goto(server.address)
    paths = [write_capture(tmp_path / f"{name}.nam", seed=i) for i, name in enumerate("abc")]
    import_captures(page, *paths)
    return page


def names(page: Page) -> list[str]:
    return page.locator(".unit h2").all_inner_texts()


def test_labels_go_into_the_file_and_are_searched_by(library: Page, tmp_path: Path) -> None:
    library.get_by_role("link", name="b", exact=True).click()
    library.get_by_label("Name", exact=True).fill("Deluxe")
    library.get_by_label("Tags", exact=True).fill("combo, clean; combo")
    library.get_by_label("Maker", exact=True).fill("Fender")
    library.get_by_label("Tone", exact=True).select_option("crunch")
    library.get_by_label("Input level (dBu)").fill("12.5")
    library.get_by_role("button", name="Save").click()
    library.get_by_text("Saved").wait_for()
    with library.expect_download() as download:
        library.get_by_role("link", name="Download Deluxe").click()
    assert download.value.suggested_filename == "Deluxe.nam"
    download.value.save_as(tmp_path / "out.nam")
    metadata = read(tmp_path / "out.nam").metadata
    assert (metadata["name"], metadata["gear_make"]) == ("Deluxe", "Fender")
    assert (metadata["tone_type"], metadata["input_level_dbu"]) == ("crunch", 12.5)

    library.get_by_role("navigation", name="Views").get_by_role("link", name="Library").click()
    library.get_by_label("Search").fill("fender comb")
    expect(library.locator(".unit")).to_have_count(1)
    assert names(library) == ["Deluxe"]
    library.get_by_label("Search").fill("")
    library.get_by_role("button", name="clean").click()
    expect(library.locator(".unit")).to_have_count(1)
    library.get_by_role("button", name="clean").click()
    expect(library.locator(".unit")).to_have_count(3)


def test_what_is_deleted_comes_back(library: Page) -> None:
    library.get_by_role("button", name="Delete a").click()
    expect(library.locator(".unit")).to_have_count(2)
    library.get_by_role("button", name="Undo").click()
    expect(library.locator(".unit")).to_have_count(3)
    library.get_by_role("button", name="Delete c").click()
    expect(library.locator(".unit")).to_have_count(2)
    library.reload()
    expect(library.locator(".unit")).to_have_count(2)
    library.get_by_role("link", name="Bin").click()
    expect(library.get_by_role("heading", name="Bin", exact=True)).to_be_visible()
    library.get_by_role("button", name="Restore c").click()
    expect(library.locator(".unit")).to_have_count(0)
    library.get_by_role("link", name="Library").first.click()
    expect(library.locator(".unit")).to_have_count(3)


def test_another_page_hears_of_it(library: Page, server: Server) -> None:
    other = library.context.new_page()
    other.goto(server.root)
    expect(other.locator(".unit")).to_have_count(3)
    library.get_by_role("button", name="Delete a").click()
    expect(other.locator(".unit")).to_have_count(2)


def test_a_recording_is_no_capture(library: Page, recordings: Path) -> None:
    library.get_by_label("Files to import").set_input_files(recordings / "dry.wav")
    library.get_by_text("dry.wav is no .nam file").wait_for()
    expect(library.locator(".unit")).to_have_count(3)


def test_names_are_text_and_never_markup(library: Page, tmp_path: Path) -> None:
    name = "<img src=x onerror=alert(1)>"
    library.get_by_role("link", name="a", exact=True).click()
    library.get_by_label("Name", exact=True).fill(name)
    library.get_by_role("button", name="Save").click()
    library.get_by_text("Saved").wait_for()
    expect(library.get_by_role("heading", level=1)).to_have_text(name)
    library.get_by_role("navigation", name="Views").get_by_role("link", name="Library").click()
    expect(library.get_by_role("link", name=name, exact=True)).to_be_visible()
    assert library.locator("img").count() == 0


def test_two_are_compared(library: Page) -> None:
    for name in ("a", "b"):
        library.get_by_role("checkbox", name=f"Choose {name} to compare").check()
    library.get_by_role("button", name="Compare").click()
    link = library.get_by_role("link", name="Compare: open")
    link.wait_for(timeout=240_000)
    with library.context.expect_page() as opened:
        link.click()
    opened.value.wait_for_load_state()
    assert "a" in opened.value.title()


def test_voices_of_others_are_switched_to_and_matched(library: Page) -> None:
    open_capture(library, "a")
    library.get_by_role("combobox", name="Add another capture to compare with").select_option(
        "b, Full"
    )
    other = library.get_by_role("radio", name="b Full")
    other.wait_for()
    library.get_by_role("button", name="Play").click()
    library.get_by_role("button", name="Pause").wait_for()
    for key, voice in (("3", "b Full"), ("1", "Full"), ("2", "Lite"), ("3", "b Full")):
        library.keyboard.press(key)
        expect(library.locator(".key input:checked")).to_have_accessible_name(voice)
    library.get_by_role("combobox", name="Cabinet").select_option(index=1)
    library.get_by_role("radio", name="Live guitar").check()
    expect(library.locator(".wave-time")).to_have_text("live")
    library.get_by_role("button", name="Remove b").click()
    expect(library.locator(".key")).to_have_count(2)


def test_the_first_load_takes_less_than_a_second(server: Server, page: Page) -> None:
    page.goto(server.address)
    page.get_by_role("heading", name="Your first capture").wait_for()
    times = []
    for _ in range(TRIES):
        fresh = page.context.browser
        assert fresh is not None
        with_cookie = fresh.new_context(storage_state=page.context.storage_state())
        first = with_cookie.new_page()
        first.goto(server.root)
        first.locator(".page-head").wait_for()
        times.append(float(first.evaluate("performance.now()")))
        with_cookie.close()
    # The best of a few: others may use the machine, and they are not what is measured.
    assert min(times) < FIRST_LOAD_MILLISECONDS, times
