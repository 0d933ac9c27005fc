"""The amplifier behaves like one: measured on sines, bursts, silence and abuse."""

import numpy as np
import pytest

from triode.errors import AudioError
from triode.synthetic import AmplifierSettings, amplify, performance, random_settings

RATE_HZ = 48000.0


def sine(frequency_hz: float, amplitude: float, frames: int = 24000) -> np.ndarray:
    return amplitude * np.sin(2.0 * np.pi * frequency_hz * np.arange(frames) / RATE_HZ)


def lines(signal: np.ndarray, frequency_hz: float) -> tuple[float, float, float]:
    """Energies of the fundamental, its harmonics and everything else but DC, last 12,000 frames.

    The window holds whole periods, so every harmonic falls on one line.
    """
    power = np.square(np.abs(np.fft.rfft(signal[-12000:].astype(np.float64))))
    power[0] = 0.0
    step = round(frequency_hz * 12000 / RATE_HZ)
    assert step * RATE_HZ / 12000 == frequency_hz
    harmonics = power[2 * step :: step].sum()
    return power[step], harmonics, power.sum() - power[step] - harmonics


def distortion(settings: AmplifierSettings, amplitude: float = 0.2) -> float:
    fundamental, harmonics, _ = lines(amplify(sine(220.0, amplitude), RATE_HZ, settings), 220.0)
    return float(np.sqrt(harmonics / fundamental))


def test_gain_goes_from_clean_to_fuzz() -> None:
    gains = (0.0, 0.25, 0.5, 0.75, 1.0)
    measured = [distortion(AmplifierSettings(gain=gain, sag=0.0), 0.1) for gain in gains]
    assert measured == sorted(measured)
    assert measured[0] < 0.005
    # A square wave has 0.48.
    assert measured[-1] > 0.35
    assert distortion(AmplifierSettings(gain=0.3, stages=3)) > distortion(
        AmplifierSettings(gain=0.3)
    )


def test_it_is_asymmetric_so_even_harmonics_appear() -> None:
    wet = amplify(sine(220.0, 0.2), RATE_HZ, AmplifierSettings(gain=0.5))
    power = np.square(np.abs(np.fft.rfft(wet[-12000:].astype(np.float64))))
    assert power[110] > 1e-4 * power[55]


# The inharmonic energy of a high sine at 8 times the rate lies in what the anti-alias filter lets
# through between 24 and 26 kHz and in orders above the fifteenth.
def test_oversampling_removes_aliases() -> None:
    settings = AmplifierSettings(gain=0.6, sag=0.0, bias_shift=0.0)
    dry = sine(5004.0, 0.5)
    fundamental, _, other = lines(amplify(dry, RATE_HZ, settings), 5004.0)
    naive_fundamental, _, naive_other = lines(
        amplify(dry, RATE_HZ, settings, oversampling=1), 5004.0
    )
    oversampled_db = 10.0 * np.log10(other / fundamental)
    naive_db = 10.0 * np.log10(naive_other / naive_fundamental)
    assert oversampled_db < naive_db - 30.0
    assert oversampled_db < -50.0


def burst_levels(settings: AmplifierSettings) -> tuple[float, float]:
    """RMS of the first and of the last 20 ms of a loud burst that lasts 0.3 s."""
    dry = np.concatenate([np.zeros(4800), sine(500.0, 0.5, 14400)])
    wet = amplify(dry, RATE_HZ, settings).astype(np.float64)
    return float(np.std(wet[4800 + 96 : 4800 + 96 + 960])), float(np.std(wet[-960:]))


def test_the_supply_sags_under_load() -> None:
    attack, held = burst_levels(AmplifierSettings(gain=0.6, sag=1.0, bias_shift=0.0))
    stiff_attack, stiff_held = burst_levels(AmplifierSettings(gain=0.6, sag=0.0, bias_shift=0.0))
    assert 20.0 * np.log10(held / attack) < -2.0
    assert abs(20.0 * np.log10(stiff_held / stiff_attack)) < 0.5


def test_grid_conduction_shifts_the_bias_and_lets_it_recover() -> None:
    quiet = sine(500.0, 0.01, 48000)
    loud = quiet.copy()
    loud[4800:9600] += sine(500.0, 0.8, 4800)

    def after(settings: AmplifierSettings, first: int) -> float:
        """Level of 10 ms that follow the burst, relative to the level without a burst."""
        here = slice(first, first + 480)
        wet = [amplify(dry, RATE_HZ, settings)[here] for dry in (loud, quiet)]
        return float(np.std(wet[0]) / np.std(wet[1]))

    shifting = AmplifierSettings(gain=0.7, sag=0.0, bias_shift=1.0)
    fixed = AmplifierSettings(gain=0.7, sag=0.0, bias_shift=0.0)
    # 15 ms on, the coupling capacitors' own thump is over and the grid still blocked.
    assert after(shifting, 10300) < 0.7
    assert after(fixed, 10300) == pytest.approx(1.0, abs=0.05)
    # Thirty time constants of 20 ms later nothing is left.
    assert after(shifting, 40000) == pytest.approx(1.0, abs=1e-3)


def test_the_tone_controls_do_what_they_say() -> None:
    def level(frequency_hz: float, **knobs: float) -> float:
        settings = AmplifierSettings(gain=0.0, master=0.2, sag=0.0, **knobs)  # type: ignore[arg-type]
        return float(np.std(amplify(sine(frequency_hz, 0.05), RATE_HZ, settings)[12000:]))

    assert level(80.0, bass=1.0) > 1.5 * level(80.0, bass=0.0)
    assert level(600.0, middle=1.0) > 1.5 * level(600.0, middle=0.0)
    assert level(5000.0, treble=1.0) > 1.5 * level(5000.0, treble=0.0)


def test_the_output_never_comes_early() -> None:
    dry = performance(1.0, seed=2).astype(np.float64)
    other = dry.copy()
    other[20000:] = np.random.default_rng(0).standard_normal(dry.size - 20000)
    wet, changed = amplify(dry, RATE_HZ), amplify(other, RATE_HZ)
    np.testing.assert_array_equal(wet[:20000], changed[:20000])
    assert not np.array_equal(wet[20000:20100], changed[20000:20100])
    assert np.all(amplify(np.concatenate([np.zeros(1000), dry]), RATE_HZ)[:1000] == 0.0)


def test_it_keeps_polarity_and_delays_by_a_few_samples() -> None:
    dry = performance(2.0, seed=5, noise_db=None).astype(np.float64)
    for stages in (2, 3, 4):
        wet = amplify(0.1 * dry, RATE_HZ, AmplifierSettings(gain=0.0, stages=stages, middle=1.0))
        correlation = [
            float(np.dot(dry[:-40], wet[lag : wet.size - 40 + lag])) for lag in range(40)
        ]
        best = int(np.argmax(np.abs(correlation)))
        assert best < 20
        assert correlation[best] > 0.0


def test_silence_and_constants() -> None:
    assert np.all(amplify(np.zeros(5000), RATE_HZ) == 0.0)
    assert amplify(np.zeros(0), RATE_HZ).shape == (0,)
    constant = amplify(np.full(48000, 0.3), RATE_HZ)
    # Every coupling capacitor blocks: after a second nothing is left of a constant.
    assert np.max(np.abs(constant[-1000:])) < 1e-4
    assert abs(float(np.mean(amplify(sine(220.0, 0.5, 48000), RATE_HZ)[24000:]))) < 1e-3


@pytest.mark.parametrize("level", [1.0, 1e3, 1e30])
def test_abuse_stays_finite_and_bounded(level: float) -> None:
    noise = level * np.random.default_rng(1).standard_normal(20000)
    for settings in (AmplifierSettings(), AmplifierSettings(gain=1.0, stages=4, master=1.0)):
        wet = amplify(noise, RATE_HZ, settings)
        assert np.isfinite(wet).all()
        assert np.max(np.abs(wet)) < 1.1
    recovered = amplify(np.concatenate([noise, np.zeros(48000)]), RATE_HZ)
    assert np.max(np.abs(recovered[-1000:])) < 1e-4


def test_random_amplifiers_play() -> None:
    dry = performance(1.0, seed=1)
    for seed in range(8):
        wet = amplify(dry, RATE_HZ, random_settings(np.random.default_rng(seed)))
        assert wet.dtype == np.float32
        assert np.isfinite(wet).all()
        assert np.std(wet) > 1e-4


@pytest.mark.parametrize("rate_hz", [8000.0, 44100.0, 96000.0])
def test_other_rates(rate_hz: float) -> None:
    dry = performance(0.5, rate_hz)
    wet = amplify(dry, rate_hz)
    assert wet.shape == dry.shape
    assert np.isfinite(wet).all()


def test_the_same_settings_give_the_same_bytes() -> None:
    dry = performance(1.0)
    assert amplify(dry, RATE_HZ).tobytes() == amplify(dry, RATE_HZ).tobytes()


def test_blocks_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    dry = performance(0.5, seed=4)
    whole = amplify(dry, RATE_HZ)
    monkeypatch.setattr("triode.synthetic.amplifier._BLOCK_FRAMES", 777)
    # Float64 inside, float32 at the end: at most a rounding apart.
    np.testing.assert_allclose(amplify(dry, RATE_HZ), whole, atol=2e-7)


@pytest.mark.parametrize(
    "dry",
    [np.array([0.0, np.nan]), np.array([np.inf]), np.zeros((2, 10)), np.zeros(4, dtype=complex)],
)
def test_bad_signals_are_refused(dry: np.ndarray) -> None:
    with pytest.raises(AudioError, match="amplifier cannot take this signal"):
        amplify(dry, RATE_HZ)


@pytest.mark.parametrize("rate_hz", [0.0, 4000.0, float("nan")])
def test_bad_rates_are_refused(rate_hz: float) -> None:
    with pytest.raises(AudioError, match="sample rate is too low"):
        amplify(np.zeros(10), rate_hz)
