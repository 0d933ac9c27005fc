"""Asks the deployed player (`@opendaw/nam-wasm`, in Node.js) what a `.nam` document sounds like."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Job", "Refusal", "player_is_missing", "render_with_player"]

FOLDER = Path(__file__).resolve().parent
TIME_LIMIT_SECONDS = 300


@dataclass(frozen=True, kw_only=True)
class Job:
    """One rendering.

    Attributes:
        document: The `.nam` object, or the text of the file.
        dry: (frames,) float32.
        rate_hz: What the player is told; the model's own rate, or it would not fit.
        block_frames: How the player is fed; 128 is what a browser does.
    """

    document: Mapping[str, Any] | str
    dry: npt.NDArray[np.float32]
    rate_hz: float = 48000.0
    block_frames: int = 128


@dataclass(frozen=True)
class Refusal:
    """The player did not load the document."""

    reason: str


def player_is_missing() -> str | None:
    """Why the player cannot be asked, or None when it can."""
    if shutil.which("node") is None:
        return "Node.js is not installed"
    if not (FOLDER / "node_modules" / "@opendaw" / "nam-wasm").is_dir():
        return "the player is not installed: npm ci --prefix tests/conformance"
    return None


def render_with_player(jobs: Sequence[Job]) -> list[npt.NDArray[np.float32] | Refusal]:
    """Render every job in one process of Node.js; each job meets a fresh player."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        listed = [_write(job, folder / f"{index}") for index, job in enumerate(jobs)]
        (folder / "jobs.json").write_text(json.dumps(listed), encoding="utf-8")
        run = subprocess.run(
            ["node", os.fspath(FOLDER / "player.mjs"), os.fspath(folder / "jobs.json")],
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=TIME_LIMIT_SECONDS,
            check=False,
        )
        if run.returncode != 0:
            message = f"player.mjs failed with {run.returncode}: {run.stderr}"
            raise RuntimeError(message)
        return [
            np.fromfile(job["output"], "<f4")
            if answer["refused"] is None
            else Refusal(answer["refused"])
            for job, answer in zip(listed, json.loads(run.stdout), strict=True)
        ]


def _write(job: Job, stem: Path) -> dict[str, Any]:
    model, dry = stem.with_suffix(".nam"), stem.with_suffix(".dry")
    text = job.document if isinstance(job.document, str) else json.dumps(job.document)
    model.write_text(text, encoding="utf-8")
    job.dry.astype("<f4").tofile(dry)
    return {
        "model": os.fspath(model),
        "input": os.fspath(dry),
        "output": os.fspath(stem.with_suffix(".wet")),
        "rate_hz": job.rate_hz,
        "block_frames": job.block_frames,
    }
