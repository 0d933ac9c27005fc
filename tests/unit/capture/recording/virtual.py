"""A sound system without sound: what `sounddevice` offers, with an amplifier on the cable."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np

RATE_HZ = 48_000
BLOCK = 512


class PortAudioError(Exception):
    pass


class CallbackStop(Exception):  # noqa: N818 - the name in sounddevice
    pass


@dataclass
class Interface:
    """An audio interface of two inputs and two outputs, and what hangs on it.

    `jumps` maps a frame to how many samples are lost (negative) or put in there; `reported` tells
    whether the sound system notices. Sound comes from output `sent` to input `heard`, both from 0.
    The stream stands still from frame `holds_at` on.
    """

    amplifier: Callable[[np.ndarray], np.ndarray] = lambda sound: sound
    delay: int = 700
    noise: float = 0.0
    jumps: dict[int, int] = field(default_factory=dict)
    reported: bool = True
    sent: int = 0
    heard: int = 0
    holds_at: int | None = None
    rates: tuple[int, ...] = (RATE_HZ,)

    def module(self) -> SimpleNamespace:
        device = {
            "name": "Interface",
            "max_input_channels": 2,
            "max_output_channels": 2,
            "default_samplerate": float(self.rates[0]),
        }

        def query(device_name: str | int | None = None, kind: str | None = None) -> Any:
            if kind is None:
                return [device]
            if device_name in (None, 0, "Interface"):
                return device
            raise ValueError("no such device")

        def check(**settings: Any) -> None:
            if settings["samplerate"] not in self.rates:
                raise PortAudioError("Invalid sample rate")

        return SimpleNamespace(
            query_devices=query,
            check_input_settings=check,
            check_output_settings=check,
            PortAudioError=PortAudioError,
            CallbackStop=CallbackStop,
            Stream=lambda **settings: Stream(self, **settings),
        )


class Stream:
    """Calls back as fast as it can, in a thread, until it is told to stop."""

    def __init__(self, interface: Interface, **settings: Any) -> None:
        self._interface = interface
        self._settings = settings
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def close(self) -> None:
        pass

    def _run(self) -> None:
        interface = self._interface
        entries, leaves = self._settings["channels"]
        random = np.random.default_rng(9)
        on_the_way = np.zeros(interface.delay + BLOCK, np.float32)
        frame = 0
        try:
            while not self._stopped.is_set():
                if interface.holds_at is not None and frame >= interface.holds_at:
                    self._stopped.wait()
                    break
                here = [one for one in interface.jumps if frame <= one < frame + BLOCK]
                for one in here:
                    on_the_way = _jumped(on_the_way, interface.jumps[one])
                entry = np.zeros((BLOCK, entries), np.float32)
                sound = on_the_way[:BLOCK] + interface.noise * random.standard_normal(BLOCK)
                entry[:, interface.heard] = np.clip(sound, -1.0, 1.0)
                leave = np.full((BLOCK, leaves), 9.0, np.float32)
                self._settings["callback"](entry, leave, BLOCK, None, self._status(bool(here)))
                answer = interface.amplifier(leave[:, interface.sent])
                on_the_way = np.concatenate([on_the_way[BLOCK:], answer]).astype(np.float32)
                frame += BLOCK
        except CallbackStop:
            pass
        finally:
            self._settings["finished_callback"]()

    def _status(self, jumped: bool) -> SimpleNamespace:
        return SimpleNamespace(
            input_overflow=jumped and self._interface.reported,
            input_underflow=False,
            output_underflow=False,
            output_overflow=False,
        )


def _jumped(sound: np.ndarray, samples: int) -> np.ndarray:
    if samples < 0:
        return sound[-samples:]
    return np.concatenate([np.zeros(samples, np.float32), sound])
