"""Several captures, and all their sizes, measured on one recording."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from triode.architectures import Network, networks
from triode.audio import read_audio, resample
from triode.capture import make_pair
from triode.errors import AudioError, TriodeError
from triode.graph import receptive_field
from triode.metrics import small_signal_response
from triode.nam import Model, read
from triode.report.build import recording_of
from triode.report.evaluation import Evaluation, measure
from triode.report.recording import Recording
from triode.runtime import renderer

__all__ = ["Comparison", "compare", "sorted_inputs"]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What was measured.

    Attributes:
        evaluation: Every size of every capture, in the order given, the largest size first.
        paths: The file of each of them.
        names: What the captures are called, in the order given.
        reference: What they are held against: None for a recording of the gear, else the name of
            the first capture.
        warnings: What is odd about the files.
    """

    evaluation: Evaluation
    paths: tuple[Path, ...]
    names: tuple[str, ...]
    reference: str | None
    warnings: tuple[str, ...]


def sorted_inputs(
    paths: Sequence[str | os.PathLike[str]],
) -> tuple[list[Path], Path, Path | None]:
    """Tell captures from recordings: any number of `.nam` files, then dry, then perhaps wet.

    Raises:
        TriodeError: There is no capture, or not one or two recordings.
    """
    files = [Path(path) for path in paths]
    captures = [path for path in files if path.suffix.lower() == ".nam"]
    recordings = [path for path in files if path.suffix.lower() != ".nam"]
    if not captures or not 1 <= len(recordings) <= 2:
        raise TriodeError(
            "these files cannot be compared",
            expected="one or more .nam files and one or two recordings: dry, and wet if there is "
            "one",
            got=f"{len(captures)} .nam files and {len(recordings)} others",
        )
    return captures, recordings[0], recordings[1] if len(recordings) == 2 else None


def compare(
    model_paths: Sequence[Path],
    dry_path: Path,
    wet_path: Path | None = None,
    *,
    channel: int | None = None,
    names: Sequence[str] | None = None,
) -> Comparison:
    """Measure every size of several captures side by side.

    Without a wet recording they are held against the largest size of the first capture.

    Args:
        model_paths: `.nam` files of one sample rate.
        dry_path: What is played through them; resampled to their rate if need be.
        wet_path: What the gear made of it.
        channel: Which channel of the recordings to use, from 1.
        names: What to call the captures; None calls them by their files.

    Raises:
        TriodeError: A file cannot be read or used, or the sample rates differ.
    """
    called = _file_names(model_paths) if names is None else names
    models = [read(path) for path in model_paths]
    rate_hz = models[0].rate_hz
    for path, model in zip(model_paths, models, strict=True):
        if model.rate_hz != rate_hz:
            raise TriodeError(
                "captures of different sample rates cannot be compared",
                where=path,
                expected=f"{rate_hz:g} Hz, as in {model_paths[0]}",
                got=f"{model.rate_hz:g} Hz",
            )
    entries = [
        (path, network, _label(name, model, network))
        for path, model, name in zip(model_paths, models, called, strict=True)
        for network in reversed(networks(model))
    ]
    warnings = [
        f"{path.name if names is None else name}: {one}"
        for path, model, name in zip(model_paths, models, called, strict=True)
        for one in model.warnings
    ]
    used = [network for _, network, _ in entries]
    if wet_path is None:
        recording = _without_gear(used, dry_path, channel)
    else:
        pair = make_pair(dry_path, wet_path, rate_hz=round(rate_hz), channel=channel)
        recording = recording_of(pair, used)
        warnings += recording.warnings
    return Comparison(
        evaluation=Evaluation(
            recording=recording,
            sizes=tuple(measure(network, recording, label=label) for _, network, label in entries),
            response=small_signal_response(recording.dry, recording.wet, recording.rate_hz),
        ),
        paths=tuple(path for path, _, _ in entries),
        names=tuple(called),
        reference=entries[0][2] if wet_path is None else None,
        warnings=tuple(warnings),
    )


def _file_names(paths: Sequence[Path]) -> list[str]:
    """Each file's name, with its folder where two are alike."""
    stems = [path.stem for path in paths]
    return [
        path.stem if stems.count(path.stem) == 1 else f"{path.parent.name}/{path.stem}"
        for path in paths
    ]


def _label(name: str, model: Model, network: Network) -> str:
    """The capture's name, and the size's where there are more."""
    return name if len(networks(model)) == 1 else f"{name} {network.name.capitalize()}"


def _without_gear(used: Sequence[Network], dry_path: Path, channel: int | None) -> Recording:
    """The first capture in the place of the gear."""
    audio = read_audio(dry_path, channel=channel)
    rate_hz = used[0].model.rate_hz
    dry = resample(audio.samples, audio.rate_hz, rate_hz)
    field = max(receptive_field(network.graph) for network in used)
    if len(dry) <= 2 * field or not np.any(dry):
        raise AudioError(
            "the recording is too short or silent",
            where=dry_path,
            expected=f"more than {2 * field / rate_hz:.2f} s of playing",
            got=f"{len(dry) / rate_hz:.2f} s",
        )
    return Recording(
        dry=dry,
        wet=renderer(used[0])(dry),
        rate_hz=rate_hz,
        validation=(field, len(dry)),
        facts={"dry file": dry_path.name, "wet file": "none"},
    )
