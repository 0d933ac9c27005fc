import gzip
from pathlib import Path

import pytest

from triode.errors import StudyError
from triode.study.config import study_names
from triode.study.exchange import export_study, import_study, read_export
from triode.study.opened import OpenedStudy
from triode.study.storage import Storage, default_url, open_storage
from unit.study.test_record import CANDIDATE, TRIAL
from unit.study.test_storage import trial


@pytest.fixture
def filled(storage: Storage) -> Storage:
    storage.register("glimpse", "digest", {"name": "glimpse"}, "a folder of this machine")
    storage.pin_gear("glimpse", {"crunch": {"dry": "a"}})
    storage.put_candidates([CANDIDATE])
    storage.add_trials([TRIAL, trial(seed=1)])
    return storage


@pytest.mark.parametrize("name", ["study.jsonl", "study.jsonl.gz"])
def test_a_study_goes_to_another_machine(filled: Storage, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    assert export_study(filled, "glimpse", path) == 2
    other = open_storage(default_url(tmp_path / "other"))
    assert import_study(other, path, tmp_path) == ("glimpse", 2)
    assert other.trials("glimpse") == filled.trials("glimpse")
    assert other.candidates("glimpse") == filled.candidates("glimpse")
    assert other.gear("glimpse") == filled.gear("glimpse")
    assert other.study("glimpse").digest == "digest"
    assert other.study("glimpse").folder == str(tmp_path)
    assert import_study(other, path, tmp_path) == ("glimpse", 0)


def test_the_order_of_a_grid_survives(storage: Storage, tmp_path: Path) -> None:
    """It is the order of its candidates, and so part of what says that a study was not edited."""
    axes = {"width": {"leaky": 1, "also": 2}, "activation": {}}
    storage.register("glimpse", "digest", {"name": "glimpse", "axes": axes}, "a folder")
    export_study(storage, "glimpse", tmp_path / "study.jsonl")
    other = open_storage(default_url(tmp_path / "other"))
    import_study(other, tmp_path / "study.jsonl", tmp_path)
    found = other.study("glimpse").document["axes"]
    assert [list(found), list(found["width"])] == [["width", "activation"], ["leaky", "also"]]


def test_the_same_records_give_the_same_bytes_without_paths(
    filled: Storage, tmp_path: Path
) -> None:
    paths = [tmp_path / name for name in ("one.jsonl.gz", "other.jsonl.gz")]
    for path in paths:
        export_study(filled, "glimpse", path)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert b"this machine" not in gzip.decompress(paths[0].read_bytes())
    kinds = [line["kind"] for line in read_export(paths[0])]
    assert kinds == ["study", "gear", "candidate", "trial", "trial"]


@pytest.mark.parametrize("text", ["", "no JSON", '{"kind": "trial"}', "[1]"])
def test_what_is_no_export_is_refused(storage: Storage, tmp_path: Path, text: str) -> None:
    path = tmp_path / "odd.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StudyError):
        import_study(storage, path, tmp_path)
    assert storage.names() == ()


def test_another_form_of_a_study_that_has_trials_is_refused(
    filled: Storage, tmp_path: Path
) -> None:
    path = tmp_path / "study.jsonl"
    export_study(filled, "glimpse", path)
    other = open_storage(default_url(tmp_path / "other"))
    other.register("glimpse", "another", {}, "here")
    other.add_trials([trial(seed=7)])
    with pytest.raises(StudyError, match="edited after it had trials"):
        import_study(other, path, tmp_path)
    assert len(other.trials("glimpse")) == 1


def test_committed_records_are_those_of_the_shipped_studies(repository: Path) -> None:
    # Else nobody can go on with them: a change in what is hashed, or in a recipe, is another study.
    exports = sorted((repository / "docs" / "studies").glob("*.jsonl.gz"))
    heads = [next(read_export(one)) for one in exports]
    assert len(heads) > 5
    shipped = {name: OpenedStudy.of_file(name).digest for name in study_names()}
    assert {one["name"]: one["digest"] for one in heads}.items() <= shipped.items()
