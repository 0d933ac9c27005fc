"""Any program that reads a `.nam` and a WAV file and writes a WAV file."""

import shlex
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from triode.audio import inspect_audio, read_audio, write_audio
from triode.errors import AudioError, TestSetError
from triode.study.testset.engines.answer import Answer, Job, Speed, Trouble
from triode.study.testset.engines.processes import Ended, run_program
from triode.study.testset.signals import TINY_FRAMES

__all__ = ["CommandEngine"]

Float32Array = npt.NDArray[np.float32]

_FIELDS = ("{model}", "{in}", "{out}")
_REPEATS = 5


class CommandEngine:
    """Runs a command once per model and input.

    Its speed is the time of a whole process that plays a long file less that of one that plays 64
    frames: loading, starting and the rest cancel out.

    Args:
        template: The command, with {model}, {in} and {out} where the paths go; split as a POSIX
            shell does, and run without one.
        timeout_seconds: How long one run may take.

    Raises:
        TestSetError: A place for a path is missing, or the quotes do not match.
    """

    def __init__(self, template: str, *, timeout_seconds: float) -> None:
        try:
            self._words = shlex.split(template)
        except ValueError as error:
            raise TestSetError("the command cannot be split into words", got=error) from error
        missing = [field for field in _FIELDS if not any(field in one for one in self._words)]
        if missing:
            raise TestSetError(
                "the command has no place for every path",
                expected=" ".join(_FIELDS),
                got=template,
                hint=f"Add {', '.join(missing)}.",
            )
        self._timeout_seconds = timeout_seconds
        self.name = Path(self._words[0]).name
        self.version = template

    def play(self, job: Job) -> Answer:
        """See `Engine.play`."""
        with tempfile.TemporaryDirectory(prefix="triode-testset-") as name:
            folder = Path(name)
            outputs = []
            for index, path in enumerate(job.inputs):
                out = folder / f"{index}.wav"
                ended, _ = self._run(job.model, path, out)
                if ended.code is None or ended.code < 0:
                    return Answer(trouble=Trouble.CRASHED, message=ended.said)
                if ended.code:
                    return Answer(trouble=Trouble.REFUSED, message=ended.said)
                try:
                    outputs.append(_read(out, job.rate_hz))
                except AudioError as error:
                    return Answer(trouble=Trouble.CRASHED, message=_without(error, folder))
            speed = self._speed(job, folder) if job.timing_seconds else None
        return Answer(outputs=tuple(outputs), speed=speed)

    def _speed(self, job: Job, folder: Path) -> Speed | None:
        """Long and tiny runs take turns; None where the difference is lost in what varies."""
        signal = read_audio(job.inputs[-1]).samples
        frames = round(job.timing_seconds * job.rate_hz)
        long, tiny = folder / "long.wav", folder / "tiny.wav"
        write_audio(long, np.resize(signal, frames), job.rate_hz)
        write_audio(tiny, signal[:TINY_FRAMES], job.rate_hz)
        differences = []
        for _ in range(_REPEATS):
            seconds = {}
            for path in (tiny, long):
                ended, seconds[path] = self._run(job.model, path, folder / "timed.wav")
                if ended.code != 0:
                    return None
            differences.append((seconds[long] - seconds[tiny]) / (frames - TINY_FRAMES) * 1e9)
        first, median, third = (float(one) for one in np.quantile(differences, (0.25, 0.5, 0.75)))
        if first <= 0.0:
            return None
        return Speed(
            ns_per_sample=median,
            quartiles=(first, third),
            method=f"whole process on {job.timing_seconds:g} s less that on {TINY_FRAMES} frames",
        )

    def _run(self, model: Path, dry: Path, wet: Path) -> tuple[Ended, float]:
        paths = dict(zip(_FIELDS, map(str, (model, dry, wet)), strict=True))
        words = [_filled(word, paths) for word in self._words]
        start = time.perf_counter()
        try:
            ended = run_program(words, self._timeout_seconds)
        except OSError as error:
            raise TestSetError(
                "the command cannot be started", where=words[0], got=error.strerror or error
            ) from error
        return ended, time.perf_counter() - start


def _filled(word: str, paths: Mapping[str, str]) -> str:
    for field, path in paths.items():
        word = word.replace(field, path)
    return word


def _read(path: Path, rate_hz: int) -> Float32Array:
    info = inspect_audio(path)
    if info.rate_hz != rate_hz:
        raise AudioError(
            "the output has another rate than the input",
            where=path,
            expected=f"{rate_hz} Hz",
            got=f"{info.rate_hz} Hz",
        )
    return read_audio(path).samples


def _without(error: AudioError, folder: Path) -> str:
    """The message without the temporary folder, which differs from run to run."""
    return str(error).replace(f"{folder}/", "")
