"""Costs that are measured anew, of what searches proposed too; real ones, briefly."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from triode.study.measuring import measure_anew
from triode.study.opened import OpenedStudy
from triode.study.record import CandidateRecord
from triode.study.storage import Storage
from unit.study.conftest import CONVNET
from unit.study.test_record import CANDIDATE


def search(name: str) -> dict[str, object]:
    return {
        "name": name,
        "architecture": "ConvNet",
        "config": CONVNET,
        "candidates": 2,
        "ranges": [{"name": f"{name}th", "paths": ["channels"], "low": 1, "high": 8}],
    }


def proposed(candidate: str, **drawn: int) -> CandidateRecord:
    (channels,) = drawn.values()
    config = {"architecture": "ConvNet", "config": {**CONVNET, "channels": channels}}
    return replace(
        CANDIDATE, study="small", candidate=candidate, config={**config, "search": drawn}
    )


@pytest.mark.usefixtures("compiler")
def test_all_that_a_study_knows_is_measured_and_kept(
    opened: Callable[..., OpenedStudy], storage: Storage
) -> None:
    study = opened(searches=[search("wid"), search("wid-more")])
    storage.register("small", study.digest, study.document, str(study.folder))
    # The second search's name begins with the first's.
    other = proposed("wid-more-0001", **{"wid-moreth": 8})
    storage.put_candidates([proposed("wid-0001", width=3), other])
    stages: list[str] = []
    records = measure_anew(study, storage, seconds=0.01, told=stages.append)
    assert stages[-1] == "host-c: timing 4 candidates in turns"
    assert [one.candidate for one in records] == ["tanh", "relu", "wid-0001", "wid-more-0001"]
    kept = {one.candidate: one for one in storage.candidates("small")}
    assert set(kept.values()) == set(records)
    assert kept["wid-0001"].config == proposed("wid-0001", width=3).config
    assert kept["wid-more-0001"].scale.macs > kept["wid-0001"].scale.macs > kept["tanh"].scale.macs
    # Not the made-up 30 ns that the storage had.
    assert {cost.engine for one in records for cost in one.costs} == {"host-c"}
    assert kept["wid-0001"].costs != CANDIDATE.costs


@pytest.mark.usefixtures("compiler")
def test_sizes_of_what_a_search_proposed_are_measured(
    opened: Callable[..., OpenedStudy], storage: Storage
) -> None:
    both = {"name": "both", "recipe": "a2", "candidates": 2}
    rate = {"name": "rate", "paths": ["optimizer.learning_rate"], "choices": [0.004]}
    study = opened(candidates=[], searches=[both | {"ranges": [rate]}], training={"recipe": "a2"})
    storage.register("small", study.digest, study.document, str(study.folder))
    storage.put_candidates(
        [replace(proposed("both-0001", channels=1), config={"search": {"rate": 0.004}})]
    )
    for _ in range(2):
        measure_anew(study, storage, seconds=0.01)
        costs = {one.candidate: one.costs[0].ns_per_sample for one in storage.candidates("small")}
        assert list(costs) == ["both-0001", "both-0001@lite"]
        assert costs["both-0001@lite"] < costs["both-0001"]
        for one in storage.candidates("small"):
            assert one.config["training"] == {"optimizer.learning_rate": 0.004}


@pytest.mark.usefixtures("compiler")
def test_costs_stay_when_they_cannot_be_measured(
    opened: Callable[..., OpenedStudy], storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = opened(searches=[search("wid")])
    storage.register("small", study.digest, study.document, str(study.folder))
    before = proposed("wid-0001", width=3)
    storage.put_candidates([before])

    def interrupted(text: str) -> None:
        if "timing" in text:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        measure_anew(study, storage, seconds=0.01, told=interrupted)
    assert storage.candidates("small") == (before,)
