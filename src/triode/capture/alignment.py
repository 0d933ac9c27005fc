"""Where the wet recording sits against the dry one: delay, polarity, and how sure that is.

Both signals are whitened by linear prediction, a causal filter, and then correlated. Whitening
both removes what linear colour the amplifier adds, so that the correlation shows when its answer
begins and not where its resonances peak; distortion adds noise to it but does not move it.

The convention of the cut: the wet signal is advanced by the delay, rounded, less one sample of
margin, so that a model never has to look ahead; what is left of the delay the model learns.
"""

import numpy as np
import numpy.typing as npt
import scipy.fft
import scipy.linalg
import scipy.signal

from triode.audio import release
from triode.capture.timing import USABLE_CONFIDENCE, Alignment
from triode.errors import CaptureError

__all__ = ["align"]

_SEARCH_SECONDS = 2.0
_MARGIN_SAMPLES = 1
_PREDICTION_ORDER = 128
_SPECTRUM_FRAMES = 4096
# White noise this far below a signal is assumed under it, so that whitening does not raise the
# bands in which a guitar has nothing to say.
_NOISE_SHARE = 1e-5
_BLOCK_FRAMES = 1 << 18
_ARRIVAL_LAGS = 32
_ARRIVAL_SHARE = 0.15
_ARRIVAL_RIVAL_SHARE = 0.75
_TEMPLATE_LAGS = 256
_FRACTIONS = np.linspace(-1.0, 1.0, 129)
_RIVAL_DISTANCE = 64
# Correlations of unrelated guitar recordings reach 0.03, those of real pairs start at 0.2.
_FULL_CORRELATION = 0.1


def align(dry: npt.NDArray[np.float32], wet: npt.NDArray[np.float32], rate_hz: float) -> Alignment:
    """Find the delay of `wet` against `dry`, to a fraction of a sample, within two seconds.

    The delay is that of the first distinct arrival: when the correlation looks like one delayed
    copy it is known to about a hundredth of a sample, otherwise to one sample.

    Args:
        dry: What was sent, shape (frames,), not silent.
        wet: What came back, shape (frames,), not silent; lengths may differ.
        rate_hz: The rate of both.

    Raises:
        CaptureError: The two do not belong together as far as the correlation can tell.
    """
    search = min(int(_SEARCH_SECONDS * rate_hz), max(len(dry), len(wet)) - 1)
    dry_whitener, wet_whitener = _whitener(dry), _whitener(wet)
    correlation, _ = _correlate(dry, wet, dry_whitener, wet_whitener, search)
    magnitude = np.abs(correlation)
    peak = int(np.argmax(magnitude))
    strength = float(magnitude[peak])
    magnitude[max(0, peak - _RIVAL_DISTANCE) : peak + _RIVAL_DISTANCE + 1] = 0
    rival = float(magnitude.max(initial=0.0))
    distinct = 1.0 - rival / strength if strength > 0 else 0.0
    confidence = distinct * min(1.0, strength / _FULL_CORRELATION)
    if confidence < USABLE_CONFIDENCE:
        raise CaptureError(
            "the wet recording does not follow the dry one, as far as can be told",
            expected=f"a confidence of at least {USABLE_CONFIDENCE}",
            got=f"{confidence:.2f} within +-{search / rate_hz:.1f} s",
            hint="Likely reasons: the wet file belongs to another dry file, a delay or tempo that "
            "changes during the recording, or a recording that is mostly noise or too short.",
        )
    delay = _plain_delay(dry, wet, dry_whitener, peak - search)
    if delay is None:
        noise = _ARRIVAL_RIVAL_SHARE * rival
        delay = float(_first_arrival(correlation, peak, noise) - search)
    advance = round(delay) - _MARGIN_SAMPLES if round(delay) else 0
    polarity = 1 if correlation[peak] > 0 else -1
    other = -polarity * correlation[max(0, peak - _ARRIVAL_LAGS) : peak + _ARRIVAL_LAGS + 1]
    return Alignment(
        delay_samples=delay,
        advance_samples=advance,
        polarity=polarity,
        polarity_clarity=1.0 - max(0.0, float(other.max())) / strength,
        confidence=confidence,
    )


def _whitener(signal: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The prediction error filter of a signal (Makhoul 1975), shape (order + 1,)."""
    length = min(_SPECTRUM_FRAMES, len(signal))
    power = _power(signal, length)
    lags = scipy.fft.irfft(power, n=2 * (len(power) - 1))
    order = min(_PREDICTION_ORDER, len(lags) // 2)
    lags[0] *= 1.0 + _NOISE_SHARE
    predictor = scipy.linalg.solve_toeplitz(lags[:order], lags[1 : order + 1])
    return np.concatenate([[1.0], -predictor]).astype(np.float32)


def _power(signal: npt.NDArray[np.float32], length: int) -> npt.NDArray[np.float64]:
    """Power spectrum by Welch's method, segments of `length` overlapping by half, in blocks."""
    hop = length - length // 2
    segments = (len(signal) - length // 2) // hop
    together = max(1, _BLOCK_FRAMES // hop)
    total: npt.NDArray[np.float64] = np.zeros(length // 2 + 1)
    for first in range(0, segments, together):
        count = min(together, segments - first)
        block = signal[first * hop : (first + count - 1) * hop + length]
        total += count * scipy.signal.welch(
            block, nperseg=length, detrend=False, scaling="spectrum", return_onesided=True
        )[1].astype(np.float64)
        release(signal)
    return total / segments


def _correlate(
    dry: npt.NDArray[np.float32],
    wet: npt.NDArray[np.float32],
    dry_whitener: npt.NDArray[np.float32],
    wet_whitener: npt.NDArray[np.float32],
    search: int,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Correlate the whitened signals, block by block so that an hour fits in memory.

    Returns:
        The correlation coefficient at lags -search to +search, and the dry signal's own at lags
        -256 to +256, which is what the correlation looks like for a plain delay.
    """
    block = max(_BLOCK_FRAMES, 2 * search)
    size = scipy.fft.next_fast_len(block + 2 * search, real=True)
    cross = np.zeros(size // 2 + 1, np.complex128)
    own = np.zeros(size // 2 + 1)
    dry_energy = wet_energy = 0.0
    for start in range(0, len(dry), block):
        dry_spectrum = scipy.fft.rfft(
            scipy.signal.oaconvolve(_slice(dry, start, block), dry_whitener)[:block], n=size
        )
        wet_white = scipy.signal.oaconvolve(
            _slice(wet, start - search, block + 2 * search), wet_whitener
        )[: block + 2 * search]
        cross += np.conj(dry_spectrum) * scipy.fft.rfft(wet_white, n=size)
        own += np.abs(dry_spectrum) ** 2
        middle = wet_white[search : search + block].astype(np.float64)
        wet_energy += float(middle @ middle)
    own_lags = scipy.fft.irfft(own, n=size)
    dry_energy = float(own_lags[0])
    scale = float(np.sqrt(dry_energy * wet_energy))
    correlation = scipy.fft.irfft(cross, n=size)[: 2 * search + 1]
    template = np.concatenate([own_lags[-_TEMPLATE_LAGS:], own_lags[: _TEMPLATE_LAGS + 1]])
    tiny = np.finfo(np.float64).tiny
    return correlation / max(scale, tiny), template / max(dry_energy, tiny)


def _slice(signal: npt.NDArray[np.float32], start: int, frames: int) -> npt.NDArray[np.float32]:
    """`frames` samples from `start` on, with silence where the signal has none."""
    result = np.zeros(frames, np.float32)
    begin, end = max(0, start), min(len(signal), start + frames)
    if end > begin:
        result[begin - start : end - start] = signal[begin:end]
        release(signal)
    return result


def _plain_delay(
    dry: npt.NDArray[np.float32],
    wet: npt.NDArray[np.float32],
    whitener: npt.NDArray[np.float32],
    near: int,
) -> float | None:
    """The delay with its fraction when the answer is one delayed, distorted copy; else None.

    Distortion without memory leaves the shape of the correlation as it is (Bussgang 1952) if both
    signals pass the same filter, so the shape of a plain delay is the dry signal's own.
    """
    moved = wet[near:] if near >= 0 else _slice(wet, near, len(wet) - near)
    correlation, template = _correlate(dry, moved, whitener, whitener, _TEMPLATE_LAGS)
    lags = slice(_TEMPLATE_LAGS - _ARRIVAL_LAGS, _TEMPLATE_LAGS + _ARRIVAL_LAGS + 1)
    observed = correlation[lags]
    shapes = np.stack([_shifted(template, fraction)[lags] for fraction in _FRACTIONS])
    gains = shapes @ observed / np.sum(shapes**2, axis=1)
    unexplained = np.abs(observed - gains[:, None] * shapes).max(axis=1)
    best = int(np.argmin(unexplained))
    if unexplained[best] > _ARRIVAL_SHARE * np.abs(observed).max():
        return None
    return near + float(_FRACTIONS[best])


def _first_arrival(correlation: npt.NDArray[np.float64], peak: int, noise: float) -> int:
    """Index of the earliest value before `peak` that is neither noise nor small beside it."""
    start = max(0, peak - _ARRIVAL_LAGS)
    before = np.abs(correlation[start : peak + 1])
    threshold = max(noise, _ARRIVAL_SHARE * before[-1])
    return start + int(np.flatnonzero(before >= threshold)[0])


def _shifted(template: npt.NDArray[np.float64], fraction: float) -> npt.NDArray[np.float64]:
    """The template delayed by a fraction of a sample, by a linear phase."""
    spectrum = scipy.fft.rfft(template)
    phase = -2j * np.pi * scipy.fft.rfftfreq(len(template)) * fraction
    return scipy.fft.irfft(spectrum * np.exp(phase), n=len(template))
