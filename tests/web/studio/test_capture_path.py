"""The whole way of a real pair: dropped, checked, trained, played, downloaded."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from conformance.player import Job, Refusal, player_is_missing, render_with_player
from triode.audio import read_audio
from web.studio.heard import difference, heard, rendered, tapped
from web.studio.server import Server
from web.studio.steps import check_pair, start_training

pytestmark = pytest.mark.heavy

TOLERANCE = 1e-5
FADE_FRAMES = 480
# The deployed player approximates tanh and its like; A2 has none, and sums in another order.
PLAYER_TOLERANCE = 1e-5
SECONDS_HEARD = 4
TRAINING_MILLISECONDS = 600_000


def test_from_drop_to_the_reference_player(
    server: Server, listening: BrowserContext, shared_data: Path, tmp_path: Path
) -> None:
    page = tapped(listening)
    page.goto(server.address)
    pairs = shared_data / "pairs"
    check_pair(page, server, pairs / "dry.flac", pairs / "bigmuff.flac")
    expect(page.locator(".verdict")).to_contain_text("Good recordings")
    page.get_by_text("without a finding").click()
    page.get_by_text("Show the plot").first.click()
    page.locator(".plot .main-svg").first.wait_for()

    start_training(page, "Big fuzz", epochs=1)
    expect(page.locator(".state")).to_contain_text("Finished", timeout=TRAINING_MILLISECONDS)
    expect(page.locator(".readout").first).to_contain_text("ESR")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download Big fuzz").click()
    assert download.value.suggested_filename == "Big fuzz.nam"
    model = tmp_path / "fuzz.nam"
    download.value.save_as(model)

    dry = tmp_path / "dry.wav"
    capture_id = page.url.rpartition("/")[2]
    expect(page.get_by_role("button", name="Play")).to_be_enabled(timeout=120_000)
    answer = page.request.get(f"{server.root}api/captures/{capture_id}/audition")
    info = answer.json()
    dry.write_bytes(page.request.get(server.root + info["passage"]["dry"][1:]).body())
    _plays_what_is_rendered(page, model, dry)
    _the_reference_player_agrees(model, dry)


def _plays_what_is_rendered(page: Page, model: Path, dry: Path) -> None:
    page.get_by_role("switch", name="Level-matched").uncheck()
    page.get_by_role("button", name="Play").click()
    page.wait_for_timeout(1000 * SECONDS_HEARD)
    played = heard(page)
    assert len(played) > 2 * 48_000
    assert difference(played, rendered(model, dry, "full"), FADE_FRAMES) <= TOLERANCE
    assert difference(played, rendered(model, dry, "lite"), FADE_FRAMES) > 100 * TOLERANCE


def _the_reference_player_agrees(model: Path, dry: Path) -> None:
    missing = player_is_missing()
    if missing is not None:
        pytest.skip(missing)
    signal = read_audio(dry).samples[: 2 * 48_000]
    (played,) = render_with_player([Job(document=json.loads(model.read_text()), dry=signal)])
    assert not isinstance(played, Refusal), played
    # The player's container plays its largest size.
    run_in = 7000
    expected = rendered(model, dry, "full")[run_in : len(signal)]
    assert abs(played[run_in:] - expected).max() <= PLAYER_TOLERANCE
