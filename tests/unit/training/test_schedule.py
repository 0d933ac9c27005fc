"""The learning rate of every step."""

import pytest

from triode.training.recipe import Optimizer
from triode.training.schedule import Round, learning_rate, round_ends, round_of


def rates(optimizer: Optimizer, epochs: int, steps: int) -> list[float]:
    return [
        learning_rate(optimizer, epoch=epoch, epochs=epochs, progress=step / steps)
        for epoch in range(1, epochs + 1)
        for step in range(steps)
    ]


def test_exponential_decays_from_epoch_to_epoch() -> None:
    optimizer = Optimizer(learning_rate=0.004, decay_per_epoch=0.5)
    assert rates(optimizer, 3, 2) == pytest.approx([0.004, 0.004, 0.002, 0.002, 0.001, 0.001])


def test_cosine_comes_down_to_its_final_share() -> None:
    optimizer = Optimizer(learning_rate=0.01, schedule="cosine", final_share=0.1)
    found = rates(optimizer, 10, 100)
    assert found[0] == 0.01
    assert found == sorted(found, reverse=True)
    assert found[500] == pytest.approx(0.0055)
    # The end itself lies one step behind the last.
    assert found[-1] == pytest.approx(0.001, rel=1e-4)


def test_cosine_warms_up_from_nothing() -> None:
    optimizer = Optimizer(learning_rate=0.01, schedule="cosine", warm_up_share=0.2)
    found = rates(optimizer, 5, 10)
    assert found[0] == 0.0
    assert found[5] == pytest.approx(0.005)
    assert max(found) == found[10] == 0.01


def test_rounds_double_and_the_last_takes_what_is_left() -> None:
    found = [round_of(epoch, 25, 3) for epoch in range(1, 26)]
    expected = [Round(0, 3)] * 3 + [Round(3, 6)] * 6 + [Round(9, 12)] * 12 + [Round(21, 4)] * 4
    assert found == expected
    assert round_of(7, 25, 0) == Round(0, 25)
    assert round_ends(25, 3) == [3, 9, 21]
    assert round_ends(2, 3) == round_ends(25, 0) == []


def test_every_round_comes_down_by_itself() -> None:
    optimizer = Optimizer(
        learning_rate=0.01, schedule="cosine", warm_up_share=0.2, first_round_epochs=5
    )
    found = rates(optimizer, 15, 10)
    whole = Optimizer(learning_rate=0.01, schedule="cosine", warm_up_share=0.2)
    assert found == pytest.approx(rates(whole, 5, 10) + rates(whole, 10, 10), abs=1e-15)
