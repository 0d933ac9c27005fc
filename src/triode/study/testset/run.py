"""Playing a test set through an engine, and judging what comes out."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from triode import __version__
from triode.audio import read_audio
from triode.metrics import esr
from triode.runtime.benchmark import this_machine
from triode.study.testset.blame import failed_operations, unexplained_failures
from triode.study.testset.engines import Answer, Engine, Job
from triode.study.testset.manifest import SetManifest, SetModel, read_set
from triode.study.testset.result import Device, ModelResult, SetResult, Status, Timing

__all__ = ["APPROXIMATE_OF_PEAK", "run_set"]

Float32Array = npt.NDArray[np.float32]

APPROXIMATE_OF_PEAK = 0.02
"""The deployed player's tanh, a rational approximation, costs up to 0.015 of the peak; a missing
operation costs more in every specimen."""


def run_set(
    folder: Path,
    engine: Engine,
    *,
    timing_seconds: float = 0.5,
    device: str | None = None,
    comment: str = "",
    moment: datetime | None = None,
    progress: Callable[[ModelResult], None] | None = None,
) -> SetResult:
    """Play every model of the set in `folder`.

    Args:
        folder: The set; every file is checked first.
        engine: What plays.
        timing_seconds: About how long to time each model; 0 for not at all.
        device: What to call the machine; by default its processor.
        comment: The builder's words.
        moment: When this is; by default now.
        progress: Told each model's result.

    Raises:
        TestSetError: The set was changed, or the engine cannot be used.
    """
    manifest, checksum = read_set(folder)
    results = []
    for model in manifest.models:
        answer = engine.play(_job(folder, manifest, model, timing_seconds))
        results.append(_judged(model, answer, _expected(folder, model)))
        if progress is not None:
            progress(results[-1])
    machine = this_machine()
    failed = failed_operations(results)
    return SetResult(
        set_name=manifest.name,
        set_number=manifest.number,
        set_sha256=checksum,
        triode=__version__,
        engine=engine.name,
        engine_version=engine.version,
        device=Device(name=device or machine.processor, system=machine.system, cores=machine.cores),
        date=(moment or datetime.now(UTC)).strftime("%Y-%m-%d"),
        comment=comment,
        models=tuple(results),
        failed_operations=failed,
        unexplained=unexplained_failures(results, failed),
    )


def _job(folder: Path, manifest: SetManifest, model: SetModel, timing_seconds: float) -> Job:
    return Job(
        model=folder / model.path,
        inputs=tuple(folder / manifest.input(one.input).path for one in model.expected),
        rate_hz=model.rate_hz,
        timing_seconds=timing_seconds,
    )


def _expected(folder: Path, model: SetModel) -> list[Float32Array]:
    return [read_audio(folder / one.path).samples for one in model.expected]


def _judged(model: SetModel, answer: Answer, expected: Sequence[Float32Array]) -> ModelResult:
    status, message, error, ratio = _judge(model, answer, expected)
    speed = answer.speed
    return ModelResult(
        name=model.name,
        origin=model.origin,
        option=model.option,
        beside=model.beside,
        options=model.options,
        macs=model.macs,
        status=status,
        message=message or answer.message,
        peak=model.peak,
        tolerance=model.tolerance,
        error=error,
        esr=ratio,
        timing=None
        if speed is None
        else Timing(
            ns_per_sample=speed.ns_per_sample,
            quartiles=speed.quartiles,
            method=speed.method,
            peak_share=speed.peak_share,
        ),
    )


def _judge(
    model: SetModel, answer: Answer, expected: Sequence[Float32Array]
) -> tuple[Status, str, float | None, float | None]:
    """Status, what is wrong, the largest error, and the worst ESR."""
    if answer.trouble is not None:
        return Status(answer.trouble.value), "", None, None
    for played, wanted in zip(answer.outputs, expected, strict=True):
        if played.shape != wanted.shape:
            lengths = f"{len(played)} samples came out instead of {len(wanted)}"
            return Status.WRONG, lengths, None, None
        if not np.isfinite(played).all():
            return Status.WRONG, "some samples are not finite", None, None
    pairs = list(zip(answer.outputs, expected, strict=True))
    error = max(float(np.abs(a.astype(np.float64) - b).max()) for a, b in pairs)
    ratio = max(esr(wanted, played) for played, wanted in pairs)
    if error <= model.tolerance:
        return Status.PASSED, "", error, ratio
    if error <= APPROXIMATE_OF_PEAK * model.peak:
        return Status.APPROXIMATE, "", error, ratio
    return Status.WRONG, "", error, ratio
