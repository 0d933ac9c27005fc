"""A loudspeaker cabinet made of a curve: minimum phase, so that nothing comes late."""

from typing import Final

import numpy as np
import numpy.typing as npt

from triode.errors import AudioError
from triode.synthetic.string import LOWEST_RATE_HZ

__all__ = ["cabinet_impulse_response"]

# What guitar speakers have in common: nothing below their resonance, a rise of the cone between
# 2 and 4 kHz, and next to nothing above 6 kHz. Level in dB by frequency in Hz.
_CURVE: Final = (
    *((20.0, -30.0), (50.0, -14.0), (80.0, -3.0), (110.0, 2.0), (160.0, 0.0), (300.0, -2.0)),
    *((450.0, -3.0), (800.0, -1.0), (1300.0, 0.0), (2000.0, 2.5), (2700.0, 5.0), (3400.0, 4.0)),
    *((4200.0, -2.0), (5000.0, -10.0), (6500.0, -22.0), (9000.0, -34.0), (16000.0, -48.0)),
)
_FFT_SECONDS = 1.0
_FADED_SHARE = 0.25


def cabinet_impulse_response(
    rate_hz: float = 48_000.0, seconds: float = 0.05
) -> npt.NDArray[np.float32]:
    """The answer of a made-up guitar cabinet to a click, (round(seconds * rate_hz),) float32.

    It is no recording of any cabinet. The curve is drawn straight over the logarithm of the
    frequency; the phase is the least that goes with it, found by folding the cepstrum (Oppenheim
    and Schafer, Discrete-Time Signal Processing, section 12.2.3). White noise comes out as loud as
    it went in.

    Raises:
        AudioError: A rate below 8 kHz, or a length that is none.
    """
    if not (np.isfinite(rate_hz) and rate_hz >= LOWEST_RATE_HZ and 0.0 < seconds <= _FFT_SECONDS):
        raise AudioError(
            "there is no impulse response of this length and rate",
            expected=f"at most {_FFT_SECONDS:g} s, and at least {LOWEST_RATE_HZ:g} Hz",
            got=f"{seconds} s at {rate_hz} Hz",
        )
    size = 2 * round(_FFT_SECONDS * rate_hz / 2)
    frequencies_hz = np.fft.rfftfreq(size, 1.0 / rate_hz)
    known_hz, level_db = np.array(_CURVE).T
    curve_db = np.interp(np.log(np.maximum(frequencies_hz, 1.0)), np.log(known_hz), level_db)
    cepstrum = np.fft.irfft(curve_db * np.log(10.0) / 20.0, size)
    cepstrum[1 : size // 2] *= 2.0
    cepstrum[size // 2 + 1 :] = 0.0
    response = np.fft.irfft(np.exp(np.fft.rfft(cepstrum)), size)
    kept = response[: round(seconds * rate_hz)]
    faded = round(_FADED_SHARE * len(kept))
    kept[len(kept) - faded :] *= np.square(np.cos(np.linspace(0.0, np.pi / 2.0, faded)))
    return np.asarray(kept / np.sqrt(np.sum(np.square(kept))), np.float32)
