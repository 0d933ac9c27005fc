"""The candidates on a front as a table: what hovering tells, to be read and copied."""

import html
from collections.abc import Mapping, Sequence

from triode.report.tables import table
from triode.study.pareto import Point
from triode.study.report.evidence import Front
from triode.study.statistics import Metric

__all__ = ["front_table"]


def front_table(front: Front, metric: Metric, texts: Mapping[str, Sequence[str]]) -> str:
    """Cheapest first; empty without any.

    Args:
        front: Whose candidates.
        metric: What the error is.
        texts: By candidate, what sets it apart.
    """
    best = [one for one, on in zip(front.points, front.on, strict=True) if on]
    if not best:
        return ""
    name = f"What is on the front on {front.engine}"
    error = metric.title[:1].upper() + metric.title[1:]
    columns = ("Candidate", f"{front.unit} per sample", error, "What sets it apart")
    rows = [_row(one, texts.get(one.candidate, ())) for one in best]
    shown = table(name, columns, rows, name=name)
    return f"<details><summary>{html.escape(name)}</summary>{shown}</details>"


def _row(one: Point, lines: Sequence[str]) -> tuple[str, ...]:
    return (
        html.escape(one.candidate),
        f"{one.cost.ns_per_sample:,.3g}",
        f"{one.value:.3g}",
        f'<span class="apart">{html.escape("; ".join(lines))}</span>',
    )
