"""A dated post about a study: finding, evidence, caveat, and what changed since the last round."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from triode.study.report.caveats import caveats
from triode.study.report.evidence import Evidence
from triode.study.report.questions import VERDICT_TEXTS, answer_line
from triode.study.statistics import Answer

__all__ = ["article"]

_MOST_CAVEATS = 4


def article(
    evidence: Evidence, day: date, previous: Mapping[str, Any] | None, page_name: str
) -> str:
    """The post as Markdown.

    Args:
        evidence: What is known now.
        day: Today.
        previous: What `study_json` said at the last round; None for the first one.
        page_name: Of the page that has every number.
    """
    given = evidence.given
    lines = [f"# {given.name}: {_headline(evidence)}", "", f"*{day.isoformat()}*", ""]
    if given.description:
        lines += [given.description, ""]
    lines += ["## Finding", ""]
    lines += [_finding(one) for one in evidence.answers] or ["No questions were asked."]
    lines += ["", "## Evidence", ""]
    lines += [f"- {one.question.name}: {answer_line(one)}{_test(one)}" for one in evidence.answers]
    for front in evidence.fronts:
        best = [one for one, on in zip(front.points, front.on, strict=True) if on]
        if best:
            lines.append(
                f"- On {front.engine} {len(best)} of {len(front.points)} candidates are on the "
                f"front, from {best[0].candidate} ({best[0].cost.ns_per_sample:.3g} {front.unit} "
                f"per sample, {evidence.found.metric.title} {best[0].value:.3g}) to "
                f"{best[-1].candidate} ({best[-1].cost.ns_per_sample:.3g}, {best[-1].value:.3g})."
            )
    lines.append(f"- Every number, plot and failed trial: [{page_name}]({page_name}).")
    lines += ["", "## Caveat", ""]
    lines += [f"- {one}" for one in caveats(evidence)[:_MOST_CAVEATS]]
    lines += ["", "## Since the last round", ""]
    lines += _changes(evidence, previous)
    lines += ["", "Things may change: these are results of the trials so far. If you run the same "]
    lines[-1] += "candidates elsewhere, your figures are welcome."
    return "\n".join(lines) + "\n"


def _headline(evidence: Evidence) -> str:
    decided = [one for one in evidence.answers if one.verdict != "undecided"]
    return f"{len(decided)} of {len(evidence.answers)} answers decided"


def _finding(answer: Answer) -> str:
    where = f" (on {answer.engine})" if answer.engine else ""
    heard = f" {answer.heard}" if answer.heard else ""
    verdict = VERDICT_TEXTS[answer.verdict].lower()
    return (
        f"- **{answer.question.text}**{where} {verdict.capitalize()}; take {answer.adopted}.{heard}"
    )


def _test(answer: Answer) -> str:
    if answer.effect is None:
        return ""
    return f" Sign-flip test p = {answer.p_value:.2g}, {answer.adjusted_p:.2g} after Holm."


def _changes(evidence: Evidence, previous: Mapping[str, Any] | None) -> list[str]:
    if previous is None:
        return ["This is the first round."]
    before = {(one["question"], one["engine"]): one for one in previous["answers"]}
    added = len(evidence.given.trials) - previous["trials"]
    lines = [f"- {added} trials more than on {previous['date']}."]
    for one in evidence.answers:
        old = before.get((one.question.name, one.engine))
        name = one.question.name + (f" on {one.engine}" if one.engine else "")
        if old is None:
            lines.append(f"- {name} is new.")
        elif old["verdict"] != one.verdict:
            lines.append(f"- {name} was {old['verdict']} and is {one.verdict} now.")
    if len(lines) == 1:
        lines.append("- No verdict changed.")
    return lines
