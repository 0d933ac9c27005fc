"""What candidates cost in the deployed WebAssembly player, one process of Node.js for each turn.

An activation's price depends on who computes it: this player calls the C library's functions, or
its own approximations, one sample at a time. A candidate that it does not load has no cost there.
"""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from triode.audio import write_audio
from triode.nam import DEFAULT_SAMPLE_RATE_HZ, write
from triode.study.candidate import Candidate
from triode.study.cost import BLOCK_FRAMES
from triode.study.random_networks import random_largest
from triode.study.record import Cost
from triode.study.testset.engines import Engine, Job, Speed, choose_engine

__all__ = ["PLAYER_ENGINE", "measure_player_costs", "player_engine"]

PLAYER_ENGINE = "wasm-player"
_ROUNDS = 3
_TIMEOUT_SECONDS = 60.0
_SIGNAL_SECONDS = 1.0


def measure_player_costs(
    candidates: Sequence[Candidate],
    *,
    seconds: float = 1.0,
    told: Callable[[str], None] = lambda _: None,
    npm: Path | None = None,
) -> dict[str, Cost]:
    """Time candidates in the player, in turns, with random weights.

    Args:
        candidates: What to time: the largest size of each.
        seconds: About how long to time each.
        told: Hears what is being done.
        npm: The folder with `node_modules`; None for this one or one above it.

    Returns:
        A cost for each that the player loads: medians, over the rounds, of the median and the
        quartiles over blocks.

    Raises:
        TestSetError: Node.js or the player is missing.
    """
    engine = player_engine(npm)
    speeds: dict[str, list[Speed]] = {}
    rate_hz = round(DEFAULT_SAMPLE_RATE_HZ)
    with tempfile.TemporaryDirectory(prefix="triode-cost-") as name:
        folder = Path(name)
        signal = folder / "signal.wav"
        noise = 0.2 * np.random.default_rng(0).standard_normal(round(_SIGNAL_SECONDS * rate_hz))
        write_audio(signal, noise.astype(np.float32), rate_hz)
        jobs = {}
        for one in candidates:
            if one.source is None:
                model = folder / f"{one.name}.nam"
                write(random_largest(one), model)
                jobs[one.name] = Job(
                    model=model,
                    inputs=(signal,),
                    rate_hz=rate_hz,
                    timing_seconds=seconds / _ROUNDS,
                )
        for number in range(1, _ROUNDS + 1):
            told(f"{PLAYER_ENGINE}: round {number} of {_ROUNDS}")
            for one_name, job in jobs.items():
                speed = engine.play(job).speed
                if speed is not None:
                    speeds.setdefault(one_name, []).append(speed)
    return {one_name: _cost(found) for one_name, found in speeds.items()}


def player_engine(npm: Path | None = None) -> Engine:
    """The player, found; see `measure_player_costs`."""
    return choose_engine(PLAYER_ENGINE, timeout_seconds=_TIMEOUT_SECONDS, npm=npm)


def _cost(speeds: Sequence[Speed]) -> Cost:
    first, third = (
        float(np.median([speed.quartiles[place] for speed in speeds])) for place in (0, 1)
    )
    return Cost(
        engine=PLAYER_ENGINE,
        ns_per_sample=float(np.median([speed.ns_per_sample for speed in speeds])),
        quartiles=(first, third),
        peak_share=None,
        block=BLOCK_FRAMES,
    )
