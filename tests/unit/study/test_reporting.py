"""From a storage to a report, and `triode study report`."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from triode.cli.study import study
from triode.errors import OutputError, StudyError
from triode.study.asking import asked
from triode.study.config import Study
from triode.study.opened import OpenedStudy
from triode.study.reporting import study_input
from triode.study.storage import Storage, default_url, open_storage
from unit.study.made import candidate, trial

Make = Callable[..., dict[str, Any]]
GEAR = [f"amp-{place:02d}" for place in range(8)]
QUESTION = {
    "name": "which",
    "text": "Is tanh better than relu?",
    "a": ["tanh"],
    "b": ["relu"],
    "simpler": "b",
}


def opened(folder: Path, document: dict[str, Any]) -> OpenedStudy:
    return OpenedStudy.of(Study.of(document, "small.toml"), folder)


@pytest.fixture
def asking(document: Make) -> dict[str, Any]:
    """A study of eight pieces that asks one question."""
    gear = [{"name": name, "source": "real", "dry": "dry.wav", "wet": "soft.wav"} for name in GEAR]
    return document(gear=gear, questions=[QUESTION])


@pytest.fixture
def kept(folder: Path, asking: dict[str, Any]) -> Storage:
    """A storage with that study, all its trials done and all costs measured."""
    one = opened(folder, asking)
    storage = open_storage(default_url(folder))
    storage.register("small", one.digest, one.document, str(folder))
    storage.pin_gear("small", {GEAR[0]: {"dry": "12" * 32}})
    for name, price in (("tanh", 20.0), ("relu", 10.0)):
        storage.put_candidates([replace(candidate(name, price), study="small")])
    storage.add_trials(
        replace(
            trial(name, gear, esr=esr * (1.0 + 0.01 * place), epochs=2, source="real"),
            study="small",
        )
        for name, esr in (("tanh", 0.01), ("relu", 0.02))
        for place, gear in enumerate(GEAR)
    )
    return storage


def test_a_study_in_a_storage_is_all_that_a_report_needs(kept: Storage) -> None:
    given = study_input(kept, "small")
    assert (given.planned, len(given.trials), len(given.candidates)) == (16, 16, 2)
    assert given.gear_hashes == {GEAR[0]: {"dry": "12" * 32}}
    (question,) = given.questions
    assert (question.arm.name, question.against.name) == ("tanh", "relu")
    assert (question.simpler, question.epochs, question.claim) == ("relu", 2, "better")


@pytest.mark.heavy
def test_a_breakdown_is_measured_where_it_is_asked_for(kept: Storage) -> None:
    given = study_input(kept, "small", breakdown_seconds=0.001)
    assert set(given.breakdowns) == {"tanh", "relu"}
    assert all("the rest" in one for one in given.breakdowns.values())


def test_arms_are_called_by_what_they_share(folder: Path, document: Make) -> None:
    names = [f"{kind}-{width}" for kind in ("leaky", "tanh") for width in (1, 2, 4)]
    entries = [{"name": name, **_network()} for name in names]
    target = {"name": "small", "candidate": "tanh-2"}
    question = {**QUESTION, "a": names[:3], "b": names[3:], "target": "small", "claim": "worse"}
    one = opened(
        folder,
        document(
            candidates=entries,
            questions=[question, {**question, "name": "priced", "target": "dear", "b_name": "T"}],
            targets=[target, {"name": "dear", "per_sample": 9.0}],
        ),
    )
    first, second = asked(one.study, one.candidates, one.recipe.epochs)
    assert (first.arm.name, first.against.name, first.claim) == ("leaky", "tanh", "worse")
    assert (first.at_cost_of, first.at_cost) == ("tanh-2", None)
    mixed = question | {"name": "mixed", "a": ["leaky-1", "leaky-2", "tanh-4"]}
    apart = opened(folder, document(candidates=entries, questions=[mixed], targets=[target]))
    (third,) = asked(apart.study, apart.candidates, apart.recipe.epochs)
    assert third.arm.name == "leaky-1 to tanh-4"
    assert (second.against.name, second.at_cost_of, second.at_cost) == ("T", None, 9.0)


def test_arms_that_are_never_trained_equally_long_are_refused(folder: Path, document: Make) -> None:
    entries = [
        {"name": "tanh", **_network(), "epochs": [1, 3]},
        {"name": "relu", **_network(), "epochs": [2, 4]},
    ]
    one = opened(folder, document(candidates=entries, questions=[QUESTION]))
    with pytest.raises(StudyError, match="never trained equally long"):
        asked(one.study, one.candidates, one.recipe.epochs)


def _network() -> dict[str, Any]:
    from unit.study.conftest import CONVNET

    return {"architecture": "ConvNet", "config": CONVNET}


def run(folder: Path, *words: str) -> Any:
    return CliRunner().invoke(
        study, ["report", "small", "--folder", str(folder), *words], catch_exceptions=False
    )


def test_the_command_writes_page_post_json_and_csv(kept: Storage, folder: Path) -> None:
    kept.close()
    page = folder / "small.html"
    words = ["-o", str(page), "--article", "--json", str(folder / "small.json")]
    said = run(folder, *words, "--csv", str(folder / "csv"))
    assert said.exit_code == 0
    assert "which: supported, take tanh. tanh against relu: 50\xa0% lower ESR" in said.output
    assert "All gear comes from 1 source" in said.output
    assert "Supported" in page.read_text(encoding="utf-8")
    document = json.loads((folder / "small.json").read_text(encoding="utf-8"))
    assert document["answers"][0]["wins"] == 8
    assert {path.name for path in (folder / "csv").iterdir()} == {
        "answers.csv",
        "front.csv",
        "gear.csv",
        "trials.csv",
    }
    today = datetime.now(UTC).date().isoformat()
    post = (folder / f"small-{today}.md").read_text(encoding="utf-8")
    assert "This is the first round." in post
    assert (folder / f"small-{today}.json").is_file()


def test_the_next_post_compares_itself_with_the_last_one(kept: Storage, folder: Path) -> None:
    kept.close()
    run(folder, "-o", str(folder / "small.html"), "--article")
    today = datetime.now(UTC).date().isoformat()
    text = (folder / f"small-{today}.json").read_text(encoding="utf-8")
    earlier = text.replace(today, "2026-01-02")
    (folder / "small-2026-01-02.json").write_text(earlier, encoding="utf-8")
    run(folder, "-o", str(folder / "small.html"), "--article", "--force")
    post = (folder / f"small-{today}.md").read_text(encoding="utf-8")
    assert "0 trials more than on 2026-01-02" in post


def test_nothing_is_replaced_without_being_told(kept: Storage, folder: Path) -> None:
    kept.close()
    page = folder / "small.html"
    page.write_text("mine")
    with pytest.raises(OutputError, match="exists already"):
        run(folder, "-o", str(page))
    assert page.read_text() == "mine"
    with pytest.raises(OutputError, match="not named as what it will be"):
        run(folder, "-o", str(folder / "small.nam"))


def test_the_report_hears_listeners(folder: Path, kept: Storage, tmp_path: Path) -> None:
    heard = {
        "kind": "triode-listening",
        "format": 1,
        "test": "ears",
        "design": "mushra",
        "digest": "ab" * 32,
        "kept_listeners": [0, 1, 2],
        "gear": ["crunch"],
        "systems": [
            {"system": "tanh", "mean": 60.0, "student": [55.0, 65.0]},
            {"system": "relu", "mean": 90.0, "student": [None, None]},
        ],
        "contrasts": [{"first": "tanh", "second": "relu", "difference": -30.0, "decided": True}],
    }
    path = tmp_path / "two-amps.json"
    path.write_text(json.dumps(heard))
    page = tmp_path / "small.html"
    options = ["--listening", str(path), "-o", str(page), "--folder", str(folder)]
    outcome = CliRunner().invoke(study, ["report", "small", *options])
    assert outcome.exit_code == 0, outcome.output
    assert "supported, take relu" in outcome.output
    assert "Listeners found tanh worse than relu (ears, 3 listeners" in outcome.output
    assert "What listeners say" in page.read_text(encoding="utf-8")
