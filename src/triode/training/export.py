"""From trained networks to the `.nam` file that players load."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import numpy.typing as npt

from triode.architectures import Network, lower, size_names, with_parameters
from triode.errors import TrainingError
from triode.graph import Conv, Fir, Graph, Parameters, Scale
from triode.metrics import loudness_and_gain
from triode.nam import Config, ContainerConfig, Model, Submodel, lowest_version
from triode.nam.layout import weight_count
from triode.runtime import render

__all__ = ["TrainedSize", "build_model", "with_output_gain"]


@dataclass(frozen=True, kw_only=True, eq=False)
class TrainedSize:
    """The best network of one size, still at the level it was trained at.

    Attributes:
        max_value: From the recipe.
        config: From the recipe.
        parameters: By name.
        validation_esr: Its ESR.
        epoch: When it was reached.
    """

    max_value: float
    config: Config
    parameters: Mapping[str, npt.NDArray[np.float32]]
    validation_esr: float
    epoch: int


def build_model(
    sizes: tuple[TrainedSize, ...],
    *,
    rate_hz: float,
    output_gain: float,
    metadata: Mapping[str, object],
    settings: Mapping[str, object],
    data: Mapping[str, object],
) -> Model:
    """The capture: one plain network, or a container of several.

    Args:
        sizes: Ascending.
        rate_hz: Sample rate of the recordings.
        output_gain: Brings the networks back to the level of the recording.
        metadata: What the person says about the gear, and the date.
        settings: What `metadata.training.settings` shall say.
        data: What `metadata.training.data` shall say.
    """
    parts = []
    for name, size in zip(size_names(len(sizes)), sizes, strict=True):
        values = with_output_gain(lower(size.config), size.parameters, output_gain)
        model = _plain_model(size.config, values, rate_hz)
        network = Network(name=name, max_value=size.max_value, model=model)
        loudness, gain = loudness_and_gain(partial(render, network), rate_hz)
        training = {
            "settings": {**settings, "best_epoch": size.epoch},
            "data": dict(data),
            "validation_esr": size.validation_esr,
        }
        measured = {"loudness": _rounded(loudness), "gain": _rounded(gain)}
        described = {**metadata, **measured, "training": training}
        parts.append(Submodel(max_value=size.max_value, model=replace(model, metadata=described)))
    largest = parts[-1].model
    if len(parts) == 1:
        return largest
    config = ContainerConfig(submodels=tuple(parts))
    return Model(
        version=lowest_version(config),
        config=config,
        weights=np.zeros(0, np.float32),
        sample_rate_hz=rate_hz,
        metadata=largest.metadata,
    )


def with_output_gain(graph: Graph, values: Parameters, gain: float) -> Parameters:
    """`values` changed so that the graph's output is `gain` times what it was.

    The factor goes into the last operation: a scale takes it in its one number (a WaveNet's
    `head_scale`), a convolution in weights and bias. The result differs from an exact product by
    the rounding of these numbers to float32 only.

    Raises:
        TrainingError: The graph ends in another operation.
    """
    last = next(node for node in graph.nodes if node.name == graph.output)
    if not isinstance(last.operation, Scale | Conv | Fir):
        raise TrainingError(
            "the output level of this architecture cannot be changed",
            where=last.name,
            expected="a scale or a convolution at the end",
            got=type(last.operation).__name__,
        )
    own = {f"{last.name}.{suffix}" for suffix in last.operation.parameters()}
    return {
        name: (value.astype(np.float64) * gain).astype(np.float32) if name in own else value
        for name, value in values.items()
    }


def _plain_model(config: Config, values: Parameters, rate_hz: float) -> Model:
    blank = Model(
        version=lowest_version(config),
        config=config,
        weights=np.zeros(weight_count(config), np.float32),
        sample_rate_hz=rate_hz,
    )
    if not all(np.isfinite(value).all() for value in values.values()):
        raise TrainingError("the trained network has weights that are not numbers")
    return with_parameters(blank, values)


def _rounded(value: float) -> float:
    """To six decimals; beyond them, sums may depend on where samples lie in memory."""
    return round(value, 6)
