"""Filters, delays and levels by themselves, against what is known of them."""

from dataclasses import replace

import numpy as np
import pytest

from triode.audio import read_between
from triode.errors import ListeningError
from triode.listening.anchors import fit_waveshaper, low_pass
from triode.listening.cues import cues_of
from triode.listening.levelling import floor_dbfs, loudness_lufs
from triode.listening.lining_up import lag_of, moved
from unit.listening.made import prepared

RATE_HZ = 48000


def noise(frames: int = RATE_HZ, seed: int = 0) -> np.ndarray:
    generator = np.random.default_rng(seed)
    return (0.1 * np.convolve(generator.standard_normal(frames), np.hanning(9), "same")).astype(
        np.float32
    )


@pytest.mark.parametrize("edge_hz", [3500.0, 7000.0])
def test_the_anchors_keep_the_limits_of_the_recommendation(edge_hz: float) -> None:
    impulse = np.zeros(1 << 14, np.float32)
    impulse[len(impulse) // 2] = 1.0
    played = low_pass(impulse, edge_hz, RATE_HZ)
    level_db = 20 * np.log10(np.abs(np.fft.rfft(played)) + 1e-12)
    hertz = np.fft.rfftfreq(len(impulse), 1 / RATE_HZ)
    assert np.abs(level_db[hertz <= edge_hz]).max() < 0.1
    # BS.1534-3 for 3.5 kHz: 25 dB down at 4 kHz, 50 dB at 4.5 kHz.
    assert level_db[hertz >= edge_hz * 4.0 / 3.5].max() < -25.0
    assert level_db[hertz >= edge_hz * 4.5 / 3.5].max() < -50.0
    # Linear phase with the delay taken out: symmetric about the impulse.
    middle = len(impulse) // 2
    assert np.allclose(played[middle - 99 : middle], played[middle + 1 : middle + 100][::-1])


def test_a_low_pass_needs_room_below_half_the_rate() -> None:
    with pytest.raises(ListeningError, match="too low for this anchor"):
        low_pass(noise(), 7000.0, 16000.0)


@pytest.mark.parametrize("late", [-37.25, 0.0, 0.4, 12.0, 480.5])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_delay_is_found_to_a_fraction_and_taken_out(late: float, sign: float) -> None:
    reference = noise()
    signal = (sign * 0.3 * read_between(reference, -late, 1.0, len(reference))).astype(np.float32)
    lag = lag_of(reference, signal, RATE_HZ)
    assert lag.samples == pytest.approx(late, abs=0.01)
    assert np.sign(lag.likeness) == sign
    assert abs(lag.likeness) > 0.97
    laid, by = moved(signal, lag)
    assert by == pytest.approx(late, abs=0.01)
    left = sign * laid[1000:-1000] / 0.3 - reference[1000:-1000]
    assert np.linalg.norm(left) < 0.02 * np.linalg.norm(reference)


def test_what_is_not_alike_has_no_likeness() -> None:
    assert abs(lag_of(noise(seed=1), noise(seed=2), RATE_HZ).likeness) < 0.2
    assert lag_of(noise(), np.zeros(RATE_HZ, np.float32), RATE_HZ).likeness == 0.0


def test_a_waveshaper_is_found_again() -> None:
    dry = noise(RATE_HZ // 2) * 4.0
    peak = float(np.abs(dry).max())
    wet = np.tanh(10.0 * dry / peak).astype(np.float32)
    fitted = fit_waveshaper(dry, wet, RATE_HZ)
    assert (fitted.drive_db, fitted.corner_hz) == (20.0, 0.0)
    played = fitted.play(dry, RATE_HZ)
    likeness = float(played @ wet) / float(np.linalg.norm(played) * np.linalg.norm(wet))
    assert likeness > 0.995


def test_silence_has_no_waveshaper_and_no_loudness() -> None:
    silence = np.zeros(RATE_HZ, np.float32)
    with pytest.raises(ListeningError, match="the clips are silent"):
        fit_waveshaper(silence, silence, RATE_HZ)
    assert loudness_lufs(silence, RATE_HZ) is None
    assert loudness_lufs(noise(4000), RATE_HZ) is None


def test_a_noise_floor_is_that_of_the_quietest_moment() -> None:
    signal = noise()
    signal[20_000:30_000] = 1e-3 * np.where(np.arange(10_000) % 2, 1.0, -1.0) + 0.5
    assert floor_dbfs(signal, RATE_HZ) == pytest.approx(-60.0, abs=0.1)


def test_cues_name_what_could_be_told_without_listening() -> None:
    test = prepared("mushra")
    facts = {one.name: {"systems": {}} for one in test.plan.gear}
    plain = [
        replace(one, sha256=str(place), measures={"esr_db": -20.0})
        for place, one in enumerate(test.manifest.stimuli)
    ]
    assert cues_of(test.plan, plain, facts) == ()
    noisy = [replace(one, noise_floor_dbfs=-60.0) if one.system == "lite" else one for one in plain]
    assert sum("Noise floor" in one for one in cues_of(test.plan, noisy, facts)) == 4
    same = [replace(one, sha256="same") if one.gear == "clean" else one for one in plain]
    assert any("do not differ" in one for one in cues_of(test.plan, same, facts))
    deaf = [replace(one, measures={"esr_db": -70.0}) for one in plain]
    assert any("must not be screened by it" in one for one in cues_of(test.plan, deaf, facts))
    short = prepared("abx", abx={"sequential": {}}).plan
    assert any("misses 55 %" in one for one in cues_of(short, plain, facts))
