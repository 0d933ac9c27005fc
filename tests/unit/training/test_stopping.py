"""When training ends by itself: the same for the same history, later where more is to gain."""

import json
import math
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from triode.errors import TrainingError
from triode.training.stopping import decide, parse_until

Curve = list[dict[str, float]]


def stops_after(history: Curve, until: str) -> int | None:
    """The epoch after which a training with this history would have ended."""
    goal = parse_until(until)
    return next(
        (epoch for epoch in range(1, len(history) + 1) if decide(history[:epoch], goal).stop),
        None,
    )


def power_law(exponent: float, noise: float, epochs: int = 1500, seed: int = 0) -> Curve:
    """ESR that falls as epoch^-exponent, times log-normal noise, as learning curves do."""
    generator = np.random.default_rng(seed)
    esr = 0.1 * np.arange(1.0, epochs + 1) ** -exponent
    return [{"full": float(one)} for one in esr * np.exp(noise * generator.standard_normal(epochs))]


@pytest.mark.parametrize(
    ("pair", "target", "epoch"),
    [
        # Read off the curves: the first epoch whose ESR of Full is at most the target.
        ("jcm800-crunch", "0.01", 5),
        ("jcm800-crunch", "0.002", 17),
        ("spice-12ax7", "0.01", 4),
        ("spice-12ax7", "0.002", 21),
    ],
)
def test_a_target_ends_a_real_training_when_it_is_reached(
    reference_curve: Callable[[str], Curve], pair: str, target: str, epoch: int
) -> None:
    history = reference_curve(pair)
    assert stops_after(history, target) == epoch
    reason = decide(history[:epoch], parse_until(target)).reason
    assert reason == f"the best ESR of full, {history[epoch - 1]['full']:.3g}, has reached {target}"


@pytest.mark.parametrize("pair", ["jcm800-crunch", "spice-12ax7"])
@pytest.mark.parametrize("word", ["good", "best"])
def test_a_real_training_that_still_gains_goes_on(
    reference_curve: Callable[[str], Curve], pair: str, word: str
) -> None:
    # Both curves are cut off after about 35 epochs, in which Lite's best ESR still fell by a
    # fifth and more in ten epochs.
    history = reference_curve(pair)
    assert stops_after(history, word) is None
    assert "at least the" in decide(history, parse_until(word)).reason


@pytest.mark.parametrize("word", ["good", "best"])
@pytest.mark.parametrize("noise", [0.0, 0.2, 0.7])
def test_a_curve_that_became_flat_ends_soon(word: str, noise: float) -> None:
    falling = power_law(2.0, noise, epochs=20)
    flat = [{"full": falling[-1]["full"] * 1.2} for _ in range(100)]
    epoch = stops_after(falling + flat, word)
    assert epoch is not None
    assert 20 < epoch <= 20 + 2 * 20


@pytest.mark.parametrize("exponent", [1.0, 1.5, 2.0])
@pytest.mark.parametrize(("word", "least_gain"), [("good", 0.10), ("best", 0.03)])
def test_where_nothing_hides_it_the_next_gain_is_below_the_threshold(
    exponent: float, word: str, least_gain: float
) -> None:
    curve = power_law(exponent, 0.0)
    epoch = stops_after(curve, word)
    assert epoch is not None
    assert curve[epoch + 9]["full"] / curve[epoch - 1]["full"] > 1.0 - least_gain


def test_best_trains_longer_than_good_through_noise() -> None:
    for seed in range(5):
        curve = power_law(1.5, 0.2, seed=seed)
        good, best = stops_after(curve, "good"), stops_after(curve, "best")
        assert good is not None
        assert best is not None
        assert 30 < good < best


def test_one_lucky_epoch_does_not_end_a_training_that_learns() -> None:
    curve = power_law(1.5, 0.0, epochs=60)
    curve[20]["full"] /= 100.0
    end = stops_after(curve, "good")
    assert end == stops_after(power_law(1.5, 0.0, epochs=60), "good")


def test_every_size_has_to_be_done() -> None:
    done = [{"lite": 0.5, "full": 0.1} for _ in range(40)]
    learning = [{"lite": 0.9**epoch, "full": 0.1} for epoch in range(40)]
    assert decide(done, parse_until("good")).stop
    decision = decide(learning, parse_until("good"))
    assert not decision.stop
    # 0.9 per epoch is 1 - 0.9^10 = 65.1 % in ten.
    assert "of lite, the most of any size, by 65.1 % per 10 epochs" in decision.reason


def test_the_sentence_says_what_was_measured_and_against_what() -> None:
    decision = decide([{"full": 0.1 * 0.999**epoch} for epoch in range(60)], parse_until("best"))
    assert decision.stop
    assert decision.reason == (
        "the last 30 epochs improved the ESR by 1.0 % per 10 epochs; less than the 3 % that "
        "--until best asks for"
    )


def test_epochs_without_a_number_count_as_no_gain() -> None:
    nan = float("nan")
    assert not decide([{"full": nan}] * 5, parse_until("0.01")).stop
    history = [{"full": 0.1}] * 20 + [{"full": nan}] * 20
    assert decide(history, parse_until("good")).stop
    assert decide([{"full": 0.0}] * 40, parse_until("good")).stop


def test_too_few_epochs_never_end_a_training() -> None:
    assert not decide([], parse_until("good")).stop
    assert not decide([{"full": 0.1}] * 10, parse_until("good")).stop


@pytest.mark.parametrize("text", ["", "better", "0", "1", "-0.1", "nan", "inf", "1 %"])
def test_what_is_no_goal_is_refused(text: str) -> None:
    with pytest.raises(TrainingError, match="good, best or an ESR between 0 and 1"):
        parse_until(text)


@pytest.fixture
def reference_curve(shared_data: Path) -> Callable[[str], Curve]:
    def read(pair: str) -> Curve:
        path = shared_data / "reference" / f"{pair}.jsonl"
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        return [{"lite": row["esr_lite"], "full": row["esr_full"]} for row in rows]

    return read


def in_rounds(ends: Sequence[float]) -> Curve:
    """High ESR amid rounds of 2, 4, 8 … epochs, and at their ends what is given."""
    history: Curve = []
    for number, esr in enumerate(ends):
        history += [{"lite": 2.0 * esr, "full": 0.5}] * (2 ** (number + 1) - 1)
        history += [{"lite": 2.0 * esr, "full": esr}]
    return history


@pytest.mark.parametrize(
    ("word", "ends", "epoch"),
    [
        ("good", [0.01, 0.005, 0.004], 14),
        ("best", [0.01, 0.005, 0.004], None),
        ("best", [0.01, 0.005, 0.0048], 14),
        ("best", [0.01, 0.011], 6),
        ("good", [0.01], None),
    ],
)
def test_rounds_are_judged_at_their_ends(word: str, ends: list[float], epoch: int | None) -> None:
    history, goal = in_rounds(ends), parse_until(word)
    stops = [n for n in range(1, len(history) + 1) if decide(history[:n], goal, 2).stop]
    assert stops == ([] if epoch is None else [epoch])


def test_what_a_round_brought_is_said() -> None:
    decision = decide(in_rounds([0.01, 0.005, 0.004]), parse_until("good"), 2)
    assert decision.reason == (
        "the last 8 epochs, the longest round so far, lowered the ESR of lite, the most of any "
        "size, by 20.0 %; less than the 30 % that --until good asks for"
    )


def test_rounds_without_a_number_go_on() -> None:
    history = [{"full": math.nan}] * 2 + [{"full": 0.5}] * 4
    assert not decide(history, parse_until("best"), 2).stop
