"""A network at the end of its trial: played over the test part, measured, and kept as a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from triode.architectures import size_names
from triode.graph import Graph, Parameters
from triode.metrics import aliasing_map, esr, low_level, stft_distance
from triode.metrics.low_level import DECAYS
from triode.nam import DEFAULT_SAMPLE_RATE_HZ, parse_config, write
from triode.runtime import renderer
from triode.study.candidate import Candidate
from triode.study.custom import write_custom
from triode.study.material import Prepared
from triode.training import Recipe
from triode.training.material import Material

if TYPE_CHECKING:
    from triode.graph.torch_mapping import TorchGraph
    from triode.training.loop import Trainee

__all__ = ["Trained", "measured_on_test", "save_trained"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Trained:
    """The best network of one size.

    Attributes:
        name: Its size name.
        graph: The network.
        parameters: Its parameters, at the level it was trained at.
        rate_hz: The rate of the recordings.
        gain: Brings its output to their level.
        settle_samples: Silence after which its state has settled.
        validation_esr: The ESR of the validation part, of a nested width that of the whole network.
        epoch: When it was reached.
    """

    name: str
    graph: Graph
    parameters: Parameters = field(repr=False)
    rate_hz: float
    gain: float
    settle_samples: int
    validation_esr: float
    epoch: int

    @classmethod
    def of(cls, trainee: "Trainee", material: Material) -> Self:
        """The best of `trainee`; its module then holds it."""
        trainee.module.load_state_dict(trainee.best)
        return cls._of_module(trainee.module, trainee.name, trainee, material)

    @classmethod
    def nested_of(cls, trainee: "Trainee", material: Material) -> tuple[Self, ...]:
        """The narrower widths nested in the best of `trainee`, ascending; its module holds it."""
        trainee.module.load_state_dict(trainee.best)
        names = size_names(len(trainee.narrower) + 1)
        return tuple(
            cls._of_module(module, name, trainee, material)
            for name, module in zip(names[:-1], trainee.narrower, strict=True)
        )

    @classmethod
    def _of_module(
        cls, module: "TorchGraph", name: str, trainee: "Trainee", material: Material
    ) -> Self:
        return cls(
            name=name,
            graph=module.graph,
            parameters=module.to_parameters(),
            rate_hz=material.rate_hz,
            gain=material.output_gain,
            settle_samples=trainee.settle_samples,
            validation_esr=trainee.best_esr,
            epoch=trainee.best_epoch,
        )


def measured_on_test(network: Trained, prepared: Prepared) -> dict[str, float]:
    """Every metric of a study, as far as the recording lets it be measured.

    Returns:
        "esr"; "spectral", the STFT distance; "asr_db", the median aliasing over piano keys and
        levels; and, where the test part has decays, "low_level_db", the level of the error there
        relative to that of the gear.
    """
    play = renderer(network)
    start, stop = prepared.parts.test
    begin = max(0, start - prepared.context_samples)
    dry = np.array(prepared.dry[begin:stop], np.float32)
    wet = np.array(prepared.wet[start:stop], np.float32)
    output = network.gain * play(dry)[start - begin :]
    metrics = {"esr": esr(wet, output), "spectral": stft_distance(wet, output)}
    aliasing = aliasing_map(play, network.rate_hz, rest_samples=network.settle_samples)
    metrics["asr_db"] = aliasing.median_db
    for part in low_level(dry[start - begin :], wet, output, network.rate_hz):
        if part.kind == DECAYS:
            metrics["low_level_db"] = part.error_db - part.gear_db
    return {name: float(value) for name, value in metrics.items() if np.isfinite(value)}


def save_trained(
    path: Path,
    candidate: Candidate,
    networks: Sequence[Trained],
    recipe: Recipe,
    settings: Mapping[str, Any],
) -> None:
    """Write the trial's networks as one `.nam` file, and replace what is there.

    A graph of its own gets a file that players refuse; its gain is in the metadata.

    Raises:
        OutputError: It cannot be written.
    """
    from triode.training.export import TrainedSize, build_model

    described = {**settings, "recipe": recipe.model_dump(mode="json", exclude={"sizes"})}
    if candidate.source is not None:
        largest = networks[-1]
        write_custom(
            path,
            largest.graph,
            largest.parameters,
            rate_hz=largest.rate_hz,
            metadata={**described, "output_gain": largest.gain},
            force=True,
        )
        return
    sizes = tuple(
        TrainedSize(
            max_value=size.max_value,
            config=parse_config(size.architecture, size.config, DEFAULT_SAMPLE_RATE_HZ),
            parameters=_float32(network.parameters),
            validation_esr=network.validation_esr,
            epoch=network.epoch,
        )
        for size, network in zip(recipe.sizes, networks, strict=True)
    )
    model = build_model(
        sizes,
        rate_hz=networks[-1].rate_hz,
        output_gain=networks[-1].gain,
        metadata={},
        settings=described,
        data={},
    )
    write(model, path, force=True)


def _float32(parameters: Parameters) -> dict[str, npt.NDArray[np.float32]]:
    return {name: np.asarray(value, np.float32) for name, value in parameters.items()}
