"""Planted repeats are found to the sample; what only looks alike is not."""

from pathlib import Path

import numpy as np
import pytest

from triode.audio import read_audio
from triode.capture import Repeat, find_repeats, repeats

RATE_HZ = 48_000
# A passage that starts or ends near a zero crossing may lose samples below -60 dBFS.
EDGE_SAMPLES = 50


def planted(dry: np.ndarray, first: int, second: int, frames: int) -> np.ndarray:
    copy = dry.copy()
    copy[second : second + frames] = dry[first : first + frames]
    return copy


def check(found: Repeat, first: int, second: int, frames: int) -> None:
    assert found.second - found.first == second - first
    assert abs(found.first - first) <= EDGE_SAMPLES
    assert abs(found.frames - frames) <= 2 * EDGE_SAMPLES


@pytest.mark.parametrize("first", [0, 12_345])
@pytest.mark.parametrize("second", [150_001, 250_333])
@pytest.mark.parametrize("frames", [40_000, 90_000])
@pytest.mark.parametrize("noise_db", [None, -90])
def test_planted(
    dry: np.ndarray, first: int, second: int, frames: int, noise_db: int | None
) -> None:
    copy = planted(dry, first, second, frames)
    if noise_db is not None:
        noise = np.random.default_rng(5).standard_normal(len(copy)) * 10 ** (noise_db / 20)
        copy = (copy + noise).astype(np.float32)
    found = find_repeats(copy, RATE_HZ)
    assert len(found) == 1
    check(found[0], first, second, frames)


def test_a_long_recording_is_searched_with_fewer_landmarks(
    dry: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repeats, "_ALL_KEPT_SECONDS", len(dry) / RATE_HZ / 16)
    # Blocks that end amid the passages, too.
    monkeypatch.setattr(repeats, "_BLOCK_FRAMES", 30_000)
    assert repeats._thinnings(len(dry) / RATE_HZ) == 4
    found = find_repeats(planted(dry, 12_345, 250_333, 90_000), RATE_HZ)
    assert len(found) == 1
    check(found[0], 12_345, 250_333, 90_000)


def test_three_times_gives_every_two(dry: np.ndarray) -> None:
    copy = planted(planted(dry, 0, 100_000, 60_000), 0, 300_000, 60_000)
    found = find_repeats(copy, RATE_HZ)
    assert sorted(one.second - one.first for one in found) == [100_000, 200_000, 300_000]


def test_loop(dry: np.ndarray) -> None:
    loop = np.tile(dry[: 2 * RATE_HZ], 6)
    found = find_repeats(loop, RATE_HZ)
    assert {one.second - one.first for one in found} == {k * 2 * RATE_HZ for k in range(1, 6)}
    assert found[0].frames == pytest.approx(10 * RATE_HZ, abs=EDGE_SAMPLES)


def test_short_coincidences_are_ignored(dry: np.ndarray) -> None:
    assert find_repeats(planted(dry, 1000, 300_000, 20_000), RATE_HZ) == ()
    assert find_repeats(planted(dry, 1000, 300_000, 20_000), RATE_HZ, shortest_seconds=0.3) != ()


def _sine(hz: float, seconds: float) -> np.ndarray:
    return (0.3 * np.sin(2 * np.pi * hz * np.arange(int(seconds * RATE_HZ)) / RATE_HZ)).astype(
        np.float32
    )


@pytest.mark.parametrize(
    "signal",
    [
        np.zeros(10 * RATE_HZ, np.float32),
        np.zeros(100, np.float32),
        np.zeros(0, np.float32),
        _sine(440, 10),
        _sine(480, 10),
        np.sign(_sine(100, 10)),
        np.random.default_rng(6).standard_normal(10 * RATE_HZ).astype(np.float32),
    ],
    ids=["silence", "short", "empty", "tone", "periodic tone", "square", "noise"],
)
def test_not_repeats(signal: np.ndarray) -> None:
    assert find_repeats(signal, RATE_HZ) == ()


def test_playing_does_not_repeat(dry: np.ndarray) -> None:
    assert find_repeats(dry, RATE_HZ) == ()


def test_silence_around_a_passage_is_not_part_of_it(dry: np.ndarray) -> None:
    passage, silence = dry[: 2 * RATE_HZ], np.zeros(RATE_HZ, np.float32)
    signal = np.concatenate(
        [silence, passage, silence, dry[3 * RATE_HZ :], silence, passage, silence]
    )
    (found,) = find_repeats(signal, RATE_HZ)
    check(found, RATE_HZ, len(signal) - 3 * RATE_HZ, 2 * RATE_HZ)


def test_another_rate() -> None:
    found = Repeat(first=1000, second=5001, frames=3000).scaled(44_100 / 48_000)
    assert found.first <= 1000 * 44.1 / 48
    assert found.first + found.frames >= 4000 * 44.1 / 48
    assert found.second + found.frames >= 8001 * 44.1 / 48


def test_real_dry_file(shared_data: Path) -> None:
    dry = read_audio(shared_data / "pairs" / "dry.flac").samples
    (found,) = find_repeats(dry, RATE_HZ)
    check(found, int(2.5 * RATE_HZ), int(108.8 * RATE_HZ), 10 * RATE_HZ)


def test_real_playing_with_a_plant(shared_data: Path) -> None:
    dry = read_audio(shared_data / "pairs" / "dry.flac").samples[13 * RATE_HZ : 73 * RATE_HZ]
    (found,) = find_repeats(planted(dry, 5 * RATE_HZ, 40 * RATE_HZ + 17, 2 * RATE_HZ), RATE_HZ)
    check(found, 5 * RATE_HZ, 40 * RATE_HZ + 17, 2 * RATE_HZ)
