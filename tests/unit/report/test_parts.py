"""The small parts: words, numbers, places, settings, logs."""

import json
import math

import numpy as np
import pytest

from triode.errors import TrainingError
from triode.report import GRADES, judge, parse_training_log, read_training_log
from triode.report.figures.encoding import array, figure_json
from triode.report.meter import meter
from triode.report.numbers import data, db, ratio
from triode.report.passage import liveliest_onset, loudest_excerpt
from triode.report.settings import definition_list, flatten

MINUS, TIMES = "\N{MINUS SIGN}", "\N{MULTIPLICATION SIGN}"


@pytest.mark.parametrize(
    ("esr", "key"),
    [
        (0.0, "excellent"),
        (0.000999, "excellent"),
        (0.001, "very-good"),
        (0.00999, "very-good"),
        (0.01, "good"),
        (0.03, "fair"),
        (0.1, "poor"),
        (math.inf, "poor"),
    ],
)
def test_grades_change_at_their_limits(esr: float, key: str) -> None:
    assert judge(esr, 0.0, None).grade.key == key


def test_grades_ascend_and_take_everything() -> None:
    limits = [grade.below for grade in GRADES]
    assert limits == sorted(limits)
    assert limits[-1] == math.inf


def test_the_floor_is_named_only_near_it() -> None:
    assert "two takes" in judge(3e-4, 0.0, 1e-4).notes[0]
    assert judge(5e-4, 0.0, 1e-4).notes == ()
    assert judge(3e-4, 0.0, None).notes == ()


def test_a_level_that_is_off_is_named() -> None:
    assert judge(0.01, 0.6, None).notes == ("It plays 0.6 dB louder than the gear.",)
    assert judge(0.01, -2.0, None).notes == ("It plays 2.0 dB quieter than the gear.",)
    assert judge(0.01, 0.4, None).notes == ()


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "0"),
        (0.012345, "0.0123"),
        (0.0001, "0.0001"),
        (2.44e-6, f"2.4&nbsp;{TIMES}&nbsp;10<sup>{MINUS}6</sup>"),
        (9.97e-5, f"1.0&nbsp;{TIMES}&nbsp;10<sup>{MINUS}4</sup>"),
        (1.25, "1.25"),
        (123456.0, "123,456"),
    ],
)
def test_ratios(value: float, shown: str) -> None:
    assert ratio(value) == f'<data value="{value!r}">{shown}</data>'


@pytest.mark.parametrize(
    ("value", "shown"),
    [(-35.71, f"{MINUS}35.7"), (-0.01, "0.0"), (-math.inf, f"{MINUS}\N{INFINITY}"), (3.0, "3.0")],
)
def test_decibels(value: float, shown: str) -> None:
    assert db(value) == f'<data value="{value!r}">{shown}&nbsp;dB</data>'


def test_signed_decibels_and_none() -> None:
    assert ">+1.25&nbsp;dB<" in db(1.25, digits=2, signed=True)
    assert ">none<" in db(math.nan)
    assert data(1, "one") == '<data value="1">one</data>'


def test_the_needle_moves_to_the_right_with_the_null_depth() -> None:
    def place(level_db: float) -> float:
        return float(meter(level_db, None).split('cx="')[1].split("%")[0])

    assert place(-60.0) == place(-math.inf) > place(-30.0) > place(-10.0) > place(0.0) == place(6.0)
    assert "best-possible" not in meter(-10.0, None)
    assert "best-possible" in meter(-10.0, -40.0)


def test_the_loudest_excerpt_is_found() -> None:
    signal = np.full(10000, 0.1, np.float32)
    signal[6000:7000] = 0.5
    found = loudest_excerpt(signal, 1000)
    # Places are tried every hundredth of the excerpt.
    assert abs(found.start - 6000) <= 10
    assert found.stop - found.start == 1000
    assert loudest_excerpt(signal, 20000) == slice(0, 10000)


def test_the_hardest_attack_is_found() -> None:
    signal = np.full(48000, 0.01, np.float32)
    signal[12000:] = 0.1
    signal[30000:] = 0.7
    # The level is averaged over 30 ms in steps of 10 ms.
    assert abs(liveliest_onset(signal, 48000.0) - 30000) <= 0.02 * 48000
    assert liveliest_onset(signal[:100], 48000.0) == 0


def test_settings_are_flat_text_and_bounded() -> None:
    assert flatten({"a_b": {"c": 1, "d": [1.5, None]}, "e": True}) == (
        ("a b, c", "1"),
        ("a b, d", "1.5, not given"),
        ("e", "yes"),
    )
    deep: dict[str, object] = {}
    for _ in range(500):
        deep = {"x": deep}
    assert len(flatten(deep)) == 1
    assert len(flatten({"long": "y" * 10**6})[0][1]) < 400
    assert len(flatten({str(number): number for number in range(10**4)})) == 201
    assert "Nothing" in definition_list({})


def test_figures_are_safe_inside_a_script_element() -> None:
    text = figure_json({"name": "</script><!--&", "y": [1.0, math.nan, -math.inf]})
    assert not set("<>&") & set(text)
    assert json.loads(text) == {"name": "</script><!--&", "y": [1.0, None, None]}


def test_arrays_keep_their_shape_and_lose_infinity() -> None:
    encoded = array(np.array([[1.0, np.inf, 2.0], [3.0, 4.0, 5.0]]))
    assert encoded["shape"] == "2, 3"
    assert encoded["dtype"] == "f4"


def test_a_log_is_read_by_size(tmp_path) -> None:
    path = tmp_path / "amp.training.jsonl"
    path.write_text(
        '{"note": "header"}\n'
        '{"epoch": 2, "esr": {"full": 0.2}, "loss": {"full": NaN}}\n\n'
        '{"epoch": 1, "esr": {"full": 0.9, "lite": 1}, "loss": 3}\n'
        '{"epoch": 2, "esr": {"full": 0.3}}\n'
        '{"epoch": 3, "esr": {"fu',
        encoding="utf-8",
    )
    log = read_training_log(path)
    assert log is not None
    assert log.epochs == (1, 2)
    assert log.esr == {"full": (0.9, 0.3), "lite": (1.0, None)}
    assert log.loss == {}


def test_no_log_and_no_epochs_are_nothing(tmp_path) -> None:
    assert read_training_log(tmp_path / "none.jsonl") is None
    assert parse_training_log("\n{}\n") is None


def test_a_damaged_log_is_named_with_its_line(tmp_path) -> None:
    with pytest.raises(TrainingError, match=r"line 1: .*damaged"):
        parse_training_log('{"epoch"\n{"epoch": 1}\n')
    path = tmp_path / "amp.training.jsonl"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(TrainingError, match="cannot be read"):
        read_training_log(path)
