"""From trials to verdicts."""

import math
from dataclasses import replace

import pytest

from triode.errors import StudyError
from triode.study import TrialRecord
from triode.study.statistics import (
    Interval,
    LuckShare,
    Question,
    adopted_arm,
    answer_questions,
    effect_text,
    luck_share,
    metric_of,
    results,
    seed_spread,
    verdict_of,
)
from triode.study.statistics.question import Claim
from unit.study.made import GEAR, candidate, question, trial, trials

MARGIN = math.log(1.05)


@pytest.mark.parametrize(
    ("claim", "low", "high", "expected"),
    [
        ("better", -0.3, -0.1, "supported"),
        ("better", 0.1, 0.3, "contradicted"),
        ("better", -0.1, 0.1, "undecided"),
        ("better", -0.04, -0.01, "tie"),
        ("worse", 0.1, 0.3, "supported"),
        ("worse", -0.3, -0.1, "contradicted"),
        ("not_worse", -0.2, 0.04, "supported"),
        ("not_worse", -0.2, 0.06, "undecided"),
        ("not_worse", 0.06, 0.2, "contradicted"),
        ("not_worse", -0.02, 0.02, "tie"),
        ("not_better", -0.04, 0.3, "supported"),
        ("not_better", -0.3, -0.06, "contradicted"),
    ],
)
def test_verdicts(claim: Claim, low: float, high: float, expected: str) -> None:
    interval = Interval(low=low, high=high, level=0.95)
    assert verdict_of(question(claim=claim), interval, 0.001) == expected


def test_a_test_that_other_questions_weaken_decides_nothing() -> None:
    sure = Interval(low=-0.3, high=-0.1, level=0.95)
    assert verdict_of(question(), sure, 0.06) == "undecided"
    # A tie needs no difference to be proven.
    assert verdict_of(question(), Interval(low=-0.01, high=0.01, level=0.95), 1.0) == "tie"


@pytest.mark.parametrize(
    ("simpler", "low", "high", "expected"),
    [
        ("b", -0.3, -0.06, "a"),
        ("b", -0.3, -0.04, "b"),  # better for sure, but not by the margin for sure
        ("b", 0.1, 0.3, "b"),
        ("a", 0.06, 0.3, "b"),
        ("a", 0.04, 0.3, "a"),
        ("a", -0.3, -0.1, "a"),
    ],
)
def test_the_more_complex_arm_must_beat_the_margin(
    simpler: str, low: float, high: float, expected: str
) -> None:
    interval = Interval(low=low, high=high, level=0.95)
    assert adopted_arm(question(simpler=simpler), interval) == expected


def test_a_clear_difference_is_found_and_said() -> None:
    found = answer_questions([question()], trials({"a": -0.2, "b": 0.0}), [])
    (answer,) = found
    assert (answer.verdict, answer.adopted) == ("supported", "a")
    assert answer.effect is not None
    assert answer.effect.mean == pytest.approx(-0.2, abs=0.05)
    assert answer.effect.wins == 14
    assert 0.01 < answer.detectable < 0.2
    assert {one.source for one in answer.sources} == {"demo-family", "guitarix", "ngspice"}
    assert sum(one.effect.pieces for one in answer.sources) == 14
    text = effect_text(answer.effect, cost="at equal CPU")
    assert "lower ESR at equal CPU, 95\xa0% interval" in text
    assert text.endswith("lower on 14 of 14 pieces of gear")


def test_holm_is_over_all_questions() -> None:
    data = trials({"a": -0.06, "b": 0.0, "c": 0.0}, spread=0.08)
    alone = answer_questions([question()], data, [])[0]
    several = answer_questions(
        [question(), *(question("c", name=f"N{place}") for place in range(9))], data, []
    )[0]
    assert several.p_value == alone.p_value == alone.adjusted_p
    assert several.adjusted_p == pytest.approx(min(1.0, 10 * alone.p_value))
    assert several.detectable > alone.detectable


def test_equal_cost_is_not_equal_width() -> None:
    """Arm a is better at each width, but so dear that at equal cost it is worse."""
    truth = {f"a{one}": -0.3 * one - 0.1 for one in (1, 2, 3)} | {
        f"b{one}": -0.3 * one for one in (1, 2, 3)
    }
    data = trials(truth, spread=0.02)
    records = [candidate(f"b{one}", 10.0 * 2**one) for one in (1, 2, 3)]
    records += [candidate(f"a{one}", 16.0 * 2**one, wasm_player=9.0 * 2**one) for one in (1, 2, 3)]
    widths = [f"a{one}" for one in (1, 2, 3)], [f"b{one}" for one in (1, 2, 3)]
    plain = question("a2", "b2", name="width")
    priced = question(*widths, name="cost", at_cost_of="b2")
    width, cost, elsewhere = answer_questions([plain, priced], data, records)
    assert (width.verdict, width.engine) == ("supported", None)
    assert (cost.verdict, cost.engine, cost.target) == ("contradicted", "host-c", 40.0)
    assert cost.effect is not None
    expected = -0.1 + 0.3 * math.log2(1.6)
    assert cost.effect.mean == pytest.approx(expected, abs=0.02)
    assert cost.effect.interval.low < expected < cost.effect.interval.high
    assert cost.differences is not None
    assert cost.differences.shared_variance > 0.0
    # Not measured on the other engine for arm b: said, not guessed.
    assert (elsewhere.engine, elsewhere.verdict) == ("wasm-player", "undecided")
    assert "'b2' was not measured" in elsewhere.problem


def test_diverged_runs_count() -> None:
    data = trials({"a": -0.2, "b": 0.0})
    data = [
        replace(one, outcome=replace(one.outcome, status="diverged", metrics={}))
        if one.key.candidate == "a" and one.key.gear in GEAR[:3]
        else one
        for one in data
    ]
    (answer,) = answer_questions([question()], data, [])
    assert answer.differences is not None
    assert answer.differences.diverged == (3, 0)
    assert len(answer.differences.gear) == 14
    assert answer.effect is not None
    assert answer.effect.wins == 11
    assert answer.effect.mean > 0.0
    assert answer.verdict == "undecided"


def test_a_diverged_run_is_worth_silence_or_the_worst_seen() -> None:
    data = [
        trial("a", "amp-00", esr=None, status="diverged"),
        trial("b", "amp-00", esr=0.1, spectral=2.0),
        trial("c", "amp-00", esr=float("nan"), spectral=3.0),
        trial("d", "amp-00", esr=0.1, status="failed"),
    ]
    esr, spectral = (results(data, metric_of(key)) for key in ("esr", "spectral"))
    assert esr.of("a", 10)["amp-00"].log == esr.of("c", 10)["amp-00"].log == 0.0
    assert spectral.of("a", 10)["amp-00"].log == pytest.approx(math.log(3.0))
    assert esr.of("d", 10) == {}


def test_gear_that_only_one_arm_played_is_named() -> None:
    data = [
        one
        for one in trials({"a": -0.2, "b": 0.0})
        if not (one.key.candidate == "b" and one.key.gear == GEAR[5])
    ]
    (answer,) = answer_questions([question()], data, [])
    assert answer.differences is not None
    assert answer.differences.missing == (GEAR[5],)
    assert answer.effect is not None
    assert answer.effect.pieces == 13


def test_seeds_are_averaged_and_their_spread_is_known() -> None:
    data = [
        trial("a", gear, esr=esr, seed=seed)
        for gear in GEAR[:2]
        for seed, esr in enumerate((0.01, 0.04))
    ]
    found = results(data, metric_of("esr"))
    assert found.of("a", 10)[GEAR[0]].log == pytest.approx(math.log(0.02))
    spread = seed_spread(found)
    assert spread is not None
    assert (spread.groups, spread.freedom) == (2, 2)
    assert spread.deviation == pytest.approx(math.log(4.0) / math.sqrt(2.0))


def test_sizes_that_train_together_have_results_of_their_own() -> None:
    data = [
        trial("both", gear, esr=0.01, **{"esr@lite": 0.04 + 0.001 * place})
        for place, gear in enumerate(GEAR[1:])
    ]
    data.append(trial("both", GEAR[0], esr=None, status="diverged"))
    data += [trial("lite", gear, esr=0.02) for gear in GEAR]
    found = results(data, metric_of("esr"))
    assert found.of("both@lite", 10)[GEAR[1]].log == pytest.approx(math.log(0.04))
    # One training diverged, and all of its sizes with it.
    assert found.of("both@lite", 10)[GEAR[0]].diverged == 1
    assert found.of("both", 10)[GEAR[0]].diverged == 1
    assert not found.of("lite@lite", 10)
    (answer,) = answer_questions([question("both@lite", "lite", claim="worse")], data, [])
    assert answer.effect is not None
    assert (answer.effect.pieces, answer.verdict) == (14, "supported")


def test_the_luck_of_seeds_is_a_share_of_what_differs_over_gear() -> None:
    # On every other piece `a` is twice as good, else twice as bad; two seeds lie 10 % around each.
    data = [
        trial(name, gear, seed=seed, esr=0.01 * ratio * 1.1 ** (2 * seed - 1))
        for place, gear in enumerate(GEAR)
        for name, ratio in (("a", 2.0 if place % 2 else 0.5), ("b", 1.0))
        for seed in (0, 1)
    ]
    spread, variance = 2.0 * math.log(1.1) ** 2, math.log(2.0) ** 2 * len(GEAR) / (len(GEAR) - 1)

    # Another network, which depends much more on its seed, is beside the question.
    wild = [trial("c", GEAR[0], seed=seed, esr=0.01 * 10.0**seed) for seed in (0, 1)]

    def luck(trials: list[TrialRecord]) -> LuckShare | None:
        found = results([*trials, *wild], metric_of("esr"))
        answers = answer_questions([question()], trials, [])
        return luck_share(answers, found)

    both = luck(data)
    assert both is not None
    assert both.questions == 1
    assert both.share == pytest.approx(spread / variance)
    # Repeated on two pieces alone, each of the others has the whole luck of one seed.
    few = luck([one for one in data if one.key.seed == 0 or one.key.gear in GEAR[:2]])
    assert few is not None
    assert few.share == pytest.approx((2 * 1 + 12 * 2) / 14 * spread / variance)
    assert luck([one for one in data if one.key.seed == 0]) is None
    assert luck([one for one in data if one.key.gear in GEAR[:5]]) is None


def test_the_answer_says_how_it_depends_on_the_length_of_training() -> None:
    data = trials({"a": -0.2, "b": 0.0})
    curves = {"a": ((2, 0.5), (5, 0.2), (10, 0.09)), "b": ((2, 0.4), (5, 0.2), (10, 0.1))}
    data = [
        replace(one, outcome=replace(one.outcome, curve=curves[one.key.candidate])) for one in data
    ]
    longer = [
        replace(one, key=replace(one.key, epochs=20)) for one in trials({"a": -0.1, "b": 0.0})
    ]
    (answer,) = answer_questions([question()], [*data, *longer], [])
    seen = {(one.epochs, one.planned): one.effect.mean for one in answer.budgets}
    assert seen[2, False] == pytest.approx(math.log(5 / 4))
    assert seen[5, False] == pytest.approx(0.0, abs=1e-12)
    assert (10, False) not in seen
    assert seen[10, True] == pytest.approx(-0.2, abs=0.05)
    assert seen[20, True] == pytest.approx(-0.1, abs=0.05)


def test_other_metrics_are_reported_beside_the_deciding_one() -> None:
    data = [
        replace(
            one,
            outcome=replace(
                one.outcome,
                metrics={
                    **one.outcome.metrics,
                    "asr_db": -60.0 if one.key.candidate == "a" else -58.0,
                },
            ),
        )
        for one in trials({"a": -0.2, "b": 0.0})
    ]
    (answer,) = answer_questions([question()], data, [])
    (aliasing,) = answer.others
    assert aliasing.metric.unlog(aliasing.mean) == pytest.approx(-2.0)
    assert "2.0\xa0dB lower aliasing" in effect_text(aliasing)


def test_a_study_without_trials_says_so() -> None:
    (answer,) = answer_questions([question()], [], [])
    assert (answer.verdict, answer.adopted, answer.effect) == ("undecided", "b", None)
    assert "yet" in answer.problem


def test_questions_that_make_no_sense_are_refused() -> None:
    with pytest.raises(StudyError, match="wrong number of candidates"):
        question(["a1", "a2"], ["b1", "b2"], at_cost_of="b1")
    with pytest.raises(StudyError, match="margin is no share"):
        question(margin=5.0)
    good = question()
    with pytest.raises(StudyError, match="simpler"):
        Question(**{**vars(good), "simpler": "c"})
