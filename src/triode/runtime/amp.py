"""An amplifier to play through: a capture with all its sizes ready, fed block by block."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt

from triode.architectures import Network, networks, select
from triode.errors import TriodeError
from triode.graph import settle_samples
from triode.nam import Model, read
from triode.runtime.engine import Engine
from triode.runtime.switching import SwitchingPlayer

__all__ = ["Amp", "load"]

Float32Array = npt.NDArray[np.float32]

_FADE_SECONDS = 0.01


def load(path: str | os.PathLike[str]) -> "Amp":
    """Read a `.nam` file and make every size of it ready to play.

    Raises:
        NamFileError: The file is broken.
        CompileError: There is no C compiler, or it failed.
    """
    return Amp(read(path))


class Amp:
    """A model that plays a stream of blocks through machine code made for this computer.

    Every size is compiled, or found in the cache, when the amp is made. Several amps run in
    several threads, since `process` releases the interpreter's lock; one amp belongs to one
    thread at a time, but for `size`, which any thread may set.

    Args:
        model: What to play.

    Raises:
        CompileError: There is no C compiler, or it failed.
    """

    def __init__(self, model: Model) -> None:
        self._networks = networks(model)
        engines = _engines(self._networks)
        self.rate_hz = model.rate_hz
        self.warnings = model.warnings
        self.input_channels = engines[0].input_channels
        self.output_channels = engines[0].output_channels
        memories = [settle_samples(one.graph, one.model.rate_hz) for one in self._networks]
        fade_frames = max(1, round(_FADE_SECONDS * self.rate_hz))
        self._player: SwitchingPlayer | None = SwitchingPlayer(engines, memories, fade_frames)
        self._wanted = len(engines) - 1

    @property
    def sizes(self) -> tuple[str, ...]:
        """The names of the sizes, from the smallest to the largest."""
        return tuple(network.name for network in self._networks)

    @property
    def size(self) -> str:
        """The name of the size that plays, or soon will.

        Set it to a name or to a number from 0 to 1. That only notes the wish, so it may be done
        from any thread at any time: the blocks that follow make the new size ready with the
        past of the stream, then blend over to it within 10 ms. Before the first block, and after
        `reset`, the change is at once.
        """
        return self._networks[self._wanted].name

    @size.setter
    def size(self, size: str | float) -> None:
        self._open()
        self._wanted = self._networks.index(select(self._networks, size))

    @property
    def nonfinite_samples(self) -> int:
        """Input samples since the last reset that were NaN or infinite and taken as zero."""
        return self._open().nonfinite_samples

    def process(self, block: Float32Array) -> Float32Array:
        """Play a block; the result does not depend on how a signal is cut into blocks.

        Only when a change of size begins does depend on it.

        Args:
            block: (frames,) for a mono model, else (input_channels, frames); float32 at
                `rate_hz`. No frames are allowed.

        Returns:
            A new array, (frames,) or (output_channels, frames).

        Raises:
            TriodeError: The block has another type or shape, or the amp is closed.
        """
        player = self._open()
        out = player.process(self._checked(block), self._wanted)
        return out[0] if block.ndim == 1 and self.output_channels == 1 else out

    def reset(self) -> None:
        """Return to the state that silence leads to."""
        self._open().reset()

    def close(self) -> None:
        """Give the memory back; the amp cannot be used any more."""
        self._player = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _open(self) -> SwitchingPlayer:
        if self._player is None:
            raise TriodeError("the amp is closed", hint="Load it again to play on.")
        return self._player

    def _checked(self, block: object) -> Float32Array:
        channels = self.input_channels
        if isinstance(block, np.ndarray) and block.dtype == np.float32:
            if block.ndim == 2 and block.shape[0] == channels:
                return block
            if block.ndim == 1 and channels == 1:
                return block[None]
        shape = "(frames,)" if channels == 1 else f"({channels}, frames)"
        raise TriodeError(
            "the block does not fit the model",
            expected=f"a float32 array of shape {shape}",
            got=f"{block.dtype} of shape {block.shape}"
            if isinstance(block, np.ndarray)
            else type(block).__name__,
        )


def _engines(sizes: Sequence[Network]) -> list[Engine]:
    """An engine for each size; compilers run side by side."""
    with ThreadPoolExecutor(max_workers=min(len(sizes), os.cpu_count() or 1)) as pool:
        return list(pool.map(Engine, sizes))
