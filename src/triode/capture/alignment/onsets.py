"""An estimator that looks at where notes begin."""

import numpy as np
import numpy.typing as npt
import scipy.fft

from triode.audio import blocks_of
from triode.capture.timing import Vote

__all__ = ["onset_vote"]

_ONSET_BLOCK_SECONDS = 0.0005
_ONSET_BACK_BLOCKS = 12
_ONSET_REACH_SECONDS = 0.1
_ONSET_UNCERTAINTY_SECONDS = 0.0015
# So many onsets are enough, and an hour of them would not be small.
_ONSET_LONGEST_SECONDS = 300.0
_BLOCKS_AT_ONCE = 4096


def onset_vote(
    dry: npt.NDArray[np.float32], laid: npt.NDArray[np.float32], rate_hz: float
) -> Vote | None:
    """Where rises of the level in the wet signal fit those in the dry one best.

    Rough, a millisecond or two, but blind to phase and pitch, so it tells one period of a note
    from the next.

    Args:
        dry: Shape (frames,).
        laid: The wet signal on the dry one's time, (frames,).
        rate_hz: The rate of both.
    """
    block = max(1, round(_ONSET_BLOCK_SECONDS * rate_hz))
    longest = round(_ONSET_LONGEST_SECONDS * rate_hz)
    dry, laid = dry[:longest], laid[:longest]
    first, second = (_rises(signal, block) for signal in (dry, laid))
    count = min(len(first), len(second))
    if count < 8 or not (first[:count].any() and second[:count].any()):
        return None
    size = scipy.fft.next_fast_len(2 * count, real=True)
    spectra = [scipy.fft.rfft(one[:count] - one[:count].mean(), n=size) for one in (first, second)]
    likeness = scipy.fft.irfft(np.conj(spectra[0]) * spectra[1], n=size)
    reach = min(round(_ONSET_REACH_SECONDS / _ONSET_BLOCK_SECONDS), count - 1)
    near = np.concatenate([likeness[-reach:], likeness[: reach + 1]])
    peak = int(np.argmax(near))
    norm = np.sqrt(
        float(np.sum((first[:count] - first[:count].mean()) ** 2))
        * float(np.sum((second[:count] - second[:count].mean()) ** 2))
    )
    rivals = near.copy()
    rivals[max(0, peak - 8) : peak + 9] = 0
    distinct = float(np.clip(1 - rivals.max() / max(float(near[peak]), 1e-300), 0, 1))
    return Vote(
        estimator="onset",
        delay_samples=float((peak - reach) * block),
        uncertainty_samples=_ONSET_UNCERTAINTY_SECONDS * rate_hz,
        polarity=0,
        confidence=distinct * float(np.clip(2 * near[peak] / max(norm, 1e-300), 0, 1)),
    )


def _rises(signal: npt.NDArray[np.float32], block: int) -> npt.NDArray[np.float64]:
    """How much louder each block is than what came before, in decades, (blocks,)."""
    count = len(signal) // block
    power = np.empty(count)
    before_it = np.float32(0)
    for first, part in enumerate(blocks_of(signal[: count * block], _BLOCKS_AT_ONCE * block)):
        steep = np.diff(part, prepend=before_it).reshape(-1, block)
        start = first * _BLOCKS_AT_ONCE
        power[start : start + len(steep)] = np.einsum("ij,ij->i", steep, steep, dtype=np.float64)
        before_it = part[-1]
    floor = np.percentile(power, 10) + 1e-7 * power.max() + 1e-30
    level = np.log10(power + floor)
    before = np.full(count, level[0])
    for step in range(1, _ONSET_BACK_BLOCKS + 1):
        before[step:] = np.maximum(before[step:], level[:-step]) if step > 1 else level[:-1]
    return np.asarray(np.maximum(level - before, 0.0), np.float64)
