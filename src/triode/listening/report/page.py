"""The page about a listening test: one file, for desktop and phone, that loads nothing."""

import html
from importlib.resources import files
from string import Template

from triode import __version__
from triode.listening.analysis import Analysis
from triode.listening.report import figures
from triode.listening.report.tables import (
    contrast_table,
    discrimination_table,
    mean_table,
    mixed_table,
    power_table,
    prediction_table,
    screening_table,
    stimulus_table,
    strength_table,
)
from triode.listening.report.words import caveats, power_line, unit
from triode.report.asset import unix_lines
from triode.report.sections import plot

__all__ = ["analysis_page"]

_DESIGNS = {
    "abx": "ABX test",
    "mushra": "MUSHRA test",
    "triple": "Triple stimulus test with hidden reference",
    "preference": "Preference test",
}
_NOTHING = "<p>Nobody has answered yet.</p>"
_SEQUENTIAL = (
    "<p>A sequential test decides for each listener whether a system is heard; shares of right "
    "answers are biased by stopping and are not compared.</p>"
)
_ROW_PX, _LEAST_PX = 46, 190
_LEVEL = 0.05


def analysis_page(analysis: Analysis) -> str:
    """The whole document."""
    from triode.report.shell import shell

    plan = analysis.test.plan
    template = files("triode.listening.report").joinpath("page.html").read_text(encoding="utf-8")
    kept = analysis.kept
    nothing = _SEQUENTIAL if plan.stops_by_itself and kept.means else _NOTHING
    body = Template(unix_lines(template)).substitute(
        kind=_DESIGNS[plan.design],
        title=html.escape(plan.title),
        subtitle=html.escape(plan.name),
        summary=html.escape(_summary(analysis)),
        systems_height=f"{_LEAST_PX + _ROW_PX * len(kept.means)}px",
        contrasts_height=f"{_LEAST_PX + _ROW_PX * len(kept.contrasts)}px",
        means=_means(analysis) or _NOTHING,
        contrasts=_contrasts(analysis) or nothing,
        power=_power(analysis) or nothing,
        screening=screening_table(analysis),
        model=mixed_table(analysis),
        prediction=prediction_table(analysis),
        stimuli=stimulus_table(analysis),
        caveats="".join(f"<li>{html.escape(one)}</li>" for one in caveats(analysis)),
        digest=html.escape(analysis.test.digest),
        version=html.escape(__version__),
    )
    return shell(f"{plan.title} \N{EN DASH} listening test", body)


def _summary(analysis: Analysis) -> str:
    everyone = analysis.everyone
    clips = len(analysis.test.plan.clips)
    return (
        f"{len(everyone.listeners)} listeners, {len(everyone.gear)} pieces of gear, {clips} clips, "
        f"{len(analysis.rows):,} judgements; {len(analysis.screened)} listeners were left out by "
        "the rules of the plan."
    )


def _means(analysis: Analysis) -> str:
    if not analysis.kept.means:
        return ""
    shown = unit(analysis.test.plan.design)
    parts = [
        plot(
            "means",
            "Every system",
            f"Mean {shown}, bars are 95 % intervals over listeners and gear: where the mean over "
            "all such listeners and all such gear lies.",
            figures.mean_figure(analysis),
        ),
        mean_table(analysis),
        discrimination_table(analysis),
        strength_table(analysis),
    ]
    if len(analysis.kept.gear) > 1:
        parts.append(
            plot(
                "gear",
                "Gear by gear",
                f"Mean {shown} over listeners on each piece of gear.",
                figures.gear_figure(analysis),
            )
        )
    return "\n".join(parts)


def _contrasts(analysis: Analysis) -> str:
    if not analysis.kept.contrasts:
        return ""
    drawn = plot(
        "contrasts",
        "Every pair",
        "Differences with 95 % intervals over listeners and gear. Filled where a difference is "
        "shown at 5 % after Holm's correction; inside the shaded band it would not matter.",
        figures.contrast_figure(analysis),
    )
    return drawn + contrast_table(analysis)


def _power(analysis: Analysis) -> str:
    contrasts = analysis.kept.contrasts
    if not contrasts:
        return ""
    weakest = min(contrasts, key=lambda one: one.power.now)
    name = f"{weakest.first} and {weakest.second}"
    drawn = plot(
        "power",
        f"The hardest pair: {name}",
        power_line(weakest.power, analysis.test.plan.design),
        figures.power_figure(weakest, analysis.kept, _LEVEL / len(contrasts)),
    )
    return drawn + power_table(analysis)
