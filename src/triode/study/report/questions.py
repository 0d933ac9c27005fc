"""Questions and their answers as HTML: a card for each, and tables with every number."""

import html
import math
from collections.abc import Iterator, Sequence

from triode.report.tables import table
from triode.study.report.strip import strip, strip_range
from triode.study.statistics import (
    Answer,
    Effect,
    change_text,
    effect_text,
    interval_text,
    size_text,
)

__all__ = ["VERDICT_TEXTS", "answer_line", "budget_table", "cards", "number_table", "source_table"]

VERDICT_TEXTS = {
    "supported": "Supported",
    "contradicted": "Contradicted",
    "tie": "Tie",
    "undecided": "Undecided",
}
_GRADES = {
    "supported": "excellent",
    "contradicted": "poor",
    "tie": "very-good",
    "undecided": "good",
}
_DASH = "\N{EN DASH}"
# Two pieces give an interval of many powers of ten, which tells nothing.
_FEWEST_WITH_INTERVAL = 3


def cards(answers: Sequence[Answer]) -> str:
    """One card per question; what other engines say stands in its last lines."""
    reach = strip_range(tuple(answers))
    names = list(dict.fromkeys(one.question.name for one in answers))
    return "\n".join(
        _card([one for one in answers if one.question.name == name], reach) for name in names
    )


def answer_line(answer: Answer) -> str:
    """The effect in one sentence of plain text, with what it was compared at."""
    if answer.effect is None:
        return answer.problem
    cost = f"at equal cost on {answer.engine}" if answer.engine else ""
    arms = f"{answer.question.arm.name} against {answer.question.against.name}"
    return f"{arms}: {effect_text(answer.effect, cost=cost)}."


def number_table(answers: Sequence[Answer]) -> str:
    """Every answer in numbers, its interval drawn."""
    reach = strip_range(tuple(answers))
    columns = (
        "Question",
        "Interval drawn",
        "Verdict",
        "Effect",
        "95 % interval",
        "BCa interval",
        "Lower on",
        "p",
        "p after Holm",
        "Detectable",
        "Diverged",
        "Take",
    )
    return table("Every answer in numbers", columns, _number_rows(answers, reach), name="Answers")


def source_table(answers: Sequence[Answer]) -> str:
    """The effect on the gear of each source alone."""
    sources = sorted({part.source for one in answers for part in one.sources})
    rows = []
    for one in answers:
        parts = {part.source: part.effect for part in one.sources}
        rows.append(
            (_name(one), *(_short(parts[key]) if key in parts else _DASH for key in sources))
        )
    return (
        table("By source of gear", ("Question", *sources), rows, name="By source") if rows else ""
    )


def budget_table(answers: Sequence[Answer]) -> str:
    """The effect after different lengths of training."""
    columns = sorted({(part.epochs, not part.planned) for one in answers for part in one.budgets})
    if not columns:
        return ""
    rows = []
    for one in answers:
        parts = {(part.epochs, not part.planned): part.effect for part in one.budgets}
        rows.append(
            (_name(one), *(_short(parts[key]) if key in parts else _DASH for key in columns))
        )
    heads = [
        f"{epochs} epoch{'s' if epochs > 1 else ''}{', on the way' if early else ''}"
        for epochs, early in columns
    ]
    return table("By length of training", ("Question", *heads), rows, name="By length of training")


def _card(answers: Sequence[Answer], reach: float) -> str:
    first = answers[0]
    question = first.question
    others = "".join(
        f"<li><strong>{html.escape(one.engine or '')}: {VERDICT_TEXTS[one.verdict].lower()}."
        f"</strong> <span>{html.escape(answer_line(one))}</span></li>"
        for one in answers[1:]
    )
    metrics = "".join(
        f"<li><span>{html.escape(effect_text(one))}</span></li>" for one in first.others
    )
    detectable = ""
    if first.effect is not None and math.isfinite(first.detectable):
        size = size_text(first.detectable, first.effect.metric)
        detectable = f" An effect of {size} would have been found four times out of five."
    where = f", {first.engine}" if first.engine else ""
    return (
        f'<article class="card grade-{_GRADES[first.verdict]}" id="question-'
        f'{html.escape(question.name)}"><h3><span class="size">{html.escape(question.name + where)}'
        f"</span> {VERDICT_TEXTS[first.verdict]}</h3><p>{html.escape(question.text)}</p>"
        f"{strip(first, reach)}"
        f"<p><strong>{html.escape(answer_line(first))}</strong></p>"
        f'<p class="note">Take {html.escape(first.adopted)}.{html.escape(detectable)}'
        f"{html.escape(_counted(first))}{html.escape(_heard(first))}</p>"
        + (f'<ul class="more">{others}{metrics}</ul>' if others or metrics else "")
        + "</article>"
    )


def _heard(answer: Answer) -> str:
    return f" {answer.heard}" if answer.heard else ""


def _counted(answer: Answer) -> str:
    if answer.differences is None:
        return ""
    one, other = answer.differences.diverged
    text = ""
    if one or other:
        text = (
            f" Diverged runs, counted as silence: {one} of {answer.question.arm.name}, "
            f"{other} of {answer.question.against.name}."
        )
    if answer.differences.missing:
        text += f" Without results on both sides: {', '.join(answer.differences.missing)}."
    return text


def _number_rows(answers: Sequence[Answer], reach: float) -> Iterator[tuple[str, ...]]:
    for one in answers:
        effect = one.effect
        if effect is None:
            yield (_name(one), "no answer", VERDICT_TEXTS[one.verdict], *[_DASH] * 9)
            continue
        diverged = one.differences.diverged if one.differences else (0, 0)
        yield (
            _name(one),
            strip(one, reach),
            VERDICT_TEXTS[one.verdict],
            html.escape(change_text(effect.mean, effect.metric)),
            html.escape(interval_text(effect.interval, effect.metric, effect.mean)),
            html.escape(interval_text(effect.bootstrap, effect.metric, effect.mean))
            if effect.bootstrap
            else _DASH,
            f"{effect.wins} of {effect.pieces}",
            f"{one.p_value:.2g}",
            f"{one.adjusted_p:.2g}",
            html.escape(size_text(one.detectable, effect.metric))
            if math.isfinite(one.detectable)
            else _DASH,
            f"{diverged[0]}, {diverged[1]}",
            html.escape(one.adopted),
        )


def _name(answer: Answer) -> str:
    where = f" <span>{html.escape(answer.engine)}</span>" if answer.engine else ""
    return f"{html.escape(answer.question.name)}{where}"


def _short(effect: Effect) -> str:
    """The effect, its interval and how many pieces in few characters, as HTML."""
    text = change_text(effect.mean, effect.metric)
    pieces = f"{effect.pieces} piece{'s' if effect.pieces > 1 else ''}"
    if effect.pieces < _FEWEST_WITH_INTERVAL:
        return f"{html.escape(text)}<br><span>{pieces}</span>"
    inner = interval_text(effect.interval, effect.metric, effect.mean)
    return f"{html.escape(text)}<br><span>{html.escape(inner)}, {pieces}</span>"
