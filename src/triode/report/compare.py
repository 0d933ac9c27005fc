"""The page of a comparison."""

import html
import os
from datetime import datetime
from string import Template

from triode import __version__
from triode.files import refuse_overwrite, require_suffix, write_text_atomically
from triode.report.asset import asset
from triode.report.behaviour import asked_text, behaviour_plots
from triode.report.build import now
from triode.report.comparison import Comparison
from triode.report.measures import MEASURES, Measure, best
from triode.report.numbers import data, db, integer, ratio, span
from triode.report.players import excerpt, excerpt_text, players
from triode.report.plots import recording_plots
from triode.report.sections import verdict_cards, warning_list
from triode.report.settings import definition_list
from triode.report.shell import shell
from triode.report.tables import (
    aliasing_table,
    cost_table,
    low_level_table,
    question_table,
    rest_table,
    table,
)

__all__ = ["check_comparison_path", "comparison_page", "write_comparison"]


def comparison_page(comparison: Comparison, *, created: datetime | None = None) -> str:
    """One HTML document about several captures, with plots and sound inside."""
    evaluation = comparison.evaluation
    recording = evaluation.recording
    answers = [(size.label, size.probes) for size in evaluation.sizes]
    names = ", ".join(comparison.names)
    body = Template(asset("compare.html")).substitute(
        title=html.escape(names),
        reference=html.escape(_reference_text(comparison)),
        table=_measure_table(comparison),
        verdicts=verdict_cards(evaluation),
        questions=question_table(),
        warnings=warning_list(comparison.warnings),
        excerpt=html.escape(excerpt_text(excerpt(evaluation), recording.rate_hz)),
        players=players(evaluation),
        low_level=low_level_table(evaluation),
        rest=rest_table(answers),
        aliasing=aliasing_table(answers),
        cost=cost_table(evaluation),
        plots="\n".join(recording_plots(evaluation, None)),
        asked=html.escape(asked_text(None)),
        behaviours="\n".join(behaviour_plots(evaluation)),
        recording=definition_list(recording.facts),
        created=(created or now()).strftime("%Y-%m-%d"),
        version=html.escape(__version__),
    )
    return shell(f"{names} \N{EN DASH} comparison", body)


def check_comparison_path(path: str | os.PathLike[str], *, force: bool) -> None:
    """Refuse a path before any work is done.

    Raises:
        OutputError: It is no HTML file, exists without `force`, or its folder does not exist.
    """
    require_suffix(path, ".html", ".htm")
    refuse_overwrite(path, force=force)


def write_comparison(path: str | os.PathLike[str], page: str, *, force: bool = False) -> None:
    """Write a page whole or not at all; an existing file is replaced only with `force`.

    Raises:
        OutputError: The file exists or cannot be written.
    """
    check_comparison_path(path, force=force)
    write_text_atomically(path, page)


def _measure_table(comparison: Comparison) -> str:
    evaluation = comparison.evaluation
    rows = []
    for measure in MEASURES:
        values = [float(measure.value(size, evaluation)) for size in evaluation.sizes]
        winners = best(values)
        cells = [
            f'<strong class="best">{_shown(measure, value)} <span>best</span></strong>'
            if index in winners
            else _shown(measure, value)
            for index, value in enumerate(values)
        ]
        rows.append((html.escape(measure.title), *cells))
    columns = ("Measure", *(size.label for size in evaluation.sizes))
    return table("Side by side: less is better in every row", columns, rows, name="Side by side")


def _shown(measure: Measure, value: float) -> str:
    if measure.unit == "dB":
        return db(value)
    if measure.unit == "count":
        return integer(int(value))
    return ratio(value) if measure.key == "esr" else data(value, f"{value:.3f}")


def _reference_text(comparison: Comparison) -> str:
    passage = span(*comparison.evaluation.recording.validation_seconds)
    if comparison.reference is None:
        return (
            f"Judged against the recording of the gear, on {passage}, the passage that the "
            "automatic split keeps out of training."
        )
    return (
        f"There is no recording of the gear. Everything is held against {comparison.reference}, "
        f"which takes the gear's place and name below, on {passage}: an error here is a "
        "difference between captures, and no verdict about either."
    )
