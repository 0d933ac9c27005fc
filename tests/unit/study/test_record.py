import json

import pytest

from triode.study import (
    CandidateRecord,
    Cost,
    Outcome,
    Provenance,
    Scale,
    TrialKey,
    TrialRecord,
)

KEY = TrialKey(candidate="relu-8", gear="crunch", seed=3, epochs=40)
OUTCOME = Outcome(
    status="finished", metrics={"esr": 0.01}, curve=((1, 0.5), (2, 0.25)), best_epoch=2
)
PROVENANCE = Provenance(
    code_version="0.1.0",
    config={"layers": []},
    recipe={"epochs": 40},
    data_hashes={"dry": "ab"},
    machine="a processor",
    compiler="clang 21",
    seconds=12.5,
    started="2026-01-01T00:00:00+00:00",
)
TRIAL = TrialRecord(study="glimpse", key=KEY, source="caps", outcome=OUTCOME, provenance=PROVENANCE)
CANDIDATE = CandidateRecord(
    study="glimpse",
    candidate="relu-8",
    config={"layers": []},
    scale=Scale(macs=10, elementwise=4, state_bytes=64, weight_bytes=40, receptive_field=9),
    costs=(
        Cost(engine="host-c", ns_per_sample=30.0, quartiles=(29.0, 31.0), peak_share=0.4, block=64),
        Cost(
            engine="cortex-m7-instructions",
            ns_per_sample=900.0,
            quartiles=(900.0, 900.0),
            peak_share=None,
            block=64,
            unit="instructions",
        ),
    ),
)


@pytest.mark.parametrize("record", [KEY, OUTCOME, PROVENANCE, TRIAL, CANDIDATE])
def test_a_record_goes_to_json_and_back_unchanged(record: object) -> None:
    text = json.dumps(record.to_json())  # type: ignore[attr-defined]
    assert type(record).from_json(json.loads(text)) == record  # type: ignore[attr-defined]


def test_keys_are_equal_when_their_values_are() -> None:
    again = TrialKey(candidate="relu-8", gear="crunch", seed=3, epochs=40)
    other = TrialKey(candidate="relu-8", gear="crunch", seed=4, epochs=40)
    assert {KEY, again, other} == {KEY, other}


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(TypeError, match="mood"):
        TrialKey.from_json({**KEY.to_json(), "mood": 1})
