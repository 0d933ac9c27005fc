"""Live audio through the sound devices, with the `live` extra (sounddevice over PortAudio)."""

import os
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from triode.audio import read_audio, resample
from triode.audio.devices import Device, find_device, load_sounddevice
from triode.errors import AudioError, TriodeError
from triode.runtime.amp import load
from triode.runtime.live import LiveChain

__all__ = ["LiveStream", "device_rate_hz", "open_live"]

Float32Array = npt.NDArray[np.float32]


def open_live(
    model: str | os.PathLike[str],
    *,
    cabinet: str | os.PathLike[str] | None = None,
    input_device: Device = None,
    output_device: Device = None,
    block_frames: int = 64,
    size: str | float | None = None,
    channel: int = 1,
) -> tuple["LiveChain", "LiveStream"]:
    """Make a capture ready to be played live: a chain, and the stream that runs it.

    The devices run at the model's sample rate where they can; otherwise the model is resampled.

    Args:
        model: A `.nam` file.
        cabinet: A recording of an impulse response; its first channel, resampled if need be.
        input_device: Name (a part will do) or number; None for the system's default.
        output_device: The same.
        block_frames: Frames of a block.
        size: Which size to begin with; None for the largest.
        channel: Which channel of the input device to play, from 1.

    Raises:
        TriodeError: A file or a device cannot be used, or the model is not mono.
    """
    load_sounddevice()
    amp = load(model)
    if amp.input_channels != 1 or amp.output_channels != 1:
        raise TriodeError(
            "only mono models can be played live",
            where=model,
            expected="1 input and 1 output channel",
            got=f"{amp.input_channels} and {amp.output_channels}",
        )
    if size is not None:
        amp.size = size
    rate_hz = device_rate_hz(amp.rate_hz, input_device, output_device, channel)
    impulse = None if cabinet is None else _impulse(cabinet, rate_hz)
    chain = LiveChain(amp, rate_hz=rate_hz, block_frames=block_frames, cabinet=impulse)
    stream = LiveStream(
        chain,
        rate_hz=rate_hz,
        block_frames=block_frames,
        input_device=input_device,
        output_device=output_device,
        channel=channel,
    )
    return chain, stream


def _impulse(path: str | os.PathLike[str], rate_hz: float) -> Float32Array:
    """An impulse response at `rate_hz`, its gain at every frequency kept."""
    audio = read_audio(path, channel=1)
    gain = np.float32(audio.rate_hz / rate_hz)
    return gain * resample(audio.samples, audio.rate_hz, rate_hz)


def device_rate_hz(
    wanted_hz: float, input_device: Device, output_device: Device, channel: int = 1
) -> float:
    """The rate to open two devices with: `wanted_hz` where both can, else the output's own.

    Raises:
        AudioError: There is no such device, or it has no such channel.
    """
    sounddevice = load_sounddevice()
    entry = find_device(input_device, "input")
    leave = find_device(output_device, "output")
    if channel > entry["max_input_channels"]:
        raise AudioError(
            "the input device has no such channel",
            where=entry["name"],
            expected=f"a channel from 1 to {entry['max_input_channels']}",
            got=channel,
        )
    try:
        sounddevice.check_input_settings(
            device=input_device, channels=channel, dtype="float32", samplerate=wanted_hz
        )
        sounddevice.check_output_settings(
            device=output_device, channels=1, dtype="float32", samplerate=wanted_hz
        )
    except sounddevice.PortAudioError:
        return float(leave["default_samplerate"])
    return wanted_hz


class LiveStream:
    """A duplex stream that runs a chain; use it in a `with` statement.

    Args:
        chain: What plays the blocks.
        rate_hz: Sample rate of both devices.
        block_frames: Frames of a block.
        input_device: Name (a part will do) or number; None for the system's default.
        output_device: The same.
        channel: Which channel of the input device to play, from 1.

    Raises:
        AudioError: The devices cannot be opened this way.
    """

    def __init__(
        self,
        chain: LiveChain,
        *,
        rate_hz: float,
        block_frames: int,
        input_device: Device = None,
        output_device: Device = None,
        channel: int = 1,
    ) -> None:
        sounddevice = load_sounddevice()
        self.rate_hz = rate_hz
        self.block_frames = block_frames
        self.dropouts = 0
        self.failure: Exception | None = None
        self._chain = chain
        self._channel = channel - 1
        self._abort = sounddevice.CallbackAbort
        leave = find_device(output_device, "output")
        try:
            self._stream: Any = sounddevice.Stream(
                samplerate=rate_hz,
                blocksize=block_frames,
                device=(input_device, output_device),
                channels=(channel, min(2, leave["max_output_channels"])),
                dtype="float32",
                latency="low",
                callback=self.play_block,
            )
        except (sounddevice.PortAudioError, ValueError) as error:
            raise AudioError(
                "the sound devices cannot be opened",
                got=error,
                hint="Choose others with --input and --output, or another --block.",
            ) from error

    @property
    def round_trip_seconds(self) -> float:
        """From the input's connector to the output's, as the devices report it, plus the chain."""
        return float(sum(self._stream.latency)) + self._chain.delay_seconds

    @property
    def active(self) -> bool:
        """Whether blocks are still being played."""
        return bool(self._stream.active)

    def play_block(
        self,
        entry: Float32Array,
        leave: Float32Array,
        frames: int,
        time: object,
        status: Any,
    ) -> None:
        """Play one block from `entry` into `leave`, (frames, channels); called by PortAudio."""
        del frames, time
        if status:
            self.dropouts += 1
        try:
            played = self._chain.process(np.ascontiguousarray(entry[:, self._channel]))
        except Exception as error:
            self.failure = error
            leave[:] = 0.0
            raise self._abort from error
        leave[:] = played[:, None]

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
