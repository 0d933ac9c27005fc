"""A white-box tube amplifier, solved at eight times the sample rate.

Pick-up → grid stopper and Miller capacitance → triode → gain control → triode (up to three more) →
tone stack → master → push-pull output stage on a sagging supply → output transformer.

Two slow effects are computed forwards instead of in a loop, so that every step is a filter or a
table over a whole block of time. The charge that grid conduction leaves on a coupling capacitor is
the low-passed conduction of the drive before the charge is taken off; in the circuit it is a little
less, since the charge itself reduces conduction. The supply gives way in proportion to the
low-passed current that the output stage would draw from a stiff one. A lowered supply s scales the
output stage's curve f to s f(x / s), as Child's law scales currents and voltages together.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.signal import bilinear, lfilter

from triode.errors import AudioError
from triode.synthetic.amplifier_settings import AmplifierSettings
from triode.synthetic.oversampling import Downsampler, Upsampler
from triode.synthetic.tone_stack import tone_stack_digital
from triode.synthetic.tube import GRID_LIMIT_VOLT, TubeCurve, tube_curve

__all__ = ["OVERSAMPLING", "amplify"]

OVERSAMPLING = 8

# Bounds memory, whatever the length.
_BLOCK_FRAMES = 16384
# Far above any guitar; keeps filters finite for whatever is thrown at them.
_INPUT_LIMIT_VOLT = 100.0
_INPUT_LOW_PASS_HZ = 15.6e3  # 68 kohm grid stopper into 150 pF
_MILLER_LOW_PASS_HZ = 9.0e3
_COUPLING_HIGH_PASS_HZ = 30.0
_TRANSFORMER_HIGH_PASS_HZ = 40.0
_TRANSFORMER_LOW_PASS_HZ = 14.0e3
_CHARGE_SECONDS = 0.02
_SAG_SECONDS = 0.03
_DEEPEST_SAG = 0.45
_GAIN_RANGE_DB = 50.0
_MASTER_RANGE_DB = 40.0
# Between later stages a divider tames the 35 dB that each triode adds.
_DIVIDER = 1.0 / 16.0
_MOST_CHARGE = 0.6
# The drive at which the output tubes reach their limits, in volts after the tone stack.
_OUTPUT_DRIVE_VOLT = 5.0
_OUTPUT_MISMATCH = 0.06
_OUTPUT_LEVEL = 0.5

Block = npt.NDArray[np.float64]


def amplify(
    dry: npt.ArrayLike,
    rate_hz: float,
    settings: AmplifierSettings | None = None,
    *,
    oversampling: int = OVERSAMPLING,
) -> npt.NDArray[np.float32]:
    """Return what the amplifier makes of `dry`, as long as `dry`, starting from rest.

    Causal: output before frame n depends on no input from n on. Zeros in give zeros out. The
    polarity is kept, and the delay is a few samples.

    Args:
        dry: (frames,), full scale being 1 V at the input jack; limited to 100 V.
        rate_hz: Sample rate, at least 8 kHz.
        settings: The knobs; the defaults when None.
        oversampling: Factor at which the circuit is solved; below 8 it aliases, for comparison.

    Returns:
        (frames,) float32, within about -1 to 1 whatever the input.

    Raises:
        AudioError: `dry` is not one finite channel, or the rate is too low.
    """
    samples = np.asarray(dry)
    if samples.ndim != 1 or samples.dtype.kind not in "fiu" or not np.isfinite(samples).all():
        raise AudioError(
            "the amplifier cannot take this signal",
            where="dry",
            expected="finite real samples, (frames,)",
            got=f"shape {samples.shape}, dtype {samples.dtype}"
            + ("" if samples.dtype.kind in "iu" else ", or samples that are NaN or infinite"),
        )
    if not (math.isfinite(rate_hz) and rate_hz >= 8000.0):
        raise AudioError(
            "the sample rate is too low for an amplifier",
            where="rate_hz",
            expected="at least 8000 Hz",
            got=rate_hz,
        )
    volts = np.clip(samples.astype(np.float64), -_INPUT_LIMIT_VOLT, _INPUT_LIMIT_VOLT)
    chain = _Chain(settings or AmplifierSettings(), rate_hz, oversampling)
    wet = np.empty(samples.size, dtype=np.float32)
    for first in range(0, samples.size, _BLOCK_FRAMES):
        here = slice(first, first + _BLOCK_FRAMES)
        wet[here] = chain(volts[here])
    return wet


class _Filter:
    """A linear filter that goes on where the last block ended."""

    def __init__(self, numerator: npt.ArrayLike, denominator: npt.ArrayLike) -> None:
        self._numerator = np.atleast_1d(np.asarray(numerator, dtype=np.float64))
        self._denominator = np.atleast_1d(np.asarray(denominator, dtype=np.float64))
        self._state = np.zeros(max(self._numerator.size, self._denominator.size) - 1)

    def __call__(self, block: Block) -> Block:
        filtered, self._state = lfilter(self._numerator, self._denominator, block, zi=self._state)
        return np.asarray(filtered)


def _band_pass(low_hz: float, high_hz: float, rate_hz: float) -> _Filter:
    """A coupling capacitor and a stray one: first-order high-pass and low-pass in one filter."""
    low = 2.0 * math.pi * low_hz
    high = 2.0 * math.pi * min(high_hz, 0.45 * rate_hz)
    return _Filter(*bilinear([high, 0.0], [1.0, low + high, low * high], fs=rate_hz))


def _follower(seconds: float, rate_hz: float) -> _Filter:
    """A first-order low-pass with this time constant and unity gain for constants."""
    keep = math.exp(-1.0 / (seconds * rate_hz))
    return _Filter([1.0 - keep], [1.0, -keep])


@dataclass(frozen=True, kw_only=True)
class _Stage:
    """A triode with the network in front of its grid."""

    network: _Filter
    divider: float
    curve: TubeCurve
    charge: _Filter
    charge_amount: float

    def __call__(self, block: Block) -> Block:
        drive = self.network(block)
        drive *= self.divider
        np.clip(drive, -GRID_LIMIT_VOLT, GRID_LIMIT_VOLT, out=drive)
        if self.charge_amount:
            conduction = np.maximum(drive - self.curve.conduction_drive_volt, 0.0)
            drive -= self.charge_amount * self.charge(conduction)
        return self.curve.swing(drive)


class _OutputStage:
    """Push-pull tubes on a supply that gives way under load."""

    def __init__(self, settings: AmplifierSettings, rate_hz: float) -> None:
        self._network = _band_pass(_COUPLING_HIGH_PASS_HZ, _MILLER_LOW_PASS_HZ, rate_hz)
        self._transformer = _band_pass(_TRANSFORMER_HIGH_PASS_HZ, _TRANSFORMER_LOW_PASS_HZ, rate_hz)
        self._load = _follower(_SAG_SECONDS, rate_hz)
        self._depth = _DEEPEST_SAG * settings.sag
        master_db = (settings.master - 0.5) * _MASTER_RANGE_DB
        self._scale = 10.0 ** (master_db / 20.0) / _OUTPUT_DRIVE_VOLT

    def __call__(self, block: Block) -> Block:
        drive = self._network(block)
        drive *= self._scale
        if self._depth:
            supply = 1.0 - self._depth * self._load(np.abs(np.tanh(drive)))
            plate = supply * self._curve(drive / supply)
        else:
            plate = self._curve(drive)
        return _OUTPUT_LEVEL * self._transformer(plate)

    @staticmethod
    def _curve(drive: Block) -> Block:
        """Return tanh(drive + mismatch) - tanh(mismatch), written so that 0 gives exactly 0."""
        swing = np.tanh(drive)
        shift = math.tanh(_OUTPUT_MISMATCH)
        return np.asarray((1.0 - shift * shift) * swing / (1.0 + shift * swing))


class _Chain:
    """The whole amplifier, block by block."""

    def __init__(self, settings: AmplifierSettings, rate_hz: float, oversampling: int) -> None:
        self._up = Upsampler(oversampling)
        self._down = Downsampler(oversampling)
        fast_hz = rate_hz * oversampling
        curve = tube_curve(settings.bias)
        gain = 10.0 ** ((settings.gain - 1.0) * _GAIN_RANGE_DB / 20.0)
        dividers = [1.0, gain, *([_DIVIDER] * (settings.stages - 2))]
        self._steps: list[_Stage | _Filter | _OutputStage] = [
            _Stage(
                network=_band_pass(
                    _COUPLING_HIGH_PASS_HZ,
                    _INPUT_LOW_PASS_HZ if index == 0 else _MILLER_LOW_PASS_HZ,
                    fast_hz,
                ),
                divider=divider,
                curve=curve,
                charge=_follower(_CHARGE_SECONDS, fast_hz),
                charge_amount=_MOST_CHARGE * settings.bias_shift,
            )
            for index, divider in enumerate(dividers)
        ]
        self._steps.append(
            _Filter(*tone_stack_digital(settings.bass, settings.middle, settings.treble, fast_hz))
        )
        self._steps.append(_OutputStage(settings, fast_hz))
        # Every triode inverts; the transformer is wired so that the whole does not.
        self._polarity = 1.0 if settings.stages % 2 == 0 else -1.0

    def __call__(self, block: Block) -> Block:
        signal = self._up(block)
        for step in self._steps:
            signal = step(signal)
        return self._polarity * self._down(signal)
