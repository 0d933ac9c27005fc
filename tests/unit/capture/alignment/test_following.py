"""Where a delay steps amid what sounds like nothing else of the recording."""

import numpy as np
import pytest
import scipy.signal

from triode.audio import IN_MEMORY
from triode.capture.alignment.course import PASSAGE_FRAMES, Course
from triode.capture.alignment.following import refit, reseated
from triode.capture.alignment.laying import lay

RATE_HZ = 48_000
SWEEP = slice(26 * PASSAGE_FRAMES, 36 * PASSAGE_FRAMES)
GAP = 32 * PASSAGE_FRAMES
DELAY, STEP = 20, 64


def recorded(passages: int) -> tuple[np.ndarray, np.ndarray]:
    """Dull playing and, amid it, a loud sweep in which samples come twice."""
    noise = np.random.default_rng(3).standard_normal(passages * PASSAGE_FRAMES)
    dull = scipy.signal.butter(4, 2000, fs=RATE_HZ, output="sos")
    dry = 0.05 * scipy.signal.sosfilt(dull, noise)
    seconds = np.arange(SWEEP.stop - SWEEP.start) / RATE_HZ
    dry[SWEEP] = 0.5 * scipy.signal.chirp(seconds, 200, seconds[-1], 9000, "logarithmic")
    wet = np.concatenate([np.zeros(DELAY), dry])
    wet = np.insert(wet, GAP + DELAY, wet[GAP + DELAY - STEP : GAP + DELAY])
    return dry.astype(np.float32), wet.astype(np.float32)


# In shorter recordings, passages overlap: not only a passage but its neighbours hold its sweep.
@pytest.mark.parametrize("passages", [pytest.param(50, marks=pytest.mark.heavy), 64])
@pytest.mark.parametrize("edge", [pytest.param(25, marks=pytest.mark.heavy), 37])
def test_a_sweep_does_not_confirm_what_was_assumed_of_it(edge: int, passages: int) -> None:
    dry, wet = recorded(passages)
    edges = np.array([float(edge * PASSAGE_FRAMES)])
    nothing = np.empty(0)
    assumed = Course(
        drift=0.0,
        offsets=np.array([DELAY, DELAY + STEP], np.float64),
        edges=edges,
        brackets=edges[:, None] + PASSAGE_FRAMES * np.array([-1.0, 1.0]),
        centres=nothing,
        residuals=nothing,
        scores=nothing,
        levels=nothing,
        brightness=nothing,
    )
    laid = lay(wet, assumed, len(dry), IN_MEMORY)
    moved = reseated(dry, laid, *refit(dry, laid, assumed))
    assert moved is not None
    ((low, high),) = moved.brackets
    # A passage before the last that is surely before the gap, and after the first beyond it.
    assert GAP - 2 * PASSAGE_FRAMES < low < GAP < high < GAP + 2 * PASSAGE_FRAMES
