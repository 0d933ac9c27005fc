"""Trials and candidates whose truth is known, and a listener that stops a training."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from triode.study import (
    CandidateRecord,
    Cost,
    Outcome,
    Provenance,
    Scale,
    Status,
    TrialKey,
    TrialRecord,
)
from triode.study.statistics import Arm, Claim, Question
from triode.study.trial import TrialProgress
from triode.training import EpochRecord

SOURCES = ("demo-family", "guitarix", "ngspice")
GEAR = tuple(f"amp-{place:02d}" for place in range(14))

PROVENANCE = Provenance(
    code_version="1.0",
    config={"architecture": "WaveNet"},
    recipe={"name": "a2"},
    data_hashes={"dry": "00"},
    machine="a machine",
    compiler="clang",
    seconds=60.0,
    started="2026-01-02T03:04:05+00:00",
)


class StopAfter(TrialProgress):
    """Ask for a stop after so many epochs, for another time or for good."""

    def __init__(self, epochs: int, *, prune: bool = False) -> None:
        self._left, self._prune = epochs, prune

    def on_epoch(self, record: EpochRecord, best_esr: dict[str, float]) -> None:
        self._left -= 1

    def should_stop(self) -> bool:
        return self._left <= 0

    @property
    def pruned(self) -> bool:
        return self._prune and self._left <= 0


def trial(
    candidate: str,
    gear: str,
    *,
    esr: float | None = 0.01,
    seed: int = 0,
    epochs: int = 10,
    status: Status = "finished",
    source: str | None = None,
    curve: tuple[tuple[int, float], ...] = (),
    message: str = "",
    **metrics: float,
) -> TrialRecord:
    figures = metrics if esr is None else {"esr": esr, **metrics}
    return TrialRecord(
        study="made",
        key=TrialKey(candidate=candidate, gear=gear, seed=seed, epochs=epochs),
        source=source or SOURCES[int(gear[-2:]) % len(SOURCES)],
        outcome=Outcome(
            status=status, metrics=figures, curve=curve, best_epoch=len(curve), message=message
        ),
        provenance=PROVENANCE,
    )


def trials(
    truth: Mapping[str, float],
    *,
    gear: Sequence[str] = GEAR,
    spread: float = 0.05,
    seed: int = 1,
    change: Callable[[str, str, float], float] = lambda candidate, gear, esr: esr,
) -> list[TrialRecord]:
    """One trial per candidate and gear.

    Args:
        truth: The logarithm of each candidate's ESR, beside what the gear adds.
        gear: Its names.
        spread: Standard deviation of what chance adds to each trial.
        seed: Of chance.
        change: From candidate, gear and ESR to the ESR recorded.
    """
    generator = np.random.default_rng(seed)
    hardness = dict(zip(gear, generator.normal(-4.0, 1.0, len(gear)), strict=True))
    return [
        trial(
            candidate,
            one,
            esr=change(
                candidate, one, float(np.exp(hardness[one] + log + generator.normal(0.0, spread)))
            ),
        )
        for candidate, log in truth.items()
        for one in gear
    ]


def candidate(
    name: str, ns_per_sample: float, *, macs: int = 1000, **others: float
) -> CandidateRecord:
    prices = {"host-c": ns_per_sample, **others}
    return CandidateRecord(
        study="made",
        candidate=name,
        config={"architecture": "WaveNet", "config": {"channels": macs // 100}},
        scale=Scale(
            macs=macs, elementwise=100, state_bytes=4096, weight_bytes=8192, receptive_field=512
        ),
        costs=tuple(
            Cost(
                engine=engine.replace("_", "-"),
                ns_per_sample=price,
                quartiles=(price * 0.99, price * 1.01),
                peak_share=0.3,
                block=64,
            )
            for engine, price in prices.items()
        ),
    )


def question(
    arm: str | Sequence[str] = "a",
    against: str | Sequence[str] = "b",
    *,
    claim: Claim = "better",
    simpler: str | None = None,
    name: str = "Q",
    at_cost_of: str | None = None,
    margin: float = 0.05,
) -> Question:
    arms = [
        Arm(name=one, candidates=(one,))
        if isinstance(one, str)
        else Arm(name=one[0].rstrip("0123456789"), candidates=tuple(one))
        for one in (arm, against)
    ]
    return Question(
        name=name,
        text=f"Is {arms[0].name} {claim} than {arms[1].name}?",
        arm=arms[0],
        against=arms[1],
        claim=claim,
        simpler=simpler or arms[1].name,
        epochs=10,
        at_cost_of=at_cost_of,
        margin=margin,
    )
