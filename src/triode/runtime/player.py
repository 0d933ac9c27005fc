"""The best way to play a network on this machine, whatever is installed."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from triode.architectures import Network
from triode.errors import CompileError, TriodeError
from triode.graph import receptive_field
from triode.runtime.engine import Engine
from triode.runtime.executor import Executor, best_executor

__all__ = ["Player", "best_player", "check_block", "played_by_engine", "played_by_executor"]

Float32Array = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Player:
    """Something that plays a stream of blocks through one network.

    Attributes:
        play: Blocks (frames,) float32 to their outputs, starting from the state that silence
            leads to.
        warning: Why playing is slow, when it is.
    """

    play: Callable[[Iterable[Float32Array]], Iterator[Float32Array]]
    warning: str | None = None


def best_player(network: Network) -> Player:
    """Compiled code where it can be made, else torch or the interpreter, with a warning.

    Raises:
        TriodeError: The network has more than one input or output channel.
    """
    if network.graph.input_channels != 1 or network.graph.output_channels != 1:
        raise TriodeError(
            "only mono networks can be rendered",
            expected="1 input and 1 output channel",
            got=f"{network.graph.input_channels} and {network.graph.output_channels}",
        )
    try:
        engine = Engine(network)
    except CompileError as error:
        executor = best_executor(network)
        warning = f"the model is played slowly, without machine code of its own: {error}"
        return Player(lambda blocks: played_by_executor(network, executor, blocks), warning)
    return Player(lambda blocks: played_by_engine(engine, blocks))


def played_by_engine(engine: Engine, blocks: Iterable[Float32Array]) -> Iterator[Float32Array]:
    """The outputs of an engine at rest; see `Player.play`."""
    for block in blocks:
        check_block(block)
        yield engine.process(block)


def played_by_executor(
    network: Network, execute: Executor, blocks: Iterable[Float32Array]
) -> Iterator[Float32Array]:
    """The outputs of an executor, which has no memory between calls; see `Player.play`.

    A network with a finite memory is evaluated block by block on the last receptive field and the
    new frames. An LSTM's memory has no end, so its whole input is gathered first.
    """
    if network.graph.settle_seconds:
        gathered = np.concatenate([np.zeros(0, np.float32), *map(check_block, blocks)])
        yield execute(gathered[None])[0] if len(gathered) else gathered
        return
    history = np.zeros(0, np.float32)
    keep = receptive_field(network.graph) - 1
    for block in map(check_block, blocks):
        if len(block) == 0:
            yield block
            continue
        signal = np.concatenate([history, block])
        yield execute(signal[None])[0][len(history) :]
        history = signal[max(0, len(signal) - keep) :]


def check_block(block: object) -> Float32Array:
    """`block` itself.

    Raises:
        TriodeError: It is not a (frames,) float32 array.
    """
    if isinstance(block, np.ndarray) and block.ndim == 1 and block.dtype == np.float32:
        return block
    raise TriodeError(
        "the signal cannot be played",
        expected="a float32 array of shape (frames,)",
        got=f"{block.dtype} of shape {block.shape}"
        if isinstance(block, np.ndarray)
        else type(block).__name__,
        hint="Play channels one by one; convert with numpy.asarray(signal, numpy.float32).",
    )
