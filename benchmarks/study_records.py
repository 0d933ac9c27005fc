"""Records of a study that never ran: random but plausible, to time reports and to look at them."""

import math
import zlib
from collections.abc import Sequence

import numpy as np

from triode.study import (
    CandidateRecord,
    Cost,
    Outcome,
    Provenance,
    Scale,
    TrialKey,
    TrialRecord,
)
from triode.study.report import StudyInput
from triode.study.statistics import Arm, Question

__all__ = ["made_study"]

ACTIVATIONS = {
    "LeakyReLU": (1.0, 1.0),
    "Tanh": (1.9, 0.93),
    "SiLU": (1.7, 0.97),
    "Softsign": (1.4, 1.02),
}
WIDTHS = (4, 6, 8, 10, 12)
SOURCES = ("demo-family", "guitarix", "caps", "ngspice")
EPOCHS = 100


def made_study(trials: int, pieces: int = 14, seed: int = 0) -> StudyInput:
    """A study with about so many trials.

    Four activations at five widths answer three questions; the rest of the trials belongs to as
    many search candidates as it takes.

    Args:
        trials: How many.
        pieces: Of gear.
        seed: Of chance.
    """
    generator = np.random.default_rng(seed)
    gear = [f"amp-{place:02d}" for place in range(pieces)]
    hardness = dict(zip(gear, generator.normal(-4.5, 0.9, pieces), strict=True))
    candidates, truth = [], {}
    for name, (price, quality) in ACTIVATIONS.items():
        for width in WIDTHS:
            key = f"{name}-{width}"
            candidates.append(_candidate(key, width, name, price))
            truth[key] = math.log(quality) - 0.55 * math.log(width / 8)
    while len(candidates) * pieces < trials:
        width = int(generator.integers(3, 20))
        key = f"search-{len(candidates):05d}"
        candidates.append(_candidate(key, width, "LeakyReLU", float(generator.lognormal(0.0, 0.2))))
        truth[key] = 0.1 - 0.5 * math.log(width / 8) + abs(float(generator.normal(0.0, 0.2)))
    records = [
        _trial(key, one, hardness[one] + truth[key] + float(generator.normal(0.0, 0.06)), place)
        for key in truth
        for place, one in enumerate(gear)
    ]
    return StudyInput(
        name="made-up",
        description="Records that no network was trained for, to time and to look at.",
        digest="0" * 64,
        questions=_questions(),
        trials=records[: max(trials, len(ACTIVATIONS) * len(WIDTHS) * pieces)],
        candidates=candidates,
        planned=len(records),
        gear_hashes={one: {"dry": "ab" * 32, "wet": "cd" * 32} for one in gear},
        breakdowns={
            one.candidate: {
                "activation": 0.3 * one.costs[0].ns_per_sample,
                "layer1x1": 0.2 * one.costs[0].ns_per_sample,
                "the rest": 0.5 * one.costs[0].ns_per_sample,
            }
            for one in candidates[:8]
        },
        command="triode study run made-up.toml",
    )


def _questions() -> Sequence[Question]:
    base = Arm(name="LeakyReLU", candidates=("LeakyReLU-8",))
    family = {
        name: Arm(name=name, candidates=tuple(f"{name}-{width}" for width in WIDTHS))
        for name in ACTIVATIONS
    }
    return (
        Question(
            name="width",
            text="At equal width, is Tanh more accurate than LeakyReLU?",
            arm=Arm(name="Tanh", candidates=("Tanh-8",)),
            against=base,
            claim="better",
            simpler="LeakyReLU",
            epochs=EPOCHS,
        ),
        Question(
            name="cost",
            text="At equal cost, is LeakyReLU more accurate than Tanh?",
            arm=family["LeakyReLU"],
            against=family["Tanh"],
            claim="better",
            simpler="LeakyReLU",
            epochs=EPOCHS,
            at_cost_of="LeakyReLU-8",
        ),
        Question(
            name="softsign",
            text="At equal width, is Softsign no worse than LeakyReLU?",
            arm=Arm(name="Softsign", candidates=("Softsign-8",)),
            against=base,
            claim="not_worse",
            simpler="LeakyReLU",
            epochs=EPOCHS,
        ),
    )


def _candidate(name: str, width: int, activation: str, price: float) -> CandidateRecord:
    macs = 27 * width * width
    engines = {"host-c": price, "host-c-libm": price**2.5}
    return CandidateRecord(
        study="made-up",
        candidate=name,
        config={
            "architecture": "WaveNet",
            "config": {"layers": [{"channels": width, "activation": activation, "kernel": 3}]},
        },
        scale=Scale(
            macs=macs,
            elementwise=23 * width,
            state_bytes=4000 * width,
            weight_bytes=4 * macs,
            receptive_field=6346,
        ),
        costs=tuple(
            Cost(
                engine=engine,
                ns_per_sample=(value := (macs / 60.0 + width) * factor),
                quartiles=(0.99 * value, 1.015 * value),
                peak_share=0.5,
                block=64,
            )
            for engine, factor in engines.items()
        ),
    )


def _trial(candidate: str, gear: str, log: float, place: int) -> TrialRecord:
    end = math.exp(log)
    curve = tuple((epoch, end * (1.0 + 4.0 / epoch)) for epoch in range(5, EPOCHS + 1, 5))
    diverged = zlib.crc32(f"{candidate} {gear}".encode()) % 997 == 0 and candidate.startswith(
        "search"
    )
    metrics = {
        "esr": end,
        "spectral": 0.3 * end**0.3,
        "asr_db": -50.0 + 3.0 * log,
        "low_level_db": -30.0 + 4.0 * log,
    }
    return TrialRecord(
        study="made-up",
        key=TrialKey(candidate=candidate, gear=gear, seed=0, epochs=EPOCHS),
        source=SOURCES[place % len(SOURCES)],
        outcome=Outcome(
            status="diverged" if diverged else "finished",
            metrics={} if diverged else metrics,
            curve=curve,
            best_epoch=EPOCHS,
            message="the loss was not finite in epoch 7" if diverged else "",
        ),
        provenance=Provenance(
            code_version="0",
            config={},
            recipe={"epochs": EPOCHS, "batch": 16},
            data_hashes={},
            machine="no machine",
            compiler="none",
            seconds=60.0,
            started="2026-01-01T00:00:00+00:00",
        ),
    )
