"""The reference pages that say what benchmarks measured, from their results."""

import json
import math
import statistics
import typing
from collections.abc import Iterator
from pathlib import Path

from tables import table

from triode.capture.checks import CHECKS, REFUSALS

__all__ = ["alignment", "checks", "coverage", "listening_statistics"]

RESULTS = Path(__file__).resolve().parents[1] / "benchmarks" / "results"


def checks() -> Iterator[str]:
    """What the checks find, and how often they are right."""
    result = json.loads((RESULTS / "capture_checks.json").read_text(encoding="utf-8"))
    cases = result["cases"]
    sources = sorted({case["source"] for case in cases})
    yield "# Checks\n"
    yield "What `triode check` looks for, by the id that `--json` gives, and how often it is right."
    yield f"Measured on {len(cases)} pairs: faults of three strengths put into {len(sources)}"
    yield f"recordings ({', '.join(sources)}), and the same without one."
    yield "A check raises an alarm when it returns a note or worse."
    yield "Precision: alarms that were right, of all alarms. Recall:"
    yield "faults found, of all faults of the check's own. `make bench-capture` measures it anew;"
    yield "[the explanation](../explanation/checks.md) says what each check means.\n"
    titles = {check.id: check.title for check in CHECKS} | REFUSALS
    rows = []
    for name, title in titles.items():
        row = result["checks"].get(name)
        if row is None:
            rows.append((f"`{name}`", title, "0", "0", "", "", ""))
            continue
        by_grade = row["recall_by_grade"]
        grades = tuple(_share(by_grade.get(one)) for one in ("strong", "medium", "weak"))
        shares = _share(row["precision"]), _share(row["recall"])
        alarms, count = str(row["alarms"]), str(row["cases"])
        rows.append((f"`{name}`", title, count, alarms, *shares, ", ".join(grades)))
    heads = ("id", "check", "faults", "alarms", "precision", "recall", "strong, medium, weak")
    yield from table(heads, rows)
    yield "## What was put in\n"
    faults: dict[str, list[bool]] = {}
    for case in cases:
        if case["expected"]:
            found = case["expected"] in case["alarms"]
            faults.setdefault(f"{case['expected']}|{case['fault']}", []).append(found)
    lines = [
        (f"`{key.partition('|')[0]}`", key.partition("|")[2], f"{sum(one)} of {len(one)}")
        for key, one in faults.items()
    ]
    yield from table(("check", "fault", "found"), lines)
    wrong = [
        (f"`{name}`", fault)
        for name, row in result["checks"].items()
        for fault in row["false_alarms"]
    ]
    yield "## False alarms\n"
    if wrong:
        yield from table(("check", "recording: fault"), wrong)
    else:
        yield "None.\n"


def coverage() -> Iterator[str]:
    """How often intervals cover the truth."""
    result = json.loads((RESULTS / "coverage.json").read_text(encoding="utf-8"))
    rows = result["rows"]
    yield "# How often intervals cover the truth\n"
    yield f"Studies drawn at random ({rows[0]['studies']:,} per line; {rows[0]['slow_studies']:,}"
    yield "for BCa and for the sign-flip test), with a mean difference of zero and a deviation of"
    yield "one over gear. Coverage: intervals of 95 % that hold the zero. False: studies in which"
    yield "the sign-flip test falls to 0.05 or below, and in which the t-interval agrees, as a"
    yield "verdict needs. Detectable: the mean difference that is found four times out of five, in"
    yield "deviations. `python benchmarks/coverage.py` draws them anew;"
    yield "[the explanation](../explanation/verdicts.md) says what they are for.\n"
    heads = ("differences", "pieces", "t covers", "BCa covers", "t width", "BCa width")
    lines = [
        (
            row["distribution"],
            str(row["pieces"]),
            f"{100 * row['t_coverage']:.1f} %",
            f"{100 * row['bca_coverage']:.1f} %",
            f"{row['t_width']:.2f}",
            f"{row['bca_width']:.2f}",
            f"{100 * row['false_findings']:.1f} %",
            f"{100 * row['false_by_both']:.1f} %",
            f"{row['detectable']:.2f}",
        )
        for row in rows
    ]
    yield from table((*heads, "false", "false by both", "detectable"), lines)
    yield from _equal_cost()


def _equal_cost() -> Iterator[str]:
    rows = json.loads((RESULTS / "equal_cost.json").read_text(encoding="utf-8"))["rows"]
    yield "## At equal cost\n"
    yield f"Two arms on one curve of log ESR over log cost, {rows[0]['studies']:,} studies per"
    yield "line, read at the cost of A2 Lite between widths that lie otherwise around it. The truth"
    yield "is no difference; the bias is how far apart the arms seem on the average. Studies are"
    yield "read with the bend. `python benchmarks/equal_cost.py` draws them anew.\n"
    lines = [
        (
            row["curve"],
            str(row["pieces"]),
            row["reading"],
            f"{100 * abs(math.expm1(row['bias'])):.1f} %",
            f"{100 * row['coverage']:.1f} %",
            f"{row['width']:.2f}",
        )
        for row in rows
    ]
    yield from table(("curve", "pieces", "read off", "bias", "t covers", "t width"), lines)


def pruning() -> Iterator[str]:
    """What ending trials early would have dropped and saved."""
    rows = json.loads((RESULTS / "pruning.json").read_text(encoding="utf-8"))["rows"]
    yield "# What pruning drops and saves\n"
    yield "A search ends trials that fall behind, never those of a question. Here that is replayed"
    yield "on the [committed studies](../studies/a2-glimpse.md), whose trials all ran to their end:"
    yield "each trial against all others on its gear, after the epochs that every trial gets. The"
    yield "best is the trial of the lowest validation ESR on a piece of gear; the price, how many"
    yield "times that ESR the best of those left has on the worst of the pieces. Triode ends what"
    yield "is among the worst quarter. `python benchmarks/pruning.py` replays it anew, and"
    yield "`triode study status NAME --pruning` does for any study.\n"
    lines = [
        (
            f"`{row['study']}`",
            f"{row['unpruned_epochs']} of {row['epochs']}",
            row["rule"],
            f"{row['pruned']:,} of {row['trials']:,}",
            f"{100 * row['epochs_saved']:.0f} %",
            f"{row['kept']} of {row['pieces']}",
            f"{row['price']:.2f}",
        )
        for row in rows
    ]
    heads = ("study", "all train", "ended", "trials ended", "epochs saved", "best kept", "price")
    yield from table(heads, lines)
    yield "The rule was chosen on the three longest studies, then replayed on the first seeds of"
    yield "`a2-glimpse`, and last on a search that was run afterwards, `beyond-a2-full-search`:"
    yield "after two epochs of five it is wrong there on one piece. A search lets every trial have"
    yield "five, unless it says otherwise."
    yield "A real search knows fewer curves at its beginning, and ends fewer trials."


def alignment() -> Iterator[str]:
    """How well disturbances of a recording are found."""
    result = json.loads((RESULTS / "capture_alignment.json").read_text(encoding="utf-8"))
    cases, total = result["cases"], result["summary"]
    yield "# Alignment\n"
    yield f"How well disturbances are found again, measured on {len(cases)} recordings: 40 s of"
    yield f"each of {len(result['undisturbed'])} pieces of gear, with something done to them."
    yield "The error is the estimate of the disturbed less that of the undisturbed less what was"
    yield "inserted. A case is right when it is at most 0.1 sample at both ends of the recording,"
    yield "the polarity is right or said to be unclear, as many gaps are found as were made, and"
    yield "each is left out of training. It is sure when the confidence is at least 0.5. A case"
    yield "that is wrong and sure is silently wrong. `make bench-capture` measures it anew; the"
    yield "[explanation](../explanation/alignment.md) says how it is done.\n"
    yield f"Right and sure: {total['right_and_sure']} of {len(cases)}"
    yield f"({_share(total['right_and_sure'] / len(cases), digits=1)}). Right but unsure:"
    yield f"{total['right_but_unsure']}. Wrong, and unsure or refused: {total['wrong_and_unsure']}."
    yield f"Silently wrong: {total['silently_wrong']}.\n"
    for key, title in (("kind", "What was done"), ("gear", "Gear")):
        rows = []
        for value in dict.fromkeys(case[key] for case in cases):
            some = [case for case in cases if case[key] == value]
            kinds = [(case["right"], case["sure"]) for case in some]
            counts = [kinds.count(one) for one in ((True, True), (True, False), (False, False))]
            figures = [len(some), *counts, kinds.count((False, True))]
            rows.append((value, *map(str, figures)))
        yield f"## {title}\n"
        heads = ("right and sure", "right, unsure", "wrong, unsure", "silently wrong")
        yield from table((key, "cases", *heads), rows)
    anew = json.loads((RESULTS / "capture_gaps.json").read_text(encoding="utf-8"))
    fresh, others = anew["summary"], len(anew["cases"])
    wrong = [
        max(map(abs, case["error_samples"]))
        for case in anew["cases"]
        if case["sure"] and not case["right"]
    ]
    gaps = [case["excluded_seconds"] for case in cases if case.get("excluded_seconds")]
    places = [abs(case["place_error_samples"]) for case in cases if "place_error_samples" in case]
    yield "## Lost and repeated samples\n"
    yield f"Half of the gaps are placed within {statistics.median(places):.1f} samples."
    yield f"Around one, {statistics.median(gaps):.1f} s are left out at the median,"
    yield f"{max(gaps):.1f} s at most.\n"
    yield "The rules were made with gaps at these places in view, so others were drawn afterwards,"
    yield f"{others} of them (`python benchmarks/capture_alignment.py --gaps-at {anew['seed']}`):"
    yield f"{fresh['right_and_sure']} right and sure, {fresh['right_but_unsure']} right but unsure,"
    yield f"{fresh['wrong_and_unsure']} wrong, and unsure or refused, {fresh['silently_wrong']}"
    yield f"silently wrong{_delays_off(wrong)}.\n"
    refused = sum(note["refused"] for note in result["single_notes"])
    notes = len(result["single_notes"])
    yield f"Of {notes} recordings of a single note each, {refused} are refused:"
    yield "one period is like the next. `--delay` is for them.\n"


def listening_statistics() -> Iterator[str]:
    """What the statistics of listening tests are worth."""
    result = json.loads((RESULTS / "listening.json").read_text(encoding="utf-8"))
    yield "# What the statistics of listening tests are worth\n"
    yield "Found out with simulated listeners and gear, drawn anew for every test, whose truth is"
    yield "known. `python benchmarks/listening.py` draws them again;"
    yield "[the explanation](../explanation/listening.md) says what they are for.\n"
    for key, about in result["tables"].items():
        yield f"## {about['heading']}\n"
        yield f"{about['text']}\n"
        columns = [one.split("/") for one in about["columns"]]
        rows = [tuple(_cell(row[name], kind) for name, _, kind in columns) for row in result[key]]
        yield from table(tuple(head or name for name, head, _ in columns), rows)


def _delays_off(errors: list[float]) -> str:
    """By how much; a gap that is put into the wrong place may leave the delay right."""
    off = ", ".join(f"{one:.2f}" for one in sorted(errors))
    return f", their delays off by {off} samples" if errors else ""


def _cell(value: typing.Any, kind: str) -> str:
    if value is None:
        return ""
    return f"{100 * value:.1f} %" if kind == "%" else f"{value:{kind}}"


def _share(value: float | None, digits: int = 0) -> str:
    return "" if value is None else f"{100 * value:.{digits}f} %"
