"""The clicks before a take, and when they come back."""

from typing import Final

import numpy as np
import numpy.typing as npt

from triode.capture.excitation.marker import CLICK, click_seconds

__all__ = ["LONGEST_SECONDS", "head", "round_trip_samples"]

LONGEST_SECONDS: Final = 1.2
"""The longest round trip that is looked for."""

_HEAD_SECONDS = 2.2
_BEFORE_SECONDS = 0.3
# Distances that no marker of an excitation signal has.
_NUMBER, _CODE = 90, 0
_WINDOW_SECONDS = 0.002
_AUDIBLE = 8.0
_ONSET = 4.0
_ONSET_SHARE = 0.1

Float32Array = npt.NDArray[np.float32]


def head(rate_hz: float) -> Float32Array:
    """Silence with three clicks in it, (frames,), to be played before a signal."""
    signal = np.zeros(round(_HEAD_SECONDS * rate_hz), np.float32)
    signal[_clicks(rate_hz)] = CLICK
    return signal


def round_trip_samples(heard: Float32Array, rate_hz: float) -> int | None:
    """How much later than they were sent the clicks of `head` begin to be heard.

    Three windows of 2 ms, as far apart as the clicks are, move over the recording; where the
    weakest of them is strongest, the clicks are, if it stands out of the noise before them. What
    is heard first there, above the noise, is the beginning.

    Args:
        heard: What came back while `head` was played, from its first sample on, (frames,).
        rate_hz: The rate of both.

    Returns:
        None when the clicks cannot be heard.
    """
    clicks = _clicks(rate_hz)
    window = round(_WINDOW_SECONDS * rate_hz)
    lags = min(round(LONGEST_SECONDS * rate_hz), len(heard) - clicks[-1] - window)
    before = heard[: clicks[0]].astype(np.float64)
    if lags < 1:
        return None
    middle = float(before.mean())
    noise = float(before.std())
    sound = heard - middle
    energy = np.concatenate([[0.0], np.cumsum(np.square(sound, dtype=np.float64))])
    inside = energy[window:] - energy[:-window]
    weakest = np.min([inside[click : click + lags] for click in clicks], axis=0)
    lag = int(np.argmax(weakest))
    strength = float(np.sqrt(max(0.0, float(weakest[lag])) / window))
    if strength <= max(_AUDIBLE * noise / np.sqrt(window) + noise, 1e-6):
        return None
    start = clicks[0] + max(0, lag - window)
    passage = np.abs(sound[start : clicks[0] + lag + 2 * window])
    threshold = max(_ONSET * noise, _ONSET_SHARE * float(passage.max()))
    return int(start + np.flatnonzero(passage >= threshold)[0] - clicks[0])


def _clicks(rate_hz: float) -> npt.NDArray[np.int64]:
    seconds = _BEFORE_SECONDS + np.array(click_seconds(_NUMBER, _CODE))
    return np.round(seconds * rate_hz).astype(np.int64)
