"""Which random networks are worth playing, and at which level.

Random weights may leave nothing of the input in the output, blow it up, or amplify rounding so much
that no program in single precision can be right. A network is sane when, for the driving signal,

- its output is finite and below 1000,
- at least a tenth of its output's RMS is not a constant (what comes out follows what goes in),
- changing every parameter and every sample of the input by about one rounding of float32 moves the
  output by less than a fifth of the tolerance.

Its output is then scaled by one factor to a peak of one half.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from triode.architectures import Network, networks, with_parameters
from triode.graph import Parameters, interpret
from triode.nam import ContainerConfig, Model
from triode.training.export import with_output_gain

__all__ = ["PEAK", "Rounding", "expected_output", "rounding", "sane", "tolerance_of_peak"]

Float32Array = npt.NDArray[np.float32]

PEAK = 0.5
_LOUDEST = 1000.0
_LEAST_VARIATION = 0.1
_TOLERANCE = 1e-5  # of the peak: float32 sums of this size stay within
_RECURRENT_TOLERANCE = 5e-5  # a recurrence carries rounding along
_ROUNDING_SHARE = 0.2  # of the tolerance: two float32 programs differ, each in its own direction
_FLOAT32_STEP = 2.0**-24
_SIGNAL_STEP = 2.0**-26  # the deviation of what rounding does to numbers between a half and one


@dataclass(frozen=True, kw_only=True)
class Rounding:
    """The peak of a network's output, and how far float32 may move it.

    Attributes:
        peak: Largest absolute sample.
        moved: Largest absolute movement.
    """

    peak: float
    moved: float


def expected_output(network: Network, dry: Float32Array) -> npt.NDArray[np.float64]:
    """What the float64 interpreter makes of (frames,) `dry`."""
    return _interpreted(network, network.parameters, dry)


def rounding(network: Network, dry: Float32Array, wanted: npt.NDArray[np.float64]) -> Rounding:
    """Measure the conditioning of `network` on (frames,) `dry`, where `wanted` is expected.

    Parameters are changed once, the input in every sample: an amplifier of high gain may hardly
    feel the first and much of the second, as it does of the rounding between its layers.
    """
    generator = np.random.default_rng(0)
    moved: Parameters = {
        name: value * (1.0 + _FLOAT32_STEP * generator.standard_normal(value.shape))
        for name, value in network.parameters.items()
    }
    peak = float(np.abs(wanted).max())
    noisy = dry + _SIGNAL_STEP * generator.standard_normal(dry.shape)
    change = float(np.abs(_interpreted(network, moved, noisy) - wanted).max())
    return Rounding(peak=peak, moved=change)


def tolerance_of_peak(network: Network, found: Rounding) -> float:
    """The largest error, as a share of the peak, that a right player may show."""
    recurrent = network.graph.settle_seconds > 0.0
    least = _RECURRENT_TOLERANCE if recurrent else _TOLERANCE
    return max(least, found.moved / found.peak / _ROUNDING_SHARE)


def sane(model: Model, dry: Float32Array) -> Model | None:
    """`model` with its output scaled to the peak `PEAK`; None when it is not sane.

    Every size of a container is judged and scaled.

    Args:
        model: Random weights.
        dry: (frames,) the driving signal.
    """
    if isinstance(model.config, ContainerConfig):
        parts = []
        for part in model.config.submodels:
            scaled = sane(part.model, dry)
            if scaled is None:
                return None
            parts.append(replace(part, model=scaled))
        return replace(model, config=ContainerConfig(submodels=tuple(parts)))
    network = networks(model)[-1]
    wet = expected_output(network, dry)
    if not 0.0 < float(np.abs(wet).max()) < _LOUDEST:
        return None
    if float(wet.std()) < _LEAST_VARIATION * float(np.sqrt(np.mean(np.square(wet)))):
        return None
    found = rounding(network, dry, wet)
    if tolerance_of_peak(network, found) > tolerance_of_peak(network, _NO_ROUNDING):
        return None
    # Sliced widths share one output level, so the whole model is scaled, not its largest size.
    values = with_output_gain(network.graph, network.parameters, PEAK / found.peak)
    return with_parameters(model, values)


_NO_ROUNDING = Rounding(peak=1.0, moved=0.0)


def _interpreted(
    network: Network, values: Parameters, dry: npt.NDArray[np.floating]
) -> npt.NDArray[np.float64]:
    with np.errstate(over="ignore", invalid="ignore"):
        wet = interpret(network.graph, values, dry[None], rate_hz=network.model.rate_hz)
    return np.asarray(wet[0])
