"""What a study knows about its trials and its candidates, as plain data.

Everything that follows a measurement (storage, statistics, reports) works on these records only.
Each goes to JSON and back unchanged.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Self

__all__ = [
    "CandidateRecord",
    "Cost",
    "Outcome",
    "Provenance",
    "Scale",
    "Status",
    "TrialKey",
    "TrialRecord",
]

Status = Literal["finished", "diverged", "failed", "pruned"]
"""How a trial ended; "diverged" is a result, "failed" is one that never was measured."""


@dataclass(frozen=True, kw_only=True)
class TrialKey:
    """What a trial is: one candidate, trained on one piece of gear, from one seed."""

    candidate: str
    gear: str
    seed: int
    epochs: int

    def to_json(self) -> dict[str, Any]:
        """As what `json.dumps` takes."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """The other way; TypeError for what is none."""
        return cls(**document)


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What one sample costs on one engine.

    Attributes:
        engine: "host-c", "host-c-libm", "wasm-player" or "cortex-m7-instructions".
        ns_per_sample: Median, in `unit`.
        quartiles: The first and the third.
        peak_share: Multiply-adds per second over what the machine can do at most, measured in the
            same run; None where there is no such figure.
        block: Frames per call.
        unit: What the figures count per sample: "ns", or "instructions".
    """

    engine: str
    ns_per_sample: float
    quartiles: tuple[float, float]
    peak_share: float | None
    block: int
    unit: str = "ns"

    def to_json(self) -> dict[str, Any]:
        """As what `json.dumps` takes."""
        return {**asdict(self), "quartiles": list(self.quartiles)}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """The other way; TypeError, ValueError or KeyError for what is none."""
        low, high = document["quartiles"]
        return cls(**{**document, "quartiles": (low, high)})


@dataclass(frozen=True, kw_only=True)
class Scale:
    """What a network is by count.

    Attributes:
        macs: Multiply-adds per sample.
        elementwise: Activations, additions and products per sample.
        state_bytes: What a running instance remembers.
        weight_bytes: Its numbers as float32.
        receptive_field: In samples.
    """

    macs: int
    elementwise: int
    state_bytes: int
    weight_bytes: int
    receptive_field: int

    def to_json(self) -> dict[str, Any]:
        """As what `json.dumps` takes."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """The other way; TypeError for what is none."""
        return cls(**document)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a trial.

    Attributes:
        status: How it ended.
        metrics: On the test part, as far as measured: "esr", "spectral", "asr_db",
            "low_level_db".
        curve: (epoch, validation ESR), ascending.
        best_epoch: The epoch of the best validation ESR, whose network was tested; 0 for none.
        message: What went wrong.
    """

    status: Status
    metrics: Mapping[str, float] = field(default_factory=dict, hash=False)
    curve: tuple[tuple[int, float], ...] = ()
    best_epoch: int = 0
    message: str = ""

    def to_json(self) -> dict[str, Any]:
        """As what `json.dumps` takes."""
        return {
            "status": self.status,
            "metrics": dict(self.metrics),
            "curve": [list(point) for point in self.curve],
            "best_epoch": self.best_epoch,
            "message": self.message,
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """The other way; TypeError, ValueError or KeyError for what is none."""
        curve = tuple((int(epoch), float(esr)) for epoch, esr in document["curve"])
        return cls(**{**document, "curve": curve})


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """What it takes to do a trial again.

    Attributes:
        code_version: Triode's, with a commit where the code has one.
        config: The candidate's whole config, as in a `.nam` file.
        recipe: The training's settings.
        data_hashes: SHA-256 of what was learned from, by name.
        machine: Processor and cores.
        compiler: What compiled the kernels, and with which flags.
        seconds: Time spent in training.
        started: ISO 8601, in UTC.
    """

    code_version: str
    config: Mapping[str, Any] = field(hash=False)
    recipe: Mapping[str, Any] = field(hash=False)
    data_hashes: Mapping[str, str] = field(hash=False)
    machine: str
    compiler: str
    seconds: float
    started: str

    def to_json(self) -> dict[str, Any]:
        """As what `json.dumps` takes."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """The other way; TypeError for what is none."""
        return cls(**document)


@dataclass(frozen=True, kw_only=True)
class TrialRecord:
    """A trial that has ended.

    Attributes:
        study: Its study's name.
        key: What was trained.
        source: Where the gear comes from: "demo-family", "guitarix", "caps", "ngspice", "real".
        outcome: What became of it.
        provenance: How to do it again.
    """

    study: str
    key: TrialKey
    source: str
    outcome: Outcome
    provenance: Provenance

    def to_json(self) -> dict[str, Any]:
        """As what `json.dumps` takes."""
        return {
            "study": self.study,
            "key": self.key.to_json(),
            "source": self.source,
            "outcome": self.outcome.to_json(),
            "provenance": self.provenance.to_json(),
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """The other way; TypeError, ValueError or KeyError for what is none."""
        return cls(
            study=document["study"],
            key=TrialKey.from_json(document["key"]),
            source=document["source"],
            outcome=Outcome.from_json(document["outcome"]),
            provenance=Provenance.from_json(document["provenance"]),
        )


@dataclass(frozen=True, kw_only=True)
class CandidateRecord:
    """A candidate: what it is, what it is by count, and what it costs where it was measured."""

    study: str
    candidate: str
    config: Mapping[str, Any] = field(hash=False)
    scale: Scale
    costs: tuple[Cost, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As what `json.dumps` takes."""
        return {
            "study": self.study,
            "candidate": self.candidate,
            "config": dict(self.config),
            "scale": self.scale.to_json(),
            "costs": [cost.to_json() for cost in self.costs],
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """The other way; TypeError, ValueError or KeyError for what is none."""
        return cls(
            study=document["study"],
            candidate=document["candidate"],
            config=document["config"],
            scale=Scale.from_json(document["scale"]),
            costs=tuple(Cost.from_json(cost) for cost in document["costs"]),
        )
