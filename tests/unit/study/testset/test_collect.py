"""Results of many devices together."""

import csv
import io
import json
import tomllib
from pathlib import Path

import pytest

from triode.errors import TestSetError
from triode.nam.canonical import canonical_config
from triode.study.playing import unplayed_options
from triode.study.questions import Constraints
from triode.study.testset.collect import Collection, Support, collect_results, specimen_cost
from triode.study.testset.constraints import constraints_text
from triode.study.testset.page import collection_page
from triode.study.testset.result import SetResult, write_result
from triode.study.testset.specimens import specimens
from triode.study.testset.table import csv_text
from triode.training.table import checked_table
from unit.study.testset.conftest import model_result, set_result

FILM, TANH, GATE = "FiLM: conv_pre_film", "activation: Tanh", "gate: ReLU"


def first() -> SetResult:
    return set_result(
        [
            model_result("base", beside=None, ns=10.0),
            model_result("film", option=FILM, ns=13.0),
            model_result("tanh", "approximate", option=TANH, ns=25.0),
            model_result("random-01", options=(GATE,), ns=8.0),
        ],
        engine="a",
        device="laptop",
    )


def second() -> SetResult:
    return set_result(
        [
            model_result("base", beside=None, ns=100.0),
            model_result(
                "film", "wrong", option=FILM, ns=90.0, message="<script>alert(1)</script>"
            ),
            model_result("tanh", option=TANH, ns=300.0),
        ],
        engine="b",
        device="pedal",
        comment='as "released" & <b>bold</b>',
    )


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    files = [tmp_path / "one.json", tmp_path / "two.json"]
    for path, result in zip(files, (first(), second()), strict=True):
        write_result(result, path)
    return files


@pytest.fixture
def collection(paths: list[Path]) -> Collection:
    return collect_results(paths)


def test_the_same_result_counts_once(paths: list[Path], tmp_path: Path) -> None:
    copy = tmp_path / "copy.json"
    copy.write_bytes(paths[0].read_bytes())
    assert len(collect_results([*paths, copy, paths[0]]).results) == 2


def test_support_is_the_worst_that_an_engine_shows(collection: Collection) -> None:
    assert collection.engines == ("a", "b")
    assert collection.support("a", FILM) is Support.PLAYS
    assert collection.support("b", FILM) is Support.LACKS
    assert collection.support("a", TANH) is Support.APPROXIMATE
    assert collection.support("b", GATE) is Support.UNKNOWN
    assert collection.lacked_by(FILM) == ("b",)
    assert collection.known_everywhere() == (TANH, "architecture: WaveNet")


def test_a_cost_is_the_time_beside_the_other_specimen(collection: Collection) -> None:
    a, b = collection.results
    film = specimen_cost(a, FILM)
    assert film is not None
    assert film.share == pytest.approx(0.3)
    tanh = specimen_cost(b, TANH)
    assert tanh is not None
    assert tanh.share == pytest.approx(2.0)
    # What does not play has no price.
    assert specimen_cost(b, FILM) is None
    assert specimen_cost(a, GATE) is None


@pytest.mark.parametrize(
    ("before", "after"), [('"wrong"', '"passed"'), ('"pedal"', '"laptop"'), ("90.0", "9.0")]
)
def test_a_changed_result_is_refused_by_name(paths: list[Path], before: str, after: str) -> None:
    text = paths[1].read_text()
    assert before in text
    paths[1].write_text(text.replace(before, after))
    with pytest.raises(TestSetError, match=r"two\.json: the file was changed after it was written"):
        collect_results(paths)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"sha256": 3}', '{"a": NaN, "sha256": ""}'])
def test_what_is_no_result_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "other.json"
    path.write_text(text)
    with pytest.raises(TestSetError, match=r"other\.json"):
        collect_results([path])


def test_layout_is_no_change(paths: list[Path]) -> None:
    document = json.loads(paths[0].read_text())
    paths[0].write_text(json.dumps(dict(reversed(document.items()))))
    assert len(collect_results(paths).results) == 2


def test_constraints_are_a_table_that_a_study_takes(collection: Collection) -> None:
    text = constraints_text(collection)
    assert f'#   "{FILM}": "b"' in text
    limits = checked_table(
        Constraints, tomllib.loads(text)["constraints"], "constraints", TestSetError
    )
    assert limits.plays_everywhere == (TANH, "architecture: WaveNet")


def test_a_candidate_is_held_against_the_options(collection: Collection) -> None:
    by_name = {one.name: one.config for one in specimens()}
    allowed = collection.known_everywhere()

    def unplayed(name: str) -> tuple[str, ...]:
        return unplayed_options(
            {"architecture": "WaveNet", "config": canonical_config(by_name[name])}, allowed
        )

    assert unplayed("activation-tanh") == ()
    assert unplayed("film-conv-pre-film") == (FILM, "activation: LeakyReLU")
    both = {
        "architecture": "SlimmableContainer",
        "config": {
            "submodels": [
                {
                    "max_value": 1.0,
                    "model": {
                        "architecture": "WaveNet",
                        "config": canonical_config(by_name["activation-tanh"]),
                    },
                }
            ]
        },
    }
    assert unplayed_options(both, allowed) == ("architecture: SlimmableContainer",)
    own = {"architecture": "Mine", "config": {"function": "a:b"}}
    assert unplayed_options(own, allowed) == ("architecture: Mine",)


def test_the_table_has_a_row_for_every_model(collection: Collection) -> None:
    rows = list(csv.DictReader(io.StringIO(csv_text(collection))))
    assert len(rows) == 7
    film = next(row for row in rows if row["engine"] == "b" and row["model"] == "film")
    assert (film["status"], film["option"], film["ns_per_sample"]) == ("wrong", FILM, "90")
    assert film["comment"] == 'as "released" & <b>bold</b>'


def test_the_page_says_who_lacks_what(collection: Collection) -> None:
    page = collection_page(collection)
    assert '<span class="lacks">lacks</span>' in page
    assert '<span class="nearly">nearly</span>' in page
    assert "Not everywhere: FiLM: conv_pre_film." in page
    assert "+30&nbsp;%" in page
    assert "+200&nbsp;%" in page
    assert "a on laptop" in page


def test_nothing_in_a_result_reaches_the_page_as_markup(collection: Collection) -> None:
    page = collection_page(collection)
    assert "<script>alert" not in page
    assert "<b>bold" not in page
    assert "as &quot;released&quot; &amp; &lt;b&gt;bold&lt;/b&gt;" in page


def test_results_without_times_and_failures_make_a_page(tmp_path: Path) -> None:
    write_result(set_result([model_result("base", beside=None)]), tmp_path / "r.json")
    page = collection_page(collect_results([tmp_path / "r.json"]))
    assert "Nothing was timed." in page
    assert "Every model plays in every engine." in page
