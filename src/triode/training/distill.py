"""Distillation: training a network on what another network makes of any dry recording."""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from triode.architectures import Network, networks, select
from triode.audio import read_audio, resample, write_audio
from triode.errors import NamFileError, TrainingError
from triode.files import refuse_overwrite
from triode.nam import Model, read
from triode.nam.metadata_fields import FIELDS
from triode.runtime.files import render_file
from triode.synthetic import performance
from triode.training.outputs import Outputs
from triode.training.progress import Progress
from triode.training.recipe import Recipe, load_recipe
from triode.training.result import Result
from triode.training.run import train

if TYPE_CHECKING:
    from triode.nam.metadata import Metadata

__all__ = ["SYNTHETIC_SECONDS", "distill"]

SYNTHETIC_SECONDS = 120.0
_SYNTHETIC = "synthetic performance"
_MEASURED = ("loudness", "gain")
"""Metadata that belongs to the teacher's sound and is measured anew."""


@dataclass(frozen=True, kw_only=True)
class _Teacher:
    model: Model
    network: Network
    path: Path
    sha256: str


def distill(
    teacher_path: str | os.PathLike[str],
    output: str | os.PathLike[str],
    *,
    recipe: Recipe | str | Path = "a2-lite",
    dry_path: str | os.PathLike[str] | None = None,
    size: str | float | None = None,
    epochs: int | None = None,
    seed: int | None = None,
    device: str = "cpu",
    threads: int | None = None,
    until: str | None = None,
    resume: bool = False,
    force: bool = False,
    channel: int | None = None,
    progress: Progress | None = None,
) -> Result:
    """Train a network to do what one size of a capture does, and write it.

    The teacher plays a dry recording, at its own rate and without any delay, and the usual training
    learns from the two. An ESR here is a distance from the teacher, not from the gear. The file
    keeps the teacher's name, gear and levels, and says which file it came from.

    Args:
        teacher_path: The `.nam` file to learn from.
        output: The `.nam` file to write.
        recipe: As in `train`.
        dry_path: What the teacher plays; None for two minutes of a performance made of formulas.
        size: Which size of the teacher; None for the largest.
        epochs: Instead of the recipe's.
        seed: Instead of the recipe's.
        device: As in `train`.
        threads: As in `train`.
        until: As in `train`.
        resume: Continue an interrupted training, exactly.
        force: Replace an existing output, though never the teacher or the recording.
        channel: Which channel of a dry recording with several, from 1.
        progress: Told what happens.

    Raises:
        NamFileError: The teacher is broken.
        TriodeError: It has no such size.
        TrainingError: Its rate is no whole number; and as `train`.
    """
    inputs = [teacher_path] if dry_path is None else [teacher_path, dry_path]
    refuse_overwrite(output, force=force or resume, inputs=inputs)
    Outputs.beside(output).check(resume=resume, force=force)
    chosen = recipe if isinstance(recipe, Recipe) else load_recipe(recipe)
    teacher = _read_teacher(Path(teacher_path), size)
    rate_hz = round(teacher.model.rate_hz)
    folder = Path(output).parent
    with tempfile.TemporaryDirectory(prefix=".triode-distill-", dir=folder) as name:
        dry, wet = Path(name) / "dry.wav", Path(name) / "wet.wav"
        if dry_path is None:
            signal = performance(SYNTHETIC_SECONDS, rate_hz)
        else:
            audio = read_audio(dry_path, channel)
            signal = resample(audio.samples, audio.rate_hz, rate_hz)
        write_audio(dry, signal, rate_hz)
        render_file(teacher.model, dry, wet, size=teacher.network.name)
        return train(
            dry,
            wet,
            output,
            recipe=chosen,
            epochs=epochs,
            seed=seed,
            device=device,
            threads=threads,
            until=until,
            resume=resume,
            force=force,
            repair=False,
            aligned=True,
            origin={
                "teacher": {
                    "file": teacher.path.name,
                    "sha256": teacher.sha256,
                    "architecture": teacher.network.model.architecture,
                    "size": teacher.network.name,
                    "dry": _SYNTHETIC if dry_path is None else Path(dry_path).name,
                }
            },
            metadata=_metadata(teacher.model),
            progress=progress,
        )


def _read_teacher(path: Path, size: str | float | None) -> _Teacher:
    model = read(path)
    if model.rate_hz % 1:
        raise TrainingError(
            "no recording has the teacher's sample rate",
            where=path,
            expected="a whole number of Hz",
            got=f"{model.rate_hz:g} Hz",
        )
    return _Teacher(
        model=model,
        network=select(networks(model), size),
        path=path,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
    )


def _metadata(model: Model) -> "Metadata":
    """What the teacher's file says that is true of the student too; oddities are left out."""
    from triode.nam.metadata import Metadata

    kept: dict[str, object] = {}
    for key in FIELDS:
        value = model.metadata.get(key)
        if key in _MEASURED or value is None:
            continue
        try:
            Metadata.of(**{key: value})
        except NamFileError:
            continue
        kept[key] = value
    return Metadata.of(**kept)
