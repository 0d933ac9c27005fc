"""Starting from a capture that exists instead of from random weights.

Every size of the recipe takes the weights of the size in the file that has the same graph, whatever
file they are in: a single network may start the matching size of a container. Training scales the
wet recording, and the file undid the scale of its own, so one gain brings the file's output to the
level of the training material: the least squares fit over its loudest stretch. It may be negative,
which turns the sign of gear that inverts.
"""

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from triode.architectures import Network, lower, networks, size_names
from triode.errors import TrainingError
from triode.graph import Graph, receptive_field, settle_samples
from triode.nam import Config, read
from triode.nam.layout import weight_count
from triode.runtime import render
from triode.training.export import with_output_gain
from triode.training.material import Material

__all__ = ["Start", "read_start"]

_STRETCH_SECONDS = 5.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Start:
    """A capture to start from.

    Attributes:
        name: The name of its file.
        sha256: Of the file.
        networks: The network that starts each size of the recipe; None for random weights.
    """

    name: str
    sha256: str
    networks: tuple[Network | None, ...]

    def parameters(
        self, material: Material
    ) -> tuple[Mapping[str, npt.NDArray[np.float32]] | None, ...]:
        """The weights for each size, at the level of `material`; None for random ones.

        Raises:
            TrainingError: The capture is silent where the recording plays.
        """
        return tuple(
            None if network is None else _at_level_of(material, network)
            for network in self.networks
        )

    def to_json(self) -> dict[str, object]:
        """What the settings of the new file say of it."""
        names = size_names(len(self.networks))
        started = [name for name, one in zip(names, self.networks, strict=True) if one is not None]
        return {"file": self.name, "sha256": self.sha256, "sizes": started}


def read_start(path: str | os.PathLike[str], configs: Sequence[Config]) -> Start:
    """Read the capture at `path` and find what each size of a recipe, ascending, can take from it.

    Raises:
        NamFileError: The file is broken.
        TrainingError: None of its sizes has the graph of one of the recipe's.
    """
    file = Path(path)
    offered = networks(read(file))
    wanted = tuple(lower(config) for config in configs)
    found = tuple(
        next((one for one in reversed(offered) if one.graph == graph), None) for graph in wanted
    )
    if not any(found):
        raise TrainingError(
            "no size of this capture has the shape of one that the recipe trains",
            where=file,
            expected=_shapes(zip(configs, wanted, strict=True)),
            got=_shapes((one.model.config, one.graph) for one in offered),
            hint="Start from a capture made with the same recipe, or choose the recipe of this "
            "capture's architecture.",
        )
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    return Start(name=file.name, sha256=digest, networks=found)


def _shapes(sizes: Iterable[tuple[Config, Graph]]) -> str:
    return " or ".join(_shape(config, graph) for config, graph in sizes)


def _shape(config: Config, graph: Graph) -> str:
    kind = type(config).__name__.removesuffix("Config")
    return (
        f"{kind} of {weight_count(config)} weights, {len(graph.nodes)} operations and "
        f"a receptive field of {receptive_field(graph)} samples"
    )


def _at_level_of(material: Material, network: Network) -> Mapping[str, npt.NDArray[np.float32]]:
    run_in = settle_samples(network.graph, material.rate_hz)
    start, stop = _loudest_stretch(material, run_in)
    played = render(network, np.ascontiguousarray(material.dry[start - run_in : stop]))[run_in:]
    estimate, wanted = played.astype(np.float64), material.wet[start:stop].astype(np.float64)
    energy = float(estimate @ estimate)
    gain = float(estimate @ wanted) / energy if energy > 0.0 else 0.0
    if not np.isfinite(gain) or gain == 0.0:
        raise TrainingError(
            "the capture to start from is silent where the recording plays",
            where=network.name,
            expected="sound",
            got=f"an energy of {energy:g}",
            hint="Leave --from away.",
        )
    return with_output_gain(network.graph, network.parameters, gain)


def _loudest_stretch(material: Material, run_in: int) -> tuple[int, int]:
    """The few seconds of a training range, after `run_in` samples of it, that are loudest."""
    frames = round(_STRETCH_SECONDS * material.rate_hz)
    stretches = [
        (first, min(first + frames, stop))
        for start, stop in material.training
        for first in range(start + run_in, stop, frames)
    ]

    def energy(stretch: tuple[int, int]) -> float:
        wet = material.wet[slice(*stretch)].astype(np.float64)
        return float(wet @ wet)

    return max(stretches, key=energy)
