"""Odd models and odd recordings still make a report, or one clear error."""

import dataclasses

import numpy as np
import pytest

from triode.errors import AudioError, CaptureError
from triode.nam import LinearConfig, Model
from triode.report import build_report, evaluate_pair, parse_training_log


def single(weights: list[float], rate_hz: float | None = 16000.0) -> Model:
    return Model(
        version="0.5.4",
        config=LinearConfig(receptive_field=len(weights), bias=False),
        weights=np.array(weights, np.float32),
        sample_rate_hz=rate_hz,
    )


def test_a_silent_model_is_infinitely_quiet(pair) -> None:
    (size,) = evaluate_pair(single([0.0, 0.0]), pair).sizes
    assert size.validation.esr == 1.0
    assert size.validation.level_difference_db == -np.inf
    page = build_report(single([0.0, 0.0]), pair, title="silent.nam")
    assert "Not a faithful capture" in page
    assert "It plays infinitely quieter than the gear." in page


def test_a_perfect_model_has_no_residual(make_pair_of, pair) -> None:
    perfect = make_pair_of(pair.dry, (0.5 * pair.dry).astype(np.float32), floor=None)
    (size,) = evaluate_pair(single([0.5]), perfect).sizes
    assert size.validation.null_depth_db == -np.inf
    page = build_report(single([0.5]), perfect, title="perfect.nam")
    assert "Practically indistinguishable" in page
    assert "plays no passage twice" in page


def test_a_model_that_plays_no_numbers_is_refused(pair) -> None:
    with pytest.raises(AudioError, match=r"size full: .*not a number.*NaN or infinite"):
        evaluate_pair(
            single([1.0]), pair, player=lambda _: lambda dry: np.full(len(dry), np.nan, np.float32)
        )


def test_rates_have_to_agree(pair) -> None:
    with pytest.raises(AudioError, match=r"differ in sample rate.*48000 Hz.*16000 Hz"):
        build_report(single([1.0], rate_hz=None), pair, title="x")


def test_a_recording_too_short_is_refused(make_pair_of, pair) -> None:
    short = make_pair_of(pair.dry[:16000], pair.wet[:16000])
    with pytest.raises(CaptureError, match="too short"):
        build_report(single([1.0]), short, title="x")


def test_a_model_off_in_time_is_named(make_pair_of, pair) -> None:
    early = make_pair_of(pair.dry, (0.5 * pair.dry).astype(np.float32))
    page = build_report(single([0.0, 0.0, 0.0, 0.5]), early, title="late.nam")
    assert "Full plays 3 samples too late for this recording" in page
    late = make_pair_of(pair.dry, np.roll(0.5 * pair.dry, 5).astype(np.float32))
    page = build_report(single([0.5]), late, title="early.nam")
    assert "Full plays 5 samples too early for this recording" in page


def test_a_model_in_time_is_not_blamed(page: str) -> None:
    assert "samples too" not in page


def test_the_title_is_the_name_or_what_was_given(model, pair, evaluation, page) -> None:
    assert "<h1>Amp &lt;/script&gt;" in page
    nameless = dataclasses.replace(model, metadata={"name": "  "})
    other = build_report(nameless, pair, title="my & amp.nam", evaluation=evaluation)
    assert "<h1>my &amp; amp.nam</h1>" in other


def test_source_date_epoch_fixes_the_whole_page(model, pair, evaluation, monkeypatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    first = build_report(model, pair, title="x", evaluation=evaluation)
    assert "on 1970-01-02." in first
    assert build_report(model, pair, title="x", evaluation=evaluation) == first


def test_training_curves_are_shown_when_there_is_a_log(model, pair, evaluation, page: str) -> None:
    assert 'id="plot-training"' not in page
    log = parse_training_log(
        '{"epoch": 1, "esr": {"full": 0.5, "lite": 0.6}, "loss": {"full": 0.1, "lite": 0.2}}\n'
        '{"epoch": 2, "esr": {"full": 0.25, "lite": 0.3}, "loss": {"full": 0.05, "lite": 0.1}}\n'
    )
    shown = build_report(model, pair, title="x", training_log=log, evaluation=evaluation)
    assert 'id="plot-training"' in shown
    assert '"y":[0.5,0.25]' in shown
