from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from triode.errors import StudyError
from triode.study.best import best_candidate, best_recipe
from triode.study.opened import OpenedStudy
from triode.study.record import TrialRecord
from triode.study.storage import Storage
from unit.study.test_cost import record
from unit.study.test_record import TRIAL

RECORDS = {name: record(name, ns) for name, ns in (("tanh", 40.0), ("relu", 20.0))}


def trial(candidate: str, gear: str, esr: float, **key: Any) -> TrialRecord:
    outcome = replace(TRIAL.outcome, metrics={"esr": esr})
    named = replace(TRIAL.key, candidate=candidate, gear=gear, **{"epochs": 2, **key})
    return replace(TRIAL, study="small", key=named, outcome=outcome)


TRIALS = [
    trial("tanh", "soft", 0.01),
    trial("tanh", "hard", 0.02),
    trial("relu", "soft", 0.02),
    trial("relu", "hard", 0.03),
]


def test_the_most_accurate_within_a_cost() -> None:
    assert best_candidate(RECORDS, TRIALS, 100.0) == "tanh"
    assert best_candidate(RECORDS, TRIALS, 30.0) == "relu"
    with pytest.raises(StudyError, match="no candidate of the study qualifies"):
        best_candidate(RECORDS, TRIALS, 10.0)


def test_easy_gear_alone_is_no_advantage() -> None:
    easy = [trial("relu", "soft", 1e-6), *TRIALS[:2]]
    assert best_candidate(RECORDS, easy, 100.0) == "tanh"


def test_seeds_are_averaged_and_the_longest_training_counts() -> None:
    lucky = trial("relu", "soft", 1e-3, seed=1)
    early = [trial(one.key.candidate, one.key.gear, 1e-9, epochs=1) for one in TRIALS[2:]]
    assert best_candidate(RECORDS, [*TRIALS, lucky], 100.0) == "relu"
    assert best_candidate(RECORDS, [*TRIALS, *early], 100.0) == "tanh"


def test_a_study_gives_a_recipe(opened: Callable[..., OpenedStudy], storage: Storage) -> None:
    study = opened()
    storage.register("small", study.digest, study.document, str(study.folder))
    for one in RECORDS.values():
        storage.put_candidates([one])
    storage.add_trials(TRIALS)
    recipe = best_recipe(storage, "small/best-under-30ns")
    assert recipe.sizes[0].config["activation"] == "ReLU"
    assert "relu" in recipe.description
    assert best_recipe(storage, "small/best").sizes[0].config["activation"] == "Tanh"
    with pytest.raises(StudyError, match="names nothing of a study"):
        best_recipe(storage, "small/worst")
    with pytest.raises(StudyError, match="Did you mean small"):
        best_recipe(storage, "smal/best")
