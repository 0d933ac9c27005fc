"""The tables of a page about results."""

import html

from triode.report.numbers import data, integer
from triode.report.tables import table
from triode.study.testset.collect import Collection, Cost, Support, specimen_cost
from triode.study.testset.result import ModelResult

__all__ = ["cost_table", "model_table", "support_table"]

_DASH = "\N{EN DASH}"
_MINUS = "\N{MINUS SIGN}"
_CLASSES = {
    Support.LACKS: "lacks",
    Support.APPROXIMATE: "nearly",
    Support.UNKNOWN: "untried",
    Support.PLAYS: "plays",
}
"""What each state looks like, the most troubling first."""


def support_table(collection: Collection) -> str:
    """Options that not every engine plays, the most troubled first, then the names of the rest."""
    states = {
        option: [collection.support(engine, option) for engine in collection.engines]
        for option in collection.options
    }
    fine = [option for option, found in states.items() if set(found) == {Support.PLAYS}]

    def trouble(option: str) -> tuple[list[int], str]:
        return [-states[option].count(one) for one in _CLASSES], option

    rows = [
        (
            html.escape(option),
            *(
                _state(collection, engine, option, state)
                for engine, state in zip(collection.engines, states[option], strict=True)
            ),
        )
        for option in sorted(states.keys() - set(fine), key=trouble)
    ]
    caption = "Options that do not play everywhere"
    shown = table(caption, ("Option", *collection.engines), rows, name="Who plays what")
    names = "".join(f"<li>{html.escape(one)}</li>" for one in fine)
    rest = (
        f"<details><summary>{len(fine)} options that every engine plays right</summary>"
        f'<ul class="fine">{names}</ul></details>'
    )
    return (shown if rows else "") + (rest if fine else "")


def cost_table(collection: Collection, options: tuple[str, ...]) -> str:
    """The extra time of every option in every result."""
    rows = [
        (
            html.escape(option),
            *(_cost(specimen_cost(result, option)) for result in collection.results),
        )
        for option in options
    ]
    columns = ("Option", *(one.title for one in collection.results))
    return table("Extra time per sample", columns, rows, name="Extra time")


def model_table(collection: Collection) -> str:
    """Time per sample of whole models: what is neither a specimen of an option nor random."""
    names = dict.fromkeys(
        model.name
        for result in collection.results
        for model in result.models
        if model.origin != "random" and model.option is None
    )
    rows = []
    for name in names:
        models = [result.model(name) for result in collection.results]
        macs = next(one.macs for one in models if one is not None)
        rows.append((html.escape(name), integer(macs), *(_model(one) for one in models)))
    columns = ("Model", "MACs", *(one.title for one in collection.results))
    caption = "Nanoseconds per sample, and what is wrong if anything is"
    return table(caption, columns, rows, name="Whole models")


def _state(collection: Collection, engine: str, option: str, state: Support) -> str:
    failed = [
        one
        for result in collection.results
        if result.engine == engine
        for one in result.failed_operations
        if one.option == option
    ]
    notes = []
    if failed and not any(one.certain for one in failed):
        notes.append("suspected")
    if failed and all(one.in_mixtures for one in failed):
        notes.append("not in every model")
    text = f"{state.value} ({', '.join(notes)})" if notes else state.value
    return f'<span class="{_CLASSES[state]}">{text}</span>'


def _cost(cost: Cost | None) -> str:
    if cost is None:
        return _DASH
    extra = cost.ns_per_sample - cost.beside_ns_per_sample
    form = ".3g" if abs(extra) < 1000.0 else ".0f"
    share = 100.0 * cost.share
    shown = f"{_signed(share, '.0f')}&nbsp;%"
    return f'{data(share, shown)} <span class="note">({_signed(extra, form)}&nbsp;ns)</span>'


def _signed(value: float, form: str) -> str:
    size = f"{abs(value):{form}}"
    return size if float(size) == 0.0 else f"{_MINUS if value < 0 else '+'}{size}"


def _model(model: ModelResult | None) -> str:
    if model is None:
        return _DASH
    parts = []
    if model.timing is not None:
        parts.append(data(model.timing.ns_per_sample, f"{model.timing.ns_per_sample:,.4g}"))
    if model.status != "passed":
        look = "nearly" if model.status.plays else "lacks"
        parts.append(f'<span class="{look}">{model.status}</span>')
    return " ".join(parts) or "passed"
