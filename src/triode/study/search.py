"""Candidates that Optuna proposes: low error at low measured cost.

Optuna's studies are made anew from our own records whenever a driver starts, so that there is one
truth. Its multi-objective sampler sees the mean log ESR over the gear and the log of the cost; its
pruner, which knows one objective only, sees the validation curves of each piece of gear apart.
"""

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from triode.errors import StudyError, TriodeError
from triode.study.candidate import Candidate
from triode.study.costing import cost_on, exceeded, measured_candidates
from triode.study.expansion import check_candidate, network_candidate
from triode.study.opened import OpenedStudy
from triode.study.plan import Planned, trials_of
from triode.study.pruning import Pruner
from triode.study.record import CandidateRecord, TrialRecord
from triode.study.space import Range, Search
from triode.study.storage import Storage

if TYPE_CHECKING:
    import optuna

__all__ = ["SearchSource", "searched_candidates"]

_MOST_REFUSALS = 200
_PRUNED_LOG_ESR = math.log(10.0)


class SearchSource:
    """Trials of the candidates that one search proposes; see `triode.study.source`.

    A candidate is proposed when a worker is free, as long as fewer are open than a generation of
    the sampler has: more would not know what those before them came to. It is measured at once, on
    this machine, and one that exceeds a constraint is told to the sampler as such and never
    trained. So is one that was proposed before: the sampler hears what came of it. When nothing
    new is proposed any more, the search is done.

    Args:
        opened: The study.
        search: Which of its searches.
        storage: Knows the candidates and trials of earlier runs.
    """

    def __init__(self, opened: OpenedStudy, search: Search, storage: Storage) -> None:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self._opened, self._search, self._storage = opened, search, storage
        self._pruner = Pruner(search.unpruned_epochs) if search.prune else None
        self._waiting: list[Planned] = []
        self._open: dict[str, dict[str, TrialRecord | None]] = {}
        self._asked: dict[str, optuna.trial.Trial] = {}
        self._costs: dict[str, float] = {}
        self._names: dict[str, str] = {}
        self._told: dict[str, list[float]] = {}
        self._most = search.candidates
        self._number = 0
        self._done = 0
        self._each = len(self._trials(_named(search, f"{search.name}-0000")))
        self._generation = min(24, max(4, search.candidates // 4))
        self._sampler = optuna.samplers.NSGAIISampler(
            seed=search.seed, population_size=self._generation
        )
        self._optuna = optuna.create_study(
            directions=["minimize", "minimize"], sampler=self._sampler
        )
        self._recall()

    @property
    def planned(self) -> int:
        """How many trials there are in all."""
        return self._most * self._each

    @property
    def done(self) -> int:
        """How many have ended."""
        return self._done

    def next(self) -> Planned | None:
        """A trial of a candidate that is open, or of a new one."""
        room = len(self._asked) < self._generation and self._number < self._most
        if not self._waiting and room:
            self._propose()
        return self._waiting.pop(0) if self._waiting else None

    def ended(self, planned: Planned, record: TrialRecord) -> None:
        """Count it; when the candidate has all its trials, tell the sampler."""
        self._done += 1
        name = planned.candidate.name
        self._open[name][planned.key.gear] = record
        if self._pruner is not None and record.outcome.status == "finished":
            self._pruner.learn(record.key.gear, record.outcome.curve)
        self._tell_if_complete(name)

    def should_prune(self, planned: Planned, epoch: int, esr: float) -> bool:
        """Whether Optuna's pruner would end the trial."""
        return self._pruner is not None and self._pruner.asks_for(planned.key, epoch, esr)

    def _trials(self, candidate: Candidate) -> Sequence[Planned]:
        return list(
            trials_of(
                self._opened.study,
                candidate,
                self._opened.recipe.epochs,
                seeds=(self._search.seed,),
            )
        )

    def _propose(self) -> None:
        """Ask for a new candidate that can be built and meets the constraints; enter its trials."""
        reason = ""
        for _ in range(_MOST_REFUSALS):
            trial = self._optuna.ask()
            drawn = {one.name: _draw(trial, one) for one in self._search.ranges}
            known = self._names.get(_text(drawn))
            if known is not None:
                self._tell(trial, self._told.get(known))
                continue
            name = f"{self._search.name}-{self._number + 1:04d}"
            candidate = _searched_candidate(self._opened, self._search, name, drawn)
            try:
                self._check(candidate)
                (record,) = measured_candidates(
                    self._opened.study, [candidate], self._opened.folder, seconds=0.5
                )
                over = exceeded(record, self._opened.study.constraints)
            except TriodeError as error:
                over = (str(error),)
            if not over:
                self._storage.put_candidates([record])
                self._number += 1
                self._asked[name] = trial
                self._names[_text(drawn)] = name
                self._enter(candidate, record, {})
                return
            reason = over[0]
            self._tell(trial, None)
        if self._number:
            self._most = self._number
            return
        raise StudyError(
            f"{_MOST_REFUSALS} proposals in a row cannot be built or exceed the constraints",
            where=f"search {self._search.name}",
            got=reason,
            hint="Narrow the ranges, or raise the constraints.",
        )

    def _check(self, candidate: Candidate) -> None:
        limit = self._opened.study.training.context_samples
        check_candidate(candidate, self._opened.recipe, limit, self._opened.folder)

    def _enter(
        self, candidate: Candidate, record: CandidateRecord, ended: Mapping[str, TrialRecord]
    ) -> None:
        cost = cost_on(record, self._opened.study.engines[0])
        self._costs[candidate.name] = math.nan if cost is None else cost.ns_per_sample
        self._open[candidate.name] = {}
        for one in self._trials(candidate):
            before = ended.get(one.key.gear)
            self._open[candidate.name][one.key.gear] = before
            if before is None:
                self._waiting.append(one)
            else:
                self._done += 1

    def _recall(self) -> None:
        """Tell the sampler and the pruner what earlier runs found; enter what they left."""
        trials: dict[str, dict[str, TrialRecord]] = {}
        for record in self._storage.trials(self._opened.study.name):
            if record.outcome.status != "failed":
                trials.setdefault(record.key.candidate, {})[record.key.gear] = record
        for known in self._storage.candidates(self._opened.study.name):
            if not _proposed(self._search, known):
                continue
            drawn = known.config["search"]
            self._number += 1
            ended = trials.get(known.candidate, {})
            for one in ended.values():
                if self._pruner is not None and one.outcome.status == "finished":
                    self._pruner.learn(one.key.gear, one.outcome.curve)
            self._asked[known.candidate] = self._asked_before(drawn)
            self._names[_text(drawn)] = known.candidate
            candidate = _searched_candidate(self._opened, self._search, known.candidate, drawn)
            self._enter(candidate, known, ended)
            self._tell_if_complete(known.candidate)

    def _asked_before(self, drawn: Mapping[str, Any]) -> "optuna.trial.Trial":
        """A trial of Optuna's that has exactly these values."""
        indexed = {one.name: _stored(one, drawn[one.name]) for one in self._search.ranges}
        self._optuna.enqueue_trial(indexed)
        trial = self._optuna.ask()
        for one in self._search.ranges:
            _draw(trial, one)
        return trial

    def _tell_if_complete(self, name: str) -> None:
        records = [one for one in self._open[name].values() if one is not None]
        if len(records) < len(self._open[name]):
            return
        errors = [_log_error(one) for one in records]
        cost = self._costs[name]
        trial = self._asked.pop(name)
        if any(error is None for error in errors) or not cost > 0.0:
            self._tell(trial, None)
            return
        mean = sum(error for error in errors if error is not None) / len(errors)
        self._told[name] = [mean, math.log(cost)]
        self._tell(trial, self._told[name])

    def _tell(self, trial: "optuna.trial.Trial", values: list[float] | None) -> None:
        """What came of a proposal; None for nothing."""
        import optuna

        failed = optuna.trial.TrialState.FAIL
        self._optuna.tell(trial, values, state=failed if values is None else None)


def searched_candidates(
    opened: OpenedStudy, records: Iterable[CandidateRecord]
) -> tuple[Candidate, ...]:
    """The candidates among `records` that searches of the study proposed, made again.

    Raises:
        StudyError: One cannot be made.
    """
    return tuple(
        _searched_candidate(opened, search, one.candidate, one.config["search"])
        for one in records
        for search in opened.study.searches
        if _proposed(search, one)
    )


def _proposed(search: Search, record: CandidateRecord) -> bool:
    """Whether a search proposed a candidate; its smaller sizes were not proposed."""
    numbered = rf"{re.escape(search.name)}-\d{{4,}}"
    return "search" in record.config and re.fullmatch(numbered, record.candidate) is not None


def _searched_candidate(
    opened: OpenedStudy, search: Search, name: str, drawn: Mapping[str, Any]
) -> Candidate:
    """The candidate that a search made of the values `drawn`, by the names of its ranges."""
    settings = {path: drawn[one.name] for one in search.ranges for path in one.paths}
    plain = network_candidate(name, search, settings, opened.study, opened.folder)
    return replace(
        _named(search, name),
        sizes=plain.sizes,
        source=plain.source,
        overrides=plain.overrides,
        parameters=drawn,
    )


def _named(search: Search, name: str) -> Candidate:
    epochs = None if search.epochs is None else (search.epochs,)
    return Candidate(name=name, gear=search.gear, epochs=epochs)


def _log_error(record: TrialRecord) -> float | None:
    """The log of the test ESR; of a pruned trial a bad one; None for what has none."""
    match record.outcome.status:
        case "finished":
            return math.log(max(record.outcome.metrics["esr"], 1e-12))
        case "pruned":
            best = min((esr for _, esr in record.outcome.curve), default=1.0)
            return math.log(max(best, 1e-12)) + _PRUNED_LOG_ESR
        case _:
            return None


def _draw(trial: "optuna.trial.Trial", range_: Range) -> Any:
    """A value of a range; choices may be any plain values, so that Optuna sees their places."""
    if range_.choices is not None:
        place = trial.suggest_categorical(range_.name, list(range(len(range_.choices))))
        return range_.choices[place]
    low, high = range_.low, range_.high
    assert low is not None
    assert high is not None
    if isinstance(low, int) and isinstance(high, int):
        step = 1 if range_.step is None else int(range_.step)
        return trial.suggest_int(range_.name, low, high, step=step, log=range_.log)
    return trial.suggest_float(range_.name, low, high, step=range_.step, log=range_.log)


def _text(drawn: Mapping[str, Any]) -> str:
    """The same for the same values."""
    return json.dumps(drawn, sort_keys=True)


def _stored(range_: Range, value: Any) -> Any:
    """The value as Optuna sees it."""
    return value if range_.choices is None else list(range_.choices).index(value)
