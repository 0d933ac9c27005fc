"""From an empty library to sound: the light representative of what the other tests go through."""

from pathlib import Path

from playwright.sync_api import BrowserContext, Response

from web.studio.heard import difference, heard, rendered, tapped
from web.studio.server import Server

MOST_BYTES = 1_000_000
# The compiled kernels differ by the order of additions only.
TOLERANCE = 1e-5
FADE_FRAMES = 480
RATE_HZ = 48000
SECONDS_HEARD = 2


def test_a_file_is_imported_and_sounds_as_rendered(
    server: Server, listening: BrowserContext, tiny: Path, tmp_path: Path
) -> None:
    sizes: list[int] = []
    page = tapped(listening)
    page.on("response", lambda response: sizes.append(_length(response)))
    page.goto(server.address)
    page.get_by_role("heading", name="Your first capture").wait_for()
    assert 10_000 < sum(sizes) < MOST_BYTES

    page.get_by_label("Files to import").set_input_files(tiny)
    page.get_by_role("link", name="tiny", exact=True).click()
    page.get_by_role("button", name="Play").wait_for()
    page.get_by_role("switch", name="Level-matched").uncheck()
    page.get_by_role("button", name="Play").click()
    page.wait_for_timeout(1000 * SECONDS_HEARD)

    riff = tmp_path / "riff.wav"
    riff.write_bytes(page.request.get(f"{server.root}api/riffs/chords.wav").body())
    played = heard(page)
    assert len(played) > RATE_HZ
    assert difference(played, rendered(tiny, riff, "full"), FADE_FRAMES) <= TOLERANCE
    assert difference(played, rendered(tiny, riff, "lite"), FADE_FRAMES) > 100 * TOLERANCE


def _length(response: Response) -> int:
    return int(response.headers.get("content-length", 0))
