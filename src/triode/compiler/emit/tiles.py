"""Tile shapes: how many vectors of frames, and how many output channels, share the registers."""

from dataclasses import dataclass, replace
from math import ceil

from triode.compiler.isa import Isa

__all__ = ["TileRule", "blocks", "default_rule", "segment_rule"]


@dataclass(frozen=True, kw_only=True)
class TileRule:
    """The rule for one instruction set.

    Attributes:
        accumulators: Vector registers given to running sums.
        widest: Most vectors of frames in a tile.
        tall: Least vectors of frames in a tile of up to `tall_channels` channels, which are summed
            in several groups if they have to be: each weight is then loaded once for more frames,
            which pays where loading is dear.
        tall_channels: See `tall`.
    """

    accumulators: int
    widest: int
    tall: int = 1
    tall_channels: int = 0

    def vectors(self, channels: int) -> int:
        """Vectors of frames per tile for a stage whose widest convolution makes `channels`."""
        vectors = self.tall if channels <= self.tall_channels else 1
        while vectors < self.widest and 2 * vectors * min(channels, 8) <= self.accumulators:
            vectors *= 2
        return vectors


def default_rule(isa: Isa) -> TileRule:
    """The table for machines on which nothing was measured."""
    if isa.lanes == 1:
        return TileRule(accumulators=8, widest=1)
    if isa.name == "simd128":
        # WebAssembly has no instruction that multiplies by a number in memory.
        return TileRule(accumulators=12, widest=4, tall=4, tall_channels=8)
    if isa.registers >= 32:
        return TileRule(accumulators=16, widest=4)
    return TileRule(accumulators=12, widest=2)


def segment_rule(isa: Isa) -> TileRule:
    """The table for training, whose stages write most of their values to memory anyway.

    So with few registers it pays to sum the channels in several groups: a weight, which has to be
    loaded before it can multiply, then serves two vectors.
    """
    rule = default_rule(isa)
    return replace(rule, widest=4, tall=2, tall_channels=16) if isa.registers == 16 else rule


def blocks(channels: int, vectors: int, rule: TileRule) -> tuple[int, ...]:
    """Sizes of the groups of output channels that are summed at the same time."""
    most = max(1, rule.accumulators // vectors)
    count = ceil(channels / most)
    return tuple(channels // count + (index < channels % count) for index in range(count))
