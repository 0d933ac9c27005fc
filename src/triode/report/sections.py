"""The parts of the page, one function each, as HTML."""

import html
import math
from collections.abc import Iterable

from triode.capture import best_possible_esr
from triode.report.evaluation import Evaluation, SizeResult
from triode.report.figures import Figure, figure_json
from triode.report.findings import QUESTIONS, finding
from triode.report.meter import meter
from triode.report.numbers import db, ratio

__all__ = ["finding_list", "plot", "verdict_cards", "view_buttons", "warning_list"]


def verdict_cards(evaluation: Evaluation) -> str:
    """One card per size: the grade, what it means, and the two numbers behind it."""
    floor = evaluation.recording.replicate_floor
    best_db = 10.0 * math.log10(best_possible_esr(floor)) if floor else None
    return "\n".join(
        _card(size, best_db, finding_list(size, evaluation)) for size in evaluation.sizes
    )


def finding_list(size: SizeResult, evaluation: Evaluation) -> str:
    """The findings about one size: a mark, what was asked, the value, what it means."""
    items = []
    for question in QUESTIONS:
        found = finding(question, size, evaluation)
        items.append(
            f'<li class="finding-{found.grade}"><strong>{html.escape(question.title)}:</strong> '
            f"{db(found.value_db)}. <span>{html.escape(found.text)}</span></li>"
        )
    return f'<ul class="findings">{"".join(items)}</ul>'


def _card(size: SizeResult, best_db: float | None, findings: str) -> str:
    grade, scores = size.verdict.grade, size.validation
    notes = "".join(f"<p>{html.escape(note)}</p>" for note in size.verdict.notes)
    return (
        f'<article class="card grade-{grade.key}">'
        f'<h3><span class="size">{html.escape(size.label)}</span> {html.escape(grade.title)}</h3>'
        f'<dl class="figures"><div><dt>Null depth</dt><dd>{db(scores.null_depth_db)}</dd></div>'
        f"<div><dt>ESR</dt><dd>{ratio(scores.esr)}</dd></div></dl>"
        f"{meter(scores.null_depth_db, best_db)}"
        f"<p>{html.escape(grade.meaning)}</p>{notes}{findings}</article>"
    )


def plot(key: str, title: str, summary: str, figure: Figure, *, extra: str = "") -> str:
    """A plot with its title and a sentence that says what it shows, for those who cannot see it.

    Args:
        key: Short name, unique on the page.
        title: Plain text.
        summary: Plain text.
        figure: What plotly draws.
        extra: HTML put under the title.
    """
    return (
        f'<figure class="plot" id="plot-{key}"><figcaption><h3>{html.escape(title)}</h3>'
        f'<p id="about-{key}">{html.escape(summary)}</p>{extra}</figcaption>'
        f'<div class="canvas canvas-{key}" role="group" aria-label="{html.escape(title)}" '
        f'aria-describedby="about-{key}" data-figure="data-{key}"></div>'
        f'<script type="application/json" id="data-{key}">{figure_json(figure)}</script>'
        "</figure>"
    )


def view_buttons(key: str, views_ms: Iterable[tuple[int, int]], pressed: int) -> str:
    """Buttons that zoom the time axis of a plot without a mouse."""
    buttons = "".join(
        f'<button type="button" data-plot="data-{key}" data-from="{start}" data-to="{stop}" '
        f'aria-pressed="{"true" if index == pressed else "false"}">{stop - start} ms</button>'
        for index, (start, stop) in enumerate(views_ms)
    )
    return f'<div class="views" role="group" aria-label="Zoom of the time axis">{buttons}</div>'


def warning_list(warnings: Iterable[str]) -> str:
    """The warnings as a section, or nothing when there are none."""
    items = "".join(f"<li>{html.escape(one)}</li>" for one in dict.fromkeys(warnings))
    if not items:
        return ""
    return (
        '<section class="warnings" aria-labelledby="warnings"><h2 id="warnings">Warnings</h2>'
        f"<ul>{items}</ul></section>"
    )
