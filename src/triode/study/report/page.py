"""The page about a study: one file, for desktop and phone, that loads nothing."""

import html
from collections.abc import Sequence
from importlib.resources import files
from string import Template

from triode import __version__
from triode.report.asset import unix_lines
from triode.report.sections import plot
from triode.report.shell import shell
from triode.report.tables import table
from triode.study.record import CandidateRecord
from triode.study.report.caveats import caveats
from triode.study.report.configs import config_texts
from triode.study.report.cost_figure import MOST_BARS, breakdown_figure, engine_figure
from triode.study.report.evidence import Evidence, Front
from triode.study.report.front_figure import MOST_DOMINATED, front_figure
from triode.study.report.front_table import front_table
from triode.study.report.heard import heard_section
from triode.study.report.multiples import multiples
from triode.study.report.questions import budget_table, cards, number_table, source_table
from triode.study.report.reproduce import failures, reproduce

__all__ = ["study_page"]

_NOTHING = "<p>Nothing has been measured yet.</p>"
_NO_QUESTIONS = "<p>This study asks no questions.</p>"
_LEAST_HEIGHT_PX, _BAR_HEIGHT_PX = 300, 34


def study_page(evidence: Evidence) -> str:
    """The whole document."""
    given = evidence.given
    shown = _bars_of(evidence)
    template = files("triode.study.report").joinpath("study.html").read_text(encoding="utf-8")
    margins = sorted({one.question.margin for one in evidence.answers}) or [0.05]
    body = Template(unix_lines(template)).substitute(
        title=html.escape(given.name),
        description=html.escape(given.description),
        summary=html.escape(_summary(evidence)),
        margin=" or ".join(f"{100 * one:g} %" for one in margins),
        cards=cards(evidence.answers) or _NO_QUESTIONS,
        fronts="\n".join(_front(one, evidence) for one in evidence.fronts) or _NOTHING,
        multiples=multiples(evidence) or _NOTHING,
        costs=_costs(evidence, shown) or _NOTHING,
        bars_height=f"{_LEAST_HEIGHT_PX + _BAR_HEIGHT_PX * len(shown)}px",
        heard=heard_section(evidence),
        numbers="".join(
            make(evidence.answers) for make in (number_table, source_table, budget_table)
        )
        if evidence.answers
        else _NO_QUESTIONS,
        failed=failures(evidence),
        caveats="".join(f"<li>{html.escape(one)}</li>" for one in caveats(evidence)),
        reproduce=reproduce(evidence),
        version=html.escape(__version__),
    )
    return shell(f"{given.name} \N{EN DASH} study", body)


def _summary(evidence: Evidence) -> str:
    trials, sources = len(evidence.given.trials), set(evidence.found.sources.values())
    return (
        f"{trials:,} trials of {len(evidence.given.candidates):,} candidates on "
        f"{len(evidence.found.sources)} pieces of gear from {len(sources)} sources, "
        f"{evidence.hours:.1f} hours of training."
    )


def _front(front: Front, evidence: Evidence) -> str:
    metric = evidence.found.metric
    count = sum(front.on)
    left = max(0, len(front.points) - count - MOST_DOMINATED)
    summary = (
        f"{count} of {len(front.points):,} candidates are on the front: none is as cheap and as "
        f"good. The front dominates an area of {front.hypervolume:.3f} in e-folds of cost times "
        f"e-folds of {metric.title}, up to the dearest and the worst. Bars are quartiles of cost."
    )
    if left:
        summary += f" {left:,} candidates far from the front are not drawn."
    texts = config_texts(evidence.given.candidates)
    drawn = plot(
        f"front-{front.engine}",
        f"{metric.title} against cost on {front.engine}",
        summary,
        front_figure(front, metric, texts),
    )
    return drawn + front_table(front, metric, texts) + _misrankings(front)


def _misrankings(front: Front) -> str:
    if not front.misrankings:
        return ""
    rows = [
        (
            html.escape(one.fewer_macs.candidate),
            html.escape(one.cheaper.candidate),
            f"{100 * (one.macs_ratio - 1):.0f} %",
            f"{100 * (1 / one.cost_ratio - 1):.0f} %",
        )
        for one in front.misrankings
    ]
    columns = ("Counted as cheaper", "Measured as cheaper", "Multiply-adds saved", "Cost added")
    name = f"Where multiply-adds rank wrongly on {front.engine}"
    shown = table(name, columns, rows, name=name)
    return (
        f"<details><summary>{html.escape(name)} (Kendall's tau {front.agreement:.2f})</summary>"
        f"{shown}</details>"
    )


def _bars_of(evidence: Evidence) -> Sequence[CandidateRecord]:
    """Those that questions are about, then the front's, as many as fit."""
    asked = [
        name
        for one in evidence.answers
        for arm in (one.question.against, one.question.arm)
        for name in arm.candidates
    ]
    best = [
        point.candidate
        for front in evidence.fronts[:1]
        for point, on in zip(front.points, front.on, strict=True)
        if on
    ]
    known = {one.candidate: one for one in evidence.given.candidates if one.costs}
    names = [name for name in dict.fromkeys([*asked, *best]) if name in known]
    return [known[name] for name in names[:MOST_BARS]]


def _costs(evidence: Evidence, shown: Sequence[CandidateRecord]) -> str:
    parts = []
    if evidence.given.breakdowns:
        parts.append(
            plot(
                "breakdown",
                "What each kind of operation costs",
                "Time saved when all operations of a kind are left out of the compiled network.",
                breakdown_figure(evidence.given.breakdowns),
            )
        )
    if shown:
        parts.append(
            plot(
                "engines",
                "Cost on every engine",
                f"Relative to {shown[0].candidate} on the same engine; where the bars of a "
                "candidate differ, no count and no single engine can say what it costs.",
                engine_figure(shown, [one.engine for one in evidence.fronts]),
            )
        )
    return "\n".join(parts)
