"""The page that lays the results of many devices side by side."""

import html
from collections import Counter
from importlib.resources import files
from string import Template

from triode import __version__
from triode.report.asset import unix_lines
from triode.report.numbers import data
from triode.report.sections import plot
from triode.report.settings import definition_list
from triode.report.shell import shell
from triode.study.testset.collect import Collection
from triode.study.testset.figure import cost_figure, costed_options
from triode.study.testset.page_tables import cost_table, model_table, support_table
from triode.study.testset.result import ModelResult, SetResult

__all__ = ["collection_page"]

_ROW_PIXELS, _FRAME_PIXELS, _LEGEND_PIXELS = 22, 110, 22


def collection_page(collection: Collection) -> str:
    """One HTML document about all results."""
    results = collection.results
    sets = dict.fromkeys(f"{one.set_name}, set {one.set_number}" for one in results)
    title = "; ".join(sets)
    devices = {one.device.name for one in results}
    costed = costed_options(collection)
    template = files("triode.study.testset").joinpath("page.html").read_text(encoding="utf-8")
    height = _FRAME_PIXELS + _ROW_PIXELS * len(costed) + _LEGEND_PIXELS * len(results)
    body = Template(unix_lines(template)).substitute(
        title=html.escape(title),
        subtitle=html.escape(
            f"{_count(len(results), 'result')} of {_count(len(collection.engines), 'engine')} on "
            f"{_count(len(devices), 'device')}"
        ),
        height=height,
        lacking=html.escape(_lacking_text(collection)),
        support=support_table(collection),
        plot=_cost_plot(collection) if costed else "<p>Nothing was timed.</p>",
        costs=cost_table(collection, costed) if costed else "",
        models=model_table(collection),
        runs="".join(_run(one) for one in results),
        failures=_failures(collection),
        version=html.escape(__version__),
    )
    return shell(f"{title} \N{EN DASH} results of test sets", body)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _lacking_text(collection: Collection) -> str:
    lacking = [option for option in collection.options if collection.lacked_by(option)]
    everywhere = len(collection.known_everywhere())
    text = f"{everywhere} of {len(collection.options)} options play everywhere."
    return f"{text} Not everywhere: {', '.join(lacking)}." if lacking else text


def _cost_plot(collection: Collection) -> str:
    return plot(
        "costs",
        "Extra time of every option",
        "Extra time as a share of the time without the option, one mark per engine and device; the "
        "table below has the same numbers.",
        cost_figure(collection),
    )


def _run(result: SetResult) -> str:
    counted = Counter(one.status.value for one in result.models)
    cores = _count(result.device.cores, "core")
    facts = {
        "version": result.engine_version,
        "device": f"{result.device.name}, {cores}, {result.device.system}",
        "set": f"{result.set_name}, set {result.set_number} ({result.set_sha256[:12]})",
        "date": result.date,
        "models": ", ".join(f"{number} {status}" for status, number in counted.items()),
        "timed": next((one.timing.method for one in result.models if one.timing), "no"),
    }
    if result.comment:
        facts["comment"] = result.comment
    return f"<article><h3>{html.escape(result.title)}</h3>{definition_list(facts)}</article>"


def _failures(collection: Collection) -> str:
    parts = []
    for result in collection.results:
        items = "".join(
            f"<li><strong>{html.escape(one.name)}</strong>: {_failure(one)}</li>"
            for one in result.models
            if not one.status.plays
        )
        if items:
            parts.append(f"<h3>{html.escape(result.title)}</h3><ul>{items}</ul>")
            if result.unexplained:
                named = html.escape(", ".join(result.unexplained))
                parts.append(f"<p>For no single option: {named}.</p>")
    return "".join(parts) or "<p>Every model plays in every engine.</p>"


def _failure(one: ModelResult) -> str:
    if one.message:
        return f"{one.status}. {html.escape(one.message)}"
    if one.error is None:
        return one.status.value
    share = 100.0 * one.error / one.peak
    return f"{one.status} by {data(share, f'{share:.3g}&nbsp;%')} of the peak"
