"""From files to a file, whole or not at all."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from triode.audio import write_audio
from triode.errors import NamFileError, OutputError
from triode.nam import write
from triode.report import report_files


@pytest.fixture
def folder(tmp_path: Path, model, pair) -> Path:
    """A model at 16 kHz and its recordings at 48 kHz, in a folder with an awkward name."""
    place = tmp_path / "Prüfung 1"
    place.mkdir()
    write(dataclasses.replace(model, metadata={}, warnings=()), place / "amp.nam")
    for name, signal in (("dry", pair.dry), ("wet", pair.wet)):
        write_audio(place / f"{name}.wav", np.repeat(signal, 3), 48000)
    return place


def report(folder: Path, **options: object):
    return report_files(
        folder / "amp.nam",
        folder / "dry.wav",
        folder / "wet.wav",
        folder / "report.html",
        **options,
    )


def names(folder: Path) -> set[str]:
    return {one.name for one in folder.iterdir()}


def test_recordings_are_resampled_and_it_is_said(folder: Path) -> None:
    reported = report(folder)
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert [size.network.name for size in reported.sizes] == ["full", "lite"]
    assert any("dry recording has 48000 Hz and was resampled" in one for one in reported.warnings)
    assert "wet recording has 48000 Hz and was resampled to the model&#x27;s 16000 Hz" in page
    assert "<h1>amp.nam</h1>" in page
    assert names(folder) == {"amp.nam", "dry.wav", "wet.wav", "report.html"}


def test_an_existing_report_is_kept_without_force(folder: Path) -> None:
    (folder / "report.html").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match=r"exists already.*--force"):
        report(folder, player=None)
    assert (folder / "report.html").read_text(encoding="utf-8") == "mine"
    report(folder, force=True)
    assert (folder / "report.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


@pytest.mark.parametrize("existing", [None, "mine"])
def test_a_failure_leaves_everything_as_it_was(folder: Path, existing: str | None) -> None:
    def failing(_network: object) -> np.ndarray:
        raise NamFileError("broken on the way")

    if existing is not None:
        (folder / "report.html").write_text(existing, encoding="utf-8")
    before = names(folder)
    with pytest.raises(NamFileError, match="broken on the way"):
        report(folder, player=failing, force=True)
    assert names(folder) == before
    if existing is not None:
        assert (folder / "report.html").read_text(encoding="utf-8") == existing


def test_a_disk_that_fills_up_leaves_nothing(folder: Path, monkeypatch) -> None:
    before = names(folder)

    def full(_self: Path, _data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OutputError, match=r"cannot be written.*No space left"):
        report(folder)
    assert names(folder) == before


def test_a_missing_folder_is_named_before_any_work(folder: Path) -> None:
    with pytest.raises(OutputError, match="folder to write into does not exist"):
        report_files("no.nam", "no.wav", "no.wav", folder / "none" / "report.html")


def test_a_log_beside_the_model_is_found(folder: Path) -> None:
    line = '{"epoch": 1, "steps": 34, "esr": {"full": 0.5}, "loss": {"full": 0.25}}\n'
    (folder / "amp.training.jsonl").write_text(line, encoding="utf-8")
    report(folder)
    assert 'id="plot-training"' in (folder / "report.html").read_text(encoding="utf-8")


def test_a_damaged_log_costs_only_the_curves(folder: Path) -> None:
    (folder / "amp.training.jsonl").write_text("{broken\n{}\n", encoding="utf-8")
    reported = report(folder)
    assert any("no training curves" in one and "line 1" in one for one in reported.warnings)
    assert 'id="plot-training"' not in (folder / "report.html").read_text(encoding="utf-8")


def test_the_log_is_where_the_training_puts_it() -> None:
    from triode.report.files import training_log_path
    from triode.training.outputs import Outputs

    assert training_log_path(Path("a b/amp.nam")) == Outputs.beside(Path("a b/amp.nam")).log
