"""Loudness and gain of real captures beside the reference trainer's own answers.

The answers are those of neural-amp-modeler 0.13.0, asked on the same files: its own numbers for its
own signal. Where a file carries the figures of a real export, they are the same to three digits,
but for core-lstm, whose stored gain of 0.135 the trainer itself no longer gives, and for
core-wavenet_a2_max and core-wavenet_condition_dsp, which store placeholders. The answer for
core-wavenet_a2_max, which the trainer cannot load, is its definition played through our
interpreter.
"""

from pathlib import Path

import numpy as np
import pytest

from triode.architectures import networks, select
from triode.graph import interpret
from triode.metrics import loudness_and_gain
from triode.nam import read

ANSWERS = {
    ("core-A2", "lite"): (-24.038, 0.672),
    ("core-slimmable_container", "size2"): (-20.021, 0.196),
    ("core-slimmable_wavenet", "full"): (17.590, 0.592),
    ("core-wavenet", "full"): (-20.021, 0.196),
    ("core-wavenet_condition_dsp", "full"): (-12.305, 0.960),
}

SLOW_ANSWERS = {
    ("core-wavenet_a2_max", "full"): (19.742, 1.0),
    ("core-slimmable_container", "full"): (-25.506, 0.817),
    ("ac10", "full"): (-18.367, 0.788),
    ("core-A2", "full"): (-26.384, 0.670),
    ("core-lstm", "full"): (-38.072, 0.038),
    ("core-wavenet_a1_standard", "full"): (-14.508, 0.844),
    ("deluxe", "full"): (-8.732, 0.846),
    ("dumble", "full"): (-13.346, 0.594),
    ("jcm", "full"): (-8.501, 0.985),
}


@pytest.mark.parametrize(
    ("file", "size", "loudness_db", "gain"),
    [
        *[(*key, *answer) for key, answer in ANSWERS.items()],
        *[
            pytest.param(*key, *answer, marks=pytest.mark.heavy)
            for key, answer in SLOW_ANSWERS.items()
        ],
    ],
)
def test_the_reference_trainer_would_say_the_same(
    shared_data: Path, file: str, size: str, loudness_db: float, gain: float
) -> None:
    network = select(networks(read(shared_data / "nam" / f"{file}.nam")), size)

    def render(signal: np.ndarray) -> np.ndarray:
        return interpret(network.graph, network.parameters, signal[None])[0]

    ours_db, ours = loudness_and_gain(render, network.model.rate_hz)
    # What the project promises: players level captures by these figures.
    assert ours_db == pytest.approx(loudness_db, abs=0.5)
    assert ours == pytest.approx(gain, abs=0.05)
