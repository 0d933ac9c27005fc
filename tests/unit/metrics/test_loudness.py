"""Loudness and gain: their definition, and agreement with the reference trainer."""

import numpy as np
import pytest

from triode.errors import AudioError
from triode.metrics import (
    gain,
    loudness_and_gain,
    loudness_db,
    peak,
    rms_db,
    standard_excitation,
)


def identity(signal: np.ndarray) -> np.ndarray:
    return signal


@pytest.mark.parametrize("rate_hz", [8000.0, 44100.0, 48000.0, 96000.0])
def test_the_excitation_has_the_same_level_at_every_rate(rate_hz: float) -> None:
    excitation = standard_excitation(rate_hz)
    assert excitation.dtype == np.float32
    assert excitation.size == round(rate_hz)
    # The noise alone, then with the power of its mean: 10^(-1.487) + 0.04^2.
    assert rms_db(excitation + 0.04) == pytest.approx(-14.87, abs=1e-3)
    assert rms_db(excitation) == pytest.approx(-14.662, abs=1e-3)
    assert peak(excitation) < 1.0


def test_the_excitation_is_pink() -> None:
    power = np.square(np.abs(np.fft.rfft(standard_excitation().astype(np.float64))))
    octaves = [power[31 * 2**k : 62 * 2**k].sum() for k in range(9)]
    # Sums of 1/f over a few dozen lines differ from the integral by under 3 %.
    np.testing.assert_allclose(octaves, np.mean(octaves), rtol=0.03)


def test_the_excitation_never_changes() -> None:
    excitation = standard_excitation()
    np.testing.assert_array_equal(excitation, standard_excitation())
    # Written down from the formula once: a change would move every capture's metadata.
    # Different FFT builds differ in the last bits of float64, far below this tolerance.
    assert excitation[1000:1003] == pytest.approx([-0.0139584, -0.1054358, -0.0944692], abs=1e-6)


def test_loudness_is_the_rms_of_the_output() -> None:
    assert loudness_db(identity) == pytest.approx(rms_db(standard_excitation()), abs=1e-9)
    assert loudness_db(lambda x: 0.1 * x) == pytest.approx(loudness_db(identity) - 20.0, abs=1e-5)


def test_gain_runs_from_linear_to_constant() -> None:
    assert gain(lambda x: 3.0 * x) == pytest.approx(0.0, abs=1e-6)
    # Constant but for silence in: ten of eleven values are as loud as the last.
    assert gain(np.sign) == pytest.approx(2.0 * 10.0 / 11.0 - 1.0, abs=1e-9)
    assert gain(np.ones_like) == 1.0
    assert 0.3 < gain(lambda x: np.tanh(10.0 * x)) < 0.9


def test_gain_is_clipped() -> None:
    assert gain(lambda x: x * np.abs(x)) == 0.0


def test_both_at_once_are_the_same_numbers() -> None:
    render = np.tanh
    assert loudness_and_gain(render) == (loudness_db(render), gain(render))


@pytest.mark.parametrize(
    ("render", "problem"),
    [
        (np.zeros_like, "plays silence"),
        (lambda x: x * np.nan, "not finite"),
        (lambda x: x[1:], "another length"),
    ],
)
def test_broken_models(render: object, problem: str) -> None:
    with pytest.raises(AudioError, match=problem):
        loudness_db(render)  # type: ignore[arg-type]
    with pytest.raises(AudioError, match=problem):
        gain(render)  # type: ignore[arg-type]


def test_a_rate_without_room() -> None:
    with pytest.raises(AudioError, match="no room"):
        standard_excitation(1.5)
