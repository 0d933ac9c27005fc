"""A set small enough to be made in a second, and results without playing anything."""

import sys
from pathlib import Path

import numpy as np
import pytest

from triode.nam import LinearConfig, Model, write
from triode.study.testset.build import build_set
from triode.study.testset.result import Device, ModelResult, SetResult, Status, Timing

RATE_HZ = 44100
LINEAR_PLAYER = f'"{sys.executable}" "{Path(__file__).with_name("linear_player.py")}"'


def linear_model(taps: int = 5) -> Model:
    """A short impulse response at another rate than the set's own."""
    weights = np.float32([0.5, -0.25, 0.125, 0.0, 0.1, 0.01][: taps + 1])
    config = LinearConfig(receptive_field=taps, bias=True)
    return Model(version="0.5.4", config=config, weights=weights, sample_rate_hz=float(RATE_HZ))


@pytest.fixture(scope="session")
def small_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The base, two options and a trained capture; tests must not change it."""
    folder = tmp_path_factory.mktemp("sets")
    write(linear_model(), folder / "Cabinet, 5 taps.nam")
    build_set(
        "small",
        folder / "set-3",
        number=3,
        captures=[folder / "Cabinet, 5 taps.nam"],
        options=["activation: ReLU", "array head: dilation"],
        random_count=0,
    )
    return folder / "set-3"


def model_result(
    name: str,
    status: str = "passed",
    *,
    option: str | None = None,
    beside: str | None = "base",
    options: tuple[str, ...] = (),
    ns: float | None = None,
    message: str = "",
) -> ModelResult:
    timing = None if ns is None else Timing(ns_per_sample=ns, quartiles=(ns, ns), method="blocks")
    return ModelResult(
        name=name,
        origin="random" if name.startswith("random") else "specimen",
        option=option,
        beside=beside,
        options=("architecture: WaveNet", *options, *([option] if option else [])),
        macs=10,
        status=Status(status),
        message=message,
        peak=0.5,
        tolerance=5e-6,
        error=None if status in {"refused", "crashed"} else 1e-6,
        esr=None,
        timing=timing,
    )


def set_result(
    models: list[ModelResult], *, engine: str = "a", device: str = "one", comment: str = ""
) -> SetResult:
    from triode.study.testset.blame import failed_operations, unexplained_failures

    failed = failed_operations(models)
    return SetResult(
        set_name="small",
        set_number=3,
        set_sha256="0" * 64,
        triode="1",
        engine=engine,
        engine_version="1",
        device=Device(name=device, system="Linux", cores=2),
        date="2026-01-01",
        comment=comment,
        models=tuple(models),
        failed_operations=failed,
        unexplained=unexplained_failures(models, failed),
    )
