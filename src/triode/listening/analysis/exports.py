"""An analysis for programs: one JSON document, or tables as CSV."""

import csv
import io
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from triode.listening.analysis.analysis import Analysis
from triode.listening.analysis.findings import Findings

__all__ = ["FORMAT", "analysis_csv", "analysis_json"]

FORMAT = 1


def analysis_json(analysis: Analysis) -> dict[str, Any]:
    """Everything on the page, as what `json.dumps` takes; infinite becomes None.

    `triode study report --listening` reads `systems` and `contrasts`, which are those of the
    listeners who were kept.
    """
    plan = analysis.test.plan
    document: dict[str, Any] = _finite(
        {
            "format": FORMAT,
            "kind": "triode-listening",
            "test": plan.name,
            "title": plan.title,
            "digest": analysis.test.digest,
            "design": plan.design,
            "smallest_difference": plan.matters,
            "listeners": len(analysis.everyone.listeners),
            "screened": [asdict(one) for one in analysis.screened],
            **_findings(analysis.kept),
            "unscreened": _findings(analysis.everyone),
            "discrimination": [asdict(one) for one in analysis.discriminations],
            "strengths": [asdict(one) for one in analysis.strengths],
            "mixed_model": None if analysis.mixed is None else asdict(analysis.mixed),
            "predictions": [asdict(one) for one in analysis.predictions],
            "cues": list(analysis.test.manifest.cues),
        }
    )
    return document


def analysis_csv(analysis: Analysis) -> dict[str, str]:
    """Texts by file name: every judgement, the means, the contrasts, and who was left out."""
    screened = {one.listener for one in analysis.screened}
    return {
        "judgements.csv": _table(
            {**asdict(one), "screened": one.listener in screened} for one in analysis.rows
        ),
        "means.csv": _table(
            {"listeners": which, **_flat(asdict(one))}
            for which, found in _both(analysis)
            for one in found.means
        ),
        "contrasts.csv": _table(
            {"listeners": which, **_flat(asdict(one))}
            for which, found in _both(analysis)
            for one in found.contrasts
        ),
        "screened.csv": _table(asdict(one) for one in analysis.screened),
    }


def _both(analysis: Analysis) -> tuple[tuple[str, Findings], ...]:
    return ("all", analysis.everyone), ("kept", analysis.kept)


def _findings(found: Findings) -> dict[str, Any]:
    return {
        "kept_listeners": list(found.listeners),
        "gear": list(found.gear),
        "systems": [asdict(one) for one in found.means],
        "contrasts": [{**asdict(one), "decided": one.decided} for one in found.contrasts],
    }


def _flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested tables as columns of dotted names, intervals as two columns."""
    flat: dict[str, Any] = {}
    for key, value in values.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{name}.")
        elif isinstance(value, tuple):
            flat |= {f"{name}.{place}": one for place, one in enumerate(value, 1)}
        else:
            flat[name] = value
    return flat


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _finite(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _table(rows: Iterable[Mapping[str, Any]]) -> str:
    """CSV with the columns of all rows, in the order in which they come up."""
    listed = list(rows)
    text = io.StringIO()
    columns = list(dict.fromkeys(key for row in listed for key in row))
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(listed)
    return text.getvalue()
