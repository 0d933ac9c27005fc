"""What it takes to do a study again, from its own records."""

import html
from collections.abc import Mapping, Sequence

from triode.report.settings import definition_list
from triode.report.tables import table
from triode.study.report.evidence import Ending, Evidence

__all__ = ["facts", "failures", "reproduce"]

_MOST_ENDINGS = 100
_MOST_GEAR = 8
_HASH_CHARACTERS = 16


def facts(evidence: Evidence) -> dict[str, object]:
    """The study in numbers, by name."""
    trials = evidence.given.trials
    started = sorted(one.provenance.started for one in trials)
    return {
        "trials": ", ".join(f"{count} {status}" for status, count in evidence.statuses.items())
        or "none",
        "candidates": len(evidence.given.candidates),
        "gear": ", ".join(
            f"{gear} ({source})" for gear, source in sorted(evidence.found.sources.items())
        ),
        "epochs": sorted({one.key.epochs for one in trials}),
        "time in training": f"{evidence.hours:.1f} h",
        "from": started[0] if started else None,
        "to": started[-1] if started else None,
        "machines": _unique([one.provenance.machine for one in trials]),
        "compilers": _unique([one.provenance.compiler for one in trials]),
        "code": _unique([one.provenance.code_version for one in trials]),
        "fixed before the first trial": evidence.given.digest or "not known",
    }


def reproduce(evidence: Evidence) -> str:
    """The command, the facts and the hashes, as HTML."""
    command = evidence.given.command
    shown = f"<pre><code>{html.escape(command)}</code></pre>" if command else ""
    recipes = {
        str(one.provenance.recipe): one.provenance.recipe for one in evidence.given.trials[:1]
    }
    recipe = "".join(
        f"<details><summary>Settings of the training</summary>{definition_list(one)}</details>"
        for one in recipes.values()
    )
    return shown + definition_list(facts(evidence)) + recipe + _hashes(evidence.given.gear_hashes)


def failures(evidence: Evidence) -> str:
    """What did not finish, as HTML."""
    if not evidence.endings:
        return "<p>Every trial finished.</p>"
    rows = [_ending_row(one) for one in evidence.endings[:_MOST_ENDINGS]]
    left = len(evidence.endings) - len(rows)
    more = f"<p>And {left} more kinds; all are in the JSON and CSV files.</p>" if left else ""
    columns = ("Candidate", "Ended", "Trials", "Gear", "Message")
    shown = table("Trials without a figure", columns, rows, name="Trials without a figure")
    return f'<div class="wordy">{shown}</div>{more}'


def _ending_row(one: Ending) -> tuple[str, ...]:
    gear = list(dict.fromkeys(one.gear))
    named = ", ".join(gear[:_MOST_GEAR]) + (
        f" and {len(gear) - _MOST_GEAR} more" if len(gear) > _MOST_GEAR else ""
    )
    cells = (one.candidate, one.status, str(len(one.gear)), named, one.message)
    return tuple(html.escape(cell) for cell in cells)


def _hashes(hashes: Mapping[str, Mapping[str, str]]) -> str:
    if not hashes:
        return ""
    entries = {
        gear: ", ".join(f"{name} {value[:_HASH_CHARACTERS]}" for name, value in parts.items())
        for gear, parts in hashes.items()
    }
    return (
        "<details><summary>Hashes of the recordings (SHA-256, their beginnings)</summary>"
        f"{definition_list(entries)}</details>"
    )


def _unique(texts: Sequence[str]) -> list[str]:
    return sorted(set(texts))
