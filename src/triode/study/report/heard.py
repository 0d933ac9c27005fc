"""What listeners say, beside what the metric says."""

import html

from triode.report.tables import table
from triode.study.listening import on_listening_front
from triode.study.report.evidence import Evidence

__all__ = ["heard_section"]

_UNITS = {
    "abx": "share of right ABX answers: the less, the better",
    "mushra": "MUSHRA score",
    "triple": "grade less the reference's",
    "preference": "surplus of preferences",
}
_DASH = "\N{EN DASH}"


def heard_section(evidence: Evidence) -> str:
    """The section as HTML, or nothing without a listening test."""
    heard = evidence.given.heard
    if heard is None:
        return ""
    front = evidence.fronts[0] if evidence.fronts else None
    costs = {} if front is None else {one.candidate: one.cost.ns_per_sample for one in front.points}
    best = on_listening_front(heard, costs)
    rows = [
        (
            html.escape(one.name),
            f"{one.mean:.2f}",
            f"{one.low:.2f} to {one.high:.2f}"
            if one.low is not None and one.high is not None
            else _DASH,
            f"{costs[one.name]:.3g}" if one.name in costs else _DASH,
            "yes" if one.name in best else "no" if one.name in costs else _DASH,
        )
        for one in heard.systems
    ]
    unit = "" if front is None else f", {front.unit} per sample on {front.engine}"
    columns = ("System", _UNITS.get(heard.design, "mean"), "95 %", f"Cost{unit}", "On the front")
    caption = (
        f"{heard.test}: {heard.listeners} listeners, {heard.gear} pieces of gear, test "
        f"{heard.digest[:12]}"
    )
    return (
        '<section aria-labelledby="listening"><h2 id="listening">What listeners say</h2>'
        '<p class="lead">An arm that listeners found worse than the other is not taken, whatever '
        "the metric says. On the front is what no other system beats in both cost and judgement."
        f"</p>{table(caption, columns, rows, name='What listeners say')}</section>"
    )
