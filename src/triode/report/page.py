"""The whole page from its parts: one file with style, scripts, plots and sound inside."""

import html
from collections.abc import Mapping, Sequence
from datetime import datetime
from string import Template

from triode import __version__
from triode.capture import replicate_text
from triode.report.asset import asset
from triode.report.behaviour import asked_text, behaviour_plots
from triode.report.evaluation import Evaluation
from triode.report.findings import worst_depth_db
from triode.report.log import TrainingLog
from triode.report.numbers import db, span
from triode.report.players import excerpt, excerpt_text, players, worst_players
from triode.report.plots import recording_plots
from triode.report.sections import verdict_cards, warning_list
from triode.report.settings import definition_list
from triode.report.shell import shell
from triode.report.tables import (
    aliasing_table,
    cost_table,
    grade_table,
    low_level_table,
    question_table,
    rest_table,
    score_table,
)
from triode.report.verdict import GRADES

__all__ = ["build_page"]

_LONGEST_SUBTITLE = 300


def build_page(
    evaluation: Evaluation,
    *,
    title: str,
    metadata: Mapping[str, object],
    created: datetime,
    training_log: TrainingLog | None = None,
    warnings: Sequence[str] = (),
) -> str:
    """Put the page together.

    Args:
        evaluation: What was measured.
        title: What the page is about, as plain text.
        metadata: The model's own, of any shape and content.
        created: When the report was made.
        training_log: What the training wrote, if it is known.
        warnings: What is odd about the model; those of the recording are added.
    """
    recording = evaluation.recording
    training = _mapping(metadata.get("training"))
    about = {key: value for key, value in metadata.items() if key not in {"training", "date"}}
    largest = evaluation.sizes[0]
    answers = [(size.label, size.probes) for size in evaluation.sizes]
    if evaluation.gear is not None:
        answers.insert(0, ("Gear", evaluation.gear))
    facts = {
        "sample rate": f"{recording.rate_hz:g} Hz",
        "length": f"{len(recording.wet) / recording.rate_hz:.1f} s",
        "validation": span(*recording.validation_seconds),
        **recording.facts,
    }
    body = Template(asset("report.html")).substitute(
        title=html.escape(title),
        subtitle=html.escape(_subtitle(metadata)),
        created=created.strftime("%Y-%m-%d"),
        validation=html.escape(span(*recording.validation_seconds)),
        floor=_floor_text(recording.replicate_floor),
        verdicts=verdict_cards(evaluation),
        warnings=warning_list([*warnings, *recording.warnings]),
        excerpt=html.escape(excerpt_text(excerpt(evaluation), recording.rate_hz)),
        players=players(evaluation),
        validation_scores=score_table(
            evaluation,
            whole=False,
            caption=f"Validation: {span(*recording.validation_seconds)}, kept out of training",
        ),
        whole_scores=score_table(
            evaluation,
            whole=True,
            caption="Whole recording: includes training material, so it flatters",
        ),
        cost=cost_table(evaluation),
        low_level=low_level_table(evaluation),
        rest=rest_table(answers),
        aliasing=aliasing_table(answers),
        largest=html.escape(largest.label),
        worst_excerpt=html.escape(excerpt_text(largest.worst, recording.rate_hz)),
        worst_depth=db(worst_depth_db(largest, evaluation)),
        worst_players=worst_players(evaluation),
        questions=question_table(),
        asked=html.escape(asked_text(evaluation.gear)),
        behaviours="\n".join(behaviour_plots(evaluation)),
        plots="\n".join(recording_plots(evaluation, training_log)),
        grades=grade_table((one.title, one.below, one.limit_db, one.meaning) for one in GRADES),
        about=definition_list(about),
        recording=definition_list(facts),
        training=definition_list(training),
        version=html.escape(__version__),
    )
    return shell(f"{title} \N{EN DASH} capture report", body)


def _subtitle(metadata: Mapping[str, object]) -> str:
    gear = " ".join(str(metadata[key]) for key in ("gear_make", "gear_model") if metadata.get(key))
    maker = f"captured by {metadata['modeled_by']}" if metadata.get("modeled_by") else ""
    return ", ".join(part for part in (gear, maker) if part)[:_LONGEST_SUBTITLE]


def _floor_text(floor: float | None) -> str:
    if floor is None:
        return (
            "<p>The recording plays no passage twice, so it cannot tell how well the gear "
            "repeats itself.</p>"
        )
    return f"<p><strong>Replicate floor.</strong> {html.escape(replicate_text(floor))}</p>"


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
