"""From simulated participants through the store to what is said about them."""

import json
from pathlib import Path

import numpy as np
import pytest

from triode.listening import REFERENCE, AnswerStore, PreparedTest
from triode.listening.analysis import CHANCE, Analysis, analyse
from triode.listening.analysis.exports import analysis_csv, analysis_json
from triode.listening.report import analysis_page, lines_of
from triode.listening.simulated import Listener, Truth
from unit.listening.made import prepared
from unit.listening.taking_part import same_for_all, take_part

QUALITY = {"lite": 80.0, "anchor": 40.0}


def analysed(
    test: PreparedTest, folder: Path, listeners: int = 12, quality=QUALITY, listener=None
) -> Analysis:
    store = AnswerStore(f"sqlite:///{folder / 'answers.sqlite'}")
    extra = {} if listener is None else {"listener": listener}
    take_part(test, store, same_for_all(test, quality), listeners, **extra)
    answers = store.all_answers(test)
    store.close()
    return analyse(test, answers)


@pytest.fixture(scope="module")
def mushra(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    """Twelve listeners, one of whom guesses and one of whom rates everything high."""

    def someone(number: int, generator: np.random.Generator) -> Listener:
        honesty = {3: "guesses", 7: "all high"}.get(number, "listens")
        taste = {"lite": float(generator.normal(0.0, 4.0))}
        return Listener(error=4.0, taste=taste, honesty=honesty)  # type: ignore[arg-type]

    test = prepared("mushra", mushra={"mid_anchor": "anchor"})
    return analysed(test, tmp_path_factory.mktemp("mushra"), listener=someone)


def test_the_known_quality_is_found(mushra: Analysis) -> None:
    means = {one.system: one for one in mushra.kept.means}
    assert list(means) == [REFERENCE, "lite", "anchor"]
    assert means[REFERENCE].mean > 97.0
    for system, quality in QUALITY.items():
        low, high = means[system].student
        assert low - 1.0 < quality < high + 1.0
        assert means[system].answers == 10 * 4


def test_those_who_do_not_listen_are_left_out_with_a_reason(mushra: Analysis) -> None:
    reasons = {one.listener: one.reason for one in mushra.screened}
    assert set(reasons) == {3, 7}
    assert "hidden reference below 90" in reasons[3]
    assert "anchor above 90 in 4 of 4 trials" in reasons[7]
    assert mushra.everyone.listeners == tuple(range(12))
    assert len(mushra.kept.listeners) == 10


def test_pairs_are_decided_and_corrected(mushra: Analysis) -> None:
    contrasts = mushra.kept.contrasts
    assert len(contrasts) == 3
    assert all(one.adjusted_p >= one.p_value for one in contrasts)
    found = mushra.kept.contrast("anchor", "lite")
    assert found is not None
    assert found.decided
    assert found.difference == pytest.approx(40.0, abs=6.0)
    assert found.majority == (10, 0)


def test_the_mixed_model_agrees_with_the_means(mushra: Analysis) -> None:
    assert mushra.mixed is not None
    for one in mushra.kept.means:
        assert mushra.mixed.means[one.system] == pytest.approx(one.mean, abs=0.5)


def test_equal_systems_are_not_told_apart(tmp_path: Path) -> None:
    same = {"lite": 70.0, "anchor": 70.0}
    found = analysed(prepared("mushra"), tmp_path, quality=same).kept.contrast("lite", "anchor")
    assert found is not None
    assert not found.decided
    assert found.interval[0] < 0.0 < found.interval[1]


def test_abx_says_who_hears_what(tmp_path: Path) -> None:
    test = prepared("abx", training_pages=0)
    found = analysed(test, tmp_path, quality={"lite": 100.0, "anchor": 60.0}, listeners=8)
    lite, anchor = found.discriminations
    assert (lite.system, anchor.system) == ("lite", "anchor")
    assert anchor.heard == 8
    assert anchor.adjusted_p < 1e-6
    assert lite.adjusted_p > 0.05
    assert lite.heard <= 2
    assert all(one.trials == 16 for one in anchor.listeners)
    contrast = found.kept.contrast("anchor", CHANCE)
    assert contrast is not None
    assert contrast.difference == pytest.approx(0.5, abs=0.1)


def test_sequential_abx_stops_early_and_has_no_p_value_for_one_listener(tmp_path: Path) -> None:
    test = prepared("abx", training_pages=0, abx={"trials": 40, "sequential": {}})
    found = analysed(test, tmp_path, quality={"lite": 100.0, "anchor": 40.0}, listeners=6)
    lite, anchor = found.discriminations
    assert anchor.heard == 6
    assert all(one.trials == 8 and one.p_value is None for one in anchor.listeners)
    assert lite.heard <= 1
    assert found.kept.contrasts == ()
    assert any("stopped by the sequential rule" in one for one in lines_of(found))
    # Six of six by a rule with five false findings in a hundred.
    assert anchor.p_value == pytest.approx(0.05**6)


def test_triple_grades_and_its_screening(tmp_path: Path) -> None:
    def someone(number: int, generator: np.random.Generator) -> Listener:
        return Listener(error=4.0, taste={}, honesty="guesses" if number == 2 else "listens")

    clips = [{"name": f"c{one}", "start_seconds": 0.0, "seconds": 4.0} for one in range(4)]
    found = analysed(prepared("triple", clips=clips), tmp_path, listener=someone)
    means = {one.system: one.mean for one in found.kept.means}
    assert means["lite"] == pytest.approx(-0.8, abs=0.2)
    assert means["anchor"] == pytest.approx(-2.4, abs=0.2)
    assert [one.listener for one in found.screened] == [2]
    assert "p = " in found.screened[0].reason


def test_preferences_have_strengths(tmp_path: Path) -> None:
    test = prepared("preference", preference={"reference": True})
    quality = {"lite": 95.0, "anchor": 90.0}
    found = analysed(
        test, tmp_path, quality=quality, listener=lambda *_: Listener(error=6.0, taste={})
    )
    assert [one.system for one in found.strengths] == [REFERENCE, "lite", "anchor"]
    assert sum(one.log_strength for one in found.strengths) == pytest.approx(0.0, abs=1e-6)
    surplus = {one.system: one.mean for one in found.kept.means}
    assert surplus[REFERENCE] > surplus["lite"] > surplus["anchor"]
    assert found.mixed is None


def test_metrics_are_set_against_what_was_heard(small_test: PreparedTest, tmp_path: Path) -> None:
    names = [one.name for one in small_test.plan.systems]
    measured = {}
    for system in names:
        depths = [
            one.measures["esr_db"] for one in small_test.manifest.stimuli if one.system == system
        ]
        measured[system] = float(np.mean(depths))
    # Listeners who hear exactly what null depth says.
    ranks = sorted(names, key=lambda one: measured[one])
    quality = {one: 95.0 - 20.0 * place for place, one in enumerate(ranks)}
    found = analysed(small_test, tmp_path, quality=quality, listeners=6)
    by_key = {one.measure: one for one in found.predictions}
    assert by_key["esr_db"].correlation < -0.6
    assert by_key["esr_db"].stimuli == 14
    low, high = by_key["esr_db"].interval
    assert -1.0 <= low <= by_key["esr_db"].correlation <= high <= 1.0


def test_nothing_is_said_without_answers() -> None:
    empty = analyse(prepared("mushra"), ())
    assert list(lines_of(empty)) == ["Nobody has answered yet."]
    assert empty.predictions == ()
    assert "Nobody has answered yet." in analysis_page(empty)
    assert analysis_json(empty)["systems"] == []


def test_training_pages_do_not_count(mushra: Analysis) -> None:
    assert {one.page for one in mushra.rows} == {1, 2, 3, 4}


def test_everything_goes_out_as_json_and_csv(mushra: Analysis) -> None:
    document = json.loads(json.dumps(analysis_json(mushra), allow_nan=False))
    assert document["kind"] == "triode-listening"
    assert len(document["systems"]) == 3
    assert {"listener": 3, "reason": mushra.screened[0].reason} in document["screened"]
    tables = analysis_csv(mushra)
    lines = tables["judgements.csv"].splitlines()
    assert len(lines) == 1 + 12 * 4 * 3
    assert "interval.1" in tables["means.csv"].splitlines()[0]
    assert "power.more_gear" in tables["contrasts.csv"].splitlines()[0]


@pytest.mark.parametrize("design", ["abx", "mushra", "triple", "preference"])
def test_every_design_has_lines_and_a_page_that_loads_nothing(design: str, tmp_path: Path) -> None:
    title = "<b>Who & what?</b>"
    found = analysed(prepared(design, title=title), tmp_path, listeners=4)
    lines = list(lines_of(found))
    assert lines[0].startswith("4 listeners, ")
    page = analysis_page(found)
    assert "&lt;b&gt;Who &amp; what?&lt;/b&gt;" in page
    assert "<b>Who" not in page
    assert "$" not in page.split("<style>")[1].split("<script")[0].replace("$schema", "")
    for part in ("systems", "pairs", "power", "screening", "model", "prediction", "caveats"):
        assert f'id="{part}"' in page
    assert 'src="http' not in page


def test_a_truth_of_one_gear_is_not_that_of_another() -> None:
    truth = Truth(quality={("lite", "clean"): 90.0, ("lite", "loud"): 60.0})
    assert truth.of("lite", "loud") == 60.0
    assert truth.of(REFERENCE, "loud") == 100.0
