"""The headphones check: what the page plays is what Woods et al. (2017) describe."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from web.listening.browser import chromium, watched_page
from web.listening.made import make_test, served

RATE_HZ = 8_000
SCRIPT = """
async ({ rate }) => {
  const { deal, tones } = await import("/static/tones.js");
  const sides = tones({ quiet: 0, antiphase: 2 }, rate);
  const dealt = Array.from({ length: 6000 }, () => deal());
  return { sides: sides.map((one) => Array.from(one)), dealt };
}
"""


@pytest.mark.heavy
def test_three_tones(tmp_path: Path) -> None:
    """Heavy for the browser."""
    test = make_test(tmp_path / "test", "abx")
    with (
        served(test.folder, "--open") as server,
        chromium() as browser,
        watched_page(browser) as page,
    ):
        page.goto(f"{server.address}/listen")
        answer = page.evaluate(SCRIPT, {"rate": RATE_HZ})
    left, right = np.array(answer["sides"])
    period = round(1.5 * RATE_HZ)
    quiet, plain, antiphase = (slice(place * period, (place + 1) * period) for place in range(3))
    level = [np.sqrt(np.mean(left[one] ** 2)) for one in (quiet, plain, antiphase)]
    steady = left[plain][RATE_HZ // 5 : RATE_HZ * 4 // 5]
    assert 20 * np.log10(np.sqrt(np.mean(steady**2))) == pytest.approx(-23.0, abs=0.02)
    assert 20 * np.log10(level[0] / level[1]) == pytest.approx(-6.0, abs=1e-3)
    assert level[1] == pytest.approx(level[2], rel=1e-6)
    assert np.array_equal(left[quiet], right[quiet])
    assert np.array_equal(left[plain], right[plain])
    # In the air of a room the third one is gone; in headphones it is as loud as the second.
    assert np.array_equal(left[antiphase], -right[antiphase])
    spectrum = np.abs(np.fft.rfft(left[plain][:RATE_HZ]))
    assert spectrum.argmax() == 200
    assert np.abs(np.diff(left)).max() < 0.1 * 2 * np.pi * 200 / RATE_HZ * 1.01
    counted = Counter((one["quiet"], one["antiphase"]) for one in answer["dealt"])
    assert set(counted) == {(a, b) for a in range(3) for b in range(3) if a != b}
    # 1000 of each are expected; six standard deviations of a count are 173.
    assert all(abs(count - 1000) < 173 for count in counted.values())
