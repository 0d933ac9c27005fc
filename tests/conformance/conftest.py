"""What every conformance test may use."""

import numpy as np
import numpy.typing as npt
import pytest

from conformance.player import player_is_missing


@pytest.fixture(scope="session")
def dry() -> npt.NDArray[np.float32]:
    """(3000,) float32: loud noise, a tone, a click and silence, so that every path is driven."""
    rng = np.random.default_rng(20260101)
    frames = np.arange(3000)
    signal = 0.3 * rng.standard_normal(3000)
    signal[1000:2000] = 0.7 * np.sin(2 * np.pi * 220 / 48000 * frames[1000:2000])
    signal[2000:] = 0.0
    signal[2100] = 0.9
    return signal.astype(np.float32)


@pytest.fixture(scope="session")
def player() -> None:
    """The deployed player can be asked; otherwise the test is skipped."""
    reason = player_is_missing()
    if reason is not None:
        pytest.skip(reason)
