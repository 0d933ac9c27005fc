"""The order in which generated code reads its weights, and the packing that puts them so."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from triode.compiler.passes.rewrite import Float64Parameters
from triode.graph import Conv

__all__ = [
    "ALIGNMENT_FLOATS",
    "Packed",
    "PackedConv",
    "PackedTensor",
    "PackedWeights",
    "Packing",
    "pack",
]

ALIGNMENT_FLOATS = 16


class Packed(Protocol):
    """A piece of a stage's weights."""

    @property
    def size(self) -> int:
        """Floats it takes."""

    def pack(self, parameters: Float64Parameters) -> npt.NDArray[np.float64]:
        """The floats, (size,)."""


@dataclass(frozen=True)
class PackedConv:
    """A convolution: per group and block of output channels its biases, then [tap][in][out]."""

    name: str
    conv: Conv
    blocks: tuple[int, ...]

    @property
    def size(self) -> int:
        """Floats it takes."""
        inputs = self.conv.in_channels // self.conv.groups
        return self.conv.out_channels * (inputs * self.conv.kernel_size + self.conv.bias)

    def pack(self, parameters: Float64Parameters) -> npt.NDArray[np.float64]:
        """The floats, (size,)."""
        weight = parameters[f"{self.name}.weight"]
        pieces = []
        start = 0
        for _ in range(self.conv.groups):
            for block in self.blocks:
                if self.conv.bias:
                    pieces.append(parameters[f"{self.name}.bias"][start : start + block])
                pieces.append(weight[start : start + block].transpose(2, 1, 0).ravel())
                start += block
        return np.concatenate(pieces)


@dataclass(frozen=True)
class PackedTensor:
    """A parameter as it is, or transposed so that its first axis runs fastest."""

    name: str
    size: int
    transposed: bool = False

    def pack(self, parameters: Float64Parameters) -> npt.NDArray[np.float64]:
        """The floats, (size,)."""
        tensor = parameters[self.name]
        return (tensor.T if self.transposed else tensor).ravel()


@dataclass(frozen=True)
class Packing:
    """The weights of one stage: `size` floats from `offset` on, holding `items` in order."""

    offset: int
    size: int
    items: tuple[Packed, ...]


@dataclass(frozen=True)
class PackedWeights:
    """Where everything lies in the `floats` floats of a model's packed weights."""

    floats: int
    packings: tuple[Packing, ...]

    def pack(self, parameters: Float64Parameters) -> npt.NDArray[np.float32]:
        """The weights of the compiled graph with these parameters; rest values are zero."""
        packed = np.zeros(self.floats, np.float32)
        for one in self.packings:
            packed[one.offset : one.offset + one.size] = pack(one.items, parameters, one.size)
        return packed


def pack(
    packing: tuple[Packed, ...], parameters: Float64Parameters, size: int
) -> npt.NDArray[np.float32]:
    """All weights of a stage in order, padded with zeros to `size` floats."""
    flat = np.concatenate([np.zeros(0), *(item.pack(parameters) for item in packing)])
    return np.pad(flat, (0, size - len(flat))).astype(np.float32)
