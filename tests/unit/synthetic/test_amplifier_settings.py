import dataclasses

import numpy as np
import pytest

from triode.errors import RecipeError
from triode.synthetic import AmplifierSettings, random_settings


def test_settings_are_frozen_and_keyword_only() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        AmplifierSettings().gain = 1.0  # type: ignore[misc]
    with pytest.raises(TypeError):
        AmplifierSettings(0.5)  # type: ignore[misc]


@pytest.mark.parametrize(
    ("knob", "value"),
    [
        ("gain", 1.01), ("gain", -0.1), ("bias", -1.5), ("stages", 1), ("stages", 5),
        ("stages", 2.5), ("sag", float("nan")), ("master", float("inf")), ("treble", 2.0),
    ],
)  # fmt: skip
def test_knobs_have_ends(knob: str, value: float) -> None:
    with pytest.raises(RecipeError, match=f"AmplifierSettings.{knob}.*Expected"):
        AmplifierSettings(**{knob: value})  # type: ignore[arg-type]


def test_random_amplifiers_are_valid_reproducible_and_spread() -> None:
    drawn = [random_settings(np.random.default_rng(seed)) for seed in range(200)]
    assert drawn[7] == random_settings(np.random.default_rng(7))
    assert {settings.stages for settings in drawn} == {2, 3, 4}
    for knob in ("gain", "bias_shift", "bass", "middle", "treble", "master", "sag"):
        values = [getattr(settings, knob) for settings in drawn]
        assert min(values) < 0.1
        assert max(values) > 0.9
    biases = [settings.bias for settings in drawn]
    assert min(biases) < -0.8
    assert max(biases) > 0.8
