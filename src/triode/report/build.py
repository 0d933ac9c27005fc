"""From a model and a pair to a report, in memory or on disk."""

import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import PurePath

from triode.architectures import Network, networks
from triode.capture import Alignment, Pair, split
from triode.capture.timing import CLEAR_POLARITY
from triode.errors import AudioError
from triode.files import refuse_overwrite, write_text_atomically
from triode.graph import receptive_field
from triode.nam import Model
from triode.report.evaluation import Evaluation, Player, evaluate
from triode.report.lag import lag_warnings
from triode.report.log import TrainingLog
from triode.report.page import build_page
from triode.report.recording import Recording
from triode.runtime import renderer

__all__ = [
    "build_report",
    "evaluate_pair",
    "judged_recording",
    "now",
    "recording_of",
    "write_report",
]


def evaluate_pair(
    model: Model, pair: Pair, *, player: Player = renderer, gear: Network | None = None
) -> Evaluation:
    """Play the dry recording through every size of `model` and measure the result.

    Args:
        model: The model.
        pair: A dry and a wet recording at the model's rate.
        player: What plays a network.
        gear: The gear itself, when it is a network.

    Raises:
        AudioError: The rates differ, or what a size plays cannot be measured.
        CaptureError: The recording is too short to be judged on.
    """
    if pair.rate_hz != model.rate_hz:
        raise AudioError(
            "the recordings and the model differ in sample rate",
            expected=f"recordings at {model.rate_hz:g} Hz, the model's rate",
            got=f"{pair.rate_hz} Hz",
            hint="Make the pair at the model's rate.",
        )
    return evaluate(model, judged_recording(model, pair), player=player, gear=gear)


def build_report(
    model: Model,
    pair: Pair,
    *,
    title: str,
    training_log: TrainingLog | None = None,
    warnings: Sequence[str] = (),
    created: datetime | None = None,
    evaluation: Evaluation | None = None,
) -> str:
    """Write a page about how close `model` is to the gear.

    Args:
        model: The model.
        pair: A dry and a wet recording at the model's rate.
        title: Shown unless the model has a name of its own.
        training_log: What its training wrote, if it is known.
        warnings: Further sentences to show beside those of the model and the pair.
        created: When; now, or `SOURCE_DATE_EPOCH` where that is set.
        evaluation: What `evaluate_pair` returned, if it has been asked already.

    Returns:
        One HTML document that needs no other file and no network, some megabytes long.

    Raises:
        AudioError: The rates differ, or what a size plays cannot be measured.
        CaptureError: The recording is too short to be judged on.
    """
    measured = evaluate_pair(model, pair) if evaluation is None else evaluation
    name = model.metadata.get("name")
    return build_page(
        measured,
        title=name if isinstance(name, str) and name.strip() else title,
        metadata=model.metadata,
        created=created or now(),
        training_log=training_log,
        warnings=[*model.warnings, *warnings, *lag_warnings(measured)],
    )


def write_report(path: str | os.PathLike[str], page: str, *, force: bool = False) -> None:
    """Write a page whole or not at all; an existing file is replaced only with `force`.

    Raises:
        OutputError: The file exists or cannot be written.
    """
    refuse_overwrite(path, force=force)
    write_text_atomically(path, page)


def judged_recording(model: Model, pair: Pair) -> Recording:
    """The pair with the validation passage that training this model would have left out."""
    return recording_of(pair, networks(model))


def recording_of(pair: Pair, judged: Iterable[Network]) -> Recording:
    """The pair with the validation passage that training any of these would have left out."""
    field = max(receptive_field(network.graph) for network in judged)
    chosen = split(
        pair.dry,
        pair.rate_hz,
        field,
        repeats=pair.facts.repeats,
        excluded=pair.facts.excluded,
    )
    return Recording(
        dry=pair.dry,
        wet=pair.wet,
        rate_hz=pair.rate_hz,
        validation=chosen.validation,
        replicate_floor=pair.facts.replicate_floor_esr,
        facts={"validation is": chosen.reason, **_shown_facts(pair)},
        warnings=tuple(_without_folders(one, pair) for one in pair.facts.warnings),
    )


def _shown_facts(pair: Pair) -> Mapping[str, object]:
    facts = pair.facts
    return {
        "dry file": PurePath(facts.dry_path).name,
        "wet file": PurePath(facts.wet_path).name,
        "delay removed": f"{facts.alignment.advance_samples} samples",
        "delay measured": f"{facts.alignment.delay_samples:.2f} samples "
        f"({'given' if facts.alignment.given else f'confidence {facts.alignment.confidence:.2f}'})",
        "polarity": _polarity(facts.alignment),
        "dry peak": f"{facts.dry_levels.peak_dbfs:.1f} dBFS",
        "dry level": f"{facts.dry_levels.rms_dbfs:.1f} dBFS RMS",
        "wet peak": f"{facts.wet_levels.peak_dbfs:.1f} dBFS",
        "wet level": f"{facts.wet_levels.rms_dbfs:.1f} dBFS RMS",
        "repeated passages": len(facts.repeats),
        "repairs": facts.repairs or "none",
    }


def _without_folders(text: str, pair: Pair) -> str:
    """A page is passed on to others, whom the capturer's folders do not concern."""
    for path in (pair.facts.dry_path, pair.facts.wet_path):
        text = text.replace(path, PurePath(path).name)
    return text


def _polarity(alignment: Alignment) -> str:
    if alignment.given:
        return "not measured"
    if alignment.polarity_clarity < CLEAR_POLARITY:
        return "unclear, as the gear turns the phase"
    return "as sent" if alignment.polarity > 0 else "inverted, kept as it is"


def now() -> datetime:
    """The time, or `SOURCE_DATE_EPOCH` where that is set."""
    fixed = os.environ.get("SOURCE_DATE_EPOCH", "")
    return datetime.fromtimestamp(int(fixed), UTC) if fixed.isdigit() else datetime.now(UTC)
