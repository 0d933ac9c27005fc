"""No sample that validates is trained on, in any copy."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from triode.audio import measure_levels, read_audio, rms_db
from triode.capture import Repeat, Split, split
from triode.errors import CaptureError

RATE_HZ = 48_000
FIELD = 6347


def trained(parts: Split, frames: int) -> np.ndarray:
    mask = np.zeros(frames, np.bool_)
    for start, stop in parts.train:
        assert 0 <= start < stop <= frames
        assert stop - start > FIELD
        mask[start:stop] = True
    return mask


@pytest.fixture(scope="module")
def dry(play: Callable[..., np.ndarray]) -> np.ndarray:
    return play(12.0)


def check_disjoint(parts: Split, frames: int) -> None:
    mask = trained(parts, frames)
    start, stop = parts.validation
    assert 0 <= start < stop <= frames
    assert parts.run_in == (start - FIELD, start)
    assert not mask[start - FIELD : stop].any()


@pytest.mark.parametrize("first", [0, 7, 100_000])
@pytest.mark.parametrize("second", [250_000, 300_001, 470_000])
def test_planted_repeat_validates_and_is_not_trained_on(
    dry: np.ndarray, first: int, second: int
) -> None:
    frames = 100_000
    copy = dry.copy()
    copy[second : second + frames] = dry[first : first + frames]
    parts = split(copy, RATE_HZ, FIELD)
    assert parts.strategy == "repeat"
    check_disjoint(parts, len(copy))
    assert second - 50 <= parts.validation[0]
    assert parts.validation[1] <= second + frames + 50
    assert parts.validation[1] - parts.validation[0] > 90_000
    mask = trained(parts, len(copy))
    start, stop = (bound - second + first for bound in parts.validation)
    assert not mask[max(0, start - FIELD) : stop + FIELD].any()
    assert mask.mean() > 0.5


def test_copies_of_copies_are_excluded(dry: np.ndarray) -> None:
    # Only neighbours are listed, as a search may leave it: the first is a copy of the last's copy.
    repeats = (
        Repeat(first=0, second=200_000, frames=96_000),
        Repeat(first=200_000, second=440_000, frames=96_000),
    )
    parts = split(dry, RATE_HZ, FIELD, repeats=repeats)
    assert parts.validation == (440_000, 536_000)
    mask = trained(parts, len(dry))
    assert not mask[: 96_000 + FIELD].any()
    assert not mask[200_000 - FIELD : 296_000 + FIELD].any()
    assert mask[96_000 + FIELD : 200_000 - FIELD].all()


def test_a_long_repeat_validates_in_part(dry: np.ndarray) -> None:
    twice = np.concatenate([dry, dry])
    parts = split(twice, RATE_HZ, FIELD)
    check_disjoint(parts, len(twice))
    assert parts.strategy == "repeat"
    start, stop = parts.validation
    assert stop - start == len(twice) // 4
    assert not trained(parts, len(twice))[start - len(dry) - FIELD : stop - len(dry)].any()


def test_a_short_repeat_does_not_validate_but_is_kept_out(dry: np.ndarray) -> None:
    copy = dry.copy()
    copy[500_000:530_000] = dry[50_000:80_000]
    parts = split(copy, RATE_HZ, FIELD)
    assert parts.strategy == "typical"
    check_disjoint(parts, len(copy))
    start, stop = parts.validation
    assert start <= 500_100
    assert stop >= 529_900
    assert not trained(parts, len(copy))[50_100 - FIELD : 79_900 + FIELD].any()


def test_typical_passage(dry: np.ndarray) -> None:
    quiet_end = np.concatenate([dry, np.zeros(4 * RATE_HZ, np.float32)])
    parts = split(quiet_end, RATE_HZ, FIELD)
    check_disjoint(parts, len(quiet_end))
    start, stop = parts.validation
    assert stop - start == len(quiet_end) // 4
    assert abs(rms_db(quiet_end[start:stop]) - rms_db(quiet_end)) <= 3.0
    assert not measure_levels(quiet_end[start:stop]).silent


def test_typical_length_of_three_minutes(dry: np.ndarray) -> None:
    long = np.concatenate([(1 + 0.01 * k) * dry for k in range(15)]).astype(np.float32)
    parts = split(long, RATE_HZ, FIELD, repeats=())
    assert parts.validation[1] - parts.validation[0] == len(long) // 10
    check_disjoint(parts, len(long))


@pytest.mark.parametrize("seconds", [3.2, 4.0, 10.0, 30.0])
def test_short_recordings(play: Callable[..., np.ndarray], seconds: float) -> None:
    dry = play(seconds, seed=7)
    parts = split(dry, RATE_HZ, FIELD)
    check_disjoint(parts, len(dry))
    assert parts.validation[1] - parts.validation[0] >= 0.5 * RATE_HZ
    assert trained(parts, len(dry)).sum() >= 0.4 * len(dry)


def test_too_short(dry: np.ndarray) -> None:
    with pytest.raises(CaptureError, match=r"too short.*at least 3\.13 s.*Got 3\.00 s"):
        split(dry[: 3 * RATE_HZ], RATE_HZ, FIELD)


def test_a_loop_is_refused(dry: np.ndarray) -> None:
    with pytest.raises(CaptureError, match="repeats itself so much"):
        split(np.tile(dry[:RATE_HZ], 10), RATE_HZ, FIELD)


def test_json(dry: np.ndarray) -> None:
    facts = split(dry, RATE_HZ, FIELD).to_json()
    assert set(facts) == {"train", "validation", "run_in", "strategy", "reason", "repeats"}


def test_real_dry_file(shared_data: Path) -> None:
    dry = read_audio(shared_data / "pairs" / "dry.flac").samples
    parts = split(dry, RATE_HZ, FIELD)
    check_disjoint(parts, len(dry))
    # The second V, 108.8 to 118.8 s; quiet edges of up to 5 ms may be left off.
    assert parts.validation == pytest.approx((108.8 * RATE_HZ, 118.8 * RATE_HZ), abs=240)
    mask = trained(parts, len(dry))
    assert not mask[120_020 - FIELD : 600_000].any()
    assert mask[13 * RATE_HZ : int(108.3 * RATE_HZ)].all()


@pytest.mark.parametrize("where", [(100_000, 110_000), (540_000, 550_000)])
def test_what_is_excluded_neither_trains_nor_judges(
    dry: np.ndarray, where: tuple[int, int]
) -> None:
    parts = split(dry, RATE_HZ, FIELD, excluded=[where])
    check_disjoint(parts, len(dry))
    assert not trained(parts, len(dry))[slice(*where)].any()
    start, stop = parts.validation
    assert stop <= where[0] or start >= where[1]
    # The exclusion costs no more than itself and a receptive field on either side.
    free = trained(split(dry, RATE_HZ, FIELD), len(dry)).sum()
    assert trained(parts, len(dry)).sum() >= free - 2 * (where[1] - where[0]) - 2 * FIELD
