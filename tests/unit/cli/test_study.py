import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from triode.cli.main import application
from triode.errors import ExecutorError, StudyError
from triode.study.storage import default_url, open_storage
from unit.study.test_record import CANDIDATE, TRIAL

RUNNER = CliRunner()

STUDY = """
name = "glimpse"
description = "one candidate"

[training]
recipe = "a2"

[[gear]]
name = "crunch"
source = "demo-family"
amplifier = {}

[[candidates]]
name = "lite"
recipe = "a2"
size = "lite"
"""


def study(*arguments: str) -> str:
    result = RUNNER.invoke(application, ["study", *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A study of one trial in the default storage of a folder."""
    import tomllib

    storage = open_storage(default_url(tmp_path / "studies"))
    storage.register("glimpse", "digest", tomllib.loads(STUDY), str(tmp_path))
    storage.put_candidates([CANDIDATE])
    storage.add_trials([TRIAL])
    storage.close()
    return tmp_path / "studies"


def test_no_study_is_no_error(tmp_path: Path) -> None:
    assert "triode study run FILE" in study("status", "--folder", str(tmp_path))


def test_the_status_counts(folder: Path) -> None:
    text = study("status", "--folder", str(folder))
    assert "glimpse: one candidate" in text
    assert "1 trials planned; 1 finished" in text
    assert text == study("status", "glimpse", "--folder", str(folder))
    pruned = study("status", "glimpse", "--pruning", "--folder", str(folder))
    assert "no full trials of more than 5 epochs" in pruned


def test_sizes_that_train_together_are_timed_one_by_one(tmp_path: Path) -> None:
    path = tmp_path / "both.toml"
    both = STUDY.replace('name = "lite"', 'name = "both"').replace('size = "lite"', "")
    path.write_text(both, encoding="utf-8")
    said = study("cost", str(path), "--seconds", "0.01")
    assert re.search(r"both@lite +\d", said)


def test_costs_of_a_stored_study_are_measured_anew(folder: Path) -> None:
    said = study("measure", "glimpse", "--seconds", "0.01", "--folder", str(folder))
    assert re.search(r"lite +\d", said)
    storage = open_storage(default_url(folder))
    records = {one.candidate: one for one in storage.candidates("glimpse")}
    assert records["lite"].costs[0].ns_per_sample > 0.0
    storage.lease("glimpse", "host:1:a", 60.0)
    storage.close()
    with pytest.raises(StudyError, match="another driver is at work"):
        study("measure", "glimpse", "--folder", str(folder))


def test_pruning_is_replayed_on_what_others_found(tmp_path: Path, repository: Path) -> None:
    records = repository / "docs/studies/beyond-a2-search.jsonl.gz"
    study("import", str(records), "--folder", str(tmp_path))
    said = study("status", "beyond-a2-search", "--pruning", "--folder", str(tmp_path))
    assert "pruning after 5 epochs, replayed on full trials" in said
    assert "pieces of gear" in said


def test_nobody_can_be_stopped_where_nobody_works(folder: Path) -> None:
    assert "Nobody is at work" in study("stop", "glimpse", "--folder", str(folder))
    storage = open_storage(default_url(folder))
    storage.lease("glimpse", "host:1:a", 60.0)
    assert "Asked host:1:a to stop" in study("stop", "glimpse", "--folder", str(folder))
    assert storage.study("glimpse").stop
    assert "asked to stop" in study("status", "--folder", str(folder))
    storage.close()


def test_an_export_goes_into_another_folder(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "glimpse.jsonl.gz"
    assert "1 trials written" in study(
        "export", "glimpse", "-o", str(path), "--folder", str(folder)
    )
    other = str(tmp_path / "other")
    assert "glimpse: 1 new trials" in study("import", str(path), "--folder", other)
    assert "glimpse: 0 new trials" in study("import", str(path), "--folder", other)


def test_the_schema_is_json() -> None:
    assert json.loads(study("schema"))["title"] == "Study"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "glimse.toml"], "cannot be read"),
        (["run", "tinny"], "Did you mean tiny"),
        (["run", "tiny", "--budget", "soon"], "no length of time"),
        (["run", "tiny", "--on", "the moon"], "nothing can be run there"),
        (["run", "tiny", "--storage", "mysql://x/y"], "not kept in such a database"),
        (["resume", "glimpse"], "no studies are kept here"),
        (["status", "glimpse"], "no studies are kept here"),
        (["stop", "glimpse"], "no studies are kept here"),
        (["measure", "glimpse"], "no studies are kept here"),
        (["export", "glimpse", "-o", "x.jsonl"], "no studies are kept here"),
        (["cost", "tiny", "--json", "."], "the output path is a folder"),
    ],
)
def test_what_cannot_be_done_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    result = RUNNER.invoke(application, ["study", *arguments])
    assert message in str(result.exception), result.output
    assert isinstance(result.exception, StudyError | ExecutorError) or "folder" in message
    if arguments[0] != "run":
        assert list(tmp_path.iterdir()) == []
