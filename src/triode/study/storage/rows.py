"""Between records and rows."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from triode.study.record import CandidateRecord, Outcome, Provenance, TrialKey, TrialRecord

__all__ = ["candidate_of_row", "row_of_trial", "trial_of_row"]


def row_of_trial(record: TrialRecord) -> tuple[dict[str, Any], dict[str, str]]:
    """The row of a trial, and the texts it shares with others by digest."""
    provenance = record.provenance.to_json()
    texts = {}
    digests = {}
    for name in ("config", "recipe"):
        text = json.dumps(provenance.pop(name), sort_keys=True)
        digests[name] = hashlib.sha256(text.encode()).hexdigest()
        texts[digests[name]] = text
    row = {
        "study": record.study,
        **record.key.to_json(),
        "source": record.source,
        "status": record.outcome.status,
        "seconds": record.provenance.seconds,
        "outcome": json.dumps(record.outcome.to_json()),
        "provenance": json.dumps(provenance),
        **digests,
    }
    return row, texts


def trial_of_row(row: Any, texts: Mapping[str, Any]) -> TrialRecord:
    """The other way; what trials share is one object for all of them."""
    shared = {"config": texts[row.config], "recipe": texts[row.recipe]}
    return TrialRecord(
        study=row.study,
        key=TrialKey(candidate=row.candidate, gear=row.gear, seed=row.seed, epochs=row.epochs),
        source=row.source,
        outcome=Outcome.from_json(json.loads(row.outcome)),
        provenance=Provenance.from_json({**json.loads(row.provenance), **shared}),
    )


def candidate_of_row(row: Any) -> CandidateRecord:
    """The candidate in a row."""
    return CandidateRecord.from_json(json.loads(row.record))
