"""Initial weights depend on the seed alone, within the customary bounds."""

import numpy as np
import pytest

from triode.architectures import lower
from triode.graph import interpret
from triode.nam import Config, a2_config, parse_config
from triode.training.initialise import initial_parameters, with_offset


def draw(config: Config, seed: int = 0) -> dict[str, np.ndarray]:
    return initial_parameters(config, np.random.default_rng(seed))


def test_the_seed_decides() -> None:
    first, again, other = draw(a2_config(3)), draw(a2_config(3)), draw(a2_config(3), seed=1)
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert not np.array_equal(first["array0.rechannel.weight"], other["array0.rechannel.weight"])


def test_the_numbers_are_numpys_and_no_torch_version_changes_them() -> None:
    # PCG64 is stable across NumPy versions; the values were written down once.
    bound = 1.0
    expected = np.random.Generator(np.random.PCG64(0)).uniform(-bound, bound, 3)
    got = draw(a2_config(3))["array0.rechannel.weight"].ravel()
    np.testing.assert_array_equal(got, expected.astype(np.float32))
    np.testing.assert_allclose(got, [0.27392337, -0.46042657, -0.91805295], atol=1e-7)


def test_convolutions_fill_their_bounds() -> None:
    drawn = draw(a2_config(8))
    # 8 inputs x 6 taps.
    bound = 1.0 / np.sqrt(48.0)
    weights = np.abs(drawn["array0.layer3.conv.weight"])
    assert 0.95 * bound < weights.max() <= bound
    assert np.abs(drawn["array0.layer3.conv.bias"]).max() <= bound
    assert drawn["head_scale.value"] == pytest.approx(0.01)


def test_lstm_and_batchnorm_start_as_is_customary() -> None:
    lstm = draw(parse_config("LSTM", {"input_size": 1, "hidden_size": 16, "num_layers": 1}, 48000))
    assert 0.2 < np.abs(lstm["layer0.weight"]).max() <= 0.25
    # The sum of two draws reaches beyond the bound of one.
    assert 0.25 < np.abs(lstm["layer0.bias"]).max() <= 0.5
    assert not lstm["layer0.initial_hidden"].any()
    convnet = {"channels": 4, "dilations": [1, 2], "batchnorm": True, "activation": "Tanh"}
    drawn = draw(parse_config("ConvNet", convnet, 48000))
    name = "block1.batchnorm"
    for part, value in (("running_mean", 0), ("running_var", 1), ("weight", 1), ("bias", 0)):
        np.testing.assert_array_equal(drawn[f"{name}.{part}"], np.full(4, value))
    assert drawn[f"{name}.eps"] == pytest.approx(1e-5)


def test_prelu_slopes_come_from_the_config() -> None:
    config = {
        "channels": 2,
        "dilations": [1],
        "batchnorm": False,
        "activation": {"type": "PReLU", "negative_slope": 0.125},
    }
    drawn = draw(parse_config("ConvNet", config, 48000))
    np.testing.assert_array_equal(drawn["block0.activation.slopes"], [0.125])


def test_an_offset_moves_the_output_and_nothing_else() -> None:
    config = a2_config(3)
    graph, drawn = lower(config), draw(config)
    signal = np.random.default_rng(1).standard_normal((1, 7000))
    before, after = (
        interpret(graph, one, signal) for one in (drawn, with_offset(graph, drawn, 0.25))
    )
    # Float32 weights: a bias of 25, exact to 1e-6 of itself, behind a scale of 0.01.
    np.testing.assert_allclose(after - before, 0.25, rtol=0, atol=1e-6)


def test_an_offset_has_to_have_a_bias_to_live_in() -> None:
    fields = {"receptive_field": 16, "bias": False}
    config = parse_config("Linear", fields, 48000.0)
    drawn = draw(config)
    moved = with_offset(lower(config), drawn, 0.25)
    assert all(np.array_equal(drawn[name], moved[name]) for name in drawn)
