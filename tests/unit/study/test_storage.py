"""One suite over every backend: what a storage promises."""

import multiprocessing
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from triode.errors import StudyError
from triode.study.record import CandidateRecord, Outcome, TrialRecord
from triode.study.storage import Storage, default_url, open_storage, open_to_read
from unit.study.postgresql import Server, postgresql_server
from unit.study.test_record import CANDIDATE, TRIAL

DOCUMENT = {"name": "glimpse"}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with postgresql_server() as one:
        yield one


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.heavy)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return default_url(tmp_path)
    server: Server = request.getfixturevalue("server")
    return server.fresh_database()


@pytest.fixture
def kept(url: str) -> Iterator[Storage]:
    storage = open_storage(url)
    storage.register("glimpse", "digest", DOCUMENT, "here")
    yield storage
    storage.close()


def trial(seed: int = 0, status: Any = "finished", esr: float = 0.5) -> TrialRecord:
    outcome = Outcome(status=status, metrics={"esr": esr}, curve=((1, esr),), best_epoch=1)
    return replace(TRIAL, key=replace(TRIAL.key, seed=seed), outcome=outcome)


def test_records_come_back_as_they_were(kept: Storage, url: str) -> None:
    assert kept.add_trials([TRIAL, trial(seed=99)]) == 2
    kept.put_candidates([CANDIDATE])
    again = open_storage(url)
    assert again.trials("glimpse") == (TRIAL, trial(seed=99))
    assert again.candidates("glimpse") == (CANDIDATE,)
    assert again.statuses("glimpse") == {TRIAL.key: "finished", trial(99).key: "finished"}
    assert again.seconds_trained("glimpse") == 2 * TRIAL.provenance.seconds
    assert again.names() == ("glimpse",)
    again.close()


def test_a_candidate_is_replaced(kept: Storage) -> None:
    kept.put_candidates([CANDIDATE])
    cheaper = replace(CANDIDATE, costs=())
    kept.put_candidates([cheaper])
    assert kept.candidates("glimpse") == (cheaper,)


def test_only_a_failed_trial_is_replaced(kept: Storage) -> None:
    kept.add_trials([trial(status="failed")])
    assert kept.add_trials([trial(esr=0.25)]) == 1
    assert kept.add_trials([trial(esr=0.125)]) == 0
    assert [one.outcome.metrics["esr"] for one in kept.trials("glimpse")] == [0.25]


def test_all_or_none_of_several_trials_are_kept(kept: Storage) -> None:
    broken = replace(trial(seed=1), study="another study, which is not there")
    with pytest.raises(StudyError):
        kept.add_trials([trial(), broken])
    assert kept.trials("glimpse") == ()


def test_a_study_without_trials_may_be_edited_and_one_with_trials_may_not(kept: Storage) -> None:
    kept.put_candidates([CANDIDATE])
    kept.pin_gear("glimpse", {"crunch": {"dry": "a"}})
    kept.register("glimpse", "edited", DOCUMENT, "here")
    assert kept.candidates("glimpse") == ()
    assert kept.gear("glimpse") == ()
    kept.add_trials([trial()])
    kept.register("glimpse", "edited", DOCUMENT, "here")
    with pytest.raises(StudyError, match="edited after it had trials"):
        kept.register("glimpse", "again", DOCUMENT, "here")
    assert kept.study("glimpse").digest == "edited"
    assert kept.trials("glimpse") == (trial(),)


def test_changed_gear_is_refused(kept: Storage) -> None:
    kept.pin_gear("glimpse", {"crunch": {"dry": "a", "wet": "b"}})
    kept.pin_gear("glimpse", {"crunch": {"dry": "a", "wet": "b"}, "clean": {"dry": "a"}})
    with pytest.raises(StudyError, match="gear crunch has changed"):
        kept.pin_gear("glimpse", {"crunch": {"dry": "a", "wet": "c"}})
    assert [(one.name, one.digests["dry"]) for one in kept.gear("glimpse")] == [
        ("clean", "a"),
        ("crunch", "a"),
    ]


def test_one_driver_at_a_time(kept: Storage) -> None:
    assert kept.lease("glimpse", "first", 60.0)
    assert kept.lease("glimpse", "first", 60.0)
    assert not kept.lease("glimpse", "second", 60.0)
    assert kept.study("glimpse").driven
    kept.release("glimpse", "second")
    assert not kept.lease("glimpse", "second", 60.0)
    kept.release("glimpse", "first")
    assert not kept.study("glimpse").driven
    assert kept.lease("glimpse", "second", 60.0)
    assert kept.lease("glimpse", "third", 60.0, instead_of="second")


def test_a_lease_ends_by_itself(kept: Storage) -> None:
    assert kept.lease("glimpse", "first", 0.05)
    time.sleep(0.1)
    assert kept.lease("glimpse", "second", 60.0)


def test_a_stop_is_heard_by_others(kept: Storage, url: str) -> None:
    other = open_storage(url)
    other.ask_to_stop("glimpse", stop=True)
    assert kept.study("glimpse").stop
    kept.ask_to_stop("glimpse", stop=False)
    assert not other.study("glimpse").stop
    other.close()


def test_an_unknown_study_is_refused_with_a_suggestion(kept: Storage) -> None:
    with pytest.raises(StudyError, match="Did you mean glimpse"):
        kept.study("glimse")


def _add(url: str, first: int) -> None:
    storage = open_storage(url)
    for seed in range(first, first + 10):
        storage.add_trials([trial(seed=seed)])
    storage.close()


@pytest.mark.heavy
def test_processes_write_at_once_and_lose_nothing(kept: Storage, url: str) -> None:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_add, args=(url, first)) for first in (0, 5)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
        assert one.exitcode == 0
    assert len(kept.trials("glimpse")) == 15


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("not an address", "no address that is known"),
        ("mysql://host/base", "not kept in such a database"),
        ("sqlite:////dev/null/no/folder.sqlite", "the folder cannot be made"),
        ("postgresql://nobody@127.0.0.1:1/nothing", "cannot be reached"),
    ],
)
def test_a_storage_that_cannot_be_reached_is_an_error(address: str, message: str) -> None:
    with pytest.raises(Exception, match=message):
        open_storage(address)


def test_a_password_is_not_shown() -> None:
    with pytest.raises(StudyError) as caught:
        open_storage("postgresql://somebody:secret@127.0.0.1:1/nothing")
    assert "secret" not in str(caught.value)


def test_candidates_are_typed(kept: Storage) -> None:
    kept.put_candidates([CANDIDATE])
    assert all(isinstance(one, CandidateRecord) for one in kept.candidates("glimpse"))


@pytest.mark.heavy
def test_a_lost_connection_is_made_anew(server: Server) -> None:
    storage = open_storage(server.fresh_database())
    storage.register("glimpse", "digest", DOCUMENT, "here")
    storage.add_trials([trial()])
    server.end_connections()
    assert storage.add_trials([trial(seed=1)]) == 1
    server.stop()
    with pytest.raises(StudyError, match="nothing that was stored before is lost"):
        storage.trials("glimpse")
    server.start()
    assert len(storage.trials("glimpse")) == 2
    storage.close()


def test_reading_makes_no_storage(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=r"no studies are kept here.*triode study run"):
        open_to_read(default_url(tmp_path / "studies"))
    assert list(tmp_path.iterdir()) == []
