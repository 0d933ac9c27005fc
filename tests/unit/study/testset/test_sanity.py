"""Random weights that are worth playing, and those that are not."""

from dataclasses import replace

import numpy as np
import pytest

from triode.architectures import networks, parameters, with_parameters
from triode.nam import Model
from triode.study.testset.random_weights import random_model
from triode.study.testset.sanity import (
    PEAK,
    expected_output,
    rounding,
    sane,
    tolerance_of_peak,
)
from triode.study.testset.signals import PROBE, set_signals
from triode.study.testset.specimens import base_config

DRIVE = set_signals(48000)[PROBE][::4]


@pytest.fixture
def model() -> Model:
    return random_model(base_config(), 1)


def changed(model: Model, name: str, factor: float, offset: float = 0.0) -> Model:
    values = {
        key: value * np.float32(factor) + np.float32(offset) if key.endswith(name) else value
        for key, value in parameters(model).items()
    }
    return with_parameters(model, values)


def test_the_output_is_scaled_to_the_peak(model: Model) -> None:
    scaled = sane(model, DRIVE)
    assert scaled is not None
    before, after = (expected_output(networks(one)[-1], DRIVE) for one in (model, scaled))
    assert np.abs(after).max() == pytest.approx(PEAK, rel=1e-6)
    np.testing.assert_allclose(after / PEAK, before / np.abs(before).max(), atol=1e-6)


def test_an_output_that_hardly_follows_the_input_is_not_sane(model: Model) -> None:
    assert sane(changed(model, "head_rechannel.bias", 1.0, 100.0), DRIVE) is None


def test_silence_is_not_sane(model: Model) -> None:
    assert sane(changed(model, "head_scale.value", 0.0), DRIVE) is None


def test_an_explosion_is_not_sane(model: Model) -> None:
    assert sane(changed(model, "conv.weight", 1e30), DRIVE) is None


def test_what_amplifies_rounding_is_not_sane(model: Model) -> None:
    """Two large outputs that nearly cancel: the difference is made of rounding."""
    loud = changed(changed(model, "conv.bias", 1.0, 3e4), "head_rechannel.bias", 0.0)
    network = networks(loud)[-1]
    wet = expected_output(network, DRIVE)
    centred = changed(loud, "head_rechannel.bias", 1.0, -float(wet.mean()))
    wanted = expected_output(networks(centred)[-1], DRIVE)
    found = rounding(networks(centred)[-1], DRIVE, wanted)
    assert tolerance_of_peak(networks(centred)[-1], found) > 1e-5
    assert sane(centred, DRIVE) is None


def test_the_tolerance_grows_with_rounding_only(model: Model) -> None:
    network = networks(model)[-1]
    found = rounding(network, DRIVE, expected_output(network, DRIVE))
    assert tolerance_of_peak(network, found) == 1e-5
    assert tolerance_of_peak(network, replace(found, peak=1.0, moved=1e-5)) == pytest.approx(5e-5)
