"""The wet signal is brought to one level, and the fingerprint sees every change."""

import numpy as np
import pytest

from triode.errors import TrainingError
from triode.training.material import Material, prepare_material

NOISE = np.random.default_rng(0).standard_normal((2, 1000)).astype(np.float32)


def prepare(scale: float = 0.001, **changes: object) -> Material:
    values = {
        "dry": NOISE[0],
        "wet": NOISE[1] * np.float32(scale),
        "rate_hz": 48000.0,
        "training": ((0, 200), (300, 700)),
        "validation": (800, 1000),
        "wet_level_dbfs": -18.0,
    }
    return prepare_material(**{**values, **changes})


@pytest.mark.parametrize("scale", [1e-5, 0.001, 1.0])
def test_the_training_ranges_get_the_level_whatever_they_had(scale: float) -> None:
    material = prepare(scale)
    trained = np.concatenate([material.wet[0:200], material.wet[300:700]]).astype(np.float64)
    # Float32 samples.
    assert 10.0 * np.log10(np.mean(trained**2)) == pytest.approx(-18.0, abs=1e-4)
    np.testing.assert_allclose(
        material.wet * material.output_gain, NOISE[1] * np.float32(scale), rtol=3e-7
    )


def test_the_fingerprint_is_of_signals_rate_and_ranges() -> None:
    same = prepare().fingerprint
    assert prepare().fingerprint == same
    touched = NOISE[0].copy()
    touched[999] += 1e-6
    others = [
        prepare(dry=touched),
        prepare(scale=0.002),
        prepare(rate_hz=44100.0),
        prepare(training=((0, 200),)),
        prepare(validation=(801, 1000)),
    ]
    assert len({one.fingerprint for one in others} | {same}) == 6


@pytest.mark.parametrize("silent", [slice(0, 700), slice(800, 1000)])
def test_silence_to_learn_or_to_judge_is_an_error(silent: slice) -> None:
    wet = NOISE[1].copy()
    wet[silent] = 0.0
    with pytest.raises(TrainingError, match="silent"):
        prepare(wet=wet)
