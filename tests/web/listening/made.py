"""Small prepared tests with sound, and the server in a process of its own."""

import contextlib
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from end_to_end.commands import start
from triode.audio import write_audio
from triode.listening import REFERENCE, Manifest, Plan, PreparedTest, Stimulus
from triode.listening.prepared import MANIFEST, sha256_of

__all__ = ["RATE_HZ", "Served", "TestOf", "document", "make_test", "served"]

RATE_HZ = 48_000
SECONDS = 1.5

TestOf = Callable[[str], PreparedTest]


def document(
    design: str, systems: tuple[str, ...] = ("lite", "anchor"), **more: Any
) -> dict[str, Any]:
    """A plan of one piece of gear and two clips, as TOML would give it."""
    return {
        "name": "made",
        "title": "Is the capture the amplifier?",
        "design": design,
        "gear": [{"name": "loud", "dry": "dry.wav", "wet": "wet.wav"}],
        "systems": [{"name": one, "anchor": "lowpass-7000"} for one in systems],
        "clips": [
            {"name": "chord", "start_seconds": 0.0, "seconds": SECONDS},
            {"name": "line", "start_seconds": SECONDS, "seconds": SECONDS},
        ],
        "training_pages": 1,
        **more,
    }


def make_test(folder: Path, design: str, **more: Any) -> PreparedTest:
    """A prepared test whose stimuli are tones that differ from each other."""
    plan = Plan.of(document(design, **more), "plan.toml")
    folder.mkdir()
    stimuli = []
    for gear in plan.gear:
        for place, clip in enumerate(plan.clips):
            for order, system in enumerate((REFERENCE, *plan.systems_of(gear.name))):
                file = f"{len(stimuli):04d}.wav"
                write_audio(
                    folder / file, _tone(220.0 * (place + 1) + 10.0 * order), RATE_HZ, "PCM_24"
                )
                stimuli.append(_stimulus(folder, file, gear.name, clip.name, system))
    manifest = Manifest(
        plan=plan,
        sources={},
        rate_hz=RATE_HZ,
        loudness_lufs=-23.0,
        stimuli=tuple(stimuli),
        cues=("The noise floor of lite is 12 dB above the reference's.",),
        facts={},
        triode="0",
    )
    (folder / MANIFEST).write_text(manifest.to_text(), encoding="utf-8")
    return PreparedTest.open(folder)


def _tone(frequency_hz: float) -> Any:
    time = np.arange(round(SECONDS * RATE_HZ)) / RATE_HZ
    return (0.1 * np.sin(2 * np.pi * frequency_hz * time)).astype(np.float32)


def _stimulus(folder: Path, file: str, gear: str, clip: str, system: str) -> Stimulus:
    return Stimulus(
        gear=gear,
        clip=clip,
        system=system,
        file=file,
        sha256=sha256_of(folder / file),
        gain_db=0.0,
        moved_samples=0.0,
        loudness_lufs=-23.0,
        peak_dbfs=-20.0,
        noise_floor_dbfs=-80.0,
        measures={},
    )


class Served:
    """`triode listen serve` in a process of its own, which can be killed and started again."""

    def __init__(self, folder: Path, *options: str) -> None:
        self._folder = folder
        self._options = options
        self._port = "0"
        self.start()

    def start(self) -> None:
        """Start it; at the port it had before, if it was killed."""
        self._process = start(
            *("listen", "serve", str(self._folder), "--port", self._port, "--no-browser"),
            *self._options,
            folder=self._folder.parent,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if "http://" not in line:
            _, error = self._process.communicate(timeout=10)
            raise AssertionError(f"the server did not start: {line}{error}")
        self.experiment = line.split()[-1]
        self.address = self.experiment.partition("/?")[0].rstrip("/")
        self._port = self.address.rpartition(":")[2]

    def kill(self) -> None:
        """As by a power cut."""
        self._process.kill()
        self._process.communicate()

    def stop(self) -> None:
        """As by Ctrl-C; it ends without an error."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        _, error = self._process.communicate(timeout=30)
        assert (self._process.returncode, error) == (0, "")


@contextlib.contextmanager
def served(folder: Path, *options: str) -> Iterator[Served]:
    """The server of a prepared test, stopped at the end."""
    server = Served(folder, *options)
    try:
        yield server
        server.stop()
    finally:
        server.kill()
