"""What a reader should know before believing a study, found in its own records."""

import math
from collections import Counter
from collections.abc import Iterator

from triode.study.report.evidence import Evidence
from triode.study.statistics import EXACT_UP_TO, size_text

__all__ = ["caveats"]

_FEWEST_FOR_A_FINDING = 6
_FEW_SOURCES = 3


def caveats(evidence: Evidence) -> tuple[str, ...]:
    """As plain sentences, the gravest first."""
    return (
        *_unfinished(evidence),
        *_little_gear(evidence),
        *_mixed(evidence),
        *_luck(evidence),
        *_costs(evidence),
        *_method(evidence),
    )


def _unfinished(evidence: Evidence) -> Iterator[str]:
    planned = evidence.given.planned
    ended = len(evidence.given.trials)
    if planned is not None and ended < planned:
        yield f"The study is not finished: {ended} of {planned} planned trials have ended."
    lost = [one for one in evidence.answers if one.differences and one.differences.missing]
    if lost:
        names = ", ".join(dict.fromkeys(one.question.name for one in lost))
        yield f"Some gear was played by one arm only and is left out of: {names}."


def _little_gear(evidence: Evidence) -> Iterator[str]:
    sources = Counter(evidence.found.sources.values())
    if len(sources) < _FEW_SOURCES:
        yield (
            f"All gear comes from {len(sources)} source{'s' if len(sources) != 1 else ''}; what "
            "holds there need not hold elsewhere."
        )
    few = [
        one.question.name
        for one in evidence.answers
        if one.effect is not None and one.effect.pieces < _FEWEST_FOR_A_FINDING
    ]
    if few:
        yield (
            f"With fewer than {_FEWEST_FOR_A_FINDING} pieces of gear the sign-flip test cannot "
            f"fall below 0.05, so nothing can be decided: {', '.join(dict.fromkeys(few))}."
        )


def _mixed(evidence: Evidence) -> Iterator[str]:
    about = {
        "machines": {one.provenance.machine for one in evidence.given.trials},
        "compilers": {one.provenance.compiler for one in evidence.given.trials},
        "versions of the code": {one.provenance.code_version for one in evidence.given.trials},
    }
    for what, seen in about.items():
        if len(seen) > 1:
            yield f"Trials come from {len(seen)} {what}, which may differ in more than speed."
    lengths = {one.key.epochs for one in evidence.given.trials}
    if len(lengths) > 1:
        yield (
            f"Trials of {len(lengths)} lengths of training are in here; fronts are of those with "
            f"{evidence.epochs} epochs."
        )


def _luck(evidence: Evidence) -> Iterator[str]:
    if not evidence.given.trials:
        return
    if evidence.seeds is None:
        yield (
            "Every network was trained from one seed only; the luck of a seed is part of the "
            "spread over gear and is not known apart."
        )
    else:
        yield (
            "Between seeds of the same candidate on the same gear the "
            f"{evidence.found.metric.title} differs by a standard deviation of "
            f"{size_text(evidence.seeds.deviation, evidence.found.metric)} (from "
            f"{evidence.seeds.groups} repeated trainings)."
        )
    if evidence.luck is not None:
        yield (
            f"The luck of seeds is {evidence.luck.share:.0%} of the variance of a difference over "
            f"gear (the median of {evidence.luck.questions} questions of equal width). More seeds "
            "could take away no more than that; against the rest only more gear helps."
        )


def _costs(evidence: Evidence) -> Iterator[str]:
    for front in evidence.fronts:
        if not math.isnan(front.agreement) and front.misrankings:
            yield (
                f"On {front.engine} multiply-adds rank costs with a Kendall's tau of "
                f"{front.agreement:.2f} only."
            )
    if not evidence.fronts:
        yield "No costs have been measured, so nothing is said at equal cost."


def _method(evidence: Evidence) -> Iterator[str]:
    if not any(one.effect for one in evidence.answers):
        return
    largest = max(one.effect.pieces for one in evidence.answers if one.effect)
    yield (
        "Intervals are Student's over gear. They assume that the gear is a fair sample of all "
        "gear; where a few pieces differ by much from the others, all to one side, intervals of "
        "95 % cover 87 to 93 %, and tests at 5 % find something in about one study of ten."
    )
    if largest > EXACT_UP_TO:
        yield "p-values of more than 16 pieces of gear come from 65,536 random patterns of signs."
