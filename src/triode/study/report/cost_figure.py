"""Bars of what candidates cost, on every engine or by kind of operation."""

from collections.abc import Mapping, Sequence

from triode.report.figures import Figure
from triode.report.figures.style import SIZE_STYLES, axis, layout
from triode.study.record import CandidateRecord

__all__ = ["MOST_BARS", "breakdown_figure", "engine_figure"]

MOST_BARS = 24


def engine_figure(candidates: Sequence[CandidateRecord], engines: Sequence[str]) -> Figure:
    """Cost of each candidate relative to the first one, engine by engine, beside its multiply-adds.

    Args:
        candidates: Which are drawn; the first is the measure of all.
        engines: Which are drawn.
    """
    first = candidates[0]
    names = [one.candidate for one in candidates]
    macs = [one.scale.macs / max(1, first.scale.macs) for one in candidates]
    data = [_bars("multiply-adds, counted", names, macs, "@wet")]
    for rank, engine in enumerate(engines):
        prices = {
            one.candidate: cost.ns_per_sample
            for one in candidates
            for cost in one.costs
            if cost.engine == engine
        }
        base = prices.get(first.candidate)
        if base:
            values = [prices[name] / base if name in prices else None for name in names]
            data.append(_bars(engine, names, values, f"@{SIZE_STYLES[rank % 4][0]}"))
    return _figure(data, f"Relative to {first.candidate}", "group")


def breakdown_figure(breakdowns: Mapping[str, Mapping[str, float]]) -> Figure:
    """What leaving out each kind of operation saves, stacked; noise below zero is drawn as zero."""
    names = list(breakdowns)[:MOST_BARS]
    kinds = list(dict.fromkeys(kind for name in names for kind in breakdowns[name]))
    data = [
        _bars(
            kind,
            names,
            [max(0.0, breakdowns[name].get(kind, 0.0)) for name in names],
            "@wet" if rank == len(kinds) - 1 else f"@{SIZE_STYLES[rank % 4][0]}",
        )
        for rank, kind in enumerate(kinds)
    ]
    return _figure(data, "ns per sample", "stack")


def _bars(
    name: str, names: Sequence[str], values: Sequence[float | None], colour: str
) -> dict[str, object]:
    return {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "y": list(names),
        "x": list(values),
        "marker": {"color": colour},
        "hovertemplate": "%{y}: %{x:.3g}<extra>" + name.replace("<", "&lt;") + "</extra>",
    }


def _figure(data: list[dict[str, object]], title: str, mode: str) -> Figure:
    return {
        "data": data,
        "layout": layout(
            barmode=mode,
            hovermode="closest",
            bargap=0.25,
            xaxis=axis(title, rangemode="tozero"),
            yaxis=axis("", type="category", autorange="reversed", ticks=""),
        ),
    }
