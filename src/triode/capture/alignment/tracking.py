"""The delay as it goes through a recording, roughly: which lag each half second answers with.

Both signals are brought down to about 8 kHz, cut into passages, whitened, and every passage of
the dry signal is correlated with the wet one around it, two seconds to either side. A passage of
guitar is often like itself one period, one beat or one bar later, so each keeps its six best
lags. The path through them that collects most, and changes its lag no faster than clocks drift,
is the track; where it pays to leave a lag for another and stay there, samples were lost or put in.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import scipy.fft
import scipy.signal

from triode.audio import SignalStore, release, resample
from triode.capture.alignment.paths import FASTEST_DRIFT, JUMP_PENALTY, best_path, slope
from triode.capture.alignment.spectra import power_spectrum, slice_padded

__all__ = ["SEARCH_SECONDS", "Track", "coarse_track"]

SEARCH_SECONDS: Final = 2.0
"""How far the wet recording may lie before or after the dry one."""

_COARSE_RATE_HZ = 8000
_PASSAGE_SECONDS = 0.68
_MANY_PASSAGES = 60
_CANDIDATES = 6
_PASSAGES_AT_ONCE = 64
_CANDIDATE_DISTANCE = 6
_BLOCK_SECONDS = 40.0
_WHITENER_TAPS = 1024
# White noise this far below a signal's strongest band is assumed under it: bands in which a
# guitar has nothing to say must not decide.
_NOISE_SHARE = 1e-4
# The highest of 30,000 correlations of unrelated noise is at 4.5 standard deviations; guitar
# against other guitar reaches 6 often, 8 seldom.
_NOISE_SCORE = 6.0
_LARGEST_SCORE = 30.0
_SLOPE_ERROR = 2e-5


@dataclass(frozen=True, kw_only=True, eq=False)
class Track:
    """Rough delays, in samples at the full rate, good to a few samples.

    Attributes:
        centres: Middle of each passage that is on the track, (passages,), in dry samples.
        delays: Its delay, (passages,).
        reach: How far a passage reaches to either side of its middle, in dry samples.
        pieces: Which stretch between two jumps it belongs to, (passages,), from 0.
        drift: Samples of delay per sample, roughly.
        scores: How far its correlation stands above noise, (passages,).
        share: What the track collected of what any path could have, 0 to 1.
        passages: How many passages had something to say.
    """

    centres: npt.NDArray[np.float64]
    delays: npt.NDArray[np.float64]
    reach: float
    pieces: npt.NDArray[np.int64]
    drift: float
    scores: npt.NDArray[np.float64]
    share: float
    passages: int


def coarse_track(
    dry: npt.NDArray[np.float32],
    wet: npt.NDArray[np.float32],
    rate_hz: float,
    store: SignalStore,
) -> Track | None:
    """Follow the delay of `wet` against `dry`, both (frames,); None when nothing is alike."""
    factor = max(1, round(rate_hz / _COARSE_RATE_HZ))
    starts, lags, scores = _candidates(dry, wet, factor, rate_hz / factor, store)
    if not np.any(scores > 0):
        return None
    length = int(_PASSAGE_SECONDS * rate_hz / factor)
    path, _, _ = best_path(starts, lags, scores, FASTEST_DRIFT)
    drift = slope(starts, lags, path)
    chosen, pieces, collected = best_path(
        starts, lags - drift * starts[:, None], scores, _SLOPE_ERROR
    )
    # Many jumps can look like a slope; then no slope at all, but jumps, explains clearly more.
    still, still_pieces, still_collected = best_path(starts, lags, scores, _SLOPE_ERROR)
    if still_collected > collected + JUMP_PENALTY:
        chosen, pieces, drift = still, still_pieces, 0.0
    rows = np.array([row for row, _ in chosen])
    columns = np.array([column for _, column in chosen])
    best = scores.max(axis=1)
    return Track(
        centres=(starts[rows] + 0.5 * length) * factor,
        delays=lags[rows, columns] * factor,
        reach=0.5 * length * factor,
        pieces=pieces,
        drift=drift,
        scores=scores[rows, columns],
        share=float(scores[rows, columns].sum() / best.sum()),
        passages=int(np.count_nonzero(best > 0)),
    )


def _lowered(
    signal: npt.NDArray[np.float32], factor: int, store: SignalStore
) -> npt.NDArray[np.float32]:
    """The signal at a fraction of its rate."""
    return store.keep(_lowered_blocks(signal, factor), len(signal) // factor)


def _lowered_blocks(
    signal: npt.NDArray[np.float32], factor: int
) -> Iterator[npt.NDArray[np.float32]]:
    block = factor * int(_BLOCK_SECONDS * _COARSE_RATE_HZ)
    margin = 64 * factor
    whole = len(signal) // factor * factor
    for start in range(0, whole, block):
        begin, stop = max(0, start - margin), min(start + block, whole)
        part = resample(np.asarray(signal[begin : stop + margin]), factor, 1)
        release(signal)
        first = (start - begin) // factor
        yield part[first : first + (stop - start) // factor]


def _candidates(
    dry: npt.NDArray[np.float32],
    wet: npt.NDArray[np.float32],
    factor: int,
    rate_hz: float,
    store: SignalStore,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Starts (passages,), their best lags and scores, (passages, candidates) each, at `rate_hz`."""
    length = int(_PASSAGE_SECONDS * rate_hz)
    low_dry, low_wet = _lowered(dry, factor, store), _lowered(wet, factor, store)
    search = min(int(SEARCH_SECONDS * rate_hz), max(len(low_dry), len(low_wet)) - 1)
    size = scipy.fft.next_fast_len(length + 2 * search, real=True)
    whiteners = _whitener(dry, factor, size), _whitener(wet, factor, size)
    weight = (np.conj(whiteners[0]) * whiteners[1]).astype(np.complex64)
    hop = length if len(low_dry) > _MANY_PASSAGES * length else length // 2
    starts = np.arange(0, max(1, len(low_dry) - length + 1), hop)
    window = scipy.signal.windows.tukey(length, 0.25).astype(np.float32)
    all_lags = np.zeros((len(starts), _CANDIDATES))
    all_scores = np.zeros((len(starts), _CANDIDATES))
    for row, start in enumerate(starts.tolist()):
        x = scipy.fft.rfft(slice_padded(low_dry, start, length) * window, n=size)
        around = slice_padded(low_wet, start - search, length + 2 * search)
        y = scipy.fft.rfft(around, n=size)
        correlation = scipy.fft.irfft(np.conj(x) * y * weight, n=size)[: 2 * search + 1]
        magnitude = np.abs(correlation)
        noise = float(np.sqrt(np.mean(correlation**2)))
        if noise == 0:
            continue
        for column in range(_CANDIDATES):
            peak = int(np.argmax(magnitude))
            score = magnitude[peak] / noise - _NOISE_SCORE
            if score <= 0:
                break
            all_lags[row, column] = peak + _vertex(np.abs(correlation), peak) - search
            all_scores[row, column] = min(score, _LARGEST_SCORE)
            magnitude[max(0, peak - _CANDIDATE_DISTANCE) : peak + _CANDIDATE_DISTANCE + 1] = 0
        if row % _PASSAGES_AT_ONCE == 0:
            release(low_dry)
            release(low_wet)
    return starts.astype(np.int64), all_lags, all_scores


def _whitener(
    signal: npt.NDArray[np.float32], factor: int, size: int
) -> npt.NDArray[np.complex128]:
    """The minimum-phase filter that whitens the lowered signal, on the bins of an FFT of `size`.

    What tone the gear adds is mostly of minimum phase, so whitening both signals this way undoes
    what its phase does to the lag as well.
    """
    length = min(_WHITENER_TAPS, len(signal) // factor // 2 * 2)
    power = power_spectrum(signal, length * factor)[: length // 2 + 1]
    power = np.maximum(power, _NOISE_SHARE * max(float(power.max()), 1e-30))
    cepstrum = scipy.fft.irfft(-0.5 * np.log(power), n=length)
    cepstrum[1 : length // 2] *= 2
    cepstrum[length // 2 + 1 :] = 0
    taps = scipy.fft.irfft(np.exp(scipy.fft.rfft(cepstrum)), n=length)
    return np.asarray(scipy.fft.rfft(taps, n=size))


def _vertex(values: npt.NDArray[np.floating], peak: int) -> float:
    """Where between -0.5 and 0.5 the parabola through a peak and its neighbours is highest."""
    if not 0 < peak < len(values) - 1:
        return 0.0
    before, here, after = (float(values[peak + step]) for step in (-1, 0, 1))
    curvature = before - 2 * here + after
    return 0.0 if curvature >= 0 else float(np.clip(0.5 * (before - after) / curvature, -0.5, 0.5))
