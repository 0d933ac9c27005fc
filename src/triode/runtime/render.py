"""Playing a whole signal through a network in memory that does not grow with its length."""

import warnings
from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from triode.architectures import Network
from triode.runtime.player import best_player, check_block

__all__ = ["SlowPathWarning", "render", "render_blocks"]

Float32Array = npt.NDArray[np.float32]

_SEGMENT_FRAMES = 1 << 19


class SlowPathWarning(UserWarning):
    """The result is right but slow, since there is no compiled code; the text says what helps."""


def render(network: Network, signal: Float32Array) -> Float32Array:
    """Play `signal` through `network`, starting from the state that silence leads to.

    Warns with `SlowPathWarning` where there is no C compiler and torch or the interpreter plays.

    Args:
        network: A mono network.
        signal: (frames,) float32 at the network's sample rate.

    Returns:
        (frames,) float32, frame for frame with `signal`.

    Raises:
        TriodeError: The network has more than one input or output channel, or the signal another
            type or shape.
    """
    check_block(signal)
    blocks = (
        signal[start : start + _SEGMENT_FRAMES] for start in range(0, len(signal), _SEGMENT_FRAMES)
    )
    out = np.empty(len(signal), np.float32)
    done = 0
    for block in render_blocks(network, blocks):
        out[done : done + len(block)] = block
        done += len(block)
    return out


def render_blocks(network: Network, blocks: Iterable[Float32Array]) -> Iterator[Float32Array]:
    """Play a stream of blocks, (frames,) float32 each, of any lengths; yield their outputs.

    Without a C compiler an LSTM's whole input is gathered first; else each block is answered.
    See `render` for the warning and the errors.
    """
    player = best_player(network)
    if player.warning is not None:
        warnings.warn(player.warning, SlowPathWarning, stacklevel=2)
    yield from player.play(blocks)
