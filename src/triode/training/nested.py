"""Widths nested in one network: modules whose parameters are leading blocks of a wider one's.

What a narrow module learns, the wide one learns, since there is one set of parameters. They are
those that slicing the written file keeps (`triode.architectures.slim`).
"""

import numpy as np
import numpy.typing as npt
from torch import Tensor

from triode.architectures import blank_networks
from triode.graph import Graph
from triode.graph.torch_mapping import TorchGraph
from triode.nam import Config
from triode.training.kernels import CompiledGraph

__all__ = ["drawn_width", "narrower_modules"]

_SEED_OF_WIDTHS = 2


def narrower_modules(config: Config, whole: TorchGraph) -> tuple[TorchGraph, ...]:
    """A module for every allowed width of `config` but the widest, ascending.

    Args:
        config: What `whole` was made of.
        whole: The widest network, whose parameters all of them use.
    """
    kind = _CompiledSlice if isinstance(whole, CompiledGraph) else _TorchSlice
    return tuple(kind(network.graph, whole) for network in blank_networks(config)[:-1])


def drawn_width(count: int, *, seed: int, epoch: int, step: int) -> int:
    """Which of `count` widths a step trains: uniform, and the same whenever it is asked."""
    return int(np.random.default_rng((_SEED_OF_WIDTHS, seed, epoch, step)).integers(count))


class _TorchSlice(TorchGraph):
    """`graph` in torch, with the leading blocks of the parameters of `whole`."""

    def __init__(self, graph: Graph, whole: TorchGraph) -> None:
        super().__init__(graph, _blank(graph))
        self.whole = (whole,)  # in a tuple, since it is no part of this module

    def tensor(self, name: str) -> Tensor:
        """The block of the wide parameter `name`."""
        return _block(self.whole[0], self.graph, name)


class _CompiledSlice(CompiledGraph):
    """The same by generated code."""

    def __init__(self, graph: Graph, whole: TorchGraph) -> None:
        super().__init__(graph, _blank(graph))
        self.whole = (whole,)

    def tensor(self, name: str) -> Tensor:
        """The block of the wide parameter `name`."""
        return _block(self.whole[0], self.graph, name)


def _block(whole: TorchGraph, graph: Graph, name: str) -> Tensor:
    shape = next(one.shape for one in graph.parameters if one.name == name)
    return whole.tensor(name)[tuple(slice(length) for length in shape)]


def _blank(graph: Graph) -> dict[str, npt.NDArray[np.float32]]:
    return {one.name: np.zeros(one.shape, np.float32) for one in graph.parameters}
