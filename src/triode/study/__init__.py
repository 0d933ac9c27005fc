"""Studies: what buys accuracy per unit of measured cost, with evidence.

A study names gear, candidate networks and questions; its trials train every candidate on every
piece of gear, its costs are measured on compiled code, and both end as plain records.
"""

from triode.study.record import (
    CandidateRecord,
    Cost,
    Outcome,
    Provenance,
    Scale,
    Status,
    TrialKey,
    TrialRecord,
)

__all__ = [
    "CandidateRecord",
    "Cost",
    "Outcome",
    "Provenance",
    "Scale",
    "Status",
    "TrialKey",
    "TrialRecord",
]
