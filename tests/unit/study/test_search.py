"""Searches against made-up trials, whose error follows a formula."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import optuna
import pytest

from triode.errors import StudyError
from triode.study import search as search_module
from triode.study.candidate import Candidate
from triode.study.cost import scale_of
from triode.study.opened import OpenedStudy
from triode.study.plan import Planned
from triode.study.pruning import Pruner, replayed
from triode.study.record import (
    CandidateRecord,
    Cost,
    Outcome,
    Provenance,
    TrialKey,
    TrialRecord,
)
from triode.study.search import SearchSource
from triode.study.storage import Storage
from unit.study.conftest import CONVNET
from unit.study.test_record import TRIAL

SEARCH = {
    "name": "wide",
    "architecture": "ConvNet",
    "config": CONVNET,
    "candidates": 12,
    "ranges": [
        {"name": "width", "paths": ["channels"], "low": 1, "high": 8},
        {"name": "bend", "paths": ["activation"], "choices": ["Tanh", "ReLU"]},
        {
            "name": "rate",
            "paths": ["optimizer.learning_rate"],
            "low": 1e-4,
            "high": 1e-1,
            "log": True,
        },
    ],
}


@pytest.fixture(autouse=True)
def counted_costs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Costs by count: what a search does with a cost does not depend on how it was found."""

    def measured(study: Any, candidates: list[Candidate], folder: Any, **_: Any) -> Any:
        (one,) = candidates
        scale = scale_of(one.graphs(folder))
        ns = float(scale.macs)
        cost = Cost(
            engine="host-c", ns_per_sample=ns, quartiles=(ns, ns), peak_share=None, block=64
        )
        return (
            CandidateRecord(
                study=study.name,
                candidate=one.name,
                config={**one.config(), "search": dict(one.parameters)},
                scale=scale,
                costs=(cost,),
            ),
        )

    monkeypatch.setattr(search_module, "measured_candidates", measured)


@pytest.fixture
def source(opened: Callable[..., OpenedStudy], storage: Storage) -> Callable[..., SearchSource]:
    def make(constraints: dict[str, Any] | None = None, **changes: Any) -> SearchSource:
        study = opened(
            candidates=[], searches=[{**SEARCH, **changes}], constraints=constraints or {}
        )
        storage.register("small", study.digest, study.document, str(study.folder))
        return SearchSource(study, study.study.searches[0], storage)

    return make


def finished(planned: Planned) -> TrialRecord:
    esr = 1.0 / (1.0 + planned.candidate.parameters["width"])
    return TrialRecord(
        study="small",
        key=planned.key,
        source="real",
        outcome=Outcome(status="finished", metrics={"esr": esr}, curve=((1, esr),), best_epoch=1),
        provenance=Provenance(
            code_version="",
            config={},
            recipe={},
            data_hashes={},
            machine="",
            compiler="",
            seconds=1.0,
            started="",
        ),
    )


def run(source: SearchSource, storage: Storage, most: int = 1000) -> list[Planned]:
    done = []
    while len(done) < most and (planned := source.next()) is not None:
        record = finished(planned)
        storage.add_trials([record])
        source.ended(planned, record)
        done.append(planned)
    return done


def test_a_search_proposes_what_it_may_and_ends(
    source: Callable[..., SearchSource], storage: Storage
) -> None:
    one = source()
    assert one.planned == 24
    trials = run(one, storage)
    assert one.done == len(trials) == 24
    names = sorted({planned.candidate.name for planned in trials})
    assert names == [f"wide-{number:04d}" for number in range(1, 13)]
    for record in storage.candidates("small"):
        drawn = record.config["search"]
        assert record.config["config"]["channels"] == drawn["width"] in range(1, 9)
        assert record.config["config"]["activation"] == drawn["bend"] in {"Tanh", "ReLU"}
        assert 1e-4 <= drawn["rate"] <= 1e-1


def test_no_more_than_a_generation_is_open(
    source: Callable[..., SearchSource], storage: Storage
) -> None:
    """However many trials are asked for at once: those after it have to know what came of it."""
    one = source()
    waiting = []
    while (planned := one.next()) is not None:
        waiting.append(planned)
    assert len({planned.candidate.name for planned in waiting}) == 4
    assert len(waiting) == 8
    for planned in waiting[:2]:
        one.ended(planned, finished(planned))
    again = one.next()
    assert again is not None
    assert again.candidate.name == "wide-0005"
    assert storage.candidates("small")[-1].candidate == "wide-0005"


def test_a_search_goes_on_where_it_was_ended(
    source: Callable[..., SearchSource], storage: Storage
) -> None:
    first = run(source(), storage, most=5)
    going_on = source()
    assert going_on.done == 5
    rest = run(going_on, storage)
    assert len(rest) == 19
    keys = {planned.key for planned in (*first, *rest)}
    assert len(keys) == 24
    assert len(storage.candidates("small")) == 12


def test_nothing_is_proposed_twice(source: Callable[..., SearchSource], storage: Storage) -> None:
    ranges = [
        {"name": "width", "paths": ["channels"], "low": 1, "high": 4},
        {"name": "bend", "paths": ["activation"], "choices": ["Tanh", "ReLU"]},
    ]
    first = source(ranges=ranges, candidates=16)
    assert first.planned == 32
    run(first, storage, most=7)
    # Also not after what a driver before found, and when all are tried, that is the end.
    going_on = source(ranges=ranges, candidates=16)
    run(going_on, storage)
    drawn = [tuple(one.config["search"].values()) for one in storage.candidates("small")]
    assert sorted(drawn) == [(width, bend) for width in range(1, 5) for bend in ("ReLU", "Tanh")]
    assert going_on.planned == going_on.done == 16
    # The sampler heard of the eight, and again of those that it came back to.
    told = going_on._optuna.get_trials(states=[optuna.trial.TrialState.COMPLETE])
    assert len(told) > 8
    assert len({tuple(one.values) for one in told}) <= 8


def test_what_exceeds_a_constraint_is_never_trained(
    source: Callable[..., SearchSource], storage: Storage
) -> None:
    limit = 40
    trials = run(source(constraints={"macs": limit}), storage)
    assert len(trials) == 24
    assert all(one.scale.macs <= limit for one in storage.candidates("small"))


def test_constraints_that_no_proposal_meets_are_refused(
    source: Callable[..., SearchSource],
) -> None:
    with pytest.raises(StudyError, match="proposals in a row"):
        source(constraints={"macs": 1}).next()


def test_trials_that_fall_behind_their_gear_are_pruned() -> None:
    pruner = Pruner(unpruned_epochs=3)
    for number in range(6):
        pruner.learn("crunch", [(epoch, 0.1 + 0.001 * number) for epoch in range(1, 10)])

    def key(candidate: str, gear: str = "crunch") -> TrialKey:
        return TrialKey(candidate=candidate, gear=gear, seed=0, epochs=9)

    bad = [pruner.asks_for(key("bad"), epoch, 0.9) for epoch in range(1, 6)]
    assert bad[:2] == [False, False]
    assert bad[-1]
    # What is behind after its last epoch has nothing left to save.
    assert not pruner.asks_for(key("bad"), 9, 0.9)
    assert not any(pruner.asks_for(key("good"), epoch, 0.05) for epoch in range(1, 10))
    # Other gear is another scale.
    assert not any(pruner.asks_for(key("bad", "fuzz"), epoch, 0.9) for epoch in range(1, 10))


def test_planned_trials_are_never_pruned(opened: Callable[..., OpenedStudy]) -> None:
    from triode.study.plan import planned_trials
    from triode.study.source import PlannedTrials

    study = opened()
    trials = planned_trials(study.study, study.candidates, 2)
    source = PlannedTrials(trials, {})
    assert not any(source.should_prune(one, 50, 1e9) for one in trials)


def test_the_plan_goes_piece_by_piece_and_seed_by_seed(
    opened: Callable[..., OpenedStudy],
) -> None:
    from triode.study.plan import planned_trials

    study = opened(seeds=[3, 1], training={"recipe": "tiny.toml", "epochs": [2, 5]})
    order = [one.key for one in planned_trials(study.study, study.candidates, 99)]
    assert len(order) == 2 * 2 * 2 * 2
    assert [key.seed for key in order] == [3] * 8 + [1] * 8
    assert [key.gear for key in order[:8]] == ["soft"] * 4 + ["hard"] * 4
    assert [key.candidate for key in order[:2]] == ["tanh", "relu"]


def test_pruning_is_replayed_on_full_curves() -> None:
    def trial(number: int, *esr: float, gear: str = "crunch") -> TrialRecord:
        curve = tuple(enumerate(esr, 1))
        key = TrialKey(candidate=f"c{number}", gear=gear, seed=0, epochs=len(esr))
        outcome = Outcome(status="finished", metrics={"esr": esr[-1]}, curve=curve, best_epoch=1)
        return replace(TRIAL, key=key, outcome=outcome)

    steady = [trial(number, *[0.5 + 0.01 * number] * 8) for number in range(8)]
    late = trial(99, *[0.9] * 7, 0.01)
    (found,) = replayed([*steady, late], unpruned_epochs=3)
    assert (found.gear, found.trials) == ("crunch", 9)
    # The one that comes out best looks bad for long: pruning would have dropped it.
    assert not found.winner_kept
    assert found.price == pytest.approx(0.5 / 0.01)
    assert 0 < found.pruned < 9
    assert 0.0 < found.epochs_saved < 1.0
    (kind,) = replayed([*steady, trial(99, *[0.1] * 8)], unpruned_epochs=3)
    assert kind.winner_kept
    assert replayed([trial(1, 0.5), *steady], unpruned_epochs=3)[0].trials == 8
    assert replayed([], unpruned_epochs=3) == ()
    assert replayed([*steady, late], unpruned_epochs=8) == ()


def test_pruning_is_silent() -> None:
    optuna.logging.set_verbosity(optuna.logging.INFO)
    Pruner(unpruned_epochs=3).learn("crunch", [(1, 0.5)])
    assert optuna.logging.get_verbosity() == optuna.logging.WARNING
