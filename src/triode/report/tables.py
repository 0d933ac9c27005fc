"""The tables of a report."""

import html
import math
from collections.abc import Iterable, Sequence

from triode.metrics import OctaveBandError
from triode.report.evaluation import Evaluation, Scores
from triode.report.figures import band_name
from triode.report.numbers import data, db, integer, ratio

__all__ = ["band_table", "cost_table", "grade_table", "score_table", "table"]


def table(caption: str, columns: Sequence[str], rows: Iterable[Sequence[str]], *, name: str) -> str:
    """A table that scrolls sideways on its own where the page is narrow.

    Args:
        caption: Plain text.
        columns: Plain text, one per column.
        rows: HTML, the first cell being the row's heading.
        name: What a screen reader calls the scrolling region, as plain text.
    """
    head = "".join(f'<th scope="col">{html.escape(one)}</th>' for one in columns)
    body = "".join(
        f'<tr><th scope="row">{row[0]}</th>{"".join(f"<td>{cell}</td>" for cell in row[1:])}</tr>'
        for row in rows
    )
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{html.escape(name)}"><table>'
        f"<caption><span>{html.escape(caption)}</span></caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def score_table(evaluation: Evaluation, *, whole: bool, caption: str) -> str:
    """ESR, null depth, STFT distance and level of every size."""
    columns = ("Size", "ESR", "Null depth", "Spectral distance", "Level difference")
    rows = [
        (html.escape(size.label), *_score_cells(size.whole if whole else size.validation))
        for size in evaluation.sizes
    ]
    floor = evaluation.recording.replicate_floor
    if floor is not None and not whole:
        depth_db = 10.0 * math.log10(floor) if floor > 0 else -math.inf
        dash = "\N{EN DASH}"
        rows.append(("Replicate floor", ratio(floor), db(depth_db), dash, dash))
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


def _score_cells(scores: Scores) -> tuple[str, ...]:
    return (
        ratio(scores.esr),
        db(scores.null_depth_db),
        data(scores.stft_distance, f"{scores.stft_distance:.3f}"),
        db(scores.level_difference_db, digits=2, signed=True),
    )
