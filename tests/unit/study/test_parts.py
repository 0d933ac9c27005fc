from itertools import pairwise

import numpy as np
import pytest

from triode.capture import Repeat, find_repeats
from triode.errors import CaptureError
from triode.study.parts import Parts, three_parts

RATE_HZ = 8000
CONTEXT = 400


def noise(seconds: float, seed: int = 0) -> np.ndarray:
    generator = np.random.default_rng(seed)
    smooth = np.convolve(generator.standard_normal(int(seconds * RATE_HZ)), np.hanning(8), "same")
    return (0.3 * smooth / np.abs(smooth).max()).astype(np.float32)


def ranges(parts: Parts) -> list[tuple[int, int]]:
    return [*parts.training, parts.validation, parts.test]


def assert_disjoint(parts: Parts) -> None:
    for (_, stop), (start, _) in pairwise(sorted(ranges(parts))):
        assert stop <= start


def test_the_three_parts_do_not_overlap_and_most_is_trained_on() -> None:
    dry = noise(60.0)
    parts = three_parts(dry, RATE_HZ, CONTEXT, ())
    assert_disjoint(parts)
    trained = sum(stop - start for start, stop in parts.training)
    assert trained > 0.6 * len(dry)
    for start, stop in parts.training:
        assert stop - start > CONTEXT
        for judged in (parts.validation, parts.test):
            # Neither is read as a target, and no training window ends within its context.
            assert stop <= judged[0] - CONTEXT or start >= judged[1]


def test_what_is_judged_is_never_played_while_training() -> None:
    verse, bridge = noise(8.0, 1), noise(9.0, 2)
    dry = np.concatenate([verse, noise(12.0, 3), bridge, noise(11.0, 4), verse, bridge])
    repeats = find_repeats(dry, RATE_HZ)
    assert len(repeats) >= 2
    parts = three_parts(dry, RATE_HZ, CONTEXT, repeats)
    assert_disjoint(parts)
    windows = np.lib.stride_tricks.sliding_window_view
    for judged in (parts.validation, parts.test):
        samples = dry[slice(*judged)]
        for offset in range(0, len(samples) - 64, 9973):
            for start, stop in parts.training:
                trained = windows(dry[start:stop], 64)
                distance = np.abs(trained - samples[offset : offset + 64]).max(axis=1)
                assert distance.min() > 1e-3


def test_a_comparison_of_samples_would_notice_a_copy() -> None:
    dry = noise(2.0)
    trained = np.lib.stride_tricks.sliding_window_view(dry, 64)
    assert np.abs(trained - dry[500:564]).max(axis=1).min() == 0.0


def test_a_loop_leaves_nothing_to_train_on() -> None:
    dry = np.tile(noise(6.0), 4)
    repeats = [
        Repeat(first=0, second=number * 6 * RATE_HZ, frames=(4 - number) * 6 * RATE_HZ)
        for number in (1, 2, 3)
    ]
    with pytest.raises(CaptureError):
        three_parts(dry, RATE_HZ, CONTEXT, repeats)


def test_parts_go_to_json_and_back() -> None:
    import json

    parts = three_parts(noise(20.0), RATE_HZ, CONTEXT, ())
    assert Parts.from_json(json.loads(json.dumps(parts.to_json()))) == parts
