"""Aliasing against systems whose harmonics are known, and against its definition."""

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
import soxr
from scipy.fft import rfft

from triode.architectures import networks
from triode.errors import AudioError
from triode.graph import Conv, Graph, interpret, settle_samples
from triode.metrics import aliasing_map
from triode.metrics.aliasing import harmonic_energies, key_frequency_hz
from triode.nam.activation import Activation
from triode.nam.convolutional import ConvNetConfig
from triode.nam.recurrent import LstmConfig
from unit.architectures.known import model, random_wavenet

RATE_HZ = 48000.0
POINTS = 1021  # a prime; short, for speed
SHORT = {"frame_samples": POINTS, "rest_samples": 0, "levels_dbfs": (0.0,)}

Float32Array = npt.NDArray[np.float32]


def ninth_harmonic(signal: Float32Array) -> Float32Array:
    """x + T9(x) / 10: of a sine of amplitude 1 it makes the ninth harmonic, 20 dB down."""
    x = signal.astype(np.float64)
    ninth = np.polynomial.chebyshev.Chebyshev.basis(9)(x)
    return np.asarray(x + 0.1 * ninth, np.float32)


def test_a_polynomial_folds_exactly_its_highest_harmonic() -> None:
    # The ninth harmonic of A8 (7.04 kHz) lies at 63.4 kHz, that of A4 at 4 kHz, below Nyquist.
    result = aliasing_map(ninth_harmonic, RATE_HZ, keys=(69, 117), **SHORT)
    # float32 leaves a noise of about -150 dB, far below what is measured.
    assert result.asr_db[0, 1] == pytest.approx(-20.0, abs=1e-4)
    assert result.asr_db[0, 0] < -130.0
    # At 96 kHz 63.4 kHz folds to 32.6 kHz, above the old band.
    assert result.twice_the_rate_db[0, 1] < -130.0


def test_what_folds_into_the_old_band_even_at_twice_the_rate_stays() -> None:
    # The ninth harmonic of a tone of 9.4 kHz, 84.6 kHz, folds to 11.4 kHz at 96 kHz.
    result = aliasing_map(ninth_harmonic, RATE_HZ, keys=(122,), **SHORT)
    assert result.twice_the_rate_db[0, 0] == pytest.approx(-20.0, abs=1e-4)


def test_harmonics_below_nyquist_are_no_aliasing_and_dc_is_neither() -> None:
    result = aliasing_map(lambda x: 0.3 + x + x**2 + x**3, RATE_HZ, keys=(69,), **SHORT)
    assert result.asr_db[0, 0] < -130.0


def test_an_oversampled_tanh_scores_far_below_a_naive_one() -> None:
    def naive(signal: Float32Array) -> Float32Array:
        return np.tanh(8.0 * signal)

    def oversampled(signal: Float32Array) -> Float32Array:
        fast = naive(soxr.resample(signal, 1.0, 8.0, quality="VHQ"))
        return np.asarray(soxr.resample(fast, 8.0, 1.0, quality="VHQ")[: len(signal)], np.float32)

    # The resampler rings at both ends of the signal, so the frame comes after a second of tone and
    # another follows it.
    def measured(play: object, rest: int) -> npt.NDArray[np.float64]:
        def middle(tone: Float32Array) -> Float32Array:
            more = np.concatenate([tone, tone[rest:]])
            return play(more)[: len(tone)]  # type: ignore[operator]

        return aliasing_map(
            middle, RATE_HZ, rest_samples=rest, frame_samples=4093, keys=(84, 96, 108)
        ).asr_db

    # Harmonics of tanh fall off exponentially: there is little to gain at the softest level.
    hard = -1
    better_db = measured(naive, 4093)[hard] - measured(oversampled, 4093)[hard]
    assert (better_db > 40.0).all()


def test_it_is_the_definition_read_in_the_order_of_time() -> None:
    bin_ = round(key_frequency_hz(100) * POINTS / RATE_HZ)
    places = bin_ * np.arange(POINTS) % POINTS
    frame = np.tanh(9.0 * np.sin(2.0 * np.pi / POINTS * places) + 0.4).astype(np.float32)
    power = np.abs(rfft(frame.astype(np.float64))) ** 2
    harmonics = np.arange(bin_, power.size, bin_)
    wanted = power[harmonics].sum()
    expected_db = 10.0 * math.log10((power[1:].sum() - wanted) / wanted)

    result = aliasing_map(
        lambda x: np.tanh(9.0 * x + np.float32(0.4)), RATE_HZ, keys=(100,), **SHORT
    )
    assert result.asr_db[0, 0] == pytest.approx(expected_db, abs=1e-3)  # float32 in the input
    energies = harmonic_energies(frame, places)
    np.testing.assert_allclose(energies[1 : 1 + harmonics.size], power[harmonics], rtol=1e-6)
    assert energies.sum() == pytest.approx(power.sum(), rel=1e-12)


def doubled(graph: Graph) -> Graph:
    """The graph with every dilation doubled."""
    return replace(
        graph,
        nodes=tuple(
            replace(node, operation=replace(node.operation, dilation=2 * node.operation.dilation))
            if isinstance(node.operation, Conv)
            else node
            for node in graph.nodes
        ),
    )


@pytest.mark.parametrize(
    "config",
    [
        random_wavenet(56),
        ConvNetConfig(
            channels=3, dilations=(1, 4, 9), batchnorm=False, activation=Activation(kind="ReLU")
        ),
    ],
    ids=["wavenet", "convnet"],
)
def test_twice_the_rate_is_a_network_with_doubled_dilations(config: object) -> None:
    network = networks(model(config))[0]  # type: ignore[arg-type]
    rest = settle_samples(network.graph, RATE_HZ)

    def play(tone: Float32Array) -> Float32Array:
        return interpret(network.graph, network.parameters, tone[None])[0]  # type: ignore[return-value]

    key = 103
    result = aliasing_map(
        play, RATE_HZ, rest_samples=rest, frame_samples=POINTS, keys=(key,), levels_dbfs=(0.0,)
    )
    bin_ = round(key_frequency_hz(key) * POINTS / RATE_HZ)
    count = np.arange(2 * (rest + POINTS))
    tone = np.sin(np.pi / POINTS * (bin_ * count)).astype(np.float32)
    played = interpret(doubled(network.graph), network.parameters, tone[None])[0, 2 * rest :]
    power = np.abs(rfft(played))[: (POINTS + 1) // 2] ** 2  # the old band
    harmonics = np.arange(bin_, power.size, bin_)
    wanted = power[harmonics].sum()
    expected_db = 10.0 * math.log10((power[1:].sum() - wanted) / wanted)
    # The old band of the doubled frame holds the folded energy too that 1,021 points cannot tell
    # apart: orders above 510, far down.
    assert result.twice_the_rate_db[0, 0] == pytest.approx(expected_db, abs=0.05)
    assert result.asr_db[0, 0] > result.twice_the_rate_db[0, 0] + 1.0


def test_an_lstm_can_be_measured() -> None:
    network = networks(model(LstmConfig(input_size=1, hidden_size=3, num_layers=1)))[0]

    def play(tone: Float32Array) -> Float32Array:
        return interpret(network.graph, network.parameters, tone[None])[0]  # type: ignore[return-value]

    result = aliasing_map(
        play, RATE_HZ, frame_samples=POINTS, rest_samples=4000, keys=(100,), levels_dbfs=(-6.0,)
    )
    assert math.isfinite(result.median_db)


def test_the_figures_are_taken_over_all_cells_that_play() -> None:
    def gated(signal: Float32Array) -> Float32Array:
        return signal + signal**9 if np.abs(signal).max() > 0.1 else 0 * signal

    levels = {"levels_dbfs": (-40.0, -12.0, 0.0), "frame_samples": POINTS, "rest_samples": 0}
    result = aliasing_map(gated, RATE_HZ, keys=(116, 117), **levels)
    assert np.isnan(result.asr_db[0]).all()
    played = result.asr_db[1:].ravel()
    assert result.median_db == pytest.approx(np.median(played))
    assert result.mean_db == pytest.approx(np.mean(played))
    assert result.worst_db == played.max()


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"frame_samples": 1023}, "prime"),
        ({"keys": (140,)}, "keys"),
        ({"keys": ()}, "keys"),
    ],
)
def test_wrong_arguments_are_refused(change: dict[str, object], named: str) -> None:
    with pytest.raises(AudioError, match=named):
        aliasing_map(lambda x: x, RATE_HZ, **{**SHORT, **change})  # type: ignore[arg-type]


def test_a_silent_model_has_no_figure_and_one_that_plays_too_little_is_refused() -> None:
    assert math.isnan(aliasing_map(lambda x: 0 * x, RATE_HZ, keys=(69,), **SHORT).median_db)
    with pytest.raises(AudioError, match="length"):
        aliasing_map(lambda x: x[:-1], RATE_HZ, keys=(69,), **SHORT)
