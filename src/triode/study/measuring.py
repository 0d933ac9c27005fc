"""The costs of all that a study knows, measured anew and kept."""

from collections.abc import Callable

from triode.study.candidate import judged_of
from triode.study.costing import measured_candidates
from triode.study.opened import OpenedStudy
from triode.study.record import CandidateRecord
from triode.study.search import searched_candidates
from triode.study.storage import Storage

__all__ = ["measure_anew"]


def measure_anew(
    opened: OpenedStudy,
    storage: Storage,
    *,
    seconds: float = 1.0,
    told: Callable[[str], None] = lambda _: None,
) -> tuple[CandidateRecord, ...]:
    """Time all candidates in turns, those of searches and smaller sizes too, and keep the costs.

    A search times each proposal when it makes it, on a machine that trains others meanwhile, and a
    study that went on elsewhere has costs of two machines. These are comparable.

    Args:
        opened: The study, in the storage.
        storage: Its costs are replaced, all at once.
        seconds: About how long to time each on each engine.
        told: Hears what is being done.

    Raises:
        CompileError, TestSetError, StudyError: As `measured_candidates`; the costs stay.
    """
    known = storage.candidates(opened.study.name)
    candidates = judged_of((*opened.candidates, *searched_candidates(opened, known)))
    records = measured_candidates(
        opened.study, candidates, opened.folder, seconds=seconds, told=told
    )
    storage.put_candidates(records)
    return records
