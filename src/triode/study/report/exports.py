"""A study's results for programs: one JSON document, or tables as CSV."""

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from triode.report.spreadsheet import plain_cell
from triode.study.listening import Heard
from triode.study.report.caveats import caveats
from triode.study.report.evidence import Evidence, Front
from triode.study.statistics import Answer, Effect, Interval

__all__ = ["study_csv", "study_json"]

FORMAT = 1


def study_json(evidence: Evidence, day: date) -> dict[str, Any]:
    """Everything on the page, as what `json.dumps` takes; infinite becomes None.

    Effects are mean differences of natural logarithms, the first arm less the second.
    """
    given = evidence.given
    return {
        "format": FORMAT,
        "study": given.name,
        "date": day.isoformat(),
        "digest": given.digest,
        "trials": len(given.trials),
        "statuses": dict(evidence.statuses),
        "epochs": evidence.epochs,
        "answers": [_answer(one) for one in evidence.answers],
        "fronts": [_front(one) for one in evidence.fronts],
        "seeds": None if evidence.seeds is None else asdict(evidence.seeds),
        "luck": None if evidence.luck is None else asdict(evidence.luck),
        "not_finished": [asdict(one) for one in evidence.endings],
        "caveats": list(caveats(evidence)),
        "listening": None if given.heard is None else _listening(given.heard),
    }


def study_csv(evidence: Evidence) -> dict[str, str]:
    """Texts by file name: answers, gear, front and trials."""
    return {
        "answers.csv": _table(
            {
                key: value
                for key, value in _answer(one).items()
                if not isinstance(value, list | dict)
            }
            for one in evidence.answers
        ),
        "gear.csv": _table(
            {
                "question": one.question.name,
                "engine": one.engine,
                "gear": gear,
                "source": source,
                "difference_of_logs": float(log),
            }
            for one in evidence.answers
            if one.differences is not None
            for gear, source, log in zip(
                one.differences.gear, one.differences.sources, one.differences.logs, strict=True
            )
        ),
        "front.csv": _table(
            {"engine": front.engine, **point}
            for front in evidence.fronts
            for point in _points(front)
        ),
        "trials.csv": _table(
            {
                **asdict(one.key),
                "source": one.source,
                "status": one.outcome.status,
                "best_epoch": one.outcome.best_epoch,
                "seconds": one.provenance.seconds,
                **one.outcome.metrics,
                "message": one.outcome.message,
            }
            for one in evidence.given.trials
        ),
    }


def _answer(one: Answer) -> dict[str, Any]:
    effect = one.effect
    return {
        "question": one.question.name,
        "text": one.question.text,
        "arm": one.question.arm.name,
        "against": one.question.against.name,
        "claim": one.question.claim,
        "metric": one.question.metric,
        "margin": one.question.margin,
        "engine": one.engine,
        "target": one.target,
        "verdict": one.verdict,
        "adopted": one.adopted,
        "effect": None if effect is None else effect.mean,
        "low": None if effect is None else _finite(effect.interval.low),
        "high": None if effect is None else _finite(effect.interval.high),
        "pieces": 0 if effect is None else effect.pieces,
        "wins": 0 if effect is None else effect.wins,
        "p_value": one.p_value,
        "adjusted_p": one.adjusted_p,
        "detectable": _finite(one.detectable),
        "problem": one.problem,
        "heard": one.heard,
        "bootstrap": None if effect is None else _ends(effect.bootstrap),
        "diverged": None if one.differences is None else list(one.differences.diverged),
        "missing": [] if one.differences is None else list(one.differences.missing),
        "other_metrics": [_effect(other) for other in one.others],
        "sources": [{"source": part.source, **_effect(part.effect)} for part in one.sources],
        "by_epochs": [
            {"epochs": part.epochs, "planned": part.planned, **_effect(part.effect)}
            for part in one.budgets
        ],
    }


def _effect(effect: Effect) -> dict[str, Any]:
    """An effect as the natural logarithm of a ratio, and in dB where the metric is."""
    fields = {
        "metric": effect.metric.key,
        "effect": effect.mean,
        "interval": _ends(effect.interval),
        "pieces": effect.pieces,
        "wins": effect.wins,
    }
    return fields | ({"effect_db": effect.metric.unlog(effect.mean)} if effect.metric.in_db else {})


def _ends(interval: Interval | None) -> list[float | None] | None:
    return None if interval is None else [_finite(interval.low), _finite(interval.high)]


def _front(front: Front) -> dict[str, Any]:
    return {
        "engine": front.engine,
        "unit": front.unit,
        "hypervolume": front.hypervolume,
        "macs_rank_agreement": _finite(front.agreement),
        "points": _points(front),
        "misrankings": [
            {
                "fewer_macs": one.fewer_macs.candidate,
                "cheaper": one.cheaper.candidate,
                "macs_ratio": one.macs_ratio,
                "cost_ratio": one.cost_ratio,
            }
            for one in front.misrankings
        ],
    }


def _points(front: Front) -> list[dict[str, Any]]:
    return [
        {
            "candidate": one.candidate,
            "on_front": on,
            "cost": one.cost.ns_per_sample,
            "cost_low": one.cost.quartiles[0],
            "cost_high": one.cost.quartiles[1],
            "value": one.value,
            "gear": one.gear,
            "diverged": one.diverged,
            "macs": one.macs,
        }
        for one, on in zip(front.points, front.on, strict=True)
    ]


def _listening(heard: Heard) -> dict[str, Any]:
    return {
        "test": heard.test,
        "design": heard.design,
        "digest": heard.digest,
        "listeners": heard.listeners,
        "gear": heard.gear,
        "systems": [asdict(one) for one in heard.systems],
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _table(rows: Iterable[Mapping[str, Any]]) -> str:
    """CSV with the columns of all rows, in the order in which they come up."""
    listed: Sequence[Mapping[str, Any]] = list(rows)
    text = io.StringIO()
    writer = csv.DictWriter(
        text, list(dict.fromkeys(key for row in listed for key in row)), lineterminator="\n"
    )
    writer.writeheader()
    writer.writerows({key: plain_cell(value) for key, value in row.items()} for row in listed)
    return text.getvalue()
