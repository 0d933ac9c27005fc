"""The sound system, with the `live` extra (sounddevice over PortAudio), and what is plugged in."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, Literal

from triode.errors import AudioError

__all__ = [
    "Device",
    "DeviceFacts",
    "device_lines",
    "devices",
    "find_device",
    "load_sounddevice",
]

Device = str | int | None
"""Name (a part will do) or number of a device; None for the system's default."""


def load_sounddevice() -> ModuleType:
    """The sounddevice package.

    Raises:
        AudioError: It is not installed, or PortAudio is not.
    """
    try:
        import sounddevice
    except ImportError as error:
        raise AudioError(
            "live audio needs the sounddevice package",
            hint="Install it with: pip install 'triode[live]'",
        ) from error
    except OSError as error:
        raise AudioError(
            "live audio needs the PortAudio library",
            got=error,
            hint="Install it with your system's packages: libportaudio2 on Debian and Ubuntu, "
            "portaudio on Fedora, Arch and Homebrew.",
        ) from error
    module: ModuleType = sounddevice
    return module


def find_device(device: Device, kind: Literal["input", "output"]) -> dict[str, Any]:
    """What sounddevice knows about a device.

    Raises:
        AudioError: There is none of that name, number or kind.
    """
    sounddevice = load_sounddevice()
    try:
        found: dict[str, Any] = sounddevice.query_devices(device, kind)
    except (ValueError, sounddevice.PortAudioError) as error:
        names = device_lines(kind)
        raise AudioError(
            f"there is no such {kind} device" if names else f"there is no {kind} device",
            expected=f"one of {', '.join(names)}" if names else None,
            got=device,
            hint=f"Choose one with --{kind}." if names else "Connect one and try again.",
        ) from error
    return found


@dataclass(frozen=True, kw_only=True)
class DeviceFacts:
    """One side of a device.

    Attributes:
        number: By which it is chosen.
        name: As the system calls it.
        channels: How many it has of this kind.
        rate_hz: Its own sample rate.
        is_default: Whether the system takes it when none is chosen.
    """

    number: int
    name: str
    channels: int
    rate_hz: int
    is_default: bool


def devices(kind: Literal["input", "output"]) -> tuple[DeviceFacts, ...]:
    """Every device that has channels of this kind.

    Raises:
        AudioError: The sound system cannot be asked.
    """
    sounddevice = load_sounddevice()
    default = sounddevice.default.device[kind]
    return tuple(
        DeviceFacts(
            number=number,
            name=one["name"],
            channels=one[f"max_{kind}_channels"],
            rate_hz=round(one["default_samplerate"]),
            is_default=number == default,
        )
        for number, one in enumerate(sounddevice.query_devices())
        if one[f"max_{kind}_channels"] > 0
    )


def device_lines(kind: Literal["input", "output"]) -> list[str]:
    """Number and name of every device that has channels of this kind."""
    return [
        f"{number}: {one['name']}"
        for number, one in enumerate(load_sounddevice().query_devices())
        if one[f"max_{kind}_channels"] > 0
    ]
