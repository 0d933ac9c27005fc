"""Every size of a model, ready to run or to be a file of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
import numpy.typing as npt

from triode.architectures.lower import lower
from triode.architectures.parameters import parameters
from triode.architectures.slimmable import slim, slimming_steps
from triode.errors import TriodeError
from triode.graph import Graph
from triode.nam.layout import weight_count
from triode.nam.model import Config, ContainerConfig, Model
from triode.nam.submodels import submodel
from triode.nam.versions import lowest_version
from triode.nam.wavenet import WaveNetConfig

__all__ = ["Network", "blank_networks", "networks", "select", "size_names", "standalone"]


@dataclass(frozen=True, kw_only=True)
class Network:
    """One size of a model.

    Attributes:
        name: "full" for the largest, "lite" for the smaller of two, else "size1", "size2", …
        max_value: Sizes below it choose this network; the largest takes the rest.
        model: The size as a model of its own.
    """

    name: str
    max_value: float
    model: Model

    @property
    def rate_hz(self) -> float:
        """The rate to play at."""
        return self.model.rate_hz

    @cached_property
    def graph(self) -> Graph:
        """The network's graph."""
        return lower(self.model.config)

    @cached_property
    def parameters(self) -> dict[str, npt.NDArray[np.float32]]:
        """The graph's parameters by name."""
        return parameters(self.model)


def size_names(count: int) -> tuple[str, ...]:
    """The names of `count` sizes, from the smallest to the largest."""
    if count == 2:
        return ("lite", "full")
    return (*(f"size{number}" for number in range(1, count)), "full")


def networks(model: Model) -> tuple[Network, ...]:
    """All sizes of `model`, ascending: a container's submodels, a slimmable's widths, or itself."""
    sizes = _sizes(model)
    return tuple(
        Network(name=name, max_value=max_value, model=part)
        for name, (max_value, part) in zip(size_names(len(sizes)), sizes, strict=True)
    )


def blank_networks(config: Config) -> tuple[Network, ...]:
    """All sizes of what `config` describes, ascending, with zeros for weights."""
    weights = np.zeros(weight_count(config), np.float32)
    return networks(Model(version=lowest_version(config), config=config, weights=weights))


def select(available: Sequence[Network], size: str | float | None) -> Network:
    """The network that `size` means: a name, a number from 0 to 1, or None for the largest.

    Raises:
        TriodeError: No size has that name, or the number is outside 0 to 1.
    """
    if size is None:
        return available[-1]
    by_name = {network.name: network for network in available}
    if isinstance(size, str) and size in by_name:
        return by_name[size]
    try:
        number = float(size)
    except ValueError:
        number = -1.0
    if not 0.0 <= number <= 1.0:
        raise TriodeError(
            "the model has no such size",
            expected=f"one of {', '.join(by_name)}, or a number from 0 to 1",
            got=size,
        )
    return next((one for one in available if number < one.max_value), available[-1])


def standalone(model: Model, size: str | float | None) -> Model:
    """One size of `model` as a model of its own, with the metadata that it shares.

    Raises:
        TriodeError: There is no such size.
    """
    available = networks(model)
    network = select(available, size)
    if isinstance(model.config, ContainerConfig):
        return submodel(model, available.index(network))
    return network.model


def _sizes(model: Model) -> list[tuple[float, Model]]:
    match model.config:
        case ContainerConfig(submodels=submodels):
            return [(part.max_value, part.model) for part in submodels]
        case WaveNetConfig() as config if any(
            array.slimmable_channels is not None for array in config.layer_arrays
        ):
            steps = slimming_steps(config)
            starts = (Fraction(0), *steps[:-1])
            return [
                (float(end), slim(model, start)) for start, end in zip(starts, steps, strict=True)
            ]
        case _:
            return [(1.0, model)]
