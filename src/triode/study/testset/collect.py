"""Results of many devices together: what each engine lacks, and what each option costs where."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from triode.errors import TestSetError
from triode.study.testset.result import ModelResult, SetResult, read_result

__all__ = ["Collection", "Cost", "Support", "collect_results", "specimen_cost"]


class Support(StrEnum):
    """What an engine makes of an option, over all its results."""

    PLAYS = "plays"
    APPROXIMATE = "nearly"
    LACKS = "lacks"
    UNKNOWN = "not tried"


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What an option costs on one device: its specimen beside the one without it."""

    ns_per_sample: float
    beside_ns_per_sample: float

    @property
    def share(self) -> float:
        """The extra time as a share of the time without the option."""
        return self.ns_per_sample / self.beside_ns_per_sample - 1.0


@dataclass(frozen=True, kw_only=True)
class Collection:
    """All results, and what they say together.

    Attributes:
        results: In the order of engine, device and date; each file once.
        options: Every option that a result names, sorted.
    """

    results: tuple[SetResult, ...]
    options: tuple[str, ...]

    @property
    def engines(self) -> tuple[str, ...]:
        """The engines, each once."""
        return tuple(dict.fromkeys(one.engine for one in self.results))

    def support(self, engine: str, option: str) -> Support:
        """The worst that any result of `engine` shows of `option`."""
        own = [one for one in self.results if one.engine == engine]
        failed = [bad for one in own for bad in one.failed_operations if bad.option == option]
        if any(not one.approximate for one in failed):
            return Support.LACKS
        if failed:
            return Support.APPROXIMATE
        plays = any(
            option in model.options and model.status.plays for one in own for model in one.models
        )
        return Support.PLAYS if plays else Support.UNKNOWN

    def lacked_by(self, option: str) -> tuple[str, ...]:
        """The engines that lack `option`."""
        return tuple(
            engine for engine in self.engines if self.support(engine, option) is Support.LACKS
        )

    def known_everywhere(self) -> tuple[str, ...]:
        """The options that every engine plays, be it nearly right."""
        good = {Support.PLAYS, Support.APPROXIMATE}
        return tuple(
            option
            for option in self.options
            if all(self.support(engine, option) in good for engine in self.engines)
        )


def collect_results(paths: Sequence[Path]) -> Collection:
    """Read and merge result files; the same one given twice counts once.

    Raises:
        TestSetError: There is none, or one is broken or was changed; its name is in the message.
    """
    found: dict[str, SetResult] = {}
    for path in paths:
        result, checksum = read_result(path)
        found[checksum] = result
    if not found:
        raise TestSetError("there are no results to collect", expected="result files")
    results = sorted(found.values(), key=lambda one: (one.engine, one.device.name, one.date))
    options = sorted({option for one in results for option in _options(one)})
    return Collection(results=tuple(results), options=tuple(options))


def specimen_cost(result: SetResult, option: str) -> Cost | None:
    """What `option` costs in `result`; None where it was not timed or has no specimen."""
    for one in result.models:
        if one.option != option or one.beside is None:
            continue
        beside = result.model(one.beside)
        if beside is not None and one.timing is not None and beside.timing is not None:
            return _cost(one, beside)
    return None


def _cost(one: ModelResult, beside: ModelResult) -> Cost | None:
    assert one.timing is not None
    assert beside.timing is not None
    if not one.status.plays or beside.timing.ns_per_sample == 0.0:
        return None
    return Cost(
        ns_per_sample=one.timing.ns_per_sample,
        beside_ns_per_sample=beside.timing.ns_per_sample,
    )


def _options(result: SetResult) -> Iterable[str]:
    return (option for model in result.models for option in model.options)
