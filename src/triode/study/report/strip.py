"""An interval drawn in a line: the margin as a band, every piece of gear as a dot."""

import html
import math

from triode.study.statistics import Answer, change_text

__all__ = ["strip", "strip_range"]

_WIDTH = 320.0
_HEIGHT = 34.0
_EDGE = 8.0
_LARGEST_RANGE = math.log(4.0)


def strip_range(answers: tuple[Answer, ...]) -> float:
    """How far to both sides of zero all strips of a page reach, as a difference of logarithms."""
    reach = [2.0 * one.question.log_margin for one in answers]
    for one in answers:
        if one.effect is not None and one.differences is not None:
            ends = (one.effect.interval.low, one.effect.interval.high)
            reach += [abs(end) for end in ends if math.isfinite(end)]
            reach += [abs(float(value)) for value in one.differences.logs]
    return min(max(reach, default=1.0), _LARGEST_RANGE)


def strip(answer: Answer, reach: float) -> str:
    """The strip as SVG, or nothing without an effect; what lies beyond `reach` sits at its edge."""
    effect, differences = answer.effect, answer.differences
    if effect is None or differences is None:
        return ""
    middle = _HEIGHT / 2.0
    margin = answer.question.log_margin
    low, high = (_place(end, reach) for end in (effect.interval.low, effect.interval.high))
    dots = "".join(
        f'<circle class="dot" cx="{_place(float(log), reach):.1f}" cy="{middle - 8:.1f}" r="2.6">'
        f"<title>{html.escape(gear)}: {html.escape(change_text(float(log), effect.metric))}</title>"
        "</circle>"
        for gear, log in zip(differences.gear, differences.logs, strict=True)
    )
    left, right = _place(-margin, reach), _place(margin, reach)
    zero, mean = _place(0.0, reach), _place(effect.mean, reach)
    return (
        f'<svg class="strip verdict-{answer.verdict}" viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" '
        f'role="img" aria-label="{html.escape(_label(answer))}">'
        f'<rect class="margin" x="{left:.1f}" y="0" width="{right - left:.1f}" '
        f'height="{_HEIGHT:g}"/>'
        f'<line class="zero" x1="{zero:.1f}" x2="{zero:.1f}" y1="0" y2="{_HEIGHT:g}"/>{dots}'
        f'<line class="interval" x1="{low:.1f}" x2="{high:.1f}" y1="{middle + 7:.1f}" '
        f'y2="{middle + 7:.1f}"/>'
        f'<circle class="mean" cx="{mean:.1f}" cy="{middle + 7:.1f}" r="4.2"/></svg>'
    )


def _place(log: float, reach: float) -> float:
    held = min(max(log, -reach), reach)
    return _WIDTH / 2.0 + held / reach * (_WIDTH / 2.0 - _EDGE)


def _label(answer: Answer) -> str:
    effect = answer.effect
    if effect is None:
        return ""
    ends = (effect.interval.low, effect.interval.high)
    low, high = (
        change_text(end, effect.metric) if math.isfinite(end) else "unknown" for end in ends
    )
    return f"{change_text(effect.mean, effect.metric)}, between {low} and {high}"
