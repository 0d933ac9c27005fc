"""A small model with two sizes, a recording made for it, and the page about both."""

from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
import pytest

from triode.audio import measure_levels
from triode.capture import Alignment, Facts, Pair
from triode.capture.checks import Finding, Severity
from triode.nam import ContainerConfig, LinearConfig, Model, Submodel
from triode.report import Evaluation, build_report, evaluate_pair

RATE_HZ = 16000
HOSTILE = '</script><script>alert("x")</script><img src=x onerror=alert(1)>&amp;\u202e'


def linear(weights: list[float], **extra: object) -> Model:
    config = LinearConfig(receptive_field=len(weights), bias=False)
    return Model(
        version="0.5.4",
        config=config,
        weights=np.array(weights, np.float32),
        sample_rate_hz=float(RATE_HZ),
        **extra,
    )


@pytest.fixture(scope="session")
def model() -> Model:
    return Model(
        version="0.7.0",
        config=ContainerConfig(
            submodels=(
                Submodel(max_value=0.5, model=linear([0.6, 0.1])),
                Submodel(max_value=1.0, model=linear([0.5, 0.2, -0.1])),
            )
        ),
        weights=np.zeros(0, np.float32),
        sample_rate_hz=float(RATE_HZ),
        metadata={
            "name": f"Amp {HOSTILE}",
            "modeled_by": HOSTILE,
            HOSTILE: {"nested": [HOSTILE, 1.5, None, True]},
            "training": {"settings": {"epochs": 3}, "note": HOSTILE},
        },
        warnings=(f"The file says {HOSTILE}.",),
    )


@pytest.fixture(scope="session")
def make_pair_of() -> Callable[..., Pair]:
    def make(
        dry: np.ndarray, wet: np.ndarray, *, rate_hz: int = RATE_HZ, floor: float | None = 1e-4
    ) -> Pair:
        facts = Facts(
            dry_path="some folder/dry.wav",
            wet_path="some folder/wet.wav",
            dry_rate_hz=rate_hz,
            wet_rate_hz=rate_hz,
            rate_hz=rate_hz,
            frames=len(dry),
            alignment=Alignment(
                delay_samples=12.5,
                advance_samples=11,
                polarity=1,
                polarity_clarity=0.9,
                confidence=0.9,
            ),
            dry_levels=measure_levels(dry),
            wet_levels=measure_levels(wet),
            repeats=(),
            replicate_floor_esr=floor,
            customary=None,
            findings=tuple(
                Finding(check="level", severity=Severity.WARNING, summary=summary)
                for summary in ("The wet recording is odd.", "some folder/wet.wav: it clips.")
            ),
        )
        return Pair(dry=dry, wet=wet, rate_hz=rate_hz, facts=facts)

    return make


@pytest.fixture(scope="session")
def pair(make_pair_of: Callable[..., Pair]) -> Pair:
    """Eight seconds of noise in bursts, through a filter close to the model's larger size."""
    random = np.random.default_rng(7)
    frames = 8 * RATE_HZ
    bursts = np.exp(-4.0 * (np.arange(frames) / RATE_HZ % 0.5))
    dry = (0.3 * random.standard_normal(frames) * bursts).clip(-1, 1).astype(np.float32)
    wet = np.convolve(dry, [0.5, 0.2, -0.1, 0.01])[:frames].astype(np.float32)
    return make_pair_of(dry, wet)


@pytest.fixture(scope="session")
def evaluation(model: Model, pair: Pair) -> Evaluation:
    return evaluate_pair(model, pair)


@pytest.fixture(scope="session")
def page(model: Model, pair: Pair, evaluation: Evaluation) -> str:
    created = datetime(2026, 11, 23, tzinfo=UTC)
    return build_report(model, pair, title="amp.nam", created=created, evaluation=evaluation)
