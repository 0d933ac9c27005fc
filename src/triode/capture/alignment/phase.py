"""Two estimators that look at what the whole recording has in common: its averaged spectra."""

import numpy as np
import scipy.fft

from triode.capture.alignment.peaks import Peak, envelope_peak
from triode.capture.alignment.spectra import GROUPS, Average
from triode.capture.timing import Vote

__all__ = ["correlation_vote", "phase_vote", "pure_delay"]

_EXCITED = 0.5
_CLEAR_SIGN = 0.5
_DRY_SHARE = 1e-5
_RESPONSE_SECONDS = (0.005, 0.08)
# Of the linear part nothing is believed below this share of its strongest band: noise on the
# recording would bend the minimum phase there, and with it the delay.
_DEEPEST = 1e-2


def phase_vote(average: Average, rate_hz: float) -> tuple[Vote, float, float]:
    """The pure delay in the least-squares linear part of the gear.

    The linear part is cross-spectrum over dry spectrum. Its magnitude belongs to a minimum phase
    (Oppenheim and Schafer, "Discrete-Time Signal Processing", on the Hilbert transform of the log
    magnitude), which is the gear's tone; what phase is left is delay and, for gear that inverts, a
    constant half turn. So a high-pass or a cabinet neither moves the delay nor blurs the polarity.
    The delay is where the envelope of the left-over response is highest.

    Args:
        average: Spectra with the delay's course taken out.
        rate_hz: The rate.

    Returns:
        The vote, how clear its polarity is, 0 to 1, and where the left-over response begins.
    """
    peak = _left_over(average.total(), rate_hz)
    others = [_left_over(average.without(group), rate_hz).place for group in range(GROUPS)]
    vote = Vote(
        estimator="phase",
        delay_samples=peak.place,
        uncertainty_samples=_jackknife(others),
        polarity=peak.sign,
        confidence=peak.distinct,
    )
    return vote, peak.clarity, peak.begins


def pure_delay(average: Average, rate_hz: float) -> float:
    """What `phase_vote` says the delay is, alone."""
    return _left_over(average.total(), rate_hz).place


def correlation_vote(average: Average, rate_hz: float) -> Vote:
    """The peak of the correlation with both spectra whitened (Knapp and Carter 1976, SCOT)."""

    def peak(one: Average) -> Peak:
        power = one.dry[0] * one.wet[0]
        whitened = one.cross[0] / np.sqrt(np.maximum(power, 1e-10 * power.max()) + 1e-300)
        return envelope_peak(whitened, np.ones(len(whitened)), one.size, rate_hz)

    best = peak(average.total())
    return Vote(
        estimator="correlation",
        delay_samples=best.place,
        uncertainty_samples=_jackknife([peak(average.without(g)).place for g in range(GROUPS)]),
        polarity=best.sign if best.clarity > _CLEAR_SIGN else 0,
        confidence=best.distinct,
    )


def _left_over(average: Average, rate_hz: float) -> Peak:
    size = average.size
    dry = average.dry[0]
    weight = dry / (dry + _DRY_SHARE * dry.max() + 1e-300)
    linear = average.cross[0] / (dry + _DRY_SHARE * dry.max() + 1e-300)
    response = scipy.fft.irfft(linear, n=size)
    # Around the answer only: elsewhere there is nothing but what distortion leaves.
    centre = int(np.argmax(np.abs(response)))
    before, after = (round(seconds * rate_hz) for seconds in _RESPONSE_SECONDS)
    before, after = min(before, size // 4), min(after, size // 2)
    keep = np.zeros(size)
    ramp = np.arange(before) / before
    keep[:before] = 0.5 - 0.5 * np.cos(np.pi * ramp)
    keep[before : before + after] = 0.5 + 0.5 * np.cos(np.pi * np.arange(after) / after)
    linear = scipy.fft.rfft(response * np.roll(keep, centre - before))
    # What the dry signal does not excite is taken to sound like the highest band that it does.
    excited = np.flatnonzero(weight > _EXCITED)
    highest = np.abs(linear[excited[3 * len(excited) // 4 :]])
    level = float(np.exp(np.mean(np.log(highest + 1e-300)))) if len(excited) else 0.0
    magnitude = np.abs(linear) + (1 - weight) * level
    magnitude = np.maximum(magnitude, _DEEPEST * max(float(magnitude.max()), 1e-300))
    cepstrum = scipy.fft.irfft(np.log(magnitude), n=size)
    cepstrum[1 : size // 2] *= 2
    cepstrum[size // 2 + 1 :] = 0
    phase = np.imag(scipy.fft.rfft(cepstrum))
    # Above the floor the left-over is all-pass; the weight leaves out what was never excited.
    spectrum = linear / np.maximum(np.abs(linear), 1e-3 * magnitude) * np.exp(-1j * phase)
    return envelope_peak(spectrum, weight**2, size, rate_hz)


def _jackknife(estimates: list[float]) -> float:
    """Standard deviation of an estimate from those that each leave one group out (Quenouille)."""
    count = len(estimates)
    return float(
        np.sqrt((count - 1) / count * np.sum((np.array(estimates) - np.mean(estimates)) ** 2))
    )
