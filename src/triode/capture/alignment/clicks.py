"""An estimator that looks at the answers to isolated clicks, where the dry recording has any."""

import numpy as np
import numpy.typing as npt
import scipy.signal

from triode.audio import blocks_of, release
from triode.capture.alignment.spectra import slice_padded
from triode.capture.timing import Vote

__all__ = ["click_vote", "find_clicks"]

_OVERSAMPLING = 4
_CLICK_SECONDS = 0.001
_CLICK_QUIET_SECONDS = 0.05
_CLICK_QUIET_SHARE = 0.01
_CLICK_SHARE_OF_PEAK = 0.1
_CLICK_BEGINS_SHARE = 0.25
# Where the main lobe of a sinc is at that share: a plain delay then begins at its own place.
_CLICK_LOBE_SAMPLES = 0.79
_CLICK_OVER_NOISE = 6.0
_MOST_CLICKS = 16
_BLOCKS_AT_ONCE = 4096


def click_vote(
    dry: npt.NDArray[np.float32],
    laid: npt.NDArray[np.float32],
    rate_hz: float,
    places: npt.NDArray[np.int64],
) -> Vote | None:
    """Where the answer to isolated clicks of the dry signal begins; None without any.

    Args:
        dry: Shape (frames,).
        laid: The wet signal on the dry one's time, (frames,).
        rate_hz: The rate of both.
        places: From `find_clicks`, (clicks,).
    """
    before, after = round(0.004 * rate_hz), round(0.01 * rate_hz)
    starts, signs, sizes = [], [], []
    for place in places:
        answer = slice_padded(laid, int(place) - 2 * before, 2 * before + after).astype(np.float64)
        noise_part = answer[:before]
        answer = answer - noise_part.mean()
        noise = float(noise_part.std())
        # Up to a fraction of a sample: the answer at several times the rate.
        fine = scipy.signal.resample(answer, len(answer) * _OVERSAMPLING)
        height = np.abs(fine)
        strongest = float(height.max())
        threshold = max(_CLICK_BEGINS_SHARE * strongest, _CLICK_OVER_NOISE * noise)
        above = np.flatnonzero(height > threshold)
        if strongest == 0 or len(above) == 0 or above[0] == 0:
            continue
        begin = above[0] / _OVERSAMPLING - 2 * before + _CLICK_LOBE_SAMPLES
        starts.append(begin)
        signs.append(np.sign(fine[above[0]]) * np.sign(dry[place]))
        sizes.append(strongest / max(noise, 1e-9))
    if not starts:
        return None
    together = float(np.median(starts))
    spread = float(np.median(np.abs(np.array(starts) - together)))
    loud = float(np.clip(np.log10(np.median(sizes)) - 1, 0, 1))
    alike = 1.0 if len(starts) > 1 and spread < 2 else 0.5
    return Vote(
        estimator="click",
        delay_samples=together,
        uncertainty_samples=max(1.0, spread),
        polarity=int(np.sign(np.sum(signs))),
        confidence=loud * alike,
    )


def find_clicks(dry: npt.NDArray[np.float32], rate_hz: float) -> npt.NDArray[np.int64]:
    """Places of short loud events with silence around them, (clicks,)."""
    near, quiet = round(_CLICK_SECONDS * rate_hz), round(_CLICK_QUIET_SECONDS * rate_hz)
    reach = quiet // near
    if len(dry) < 2 * quiet:
        return np.empty(0, np.int64)
    whole = dry[: len(dry) // near * near]
    peaks = np.concatenate(
        [
            np.abs(block.reshape(-1, near)).max(axis=1)
            for block in blocks_of(whole, _BLOCKS_AT_ONCE * near)
        ]
    )
    # Loud, and far above what comes a little before and after; of what is left each is looked at.
    loud = peaks[reach:-reach] > _CLICK_SHARE_OF_PEAK * peaks.max()
    limit = _CLICK_QUIET_SHARE * peaks[reach:-reach]
    for distance in (2, reach // 2, reach):
        loud &= peaks[reach - distance : len(peaks) - reach - distance] <= limit
        loud &= peaks[reach + distance : len(peaks) - reach + distance] <= limit
    found: list[int] = []
    for block in reach + np.flatnonzero(loud):
        before, after = peaks[block - reach : block - 1], peaks[block + 2 : block + reach + 1]
        if max(before.max(), after.max()) > _CLICK_QUIET_SHARE * peaks[block]:
            continue
        start = int(block) * near
        place = start + int(np.argmax(np.abs(dry[start : start + near])))
        # A click between two blocks is found in both of them.
        if not found or place > found[-1] + near:
            found.append(place)
        if len(found) == _MOST_CLICKS:
            break
    release(dry)
    return np.array(found, np.int64)
