"""The studio's modules that need no page, in Node.js."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pyloudnorm
import pytest

MODULES = Path(__file__).parent / "modules"
# Both follow the standard; they differ in how a block that ends between two samples is rounded.
TOLERANCE_LU = 0.05


@pytest.fixture(scope="module")
def node() -> str:
    found = shutil.which("node")
    if found is None:
        pytest.skip("Node.js is not installed")
    return found


def test_the_modules_do_what_their_tests_say(node: str) -> None:
    run = subprocess.run(
        [node, "--test", *map(str, sorted(MODULES.glob("*.test.mjs")))],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-6000:]
    assert "# pass 0" not in run.stdout


@pytest.mark.parametrize("rate_hz", [44100, 48000])
def test_the_page_hears_the_loudness_that_the_server_does(
    node: str, rate_hz: int, tmp_path: Path
) -> None:
    random = np.random.default_rng(7)
    swell = np.linspace(0.001, 1.0, 5 * rate_hz) ** 2
    samples = (0.3 * swell * random.standard_normal(5 * rate_hz)).astype("<f4")
    samples.tofile(tmp_path / "noise.f32")
    run = subprocess.run(
        [node, str(MODULES / "loudness_of.mjs"), str(tmp_path / "noise.f32"), str(rate_hz)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    )
    meter = pyloudnorm.Meter(rate_hz, filter_class="DeMan")
    expected = meter.integrated_loudness(samples.astype(np.float64))
    assert float(run.stdout) == pytest.approx(expected, abs=TOLERANCE_LU)
