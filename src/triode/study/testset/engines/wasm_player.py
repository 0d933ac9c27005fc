"""The deployed WebAssembly player, the npm package `@opendaw/nam-wasm`, in Node.js."""

import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from triode.audio import read_audio
from triode.errors import TestSetError
from triode.study.testset.engines.answer import Answer, Job, Speed, Trouble
from triode.study.testset.engines.processes import Ended, run_program

__all__ = ["PACKAGE", "SCRIPT", "WasmPlayerEngine", "player_package"]

PACKAGE = "@opendaw/nam-wasm"
SCRIPT = "wasm_player.mjs"
_BLOCK_FRAMES = 64
_START_SECONDS = 30.0


class WasmPlayerEngine:
    """Plays every model in a process of Node.js of its own, and times it there block by block.

    Args:
        npm: The folder that `npm install` ran in; None for the current one or one above it.
        timeout_seconds: How long one model may take, timing not counted.

    Raises:
        TestSetError: Node.js or the package is missing.
    """

    name = "wasm-player"

    def __init__(self, npm: Path | None, *, timeout_seconds: float) -> None:
        node = shutil.which("node")
        if node is None:
            raise TestSetError(
                "the WebAssembly player needs Node.js, which is not installed",
                hint="Install it from nodejs.org or with the system's packages.",
            )
        self._node = node
        self._package = player_package(npm)
        self._timeout_seconds = timeout_seconds
        described = json.loads((self._package / "package.json").read_text("utf-8"))
        version = run_program([node, "--version"], _START_SECONDS).out.strip()
        self.version = f"{PACKAGE} {described['version']}, Node.js {version}"

    def play(self, job: Job) -> Answer:
        """See `Engine.play`."""
        with tempfile.TemporaryDirectory(prefix="triode-testset-") as name:
            folder = Path(name)
            task = _task(job, folder)
            ended = self._run({"package": str(self._package), "jobs": [task]}, folder)
            if ended.code != 0:
                return Answer(trouble=Trouble.CRASHED, message=ended.said)
            answer = json.loads(ended.out)[0]
            if answer["refused"] is not None:
                return Answer(trouble=Trouble.REFUSED, message=answer["refused"])
            outputs = tuple(np.fromfile(path, "<f4") for path in task["outputs"])
        return Answer(outputs=outputs, speed=_speed(answer["block_ns"]))

    def _run(self, task: Mapping[str, Any], folder: Path) -> Ended:
        listed, script = folder / "jobs.json", folder / SCRIPT
        listed.write_text(json.dumps(task), encoding="utf-8")
        text = resources.files(__package__).joinpath(SCRIPT).read_text("utf-8")
        script.write_text(text, encoding="utf-8")
        timing = sum(job["timing_seconds"] for job in task["jobs"])
        return run_program(
            [self._node, str(script), str(listed)], self._timeout_seconds + 2.0 * timing
        )


def player_package(npm: Path | None) -> Path:
    """The package's folder in the `node_modules` of `npm`, or of this folder or one above it.

    Raises:
        TestSetError: It is not there.
    """
    here = Path.cwd()
    places = [here, *here.parents] if npm is None else [npm]
    for place in places:
        found = place / "node_modules" / PACKAGE
        if (found / "package.json").is_file():
            return found.resolve()
    raise TestSetError(
        "the WebAssembly player is not installed",
        where=npm or here,
        expected=f"node_modules/{PACKAGE}",
        hint=f"Get it with: npm install {PACKAGE}, here or in a folder above. "
        "triode testset run also takes another folder, with --npm.",
    )


def _task(job: Job, folder: Path) -> dict[str, Any]:
    inputs = [folder / f"{index}.dry" for index in range(len(job.inputs))]
    for path, target in zip(job.inputs, inputs, strict=True):
        read_audio(path).samples.astype("<f4").tofile(target)
    return {
        "model": str(job.model.resolve()),
        "inputs": [str(path) for path in inputs],
        "outputs": [str(path.with_suffix(".wet")) for path in inputs],
        "rate_hz": job.rate_hz,
        "block_frames": _BLOCK_FRAMES,
        "timing_seconds": job.timing_seconds,
    }


def _speed(block_ns: Sequence[float]) -> Speed | None:
    if not block_ns:
        return None
    first, median, third = np.quantile(np.asarray(block_ns) / _BLOCK_FRAMES, (0.25, 0.5, 0.75))
    return Speed(
        ns_per_sample=float(median),
        quartiles=(float(first), float(third)),
        method=f"blocks of {_BLOCK_FRAMES} frames",
    )
