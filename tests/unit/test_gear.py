"""The gear that studies use: described completely, rendered by the real programs."""

import hashlib
import importlib
import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import soundfile

from triode.audio import read_audio
from triode.errors import StudyError
from triode.study.exchange import read_export
from triode.synthetic import performance

RATE_HZ = 48_000
PROGRAMS = ("lv2apply", "sox", "ngspice")


@pytest.fixture(scope="module")
def scripts(repository: Path) -> Iterator[dict[str, ModuleType]]:
    """The scripts, by name; what comes from their folder is forgotten again."""
    folder = repository / "benchmarks" / "gear"
    before = set(sys.modules)
    sys.path.insert(0, str(folder))
    yield {name: importlib.import_module(name) for name in ("catalogue", "render", "circuits")}
    sys.path.remove(str(folder))
    for name, module in list(sys.modules.items()):
        if name not in before and str(folder) in (getattr(module, "__file__", None) or ""):
            del sys.modules[name]


def test_there_is_enough_gear_from_enough_sources(scripts: dict[str, ModuleType]) -> None:
    sources, gear = scripts["catalogue"].read_catalogue()
    assert len(gear) >= 14
    assert len({one.source for one in gear}) >= 3
    assert all(one.licence for one in sources.values())
    circuits = [one.circuit for one in gear if one.circuit]
    assert circuits
    assert all((scripts["circuits"].CIRCUITS / one).is_file() for one in circuits)


def test_gear_that_is_not_described_well_is_refused(
    scripts: dict[str, ModuleType], tmp_path: Path
) -> None:
    path = tmp_path / "gear.toml"
    path.write_text(
        '[sources.a]\ntitle = "A"\nlicence = "MIT"\n[[gear]]\nname = "x"\nsource = "b"\n'
    )
    with pytest.raises(StudyError, match="does not fit together"):
        scripts["catalogue"].read_catalogue(path)
    path.write_text('[sources.a]\ntitle = "A"\n[[gear]]\nname = "x"\nsource = "a"\n')
    with pytest.raises(StudyError, match="not described"):
        scripts["catalogue"].read_catalogue(path)


def test_an_amplifier_of_ours_repeats_itself(scripts: dict[str, ModuleType]) -> None:
    _, gear = scripts["catalogue"].read_catalogue()
    dry = performance(0.3, RATE_HZ, seed=3).astype(np.float64)
    found = scripts["render"].check_repeat(gear[0], dry, RATE_HZ, 0.2)
    assert found["same_samples_twice"]
    assert found["esr_after_pause"] < 1e-4


def test_gear_that_changes_by_itself_is_refused(
    scripts: dict[str, ModuleType], monkeypatch: pytest.MonkeyPatch
) -> None:
    render = scripts["render"]
    _, gear = scripts["catalogue"].read_catalogue()

    def tremolo(gear: object, dry: np.ndarray, rate_hz: int) -> np.ndarray:
        return dry * (1.0 + 0.3 * np.sin(2 * np.pi * 5.3 * np.arange(len(dry)) / rate_hz))

    monkeypatch.setattr(render, "play", tremolo)
    dry = performance(0.3, RATE_HZ, seed=3).astype(np.float64)
    with pytest.raises(StudyError, match="does not repeat itself"):
        render.check_repeat(gear[0], dry, RATE_HZ, 0.2)


@pytest.mark.heavy
def test_a_second_goes_through_all_of_it(
    scripts: dict[str, ModuleType], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = [one for one in PROGRAMS if shutil.which(one) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}; see tools/debian-packages")
    dry = performance(1.0, RATE_HZ, seed=3)
    soundfile.write(tmp_path / "dry.wav", dry, RATE_HZ, subtype="FLOAT")
    monkeypatch.setattr(scripts["render"], "EXCERPT_SECONDS", 0.1)
    words = ["render.py", str(tmp_path / "dry.wav"), "-o", str(tmp_path / "pairs")]
    monkeypatch.setattr(sys, "argv", words)
    scripts["render"].main()
    listing = json.loads((tmp_path / "pairs" / "gear.json").read_text())
    _, gear = scripts["catalogue"].read_catalogue()
    assert list(listing["gear"]) == [one.name for one in gear]
    for one in gear:
        wet, rate_hz = soundfile.read(tmp_path / "pairs" / f"{one.name}.flac")
        assert (len(wet), rate_hz) == (RATE_HZ, RATE_HZ), one.name
        assert np.abs(wet).max() == pytest.approx(10 ** (-3 / 20), rel=1e-3), one.name
    # What is there already is left alone.
    times = {path: path.stat().st_mtime_ns for path in (tmp_path / "pairs").glob("*.flac")}
    scripts["render"].main()
    assert times == {path: path.stat().st_mtime_ns for path in times}


def test_an_excerpt_lies_beside_what_is_rendered_from_it_and_stays(
    scripts: dict[str, ModuleType], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dry = performance(4.0, RATE_HZ, seed=3).astype(np.float32)
    soundfile.write(tmp_path / "dry.wav", dry, RATE_HZ, subtype="FLOAT")

    def rendered(start: str, stop: str) -> None:
        words = ["render.py", str(tmp_path / "dry.wav"), "-o", str(tmp_path / "pairs")]
        words += ["--only", "family-lead", "--excerpt", start, stop]
        monkeypatch.setattr(sys, "argv", words)
        scripts["render"].main()

    rendered("1", "3.5")
    kept, _ = soundfile.read(tmp_path / "pairs" / "dry.wav", dtype="float32")
    np.testing.assert_array_equal(kept, dry[RATE_HZ : round(3.5 * RATE_HZ)])
    wet, _ = soundfile.read(tmp_path / "pairs" / "family-lead.flac")
    assert len(wet) == len(kept)
    with pytest.raises(StudyError, match="another dry signal"):
        rendered("0.5", "3.0")
    for wrong in (("2", "1"), ("1", "1"), ("1", "9"), ("1", "nan")):
        with pytest.raises(SystemExit):
            rendered(*wrong)
    rendered("1", "3.5")


def test_the_committed_studies_go_on_with_gear_that_is_rendered_anew(
    scripts: dict[str, ModuleType], repository: Path, shared_data: Path, tmp_path: Path
) -> None:
    """What they learn from is told by its checksum, whenever and wherever it is rendered."""
    played = read_audio(shared_data / "pairs" / "dry.flac").samples
    excerpt = played[round(33.8 * RATE_HZ) : round(108.8 * RATE_HZ)].astype(np.float64)
    scripts["render"].keep_dry(excerpt, RATE_HZ, tmp_path / "dry.wav")
    dry = hashlib.sha256((tmp_path / "dry.wav").read_bytes()).hexdigest()
    exports = sorted((repository / "docs" / "studies").glob("*.jsonl.gz"))
    assert exports
    for path in exports:
        pinned = [line["digests"]["dry"] for line in read_export(path) if line["kind"] == "gear"]
        assert set(pinned) == {dry}, path.name
