"""The costs of a study's candidates: measured, kept, and held against its targets and limits."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from triode.errors import StudyError
from triode.study import cost_firmware, cost_player
from triode.study.candidate import Candidate
from triode.study.config import Study
from triode.study.cost import measure_costs, scale_of
from triode.study.playing import unplayed_options
from triode.study.questions import Constraints, CostTarget
from triode.study.record import CandidateRecord, Cost

__all__ = [
    "candidate_records",
    "cost_on",
    "exceeded",
    "look_at_brackets",
    "measured_candidates",
    "refuse_exceeded",
    "refuse_missing_engines",
    "target_cost",
    "unbracketed",
]


def measured_candidates(
    study: Study,
    candidates: Sequence[Candidate],
    folder: Path,
    *,
    known: Iterable[CandidateRecord] = (),
    seconds: float = 1.0,
    told: Callable[[str], None] = lambda _: None,
) -> tuple[CandidateRecord, ...]:
    """Candidates with their costs on the study's engines.

    When any is missing, all are measured anew, so that costs that are compared were taken in
    turns.

    Args:
        study: The study.
        candidates: What to measure.
        folder: What the study's paths are relative to.
        known: What was measured before.
        seconds: About how long to time each on each engine.
        told: Hears what is being done.

    Raises:
        CompileError: There is no compiler, or it failed.
        TestSetError: The WebAssembly player is asked for and is not there.
        StudyError: So is the cross compiler or QEMU.
    """
    found = _known_costs(study, candidates, known)
    if found is not None:
        return found
    refuse_missing_engines(study, candidates, known)
    graphs = {one.name: one.graphs(folder) for one in candidates}
    judged = {name: sizes[-1] for name, sizes in graphs.items()}
    costs: list[Mapping[str, Cost]] = []
    for engine in study.engines:
        match engine:
            case cost_player.PLAYER_ENGINE:
                costs.append(
                    cost_player.measure_player_costs(candidates, seconds=seconds, told=told)
                )
            case cost_firmware.FIRMWARE_ENGINE:
                costs.append(cost_firmware.measure_firmware_costs(candidates, told=told))
            case _:
                costs.append(measure_costs(judged, engine, seconds=seconds, told=told))
    return tuple(
        CandidateRecord(
            study=study.name,
            candidate=one.name,
            config=one.described(),
            scale=scale_of(graphs[one.name]),
            costs=tuple(on_engine[one.name] for on_engine in costs if one.name in on_engine),
        )
        for one in candidates
    )


def refuse_missing_engines(
    study: Study, candidates: Sequence[Candidate], known: Iterable[CandidateRecord] = ()
) -> None:
    """Find out before any work that costs cannot be measured on one of the study's engines.

    Args:
        study: The study.
        candidates: What is to be measured.
        known: What was measured before; where that is all, no engine is needed.

    Raises:
        TestSetError: The WebAssembly player is asked for and is not there.
        StudyError: So is the cross compiler or QEMU.
    """
    if _known_costs(study, candidates, known) is not None:
        return
    if cost_player.PLAYER_ENGINE in study.engines:
        cost_player.player_engine()
    if cost_firmware.FIRMWARE_ENGINE in study.engines:
        cost_firmware.firmware_compiler()


def candidate_records(
    study: Study, candidates: Sequence[Candidate], folder: Path
) -> tuple[CandidateRecord, ...]:
    """The same without any costs."""
    return tuple(
        CandidateRecord(
            study=study.name,
            candidate=one.name,
            config=one.described(),
            scale=scale_of(one.graphs(folder)),
        )
        for one in candidates
    )


def _known_costs(
    study: Study, candidates: Sequence[Candidate], known: Iterable[CandidateRecord]
) -> tuple[CandidateRecord, ...] | None:
    """What was measured before, if that is all candidates on all engines."""
    before = {one.candidate: one for one in known}
    if any(one.name not in before for one in candidates):
        return None
    found = tuple(before[one.name] for one in candidates)
    # A candidate may have no cost on an engine that cannot play it.
    measured = (any(cost_on(one, engine) for one in found) for engine in study.engines)
    if not found or all(measured):
        return found
    return None


def cost_on(record: CandidateRecord, engine: str) -> Cost | None:
    """What the candidate costs on an engine, if that was measured."""
    return next((cost for cost in record.costs if cost.engine == engine), None)


def exceeded(record: CandidateRecord, limits: Constraints) -> tuple[str, ...]:
    """Which limits a candidate exceeds, one sentence each."""
    cost = cost_on(record, limits.engine)
    found = {
        "state_bytes": (record.scale.state_bytes, limits.state_bytes),
        "weight_bytes": (record.scale.weight_bytes, limits.weight_bytes),
        "macs": (record.scale.macs, limits.macs),
        "ns_per_sample": (0.0 if cost is None else cost.ns_per_sample, limits.ns_per_sample),
    }
    over = tuple(
        f"{name} of {value:,.6g} where {limit:,.6g} is allowed"
        for name, (value, limit) in found.items()
        if limit is not None and value > limit
    )
    if limits.plays_everywhere is None:
        return over
    unplayed = unplayed_options(record.config, limits.plays_everywhere)
    return (*over, *(f"an option that does not play everywhere, {one}" for one in unplayed))


def refuse_exceeded(records: Sequence[CandidateRecord], limits: Constraints) -> None:
    """Refuse candidates that were written down and exceed a limit.

    Raises:
        StudyError: One does; the message says which, and whether all do.
    """
    over = {one.candidate: exceeded(one, limits) for one in records}
    over = {name: reasons for name, reasons in over.items() if reasons}
    if over:
        name, reasons = next(iter(over.items()))
        everything = len(over) == len(records)
        raise StudyError(
            "no candidate meets the constraints"
            if everything
            else f"{len(over)} of {len(records)} candidates exceed the constraints",
            where=f"candidate {name}",
            got="; ".join(reasons),
            hint="Raise constraints, or take these candidates out.",
        )


def target_cost(
    target: CostTarget, records: Mapping[str, CandidateRecord], engine: str
) -> float | None:
    """The cost that a target means on an engine; None when it was not measured there."""
    if target.per_sample is not None:
        return target.per_sample
    cost = cost_on(records[str(target.candidate)], engine)
    return None if cost is None else cost.ns_per_sample


def unbracketed(study: Study, records: Sequence[CandidateRecord], engine: str) -> Mapping[str, str]:
    """What keeps questions at equal cost from being answered on an engine, a sentence for each."""
    by_name = {one.candidate: one for one in records}
    targets = {one.name: one for one in study.targets}
    problems: dict[str, str] = {}
    for question in study.questions:
        if question.target is None:
            continue
        wanted = target_cost(targets[question.target], by_name, engine)
        for arm, names in (("a", question.a), ("b", question.b)):
            costs = [cost_on(by_name[name], engine) for name in names]
            figures = [cost.ns_per_sample for cost in costs if cost is not None]
            if wanted is None or len(figures) < len(names):
                continue
            if not min(figures) <= wanted <= max(figures):
                problems[question.name] = (
                    f"question {question.name}: arm {arm} costs {min(figures):.3g} to "
                    f"{max(figures):.3g} per sample, which does not bracket {wanted:.3g}"
                )
    return problems


def look_at_brackets(
    study: Study, records: Sequence[CandidateRecord], told: Callable[[str], None]
) -> None:
    """Tell of each question at equal cost that no engine can answer, before anything is trained.

    Args:
        study: The study.
        records: All its candidates, measured.
        told: Hears a sentence for each.

    Raises:
        StudyError: That is every question at equal cost.
    """
    asked = [one.name for one in study.questions if one.target is not None]
    found = [unbracketed(study, records, engine) for engine in study.engines]
    lost = [name for name in asked if all(name in problems for problems in found)]
    sentences = [found[0][name] for name in lost]
    if lost and len(lost) == len(asked):
        raise StudyError(
            "arms do not bracket their target cost on any engine",
            where=f"study {study.name}",
            got="; ".join(sentences),
            hint="See the costs with: triode study cost FILE, and choose other widths.",
        )
    for sentence in sentences:
        told(f"{sentence} on {study.engines[0]}, nor on any other engine: it stays undecided")
