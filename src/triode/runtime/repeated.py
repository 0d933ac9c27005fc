"""Playing many signals through one network, each from rest, with the code made once."""

import warnings
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from triode.errors import CompileError, TriodeError
from triode.runtime.engine import Engine, Playable
from triode.runtime.executor import best_executor
from triode.runtime.player import check_block
from triode.runtime.render import SlowPathWarning

__all__ = ["renderer"]

Float32Array = npt.NDArray[np.float32]


def renderer(network: Playable) -> Callable[[Float32Array], Float32Array]:
    """What plays (frames,) float32 through `network`, from the steady state of silence each time.

    Warns with `SlowPathWarning` where there is no C compiler and torch or the interpreter plays.

    Raises:
        TriodeError: The network has more than one input or output channel.
    """
    graph = network.graph
    if graph.input_channels != 1 or graph.output_channels != 1:
        raise TriodeError(
            "only mono networks can be rendered",
            expected="1 input and 1 output channel",
            got=f"{graph.input_channels} and {graph.output_channels}",
        )
    try:
        engine = Engine(network)
    except CompileError as error:
        warnings.warn(
            f"the model is played slowly, without machine code of its own: {error}",
            SlowPathWarning,
            stacklevel=2,
        )
        execute = best_executor(network)
        return lambda signal: execute(check_block(signal)[None])[0]

    def play(signal: Float32Array) -> Float32Array:
        engine.reset()
        return engine.process(check_block(signal))

    return play
