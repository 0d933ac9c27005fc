"""Rendering files: seconds of audio in a second, and the memory that an hour takes."""

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from captures import RATE_HZ, capture
from figures import Effort, Figure

from triode.nam import a2_config, write
from triode.runtime.files import render_file

__all__ = ["hour", "whole_file"]

WHOLE_FILE_MUST, WHOLE_FILE_AIM = 100.0, 140.0
MOST_MEGABYTES = 300.0
CHUNK_SECONDS = 60
TIMEOUT_SECONDS = 1800
# A child starts with its parent's peak on its account, so a small process has to be the parent.
LAUNCHER = """\
import json, resource, subprocess, sys, time
start = time.monotonic()
done = subprocess.run(sys.argv[1:], capture_output=True, text=True)
wall = time.monotonic() - start
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({
    "status": done.returncode,
    "output": done.stdout + done.stderr,
    "wall_seconds": wall,
    "cpu_seconds": usage.ru_utime + usage.ru_stime,
    "peak_bytes": usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024),
}))
"""


def whole_file(effort: Effort) -> list[Figure]:
    """A2-Full over a file, in processor time of the one thread: reading and writing included."""
    model = capture(a2_config(8))
    with tempfile.TemporaryDirectory(prefix="rendering-") as text:
        folder = Path(text)
        seconds = 6 * effort.file_seconds
        _write_noise(folder / "dry.wav", seconds)
        render_file(model, folder / "dry.wav", folder / "wet.wav")
        factors, walls = [], []
        for _ in range(effort.rounds):
            wall, start = time.perf_counter(), time.process_time()
            render_file(model, folder / "dry.wav", folder / "wet.wav", force=True)
            factors.append(seconds / (time.process_time() - start))
            walls.append(seconds / (time.perf_counter() - wall))
    return [
        Figure.of(
            "whole-file render, A2-Full: real time",
            "x",
            factors,
            must=WHOLE_FILE_MUST,
            aim=WHOLE_FILE_AIM,
            details={"audio_seconds": seconds, "by_the_clock": walls},
        )
    ]


def hour(effort: Effort) -> list[Figure]:
    """Peak memory and time of `triode render` on an hour; nothing on Windows, which counts none."""
    if importlib.util.find_spec("resource") is None:
        return []
    with tempfile.TemporaryDirectory(prefix="rendering-") as text:
        folder = Path(text)
        write(capture(a2_config(8)), folder / "amp.nam")
        _write_noise(folder / "short.wav", 1.0)
        _render(folder, "short.wav")  # compiles, so that no compiler's memory is counted
        short = _render(folder, "short.wav")
        _write_noise(folder / "long.wav", effort.hour_seconds)
        long = _render(folder, "long.wav")
    megabytes = long["peak_bytes"] / 1e6
    details = {name: long[name] for name in ("wall_seconds", "cpu_seconds")}
    return [
        Figure.of(
            f"triode render, {effort.hour_seconds:.0f} s: peak memory",
            "MB",
            [megabytes],
            must=MOST_MEGABYTES,
            more_is_better=False,
            details={**details, "megabytes_for_one_second": short["peak_bytes"] / 1e6},
        ),
        Figure.of(
            f"triode render, {effort.hour_seconds:.0f} s: time by the clock",
            "s",
            [long["wall_seconds"]],
            more_is_better=False,
            details=details,
        ),
    ]


def _render(folder: Path, dry: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "triode.cli.main", "render", "amp.nam", dry]
    launched = [sys.executable, "-c", LAUNCHER, *command, "-o", "wet.wav", "--force"]
    done = subprocess.run(
        launched,
        cwd=folder,
        env=_environment(),
        check=True,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    if answer["status"]:
        raise RuntimeError(answer["output"])
    return answer


def _environment() -> dict[str, str]:
    """This process's, with a relative PYTHONPATH made absolute, since children run elsewhere."""
    paths = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    absolute = os.pathsep.join(os.fspath(Path(path).resolve()) for path in paths if path)
    return {**os.environ, "PYTHONPATH": absolute}


def _write_noise(path: Path, seconds: float) -> None:
    """16 bits of noise; every minute is the same one."""
    rate_hz = round(RATE_HZ)
    chunk = 0.1 * np.random.default_rng(0).standard_normal(rate_hz * CHUNK_SECONDS)
    left = round(seconds * rate_hz)
    with soundfile.SoundFile(path, "w", rate_hz, 1, "PCM_16") as file:
        while left > 0:
            file.write(chunk[:left].astype(np.float32))
            left -= len(chunk)
