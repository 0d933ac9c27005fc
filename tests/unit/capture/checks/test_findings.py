"""Faults put into a pair are found, and a good pair raises no alarm.

A small part of `benchmarks/capture_checks.py`, with its disturbances: strong and medium ones on one
synthetic pair, one for each check in the light suite.
"""

import dataclasses
import importlib.util
import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from triode.capture import make_pair
from triode.capture.checks import CHECKS, Finding, RefusedError, Severity
from triode.capture.checks.modulation import measure_modulation
from triode.capture.checks.short_time import short_time
from triode.synthetic import demo_pair

RATE_HZ = 48_000


@pytest.fixture(scope="module")
def disturbances(repository: Path) -> ModuleType:
    path = repository / "benchmarks" / "disturbances.py"
    specification = importlib.util.spec_from_file_location("disturbances", path)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules["disturbances"] = module
    specification.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def pair(
    play: Callable[..., np.ndarray], amplify: Callable[..., np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Silence, playing, silence, the same playing again, silence."""
    rest = np.zeros(RATE_HZ, np.float32)
    # The second half of a second fades out, so that silence begins when notes have ended.
    playing = play(9.0)
    playing[-RATE_HZ // 2 :] *= np.linspace(1, 0, RATE_HZ // 2, dtype=np.float32)
    dry = np.concatenate([rest, playing, play(6.0, seed=2), rest, playing, rest])
    hiss = 1e-5 * np.random.default_rng(4).standard_normal(len(dry))
    return dry, (amplify(dry, drive=2.0) + hiss).astype(np.float32)


def find(folder: Path, dry: np.ndarray, wet: np.ndarray) -> dict[str, Finding]:
    import soundfile

    paths = folder / "dry.wav", folder / "wet.wav"
    for path, samples in zip(paths, (dry, wet), strict=True):
        soundfile.write(path, np.clip(samples, -1, 1), RATE_HZ, subtype="PCM_24")
    try:
        findings = make_pair(*paths).facts.findings
    except RefusedError as error:
        findings = error.findings
    return {one.check: one for one in findings}


def alarms(findings: dict[str, Finding]) -> set[str]:
    return {name for name, one in findings.items() if one.severity.rank >= Severity.NOTE.rank}


def test_a_good_pair_raises_no_alarm(tmp_path: Path, pair: tuple[np.ndarray, np.ndarray]) -> None:
    findings = find(tmp_path, *pair)
    assert list(findings) == [check.id for check in CHECKS]
    # The longest repeat is nine seconds of a pair of 27 s: it is a little short.
    assert alarms(findings) <= {"length"}
    for one in findings.values():
        json.dumps(one.to_json(), allow_nan=False)


LIGHT = (
    ("clipped at full scale, share 0.0005", "clipping-wet"),
    ("dry clipped, share 0.0005", "clipping-dry"),
    ("white noise, dB -35", "noise"),
    ("hum 50 Hz, dB -45", "hum"),
    ("delay 350 ms, dB -16", "dependence"),
    ("chorus, mix 0.5", "modulation"),
    ("gain control, strength 0.8", "gain-control"),
    ("compressor, ratio 8", "release"),
    ("band ends at, Hz 8000", "bandwidth"),
    ("dry peak, dBFS -30", "level"),
    ("DC at rest 0.01", "offset"),
    ("gain wanders, dB 3", "replicate"),
    ("bypassed, gain 0.5", "copy"),
)
HEAVY = (
    ("clipped, then turned down, share 0.0005", "clipping-wet"),
    ("hum 120 Hz, dB -45", "hum"),
    ("reverb 1.5 s, dB -14", "dependence"),
    ("tremolo 4 Hz, depth 0.2", "modulation"),
    ("phaser, mix 0.3", "modulation"),
    ("vibrato 5 Hz, ms 0.3", "modulation"),
    ("compressor, ratio 4", "release"),
    ("band ends at, Hz 12000", "bandwidth"),
)
CASES = (*LIGHT, *(pytest.param(*one, marks=pytest.mark.heavy) for one in HEAVY))


@pytest.mark.parametrize(("name", "expected"), CASES)
def test_a_fault_is_found(
    tmp_path: Path,
    pair: tuple[np.ndarray, np.ndarray],
    disturbances: ModuleType,
    name: str,
    expected: str,
) -> None:
    (one,) = [one for one in disturbances.DISTURBANCES if one.name == name]
    assert one.expected == expected
    findings = find(tmp_path, *one.apply(*pair))
    found = alarms(findings)
    assert expected in found
    assert found <= {expected, *one.also, "length", "order"}
    told = findings[expected]
    assert told.evidence
    assert told.causes
    assert told.advice


@pytest.mark.heavy
def test_the_demo_has_no_modulation() -> None:
    # Its phrases come back every 3.3 s, and a threshold for all rates took them for a phaser.
    measured = measure_modulation(short_time(*demo_pair(), RATE_HZ))
    assert measured is not None
    assert measured.line_db > 2.2
    assert not measured.found


def test_modulation_needs_every_proof() -> None:
    random = np.random.default_rng(1)
    dry = (0.1 * random.standard_normal(12 * RATE_HZ)).astype(np.float32)
    swing = 0.3 * np.sin(2 * np.pi * np.arange(len(dry), dtype=np.float32) / RATE_HZ)
    measured = measure_modulation(short_time(dry, (1 + swing) * dry, RATE_HZ))
    assert measured is not None
    assert measured.rate_hz == pytest.approx(1.0, abs=0.05)
    # Without the level, where a tremolo shows as well.
    plain = dataclasses.replace(measured, level_line_db=0.0)
    assert plain.found
    lacking = {"turns": 7.0, "half_line_db": 0.5, "spreads": 4.0, "music_db": 20.0, "depth": 1e-4}
    for name, value in lacking.items():
        assert not dataclasses.replace(plain, **{name: value}).found, name


def test_saturation_is_not_clipping(
    tmp_path: Path, pair: tuple[np.ndarray, np.ndarray], disturbances: ModuleType
) -> None:
    dry, wet = pair
    found = alarms(find(tmp_path, dry, disturbances.saturate(wet, 8.0)))
    assert "clipping-wet" not in found


def test_hum_is_named(
    tmp_path: Path, pair: tuple[np.ndarray, np.ndarray], disturbances: ModuleType
) -> None:
    dry, wet = pair
    hum = find(tmp_path, dry, disturbances.hum(wet, -40.0, 60.0, 2))["hum"]
    assert hum.evidence["mains_hz"] == 60.0
    assert hum.evidence["strongest_hz"] == 120.0
    # Of 24-bit samples with hiss 60 dB further down the level is known to a few tenths.
    assert hum.evidence["relative_to_signal_db"] == pytest.approx(-40.0, abs=0.5)


def test_an_echo_is_measured(
    tmp_path: Path, pair: tuple[np.ndarray, np.ndarray], disturbances: ModuleType
) -> None:
    dry, wet = pair
    echo = find(tmp_path, dry, disturbances.echo(wet, 0.35, -12.0, 0.0))["dependence"]
    assert echo.evidence["echo_seconds"] == pytest.approx(0.35, abs=0.001)
    # The estimate is regularised, which costs a repeat about a decibel.
    assert echo.evidence["echo_db"] == pytest.approx(-12.0, abs=2.0)


def test_noise_of_the_dry_signal_is_not_the_gears(
    tmp_path: Path, pair: tuple[np.ndarray, np.ndarray]
) -> None:
    dry, wet = pair
    hiss = (3e-5 * np.random.default_rng(6).standard_normal(len(dry))).astype(np.float32)
    followed = find(tmp_path, dry + hiss, wet + 2 * hiss)["noise"].evidence
    added = find(tmp_path, dry, wet + 2 * hiss)["noise"].evidence
    assert followed["level_dbfs"] == pytest.approx(added["level_dbfs"], abs=0.5)
    assert followed["own_share"] < 0.2
    assert added["own_share"] == 1.0
