"""A pair made with the signal: the layout is used, and the noise is measured."""

from pathlib import Path

import numpy as np
import pytest

from triode.audio import write_audio
from triode.capture import Layout, make_pair

RATE_HZ = 48_000


@pytest.mark.parametrize("rate_hz", [pytest.param(None, marks=pytest.mark.heavy), 44_100])
def test_a_recording_with_noise(tmp_path: Path, signal: np.ndarray, rate_hz: int | None) -> None:
    lead, delay = 5_000, 700
    dry = np.concatenate([np.zeros(lead, np.float32), signal])
    noise = 10 ** (-70 / 20) * np.random.default_rng(3).standard_normal(len(dry))
    clean = np.tanh(3 * np.concatenate([np.zeros(delay, np.float32), dry[:-delay]]))
    write_audio(tmp_path / "dry.wav", dry, RATE_HZ)
    write_audio(tmp_path / "wet.wav", (0.5 * clean + noise).astype(np.float32), RATE_HZ)
    facts = make_pair(tmp_path / "dry.wav", tmp_path / "wet.wav", rate_hz=rate_hz).facts
    assert facts.excitation is not None
    ratio = facts.rate_hz / RATE_HZ
    # The delay has no fraction and no whitening can blur it: all of it is found, less the margin.
    assert facts.alignment.delay_samples == pytest.approx(delay * ratio, abs=0.1)
    assert facts.excitation.minutes == 1.0
    assert facts.excitation.offset == pytest.approx(lead * ratio, abs=1)
    # Of white noise, 70 dB under full scale, resampling leaves out what is above 22 kHz: 0.4 dB.
    assert facts.noise_floor_dbfs == pytest.approx(-70, abs=0.6)
    known = Layout.of(1.0, RATE_HZ).repeats
    assert len(facts.repeats) == len(known)
    for found, wanted in zip(facts.repeats, known, strict=True):
        assert found.first == pytest.approx((wanted.first + lead) * ratio, abs=2)
    assert facts.replicate_floor_esr is not None
    assert 1e-7 < facts.replicate_floor_esr < 1e-3
