"""The tables of the page."""

import html

from triode.listening.analysis import CHANCE, Analysis, Contrast, SystemMean
from triode.listening.plan import Design
from triode.listening.report.words import ends, number, unit
from triode.report.tables import table

__all__ = [
    "contrast_table",
    "discrimination_table",
    "mean_table",
    "mixed_table",
    "power_table",
    "prediction_table",
    "screening_table",
    "stimulus_table",
    "strength_table",
]

_DASH = "\N{EN DASH}"


def mean_table(analysis: Analysis) -> str:
    """Every mean, of those who were kept and of everyone."""
    design = analysis.test.plan.design
    everyone = {one.system: one for one in analysis.everyone.means}
    rows = [
        (
            html.escape(one.system),
            number(one.mean, design),
            ends(one.student, design),
            ends(one.interval, design),
            ends(one.these_pieces, design),
            _with_ends(everyone[one.system], design),
            str(one.answers),
        )
        for one in analysis.kept.means
    ]
    columns = (
        "System",
        "Mean",
        "95 %",
        "95 %, bootstrap",
        "95 %, these pieces only",
        "Nobody left out",
        "Judgements",
    )
    return table(f"Means, {unit(design)}", columns, rows, name="Means")


def discrimination_table(analysis: Analysis) -> str:
    """ABX: who hears what; nothing in other designs."""
    rows = [
        (
            html.escape(one.system),
            f"{one.right} of {one.trials}",
            f"{one.heard} of {len(one.listeners)}",
            f"{one.p_value:.2g}",
            f"{one.adjusted_p:.2g}",
        )
        for one in analysis.discriminations
    ]
    if not rows:
        return ""
    rule = analysis.test.plan.abx.sequential
    caption = (
        "Who hears it: exact binomial test of all answers"
        if rule is None
        else f"Who hears it: sequential rule with {rule.alpha:g} false findings at most"
    )
    columns = ("System", "Right", "Listeners who hear it", "p", "p after Holm")
    return table(caption, columns, rows, name="Who hears it")


def strength_table(analysis: Analysis) -> str:
    """Preference: Bradley and Terry's strengths; nothing in other designs."""
    rows = [
        (
            html.escape(one.system),
            f"{one.log_strength:.2f}",
            f"{one.interval[0]:.2f} to {one.interval[1]:.2f}",
        )
        for one in analysis.strengths
    ]
    if not rows:
        return ""
    caption = "Strengths (Bradley and Terry): the odds of being preferred are exp(difference)"
    return table(caption, ("System", "Log strength", "95 %"), rows, name="Strengths")


def contrast_table(analysis: Analysis) -> str:
    """Every pair in numbers."""
    design = analysis.test.plan.design
    rows = [
        (
            _pair(one),
            number(one.difference, design),
            ends(one.student, design),
            ends(one.interval, design),
            f"{one.p_value:.2g}",
            f"{one.adjusted_p:.2g}",
            f"{one.majority[0]} : {one.majority[1]} (p = {one.majority_p:.2g})",
        )
        for one in analysis.kept.contrasts
    ]
    columns = (
        "Pair",
        "Difference",
        "95 %",
        "95 %, bootstrap",
        "p",
        "p after Holm",
        "Listeners for and against",
    )
    return table("Pairs in numbers", columns, rows, name="Pairs in numbers")


def power_table(analysis: Analysis) -> str:
    """What every pair could have shown."""
    design = analysis.test.plan.design
    rows = []
    for one in analysis.kept.contrasts:
        parts, power = one.components, one.power
        both = _DASH
        if power.both is not None:
            both = f"{power.both.listeners}, {power.both.gear}"
        rows.append(
            (
                _pair(one),
                _deviation(parts.listeners, design),
                _deviation(parts.gear, design),
                _deviation(parts.rest, design),
                f"{100.0 * power.now:.0f} %",
                _count(power.more_listeners),
                _count(power.more_gear),
                both,
            )
        )
    columns = (
        "Pair",
        "Listeners \N{PLUS-MINUS SIGN}",
        "Gear \N{PLUS-MINUS SIGN}",
        "Rest \N{PLUS-MINUS SIGN}",
        "Chance now",
        "Listeners needed",
        "Gear needed",
        "Or both",
    )
    caption = (
        f"Chance to find a difference of {number(analysis.test.plan.matters, design)} "
        f"({unit(design)}), and what makes it 80 %: listeners with this gear, gear with these "
        "listeners, or listeners and gear"
    )
    return table(caption, columns, rows, name="Powers")


def screening_table(analysis: Analysis) -> str:
    """Who was left out, and by which rule."""
    plan = analysis.test.plan
    rules = {
        "mushra": (
            f"Left out is who rates the hidden reference below {plan.mushra.reference_below:g} in "
            f"more than {100 * plan.mushra.share:g} % of the trials"
            + (
                f", or {plan.mushra.mid_anchor} above {plan.mushra.mid_anchor_above:g}."
                if plan.mushra.mid_anchor
                else "; there is no rule about a mid anchor, since none was named in the plan."
            )
        ),
        "triple": "Left out is who does not find the hidden reference more often than by chance.",
        "abx": "Nobody is left out: there is no right answer but the result itself.",
        "preference": "Nobody is left out: there is no right answer.",
    }
    text = f"<p>{html.escape(rules[plan.design])}</p>"
    if not analysis.screened:
        return f"{text}<p>Nobody was left out.</p>"
    rows = [(str(one.listener), html.escape(one.reason)) for one in analysis.screened]
    return text + table("Left out", ("Listener", "Why"), rows, name="Left out")


def mixed_table(analysis: Analysis) -> str:
    """The mixed model, beside the means."""
    mixed, design = analysis.mixed, analysis.test.plan.design
    if mixed is None:
        return "<p>Preferences have no value for one system alone, so there is no such model.</p>"
    if not mixed.means:
        return f"<p>{html.escape(mixed.problem)}</p>"
    rows = [
        (
            html.escape(name),
            number(mean, design),
            number(mixed.errors[name], design) if name in mixed.errors else _DASH,
        )
        for name, mean in mixed.means.items()
    ]
    spread = [
        (html.escape(name), number(value, design)) for name, value in mixed.deviations.items()
    ]
    note = f'<p class="note">{html.escape(mixed.problem)}</p>' if mixed.problem else ""
    return (
        "<p>Systems fixed, listeners and gear and their combinations with systems random, by "
        "restricted maximum likelihood. With few pieces of gear its standard errors are too "
        "small; the pairs above decide.</p>"
        + table(
            "Systems",
            ("System", "Mean", "Standard error of the difference to the first"),
            rows,
            name="Systems of the mixed model",
        )
        + table("Random terms", ("Term", "Standard deviation"), spread, name="Random terms")
        + note
    )


def prediction_table(analysis: Analysis) -> str:
    """Correlations, or that there are none."""
    if not analysis.predictions:
        return "<p>There are too few judged stimuli to say.</p>"
    rows = [
        (
            html.escape(one.title.capitalize()),
            f"{one.correlation:.2f}",
            f"{one.interval[0]:.2f} to {one.interval[1]:.2f}",
            str(one.stimuli),
        )
        for one in analysis.predictions
    ]
    columns = ("Metric", "Rank correlation", "95 %", "Stimuli")
    caption = "Metrics of the stimuli as heard against what listeners said, anchors included"
    return table(caption, columns, rows, name="Correlations")


def stimulus_table(analysis: Analysis) -> str:
    """What was heard."""
    rows = [
        (
            html.escape(f"{one.system}, {one.clip}, {one.gear}"),
            f"{one.gain_db:+.2f}&nbsp;dB",
            f"{one.moved_samples:+.2f}",
            _DASH if one.loudness_lufs is None else f"{one.loudness_lufs:.1f}",
            f"{one.noise_floor_dbfs:.0f}",
            f"{one.measures['esr_db']:.1f}&nbsp;dB" if one.measures else _DASH,
        )
        for one in analysis.test.manifest.stimuli
    ]
    columns = (
        "Stimulus",
        "Gain",
        "Samples late",
        "LUFS",
        "Noise floor, dBFS",
        "Null depth as heard",
    )
    shown = table("Stimuli", columns, rows, name="Stimuli in numbers")
    return f"<details><summary>{len(rows)} stimuli</summary>{shown}</details>"


def _with_ends(mean: SystemMean, design: Design) -> str:
    return f"{number(mean.mean, design)} ({ends(mean.student, design)})"


def _pair(contrast: Contrast) -> str:
    against = "guessing" if contrast.second == CHANCE else contrast.second
    return f"{html.escape(contrast.first)} \N{MINUS SIGN} {html.escape(against)}"


def _deviation(variance: float, design: Design) -> str:
    return number(variance**0.5, design)


def _count(value: int | None) -> str:
    return _DASH if value is None else str(value)
