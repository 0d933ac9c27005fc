"""A study from its file to its records: the whole of `triode study run`."""

from pathlib import Path

from triode.batch.executor import Executor
from triode.study.costing import (
    candidate_records,
    look_at_brackets,
    measured_candidates,
    refuse_exceeded,
    refuse_missing_engines,
)
from triode.study.driver import Ending, StudyListener, drive, make_ready
from triode.study.lease import DriverLease
from triode.study.measuring import measure_anew
from triode.study.opened import OpenedStudy
from triode.study.plan import planned_trials
from triode.study.record import CandidateRecord
from triode.study.search import SearchSource
from triode.study.source import ManySources, PlannedTrials, TrialSource
from triode.study.storage import Storage

__all__ = ["run_study"]


def run_study(
    opened: OpenedStudy,
    storage: Storage,
    executor: Executor,
    root: Path,
    *,
    budget_seconds: float | None = None,
    measure: bool = True,
    listener: StudyListener | None = None,
) -> Ending:
    """Run a study, or go on with it; finished trials stay as they are, failed ones begin again.

    Costs are measured before any trial, on a machine that is not yet busy with them.

    Args:
        opened: The study.
        storage: Where its records are.
        executor: Where trials run; closed at the end.
        root: Where studies have their folders.
        budget_seconds: How long to run trials, at most.
        measure: Whether to measure costs; without, constraints on time are not looked at.
        listener: Told what happens; may ask to stop.

    Raises:
        StudyError: The study was edited, gear changed, another driver is at work, a constraint
            or a target cannot be met, the storage cannot be reached, or an engine that costs are
            to be measured on is missing.
        AudioError, CaptureError: Gear cannot be used.
        CompileError: Costs are to be measured, and there is no compiler.
    """
    heard = listener or StudyListener()
    study = opened.study
    storage.register(study.name, opened.digest, opened.document, str(opened.folder))
    work_folder = opened.work_folder(root)
    with DriverLease(storage, study.name) as lease:
        if measure:
            known = storage.candidates(study.name)
            refuse_missing_engines(study, opened.judged, known)
        make_ready(opened, storage, work_folder, heard)
        records = _candidates(opened, storage, heard, measure=measure)
        refuse_exceeded(records, study.constraints)
        if measure:
            look_at_brackets(study, records, heard.on_stage)
        statuses = storage.statuses(study.name)
        sources: list[TrialSource] = [
            PlannedTrials(planned_trials(study, opened.candidates, opened.recipe.epochs), statuses)
        ]
        sources += [SearchSource(opened, search, storage) for search in study.searches]
        ending = drive(
            opened,
            storage,
            executor,
            ManySources(sources),
            work_folder,
            lease,
            listener=heard,
            budget_seconds=budget_seconds,
        )
        if measure and study.searches and ending.ended and ending.reason == "finished":
            # What was proposed was timed one by one, while trials ran.
            measure_anew(opened, storage, told=heard.on_stage)
        return ending


def _candidates(
    opened: OpenedStudy, storage: Storage, listener: StudyListener, *, measure: bool
) -> tuple[CandidateRecord, ...]:
    """What is known of the candidates that are written down, measured where it is not."""
    study = opened.study
    known = storage.candidates(study.name)
    if not measure:
        names = {one.candidate for one in known}
        new = [one for one in opened.judged if one.name not in names]
        records = candidate_records(study, new, opened.folder)
    else:
        records = measured_candidates(
            study, opened.judged, opened.folder, known=known, told=listener.on_stage
        )
    storage.put_candidates(one for one in records if one not in known)
    return records
