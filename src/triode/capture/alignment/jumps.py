"""Where exactly, between two stretches of different delay, samples were lost or repeated."""

from typing import Final

import numpy as np
import numpy.typing as npt
import scipy.fft
import scipy.linalg
import scipy.ndimage
import scipy.signal

from triode.audio import read_between
from triode.capture.alignment.spectra import Average, slice_padded
from triode.capture.timing import Jump

__all__ = ["linear_part", "locate_jump"]

_WINDOW_SECONDS: Final = 1.5
_BEFORE_SECONDS = 0.005
_AFTER_SECONDS = 0.08
_DRY_SHARE = 1e-5
_ORDER = 128
_LEVEL_FRAMES = 2048
_GAIN_FRAMES = 4096
# In log likelihood; far more than independent samples would take, for these are not.
_DOUBT = 20.0
_DEVIATIONS = 4.0
_SPLICE_OVER_MEDIAN = 12.0


def linear_part(average: Average, rate_hz: float) -> tuple[npt.NDArray[np.float64], int]:
    """The gear's least-squares impulse response, and how many of its taps come before time zero."""
    one = average.total()
    dry = one.dry[0]
    response = scipy.fft.irfft(one.cross[0] / (dry + _DRY_SHARE * dry.max() + 1e-300), n=one.size)
    before = min(round(_BEFORE_SECONDS * rate_hz), one.size // 4)
    after = min(round(_AFTER_SECONDS * rate_hz), one.size // 2)
    taps = np.concatenate([response[-before:], response[:after]])
    taps[:before] *= np.linspace(0, 1, before)
    taps[before:] *= np.linspace(1, 0, after) ** 0.5
    return taps, before


def locate_jump(
    dry: npt.NDArray[np.float32],
    wet: npt.NDArray[np.float32],
    rate_hz: float,
    between: tuple[float, float],
    offsets: tuple[float, float],
    drift: float,
    linear: tuple[npt.NDArray[np.float64], int],
) -> tuple[Jump, tuple[int, int]]:
    """Find the dry sample from which on the answer comes with the second offset.

    What the gear's linear part makes of the dry signal is compared with the wet signal at either
    delay; both differences are whitened, and the place is chosen at which leaving the one for the
    other makes them most likely together. Where the wet signal breaks off inside of what remains
    in doubt (its prediction fails for a moment), that is the place. The uncertainty covers all
    between the bounds: in a sweep or a decay a wrong place can look likely, and to leave out a
    second of a recording costs less than to keep one bad sample.

    Args:
        dry: Shape (frames,).
        wet: Shape (frames,).
        rate_hz: The rate of both.
        between: Dry samples between which it surely is.
        offsets: Delay at sample zero before and after.
        drift: Samples of delay per sample.
        linear: From `linear_part`.

    Returns:
        The jump, and between which dry samples its place is in doubt.
    """
    taps, before = linear
    step = round(offsets[1] - offsets[0])
    half = round(0.5 * (between[1] - between[0]) + _WINDOW_SECONDS * rate_hz) + abs(step)
    start, frames = max(0, round(0.5 * sum(between)) - half), 2 * half
    lead = len(taps)
    source = slice_padded(dry, start - lead, frames + 2 * lead).astype(np.float64)
    expected = scipy.signal.oaconvolve(source, taps)[lead + before : lead + before + frames]
    laid = [
        read_between(wet, start * (1 + drift) + offset, 1 + drift, frames).astype(np.float64)
        for offset in offsets
    ]
    laid = [signal - np.median(signal) for signal in laid]
    known = round(0.5 * _WINDOW_SECONDS * rate_hz)
    # What the linear part leaves unexplained is made white, so that every band counts by how well
    # it is explained.
    left = [signal - expected for signal in laid]
    whitener = _whitener(np.concatenate([left[0][:known], left[1][-known:]]))
    white = scipy.signal.lfilter(whitener, [1.0], expected)
    residuals = [_unexplained(scipy.signal.lfilter(whitener, [1.0], one), white) for one in laid]
    errors = [residual**2 for residual in residuals]
    news = _news(residuals)
    # One scale for both, so that only their difference counts, and a local one, for notes decay.
    level = scipy.ndimage.uniform_filter1d(np.minimum(*errors), _LEVEL_FRAMES)
    likely = [np.log1p(error / np.maximum(level, 1e-20)) for error in errors]
    first, last = (round(bound) - start for bound in between)
    places = np.arange(max(0, -step, first), min(frames - max(0, step), last + 1))
    best = int(places[np.argmin(_cost(likely, places, step))])
    likely = [news * one for one in likely]
    cost = _cost(likely, places, step)
    # Where the two differ by chance only, their sum wanders off by the root of what it adds up.
    wander = np.concatenate([[0.0], np.cumsum((likely[0] - likely[1]) ** 2)])
    by_chance = np.sqrt(np.abs(wander[places] - wander[places[np.argmin(cost)]]))
    doubtful = places[cost <= cost.min() + _DOUBT + _DEVIATIONS * by_chance]
    low, high = int(doubtful[0]), int(doubtful[-1])
    place = _splice(wet, start, offsets[1], drift, (low, high), _whitener(laid[0]))
    best = best if place is None else place
    jump = Jump(
        position_samples=start + best,
        shift_samples=float(step),
        uncertainty_samples=max(last - best, best - first),
    )
    return jump, (start + min(low, best), start + max(high, best))


def _cost(
    likely: list[npt.NDArray[np.float64]], places: npt.NDArray[np.int64], step: int
) -> npt.NDArray[np.float64]:
    """How unlikely all is when the first delay is left for the second at each of the places."""
    until = np.concatenate([[0.0], np.cumsum(likely[0])])
    since = np.concatenate([np.cumsum(likely[1][::-1])[::-1], [0.0]])
    return np.asarray(until[places + step] + since[places])


def _unexplained(
    signal: npt.NDArray[np.float64], expected: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """What no local gain makes of the expected signal: loud playing is compressed."""
    likeness = scipy.ndimage.uniform_filter1d(signal * expected, _GAIN_FRAMES)
    power = scipy.ndimage.uniform_filter1d(expected**2, _GAIN_FRAMES)
    gain = likeness / np.maximum(power, 1e-9 * power.max() + 1e-30)
    return np.asarray(signal - gain * expected)


def _news(residuals: list[npt.NDArray[np.float64]]) -> npt.NDArray[np.float64]:
    """How many independent values each sample of the smaller residual is worth, 0 to 1, (frames,).

    That of noise is one each; that of a tone or a sweep says next to nothing, however long it is,
    and where the gear turns its phase, the wrong thing.
    """
    blocks = len(residuals[0]) // _LEVEL_FRAMES
    window = scipy.signal.windows.hann(_LEVEL_FRAMES)
    whole = np.stack([one[: blocks * _LEVEL_FRAMES] for one in residuals])
    parts = whole.reshape(len(residuals), blocks, _LEVEL_FRAMES)
    smaller = np.argmin(np.sum(parts**2, axis=2), axis=0)
    power = np.abs(scipy.fft.rfft(parts[smaller, np.arange(blocks)] * window, axis=1)) ** 2
    used = power.sum(axis=1) ** 2 / np.maximum(np.sum(power**2, axis=1), 1e-300)
    share = np.minimum(1.0, 2 * used / power.shape[1])
    rest = len(residuals[0]) - blocks * _LEVEL_FRAMES
    return np.pad(np.repeat(share, _LEVEL_FRAMES), (0, rest), mode="edge")


def _splice(
    wet: npt.NDArray[np.float32],
    start: int,
    offset: float,
    drift: float,
    doubtful: tuple[int, int],
    whitener: npt.NDArray[np.float64],
) -> int | None:
    """Where among the doubtful places the wet signal breaks off; None where it does not."""
    low, high = doubtful[0] - 4, doubtful[1] + 4
    margin = 2000
    at = round((start + low) * (1 + drift) + offset)
    part = slice_padded(wet, at - margin, high - low + 2 * margin).astype(np.float64)
    error = np.abs(scipy.signal.lfilter(whitener, [1.0], part))
    inside = error[margin : margin + high - low + 1]
    peak = int(np.argmax(inside))
    usual = float(np.median(error))
    beyond = np.concatenate([error[_ORDER : margin - 64], error[margin + high - low + 64 :]])
    if inside[peak] < max(_SPLICE_OVER_MEDIAN * usual, float(beyond.max(initial=0.0))):
        return None
    # The error lasts as long as the filter; it begins with the first sample beyond the break.
    begin = int(np.argmax(inside >= 0.5 * inside[peak]))
    return low + begin


def _whitener(signal: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The prediction error filter of a signal (Makhoul 1975), shape (order + 1,)."""
    size = scipy.fft.next_fast_len(2 * len(signal), real=True)
    power = np.abs(scipy.fft.rfft(signal * scipy.signal.windows.hann(len(signal)), n=size)) ** 2
    lags = scipy.fft.irfft(power, n=size)[: _ORDER + 1]
    if lags[0] <= 0:
        return np.append(1.0, np.zeros(_ORDER))
    lags[0] *= 1 + 1e-6
    predictor = scipy.linalg.solve_toeplitz(lags[:_ORDER], lags[1:])
    return np.asarray(np.concatenate([[1.0], -predictor]))
