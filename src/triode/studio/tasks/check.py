"""Everything that `triode check` says about two recordings, with its plots."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from triode.audio import SignalStore
from triode.capture import examine, split
from triode.capture.checks import CHECKS, REFUSALS, Finding
from triode.errors import CaptureError
from triode.processes import Orders, Tell
from triode.report.figures.check import check_figure
from triode.report.figures.encoding import figure_json
from triode.web import error_document

__all__ = ["do"]

_TITLES: Final = {check.id: check.title for check in CHECKS} | REFUSALS
_A2_RECEPTIVE_FIELD = 6347


def do(task: Mapping[str, Any], tell: Tell, orders: Orders) -> Mapping[str, Any]:
    """Check `dry` and `wet`.

    Raises:
        AudioError: A file cannot be read.
    """
    del tell, orders
    result = examine(
        task["dry"],
        task["wet"],
        delay_samples=task["delay"],
        repair=task["repair"],
        store=SignalStore(Path(task["dry"]).parent),
    )
    facts: dict[str, Any] = {}
    repairs: tuple[str, ...] = ()
    error: CaptureError | None = result.error
    if result.pair is not None:
        pair = result.pair
        repairs = pair.facts.repairs
        facts = pair.facts.to_json()
        for name in ("findings", "repairs", "dry_path", "wet_path"):
            del facts[name]
        try:
            facts["split"] = split(
                pair.dry,
                pair.rate_hz,
                _A2_RECEPTIVE_FIELD,
                repeats=pair.facts.repeats,
                excluded=pair.facts.excluded,
            ).to_json()
        except CaptureError as refusal:
            error = refusal
    return {
        "blocked": error is not None,
        "message": "" if error is None else error_document(error)["error"]["message"],
        "repairs": list(repairs),
        "facts": facts,
        "findings": [_finding(one) for one in result.findings],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    document = finding.to_json()
    return {
        "id": finding.check,
        "severity": document["severity"],
        "title": _TITLES.get(finding.check, finding.check),
        "text": finding.summary,
        "evidence": [
            {"name": name, "value": value} for name, value in document["evidence"].items()
        ],
        "causes": document["causes"],
        "remedies": document["advice"],
        "figure": None
        if finding.plot is None
        else json.loads(figure_json(check_figure(finding.plot))),
    }
