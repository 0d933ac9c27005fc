"""Nothing is lost: not with a closed tab, not with a killed server."""

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from triode.nam import read
from web.studio.server import Server
from web.studio.steps import check_pair, start_training

pytestmark = pytest.mark.heavy

PATIENCE_MILLISECONDS = 240_000


def test_training_goes_on_without_the_tab_and_after_the_server_was_killed(
    server: Server, context: BrowserContext, recordings: Path, tmp_path: Path
) -> None:
    page = context.new_page()
    page.goto(server.address)
    check_pair(page, server, recordings / "dry.wav", recordings / "wet.wav")
    start_training(page, "Long one", epochs=4000)
    first = _reached(page, 1)
    address = page.url
    page.close()

    page = context.new_page()
    page.goto(address)
    reached = _reached(page, first + 1)

    server.kill()
    connection = page.locator("#connection")
    expect(connection).to_contain_text("does not answer", timeout=PATIENCE_MILLISECONDS)
    server.begin()
    expect(connection).to_contain_text("was started again", timeout=PATIENCE_MILLISECONDS)
    page.goto(server.address)
    page.get_by_role("link", name="Long one", exact=True).click()
    _reached(page, reached + 1)
    page.get_by_text("The numbers").click()
    told = page.locator(".numbers tbody th").all_inner_texts()
    assert told == [str(epoch) for epoch in range(len(told), 0, -1)]

    page.get_by_role("button", name="Stop Long one").click()
    expect(page.locator(".state-word")).to_have_text("Stopped early", timeout=PATIENCE_MILLISECONDS)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download Long one").click()
    download.value.save_as(tmp_path / "kept.nam")
    assert read(tmp_path / "kept.nam").metadata["name"] == "Long one"


def _reached(page: Page, epoch: int) -> int:
    """Wait until the page shows that epoch or a later one, and return which."""
    page.wait_for_function(
        f"() => ({_SHOWN})() >= {epoch}", timeout=PATIENCE_MILLISECONDS, polling=200
    )
    return int(page.evaluate(_SHOWN))


_SHOWN = """() => {
  const text = document.querySelector(".state-rest")?.textContent ?? "";
  return Number(/epoch ([0-9]+) of/.exec(text)?.[1] ?? 0);
}"""
