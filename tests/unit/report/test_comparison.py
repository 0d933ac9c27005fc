"""Several captures side by side: from files to numbers, a page and JSON."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from triode.audio import write_audio
from triode.errors import OutputError, TriodeError
from triode.metrics import esr
from triode.nam import Model, write
from triode.report.compare import check_comparison_path, comparison_page, write_comparison
from triode.report.comparison import Comparison, compare, sorted_inputs
from triode.report.measures import comparison_json
from unit.report.conftest import RATE_HZ, linear


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, model: Model, pair) -> Path:
    made = tmp_path_factory.mktemp("comparison")
    write(model, made / "amp.nam")
    write(linear([0.5, 0.2, -0.1, 0.01]), made / "better.nam")
    write(dataclasses.replace(linear([0.5]), sample_rate_hz=48000.0), made / "fast.nam")
    write_audio(made / "dry.wav", pair.dry, RATE_HZ)
    write_audio(made / "wet.wav", pair.wet, RATE_HZ)
    return made


@pytest.fixture(scope="module")
def comparison(folder: Path) -> Comparison:
    return compare(
        [folder / "amp.nam", folder / "better.nam"], folder / "dry.wav", folder / "wet.wav"
    )


def test_captures_are_told_from_recordings() -> None:
    assert sorted_inputs(["a.nam", "d.wav", "b.NAM", "w.flac"]) == (
        [Path("a.nam"), Path("b.NAM")],
        Path("d.wav"),
        Path("w.flac"),
    )
    assert sorted_inputs(["a.nam", "d.wav"])[2] is None
    for wrong in (["a.nam"], ["d.wav", "w.wav"], ["a.nam", "d.wav", "w.wav", "x.wav"]):
        with pytest.raises(TriodeError, match="cannot be compared"):
            sorted_inputs(wrong)


def test_every_size_is_measured_and_named(comparison: Comparison) -> None:
    labels = [size.label for size in comparison.evaluation.sizes]
    assert labels == ["amp Full", "amp Lite", "better"]
    full, lite, better = (size.validation.esr for size in comparison.evaluation.sizes)
    assert better < 1e-9 < full < lite
    assert comparison.reference is None


def test_json_says_the_same_and_is_json(comparison: Comparison) -> None:
    found = json.loads(json.dumps(comparison_json(comparison), allow_nan=False))
    assert [one["file"] for one in found["captures"]] == ["amp.nam", "amp.nam", "better.nam"]
    for one, size in zip(found["captures"], comparison.evaluation.sizes, strict=True):
        assert one["esr"] == size.validation.esr
        assert one["macs"] == size.cost.macs
        assert one["noise_db"] is None  # minus infinity: it stands still
        assert one["findings"]["noise"] == "good"


def test_the_page_marks_the_best_of_each_row(comparison: Comparison) -> None:
    page = comparison_page(comparison)
    row = page.split('<th scope="row" role="rowheader">ESR</th>')[1].split("</tr>")[0]
    cells = row.split("<td ")[1:]
    assert ["best" in cell for cell in cells] == [False, False, True]
    assert page.count("<h1>amp, better</h1>") == 1
    assert "recording of the gear, on" in page


def test_without_a_recording_the_first_capture_is_the_reference(folder: Path, pair) -> None:
    found = compare([folder / "better.nam", folder / "amp.nam"], folder / "dry.wav")
    assert found.reference == "better"
    assert found.evaluation.sizes[0].validation.esr == 0.0
    start, stop = found.evaluation.recording.validation
    full = np.convolve(pair.dry, [0.5, 0.2, -0.1])[start:stop]
    # Within float32 of the convolution in float64.
    assert found.evaluation.sizes[1].validation.esr == pytest.approx(
        esr(pair.wet[start:stop], full), rel=1e-3
    )
    assert "no verdict about either" in comparison_page(found)


def test_captures_may_have_names_of_their_own(folder: Path) -> None:
    found = compare([folder / "better.nam"], folder / "dry.wav", names=["My <amp>"])
    assert [size.label for size in found.evaluation.sizes] == ["My <amp>"]
    assert found.reference == "My <amp>"
    page = comparison_page(found)
    assert "<title>My &lt;amp&gt;" in page
    assert "My <amp>" not in page


def test_rates_have_to_agree(folder: Path) -> None:
    with pytest.raises(TriodeError, match=r"fast.nam.*different sample rates.*48000"):
        compare([folder / "amp.nam", folder / "fast.nam"], folder / "dry.wav", folder / "wet.wav")


@pytest.mark.parametrize("make", [lambda path: path.write_text("mine", encoding="utf-8")])
def test_an_existing_page_is_kept_without_force(tmp_path: Path, make: Callable) -> None:
    path = tmp_path / "page.html"
    make(path)
    with pytest.raises(OutputError, match="exists already"):
        check_comparison_path(path, force=False)
    write_comparison(path, "new", force=True)
    assert path.read_text(encoding="utf-8") == "new"
    with pytest.raises(OutputError, match="html"):
        check_comparison_path(tmp_path / "page.txt", force=False)
