"""One stream that plays and records at once, and whoever makes its blocks."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal, Protocol, Self

import numpy as np
import numpy.typing as npt

from triode.audio.devices import Device, find_device, load_sounddevice
from triode.errors import AudioError

__all__ = ["Connection", "Duplex", "Player"]

Float32Array = npt.NDArray[np.float32]


class Player(Protocol):
    """Makes the blocks to play of those that come in."""

    def play(self, entry: Float32Array, *, dropped: bool) -> Float32Array | None:
        """Take one block, (frames,), and return as many frames to play; None ends the stream.

        `dropped` says that the sound system lost samples just before this block.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class Connection:
    """How the gear is connected; channels count from 1."""

    rate_hz: int
    input_device: Device = None
    output_device: Device = None
    input_channel: int = 1
    output_channel: int = 1

    def check(self) -> None:
        """Find out whether the devices can be used this way.

        Raises:
            AudioError: No such device, no such channel, or not at this rate.
        """
        sounddevice = load_sounddevice()
        sides: tuple[tuple[Literal["input", "output"], Device, int, Callable[..., None]], ...] = (
            ("input", self.input_device, self.input_channel, sounddevice.check_input_settings),
            ("output", self.output_device, self.output_channel, sounddevice.check_output_settings),
        )
        for kind, device, channel, check_settings in sides:
            found = find_device(device, kind)
            channels = found[f"max_{kind}_channels"]
            if not 1 <= channel <= channels:
                raise AudioError(
                    f"the {kind} device has no such channel",
                    where=found["name"],
                    expected=f"a channel from 1 to {channels}",
                    got=channel,
                )
            try:
                check_settings(
                    device=device, channels=channel, dtype="float32", samplerate=self.rate_hz
                )
            except (sounddevice.PortAudioError, ValueError) as error:
                raise AudioError(
                    f"the {kind} device does not run at this rate",
                    where=found["name"],
                    expected=f"{self.rate_hz} Hz",
                    got=error,
                    hint="Set the interface to it, or make the signal at the interface's rate: "
                    f"triode capture signal --rate {found['default_samplerate']:.0f}",
                ) from error


class Duplex:
    """A running stream; use it in a `with` statement.

    Args:
        player: Makes the blocks, in a thread of the sound system.
        connection: Devices and channels.

    Raises:
        AudioError: The devices cannot be opened.
    """

    def __init__(self, player: Player, connection: Connection) -> None:
        sounddevice = load_sounddevice()
        connection.check()
        self._player = player
        self._entry = connection.input_channel - 1
        self._leave = connection.output_channel - 1
        self._stop = sounddevice.CallbackStop
        self._over = threading.Event()
        self._failure: Exception | None = None
        try:
            self._stream: Any = sounddevice.Stream(
                samplerate=connection.rate_hz,
                device=(connection.input_device, connection.output_device),
                channels=(connection.input_channel, connection.output_channel),
                dtype="float32",
                latency="high",
                callback=self._play_block,
                finished_callback=self._over.set,
            )
        except (sounddevice.PortAudioError, ValueError) as error:
            raise AudioError(
                "the sound devices cannot be opened",
                got=error,
                hint="Choose others; triode capture record --list-devices shows them.",
            ) from error

    def wait(self, seconds: float) -> bool:
        """Wait until the stream is over, at most this long; tell whether it is.

        Raises:
            Exception: Whatever the player raised.
        """
        over = self._over.wait(seconds)
        if self._failure is not None:
            raise self._failure
        return over

    def _play_block(
        self, entry: Float32Array, leave: Float32Array, frames: int, time: object, status: Any
    ) -> None:
        del frames, time
        leave[:] = 0.0
        # Not every flag is a loss: "priming output" is how a stream starts.
        dropped = bool(
            status
            and (
                status.input_overflow
                or status.input_underflow
                or status.output_underflow
                or status.output_overflow
            )
        )
        try:
            played = self._player.play(np.ascontiguousarray(entry[:, self._entry]), dropped=dropped)
        except Exception as error:
            self._failure = error
            raise self._stop from error
        if played is None:
            raise self._stop
        leave[:, self._leave] = played

    def __enter__(self) -> Self:
        self._stream.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stream.stop()
        self._stream.close()
