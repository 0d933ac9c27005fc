"""The tables of a report."""

import html
import math
from collections.abc import Iterable, Sequence

from triode.capture import best_possible_esr
from triode.metrics import OctaveBandError
from triode.report.evaluation import Evaluation, Scores
from triode.report.figures import band_name
from triode.report.findings import QUESTIONS
from triode.report.numbers import data, db, integer, ratio
from triode.report.probes import Probes

__all__ = [
    "aliasing_table",
    "band_table",
    "cost_table",
    "grade_table",
    "low_level_table",
    "question_table",
    "rest_table",
    "score_table",
    "table",
]


def table(caption: str, columns: Sequence[str], rows: Iterable[Sequence[str]], *, name: str) -> str:
    """A table that becomes a list of its rows where the page is narrow.

    The roles say so that it stays a table for those who hear it: a browser forgets that when the
    style makes blocks of rows.

    Args:
        caption: Plain text.
        columns: Plain text, one per column.
        rows: HTML, the first cell being the row's heading.
        name: What a screen reader calls the region, as plain text.
    """
    head = "".join(
        f'<th scope="col" role="columnheader">{html.escape(one)}</th>' for one in columns
    )
    body = "".join(_row(columns, row) for row in rows)
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{html.escape(name)}">'
        f'<table role="table"><caption><span>{html.escape(caption)}</span></caption>'
        f'<thead role="rowgroup"><tr role="row">{head}</tr></thead>'
        f'<tbody role="rowgroup">{body}</tbody></table></div>'
    )


def _row(columns: Sequence[str], row: Sequence[str]) -> str:
    cells = "".join(
        f'<td role="cell" data-label="{html.escape(column)}"><span>{cell}</span></td>'
        for column, cell in zip(columns[1:], row[1:], strict=True)
    )
    return f'<tr role="row"><th scope="row" role="rowheader">{row[0]}</th>{cells}</tr>'


def score_table(evaluation: Evaluation, *, whole: bool, caption: str) -> str:
    """ESR, null depth, STFT distance and level of every size."""
    columns = ("Size", "ESR", "Null depth", "Spectral distance", "Level difference")
    rows = [
        (html.escape(size.label), *_score_cells(size.whole if whole else size.validation))
        for size in evaluation.sizes
    ]
    floor = evaluation.recording.replicate_floor
    if floor is not None and not whole:
        best = best_possible_esr(floor)
        depth_db = 10.0 * math.log10(best) if best > 0 else -math.inf
        dash = "\N{EN DASH}"
        rows.append(("Best possible", ratio(best), db(depth_db), dash, dash))
    return table(caption, columns, rows, name=caption.partition(":")[0])


def cost_table(evaluation: Evaluation) -> str:
    """What every size costs to play."""
    rows = []
    for size in evaluation.sizes:
        cost, rate_hz = size.cost, size.network.model.rate_hz
        field_ms = 1000.0 * cost.receptive_field / rate_hz
        rows.append(
            (
                html.escape(size.label),
                html.escape(size.network.model.architecture),
                integer(cost.macs),
                integer(int(size.network.model.weights.size)),
                f"{integer(cost.receptive_field)} samples ({field_ms:.3g}&nbsp;ms)",
            )
        )
    columns = ("Size", "Architecture", "MACs per sample", "Weights", "Receptive field")
    caption = "Cost: multiply-adds (MACs) for every sample played, numbers in the file, and memory"
    return table(caption, columns, rows, name="Cost")


def band_table(evaluation: Evaluation, errors: Sequence[OctaveBandError]) -> str:
    """Error per octave band of every size, for those who cannot see the plot."""
    columns = ("Band, Hz", *(size.label for size in evaluation.sizes), "Share of the gear's energy")
    rows = [
        (
            band_name(float(centre_hz)),
            *(db(float(error.error_db[index])) for error in errors),
            db(float(errors[0].reference_db[index])),
        )
        for index, centre_hz in enumerate(errors[0].centres_hz)
    ]
    return table("Error in each octave band", columns, rows, name="Octave bands")


def grade_table(rows: Iterable[tuple[str, float, float, str]]) -> str:
    """The grades: title, limit as ESR, limit in dB, meaning; an infinite limit is the rest."""
    body = [
        (
            html.escape(title),
            f"below {below:g}" if math.isfinite(below) else "above",
            f"below {db(limit_db, digits=0)}" if math.isfinite(limit_db) else "above",
            html.escape(meaning),
        )
        for title, below, limit_db, meaning in rows
    ]
    return table("The grades", ("Grade", "ESR", "Null depth", "Meaning"), body, name="Grades")


def low_level_table(evaluation: Evaluation) -> str:
    """Levels of the gear, of every size and of its error in quiet passages; nothing without any."""
    sizes = evaluation.sizes
    columns = ["Passages", "Seconds", "Gear"]
    for size in sizes:
        columns += [size.label, f"Error of {size.label}"]
    rows = []
    for index, first in enumerate(sizes[0].low):
        cells = [
            first.kind.capitalize(),
            data(first.seconds, f"{first.seconds:.1f}"),
            db(first.gear_db),
        ]
        for size in sizes:
            cells += [db(size.low[index].model_db), db(size.low[index].error_db)]
        rows.append(cells)
    if not rows:
        return ""
    caption = "Quiet passages: levels in dBFS RMS without DC, over the whole recording"
    return table(caption, columns, rows, name="Quiet passages")


def rest_table(named: Sequence[tuple[str, Probes]]) -> str:
    """What is left two seconds after a loud note."""
    rows = []
    for name, probes in named:
        rest = probes.rest
        tones = ", ".join(
            f"{one.frequency_hz:.0f}&nbsp;Hz at {db(one.level_dbfs)}" for one in rest.tones
        )
        rows.append((html.escape(name), db(rest.dc_dbfs), db(rest.noise_dbfs), tones or "none"))
    columns = ("", "DC, dBFS", "Noise, dBFS RMS", "Idle tones")
    return table("At rest: two seconds after a loud note", columns, rows, name="At rest")


def aliasing_table(named: Sequence[tuple[str, Probes]]) -> str:
    """Median, mean and worst ASR, and the median at twice the rate."""
    rows = []
    for name, probes in named:
        found = probes.aliasing
        values = (found.median_db, found.mean_db, found.worst_db, found.twice_the_rate_median_db)
        rows.append((html.escape(name), *(db(one) for one in values)))
    columns = ("", "Median", "Mean", "Worst", "Median at twice the rate")
    caption = (
        "Aliasing (ASR) over 88 keys and three levels; what falls at twice the rate is aliasing"
    )
    return table(caption, columns, rows, name="Aliasing")


def question_table() -> str:
    """The limits behind the findings, and where they come from."""
    rows = [
        (
            html.escape(one.title),
            f"up to {db(one.good_below)}",
            f"up to {db(one.fair_below)}",
            html.escape(one.source),
        )
        for one in QUESTIONS
    ]
    columns = ("Finding", "Good", "Fair", "Source of the limits")
    return table("The limits of the findings", columns, rows, name="Limits")


def _score_cells(scores: Scores) -> tuple[str, ...]:
    return (
        ratio(scores.esr),
        db(scores.null_depth_db),
        data(scores.stft_distance, f"{scores.stft_distance:.3f}"),
        db(scores.level_difference_db, digits=2, signed=True),
    )
