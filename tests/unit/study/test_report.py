"""The page, the post and the files for programs."""

import csv
import io
import json
import re
from dataclasses import replace
from datetime import date

import pytest

from triode.study.record import CandidateRecord
from triode.study.report import (
    Evidence,
    StudyInput,
    article,
    gather,
    study_csv,
    study_json,
    study_page,
)
from triode.study.report.caveats import caveats
from triode.study.report.configs import config_texts
from triode.study.report.front_figure import front_figure
from triode.study.statistics import metric_of
from unit.study.made import GEAR, candidate, question, trial, trials

HOSTILE = '<script>alert("x")</script>'
DAY = date(2026, 1, 2)


def given(**changes: object) -> StudyInput:
    truth = {"a": -0.2, "b": 0.0, "c": 0.3}
    failed = [
        trial("c", GEAR[0], esr=None, status="diverged", seed=1, message="the loss was not finite"),
        trial("c", GEAR[1], esr=None, status="failed", seed=1, message=f"disk full {HOSTILE}"),
    ]
    values: dict[str, object] = {
        "name": f"first {HOSTILE}",
        "questions": [question(), question("c", name="other")],
        "trials": [*trials(truth), *failed],
        "candidates": [
            candidate("a", 20.0, macs=900, wasm_player=50.0),
            candidate("b", 10.0, macs=1000, wasm_player=40.0),
            candidate("c", 30.0, macs=2000, wasm_player=30.0),
        ],
        "description": f"What helps? {HOSTILE}",
        "planned": 50,
        "gear_hashes": {GEAR[0]: {"dry": "ab" * 32}},
        "breakdowns": {"a": {"activation": 6.0, "the rest": 14.0}},
        "command": "triode study run first.toml",
    }
    return StudyInput(**{**values, **changes})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return gather(given())


def test_the_page_shows_everything_and_runs_nothing_foreign(evidence: Evidence) -> None:
    page = study_page(evidence)
    assert HOSTILE not in page
    text = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    for shown in (
        "Supported",
        "a against b: ",
        "% lower ESR, 95\xa0% interval",
        "of 14 pieces of gear",
        "ESR against cost on host-c",
        "ESR against cost on wasm-player",
        "amp-13",
        "What is on the front on host-c",
        '<span class="apart">channels: 10</span>',
        "What each kind of operation costs",
        "the loss was not finite",
        "disk full",
        "not finished: 44 of 50",
        "triode study run first.toml",
        "abababababababab",
    ):
        assert shown in text, shown
    # One interval and a dot for every piece of gear, in the cards and in the table.
    assert text.count('class="strip verdict-') == 2 * len(evidence.answers)
    assert text.count('class="dot"') == 2 * 14 * len(evidence.answers)
    assert not re.search(r'(?:src|href)="(?!#)', text)


def test_the_front_tells_the_config_that_sets_a_candidate_apart(evidence: Evidence) -> None:
    texts = config_texts(evidence.given.candidates)
    assert texts["c"] == ("channels: 20",)
    front = evidence.fronts[0]
    names = [one.candidate for one, on in zip(front.points, front.on, strict=True) if on]
    assert names == ["b", "a"]
    figure = front_figure(front, metric_of("esr"), texts)
    dominated, best = figure["data"]
    assert [hover.partition("<br>")[0] for hover in best["customdata"]] == ["<b>b</b>", "<b>a</b>"]
    assert "channels: 20" in dominated["customdata"][0]
    # Costs of 10 to 30, and of 10 to 300: every tick has its number written out.
    costs = figure["layout"]["xaxis"]
    assert costs["tickvals"][:4] == [10, 20, 30, 40]
    assert costs["ticktext"][:4] == ["10", "20", "30", "40"]
    dear = replace(front.points[-1].cost, ns_per_sample=300.0)
    wide = replace(front, points=(*front.points[:-1], replace(front.points[-1], cost=dear)))
    costs = front_figure(wide, metric_of("esr"), texts)["layout"]["xaxis"]
    assert costs["ticktext"] == ["10", "20", "50", "100", "200", "500", "1,000", "2,000", "5,000"]
    # Costs of 221 to 243, between two digits.
    near = [
        replace(one, cost=replace(one.cost, ns_per_sample=cost))
        for one, cost in zip(front.points, (221.0, 230.0, 243.0), strict=True)
    ]
    costs = front_figure(replace(front, points=tuple(near)), metric_of("esr"), texts)["layout"]
    shown = [one for one in costs["xaxis"]["tickvals"] if 221 <= one <= 243]
    assert shown == [230, 240]


def test_what_sets_a_candidate_apart_is_short_and_whole() -> None:
    def described(name: str, taps: int, rate: float) -> CandidateRecord:
        layer = {"channels": 3, "kernel_sizes": [taps] * 14 + [15, 15, taps]}
        config = {
            "architecture": "WaveNet",
            "config": {"layers": [layer]},
            "training": {"optimizer.learning_rate": rate},
            "search": {"taps": taps, "rate": rate},
        }
        return replace(candidate(name, 10.0), config=config)

    texts = config_texts([described("short", 3, 0.004), described("long", 6, 0.008)])
    times = "\xa0\N{MULTIPLICATION SIGN}\xa0"
    sizes = f"3{times}14, 15{times}2, 3"
    assert texts["short"] == (f"layers kernel sizes: {sizes}", "optimizer.learning rate: 0.004")


def test_of_many_settings_the_rarest_are_told() -> None:
    common = {f"setting_{number}": number for number in range(15)}
    others = [replace(candidate(f"c{n}", 10.0), config={"config": common}) for n in range(3)]
    rare = replace(candidate("rare", 10.0), config={"config": {**common, "setting_14": "rare"}})
    none = replace(candidate("none", 10.0), config={"config": {}})
    lines = config_texts([*others, rare, none])["rare"]
    assert len(lines) == 12
    assert lines[-2:] == ("setting 14: rare", "and 4 more")


def test_a_study_without_questions_says_so() -> None:
    page = study_page(gather(given(questions=[])))
    assert page.count("This study asks no questions.") == 2
    assert "Nothing has been measured yet" not in page


def test_it_says_where_counting_ranks_wrongly(evidence: Evidence) -> None:
    (found,) = evidence.fronts[0].misrankings
    assert (found.fewer_macs.candidate, found.cheaper.candidate) == ("a", "b")
    assert "Where multiply-adds rank wrongly on host-c" in study_page(evidence)
    assert any("Kendall" in one for one in caveats(evidence))


def test_caveats_come_from_the_records() -> None:
    few = trials({"a": -0.2, "b": 0.0}, gear=GEAR[:4])
    foreign = replace(few[0], provenance=replace(few[0].provenance, machine="another"))
    said = " ".join(caveats(gather(given(trials=[foreign, *few[1:]], candidates=[], planned=None))))
    assert "fewer than 6 pieces" in said
    assert "2 machines" in said
    assert "one seed only" in said
    assert "No costs" in said
    assert "not finished" not in said


def test_repeated_trainings_say_how_much_luck_there_is() -> None:
    again = [
        replace(one, key=replace(one.key, seed=1)) for one in trials({"a": -0.2, "b": 0.0}, seed=2)
    ]
    repeated = gather(given(trials=[*trials({"a": -0.2, "b": 0.0}), *again]))
    said = " ".join(caveats(repeated))
    assert "one seed only" not in said
    assert repeated.luck is not None
    assert f"seeds is {repeated.luck.share:.0%} of the variance" in said
    assert study_json(repeated, DAY)["luck"]["questions"] == 1


def test_two_pieces_of_a_source_have_no_interval() -> None:
    # Of five pieces of three sources two have two.
    page = study_page(gather(given(trials=trials({"a": -0.2, "b": 0.0}, gear=GEAR[:5]))))
    cells = re.findall(r"<span>[^<]*?(\d) pieces?</span>", page)
    assert set(cells) == {"1", "2", "5"}
    assert re.search(r"<span>2 pieces</span>", page)


def test_a_study_that_has_just_begun_has_a_page() -> None:
    page = study_page(gather(given(trials=[], candidates=[], breakdowns={})))
    assert "Undecided" in page
    assert "Every trial finished" in page


def test_the_post_says_what_changed_since_the_last_round(evidence: Evidence) -> None:
    first = article(evidence, DAY, None, "first.html")
    assert "*2026-01-02*" in first
    assert "This is the first round." in first
    assert "Sign-flip test p = 0.00012, 0.00024 after Holm." in first
    document = json.loads(json.dumps(study_json(evidence, DAY)))
    same = article(evidence, date(2026, 2, 1), document, "first.html")
    assert "0 trials more than on 2026-01-02" in same
    assert "No verdict changed." in same
    earlier = gather(given(trials=trials({"a": -0.2, "b": 0.0, "c": 0.3}, gear=GEAR[:3])))
    old = json.loads(json.dumps(study_json(earlier, DAY)))
    assert "Q was undecided and is supported now." in article(evidence, DAY, old, "first.html")


def test_effects_on_a_metric_in_db_are_told_in_db() -> None:
    aliasing = {"a": -60.0, "b": -58.0, "c": -50.0}
    data = [
        replace(
            one,
            outcome=replace(
                one.outcome,
                metrics={**one.outcome.metrics, "asr_db": aliasing[one.key.candidate]},
            ),
        )
        for one in trials({"a": -0.2, "b": 0.0, "c": 0.3})
    ]
    document = study_json(gather(given(trials=data)), DAY)
    (other,) = document["answers"][0]["other_metrics"]
    assert other["effect_db"] == pytest.approx(-2.0)
    assert "effect_db" not in document["answers"][0]["sources"][0]


def test_json_and_csv_have_the_same_numbers(evidence: Evidence) -> None:
    document = json.loads(json.dumps(study_json(evidence, DAY), allow_nan=False))
    tables = {
        name: list(csv.DictReader(io.StringIO(text))) for name, text in study_csv(evidence).items()
    }
    assert [row["verdict"] for row in tables["answers.csv"]] == [
        one["verdict"] for one in document["answers"]
    ]
    effect = document["answers"][0]["effect"]
    differences = [
        float(row["difference_of_logs"]) for row in tables["gear.csv"] if row["question"] == "Q"
    ]
    assert sum(differences) / len(differences) == pytest.approx(effect)
    assert len(tables["trials.csv"]) == document["trials"] == 44
    assert [row["on_front"] for row in tables["front.csv"][:3]] == ["True", "True", "False"]
