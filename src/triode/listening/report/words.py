"""What an analysis says, in sentences."""

import math
from collections.abc import Iterator

from triode.listening.analysis import CHANCE, Analysis, Contrast
from triode.listening.analysis.power import Power
from triode.listening.analysis.prediction import Prediction
from triode.listening.plan import Design

__all__ = [
    "caveats",
    "contrast_line",
    "ends",
    "lines_of",
    "number",
    "power_line",
    "prediction_line",
    "unit",
]

_UNITS: dict[Design, str] = {
    "abx": "share of right answers",
    "mushra": "points of 100",
    "triple": "grades",
    "preference": "surplus of preferences",
}
_FEW_LISTENERS = 15
_FEW_GEAR = 6


def unit(design: Design) -> str:
    """What values of a design are counted in."""
    return _UNITS[design]


def number(value: float, design: Design) -> str:
    """A value with as many digits as the design's scale is worth."""
    return f"{value:.1f}" if design == "mushra" else f"{value:.2f}"


def ends(interval: tuple[float, float], design: Design) -> str:
    """An interval as text."""
    if not all(math.isfinite(one) for one in interval):
        return "unknown"
    return f"{number(interval[0], design)} to {number(interval[1], design)}"


def contrast_line(contrast: Contrast, design: Design) -> str:
    """One contrast in a sentence."""
    shown = "" if contrast.decided else "no difference shown: "
    against = "guessing" if contrast.second == CHANCE else contrast.second
    return (
        f"{contrast.first} less {against}: {shown}{number(contrast.difference, design)} "
        f"({ends(contrast.student, design)}), p = {contrast.adjusted_p:.2g} after Holm."
    )


def power_line(power: Power, design: Design) -> str:
    """What could have been found, and what it takes."""
    text = (
        f"A true difference of {number(power.difference, design)} would be found in "
        f"{100.0 * power.now:.0f} % of such tests"
    )
    ways = []
    if power.more_listeners is not None:
        ways.append(f"{power.more_listeners} listeners with this gear")
    if power.more_gear is not None:
        ways.append(f"{power.more_gear} pieces of gear with these listeners")
    if power.both is not None:
        ways.append(f"{power.both.listeners} listeners with {power.both.gear} pieces")
    if not ways:
        return f"{text}; more of one kind alone will not make it 80 %, or it cannot be told."
    return f"{text}; 80 % take {', or '.join(ways)}."


def prediction_line(prediction: Prediction) -> str:
    """One metric in a sentence."""
    low, high = prediction.interval
    return (
        f"{prediction.title}: rank correlation {prediction.correlation:.2f} "
        f"({low:.2f} to {high:.2f}) over {prediction.stimuli} stimuli."
    )


def lines_of(analysis: Analysis) -> Iterator[str]:
    """The whole analysis for a console."""
    plan = analysis.test.plan
    if not analysis.rows:
        yield "Nobody has answered yet."
        return
    kept = analysis.kept
    yield (
        f"{len(analysis.everyone.listeners)} listeners, {len(analysis.rows)} judgements on "
        f"{len(kept.gear)} pieces of gear; {len(analysis.screened)} listeners screened."
    )
    for one in analysis.screened:
        yield f"Left out: listener {one.listener}, {one.reason}."
    yield f"Means ({unit(plan.design)}, 95 % over listeners and gear):"
    for mean in kept.means:
        inside = ends(mean.student, plan.design)
        yield f"  {mean.system}: {number(mean.mean, plan.design)} ({inside})"
    for found in analysis.discriminations:
        yield (
            f"{found.system}: {found.right} of {found.trials} right, heard by {found.heard} of "
            f"{len(found.listeners)} listeners; p = {found.adjusted_p:.2g} that nobody hears it."
        )
    for strength in analysis.strengths:
        low, high = strength.interval
        yield f"{strength.system}: strength {strength.log_strength:.2f} ({low:.2f} to {high:.2f})"
    for contrast in kept.contrasts:
        yield contrast_line(contrast, plan.design)
        yield f"  {power_line(contrast.power, plan.design)}"
    for prediction in analysis.predictions:
        yield f"Metric {prediction_line(prediction)}"
    for caveat in caveats(analysis):
        yield f"Mind: {caveat}"


def caveats(analysis: Analysis) -> Iterator[str]:
    """What speaks against believing it, the gravest first."""
    listeners, gear = len(analysis.kept.listeners), len(analysis.kept.gear)
    if gear == 1:
        yield (
            "With one piece of gear nothing is known about others; intervals are about this one."
        )
    elif gear == 2:
        yield (
            "Two pieces of gear are hardly a sample: what differs between them decides, and "
            "intervals can only guess how much others differ."
        )
    elif gear < _FEW_GEAR:
        yield (
            f"{gear} pieces of gear are few: intervals that include gear are wide, and which "
            "pieces were chosen decides much."
        )
    if analysis.test.plan.stops_by_itself:
        yield (
            "Trials were stopped by the sequential rule, so shares of right answers are biased "
            "and not compared; what counts is how many listeners hear a system."
        )
    if listeners < _FEW_LISTENERS:
        yield f"{listeners} listeners are few; the recommendations ask for 15 to 20."
    if analysis.screened:
        yield (
            f"{len(analysis.screened)} listeners were left out by the plan's rules; the page has "
            "the figures with and without them."
        )
    if analysis.test.plan.design == "triple":
        yield (
            "Listeners are kept when they find the reference, which also favours those to whom "
            "the systems sound worse; compare with the figures of all."
        )
    if analysis.mixed is not None and analysis.mixed.problem:
        yield f"The mixed model is not to be relied on. {analysis.mixed.problem}"
    yield from analysis.test.manifest.cues
