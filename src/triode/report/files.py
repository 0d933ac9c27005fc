"""A report from files to a file."""

import os
from dataclasses import dataclass
from pathlib import Path

from triode.architectures import Network, networks
from triode.capture import Facts, make_pair
from triode.errors import AudioError, TrainingError
from triode.files import refuse_overwrite, require_suffix
from triode.nam import Model, read
from triode.report.build import build_report, evaluate_pair, write_report
from triode.report.evaluation import Player, SizeResult
from triode.report.log import TrainingLog, read_training_log
from triode.runtime import renderer

__all__ = ["Reported", "report_files", "training_log_path"]

_LOG_SUFFIX = ".training.jsonl"


@dataclass(frozen=True, kw_only=True)
class Reported:
    """What a report says, in short: each size, the largest first, and what was odd."""

    sizes: tuple[SizeResult, ...]
    warnings: tuple[str, ...]


def report_files(
    model_path: str | os.PathLike[str],
    dry_path: str | os.PathLike[str],
    wet_path: str | os.PathLike[str],
    output_path: str | os.PathLike[str],
    *,
    channel: int | None = None,
    gear_path: str | os.PathLike[str] | None = None,
    force: bool = False,
    player: Player = renderer,
) -> Reported:
    """Judge a `.nam` file by two recordings and write the page.

    Recordings at another rate than the model's are resampled to it. A training log beside the
    model (`amp.training.jsonl` for `amp.nam`) is shown, too.

    Args:
        model_path: The `.nam` file.
        dry_path: What was sent into the gear.
        wet_path: What came back.
        output_path: The HTML file to write.
        channel: Which channel of the recordings to use, from 1.
        gear_path: The gear itself, when it is a `.nam` file: its largest size is asked for what
            a recording cannot tell.
        force: Replace an existing output.
        player: What plays a network.

    Raises:
        TriodeError: A file cannot be read or used, or the page cannot be written; nothing is
            left half-written.
    """
    require_suffix(output_path, ".html", ".htm")
    refuse_overwrite(output_path, force=force)
    path = Path(model_path)
    model = read(path)
    pair = make_pair(dry_path, wet_path, rate_hz=round(model.rate_hz), channel=channel)
    log, warnings = _training_log(training_log_path(path))
    warnings += _rate_warnings(model, pair.facts)
    evaluation = evaluate_pair(
        model, pair, player=player, gear=None if gear_path is None else _gear(gear_path, model)
    )
    page = build_report(
        model,
        pair,
        title=path.name,
        training_log=log,
        warnings=warnings,
        evaluation=evaluation,
    )
    write_report(output_path, page, force=force)
    return Reported(
        sizes=evaluation.sizes, warnings=(*model.warnings, *warnings, *pair.facts.warnings)
    )


def _gear(path: str | os.PathLike[str], model: Model) -> Network:
    network = networks(read(path))[-1]
    if network.model.rate_hz != model.rate_hz:
        raise AudioError(
            "the gear and the model differ in sample rate",
            where=path,
            expected=f"{model.rate_hz:g} Hz, the model's rate",
            got=f"{network.model.rate_hz:g} Hz",
        )
    return network


def training_log_path(model_path: Path) -> Path:
    """Where a training puts the log of a model: amp.training.jsonl beside amp.nam."""
    return model_path.with_suffix(_LOG_SUFFIX)


def _training_log(path: Path) -> tuple[TrainingLog | None, list[str]]:
    """A damaged log costs the curves, not the report."""
    try:
        return read_training_log(path), []
    except TrainingError as error:
        return None, [f"There are no training curves: {error}"]


def _rate_warnings(model: Model, facts: Facts) -> list[str]:
    rates = {"dry": facts.dry_rate_hz, "wet": facts.wet_rate_hz}
    return [
        f"The {name} recording has {rate_hz} Hz and was resampled to the model's "
        f"{model.rate_hz:g} Hz; what resampling removes is not judged."
        for name, rate_hz in rates.items()
        if rate_hz != model.rate_hz
    ]
