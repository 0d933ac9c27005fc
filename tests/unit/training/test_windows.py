"""Windows stay in their ranges, cover them, and come in an order that the seed decides."""

import numpy as np
import pytest
import torch

from triode.errors import TrainingError
from triode.training.windows import WindowPlan, cut

RANGES = ((100, 1150), (2000, 2040), (5000, 7000))


def plan(seed: int = 0, **changes: object) -> WindowPlan:
    values = {"ranges": RANGES, "run_in_samples": 30, "output_samples": 100, "batch_size": 4}
    return WindowPlan(**{**values, "seed": seed, **changes})


def starts(one: WindowPlan, epoch: int) -> np.ndarray:
    return np.concatenate(list(one.batches(epoch)))


def test_windows_with_their_run_in_stay_inside_the_ranges() -> None:
    for epoch in range(1, 30):
        for start in starts(plan(), epoch):
            assert any(low <= start - 30 and start + 100 <= high for low, high in RANGES)


def test_an_epoch_trains_no_sample_twice_and_leaves_little_out() -> None:
    one = plan(batch_size=1)
    # 10 windows fit the first range, none the second, 19 the third.
    assert one.steps_per_epoch == 29
    outputs = np.concatenate([np.arange(s, s + 100) for s in starts(one, 1)])
    assert len(np.unique(outputs)) == 2900


def test_seed_and_epoch_decide_the_order() -> None:
    first = starts(plan(), 1)
    np.testing.assert_array_equal(first, starts(plan(), 1))
    assert not np.array_equal(first, starts(plan(), 2))
    assert not np.array_equal(first, starts(plan(seed=1), 1))


def test_borders_move_between_epochs() -> None:
    assert len({int(start) % 100 for epoch in range(9) for start in starts(plan(), epoch)}) > 5


def test_an_incomplete_batch_is_left_out_unless_it_is_the_only_one() -> None:
    assert [len(batch) for batch in plan().batches(1)] == [4] * 7
    assert [len(batch) for batch in plan(batch_size=64).batches(1)] == [29]


def test_too_little_material_is_an_error() -> None:
    with pytest.raises(TrainingError, match=r"at least 130 samples in a row.* 120 samples"):
        plan(ranges=((0, 120),))


def test_cut_stacks_what_is_around_each_start() -> None:
    got = cut(torch.arange(10), [3, 7], before=2, after=1)
    assert got.tolist() == [[1, 2, 3], [5, 6, 7]]
