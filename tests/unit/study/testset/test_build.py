"""What lies in a set, and that it is noticed when it changes."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from triode.architectures import networks
from triode.audio import read_audio
from triode.errors import OutputError, TestSetError
from triode.graph import interpret
from triode.nam import lint, read, write
from triode.study.testset.build import build_set, number_of
from triode.study.testset.checksums import sealed
from triode.study.testset.contents import random_mixtures, trained_models
from triode.study.testset.manifest import read_set
from triode.study.testset.options import options_of
from triode.study.testset.sanity import PEAK
from triode.study.testset.signals import PROBE, set_signals
from unit.study.testset.conftest import RATE_HZ, linear_model

NARROW = ["activation: ReLU"]


def test_models_stand_beside_what_they_need(small_set: Path) -> None:
    manifest, _ = read_set(small_set)
    assert [one.name for one in manifest.models] == [
        "base",
        "activation-relu",
        "array-head-long",
        "array-head-dilation",
        "trained-cabinet-5-taps",
    ]
    assert (manifest.name, manifest.number) == ("small", 3)
    assert {one.rate_hz for one in manifest.inputs} == {48000, RATE_HZ}
    for one in manifest.models:
        assert not [found for found in lint(small_set / one.path) if found.severity == "error"]


def test_expected_outputs_are_the_interpreter_s(small_set: Path) -> None:
    manifest, _ = read_set(small_set)
    for model in manifest.models:
        network = networks(read(small_set / model.path))[-1]
        peaks = []
        for one in model.expected:
            signal = read_audio(small_set / manifest.input(one.input).path)
            wanted = read_audio(small_set / one.path)
            assert signal.rate_hz == wanted.rate_hz == model.rate_hz
            dry = signal.samples[None].astype(np.float64)
            exact = interpret(network.graph, network.parameters, dry, rate_hz=model.rate_hz)[0]
            np.testing.assert_array_equal(wanted.samples, exact.astype(np.float32))
            peaks.append(np.abs(exact).max())
        assert max(peaks) == pytest.approx(model.peak)
        assert model.tolerance == pytest.approx(1e-5 * model.peak)
        if model.origin == "specimen":
            assert peaks[0] == pytest.approx(PEAK, rel=1e-5)


def test_the_readme_names_every_model(small_set: Path) -> None:
    text = (small_set / "README.md").read_text(encoding="utf-8")
    manifest, _ = read_set(small_set)
    assert all(f"`{one.name}`" in text for one in manifest.models)
    assert "Test set 3 of small" in text


def test_equal_arguments_make_equal_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        build_set("same", tmp_path / name, options=NARROW, random_count=0)
    files = [path.relative_to(tmp_path / "a") for path in sorted((tmp_path / "a").rglob("*.*"))]
    assert len(files) > 8
    for path in files:
        assert (tmp_path / "a" / path).read_bytes() == (tmp_path / "b" / path).read_bytes(), path


def test_mixtures_keep_to_the_options_and_to_what_is_sane() -> None:
    drive = set_signals(48000)[PROBE][::4]
    first = list(random_mixtures(2, None, 1, drive))
    again = list(random_mixtures(1, None, 1, drive))
    assert [one.name for one in first] == ["random-01", "random-02"]
    assert first[0].data == again[0].data
    assert all(len(options_of(one.model)) > 3 for one in first)


def test_smaller_sizes_become_files_of_their_own(shared_data: Path) -> None:
    path = shared_data / "nam" / "core-A2.nam"
    whole, lite = trained_models([path])
    assert whole.data == path.read_bytes()
    assert (whole.name, lite.name) == ("trained-core-a2", "trained-core-a2-lite")
    assert lite.model.architecture == "WaveNet"


def test_two_captures_of_one_name_are_refused(tmp_path: Path) -> None:
    for name in ("My Amp.nam", "my-amp.nam"):
        write(linear_model(), tmp_path / name)
    with pytest.raises(TestSetError, match="one name"):
        build_set("x", tmp_path / "s", captures=sorted(tmp_path.glob("*.nam")), options=NARROW)
    assert not (tmp_path / "s").exists()


def test_an_unknown_option_and_a_bad_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TestSetError, match=r"no such option.*FiLM: conv_pre_film"):
        build_set("x", tmp_path / "s", options=["film*s"])
    with pytest.raises(TestSetError, match="cannot be called that"):
        build_set("../x", tmp_path / "s")


def test_only_a_set_is_ever_replaced(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "song.wav").write_text("precious")
    for force in (False, True):
        with pytest.raises(OutputError):
            build_set("x", tmp_path / "mine", options=NARROW, random_count=0, force=force)
    assert (tmp_path / "mine" / "song.wav").read_text() == "precious"


@pytest.mark.parametrize(
    ("folder", "number"), [("set-2", 2), ("a/set_12/", 12), ("set", 1), ("v0.2", 1), ("set-0", 1)]
)
def test_the_number_is_the_folder_s(folder: str, number: int) -> None:
    assert number_of(Path(folder)) == number


class TestChanges:
    @pytest.fixture
    def folder(self, small_set: Path, tmp_path: Path) -> Path:
        return Path(shutil.copytree(small_set, tmp_path / "copy"))

    @pytest.mark.parametrize(
        "name",
        ["README.md", "models/base.nam", "inputs/probe-48000.wav", "expected/base-probe.wav"],
    )
    def test_a_changed_file_is_named(self, folder: Path, name: str) -> None:
        data = bytearray((folder / name).read_bytes())
        data[-1] ^= 1
        (folder / name).write_bytes(data)
        with pytest.raises(TestSetError) as caught:
            read_set(folder)
        assert name in str(caught.value)

    def test_a_missing_file_is_named(self, folder: Path) -> None:
        (folder / "models/base.nam").unlink()
        with pytest.raises(TestSetError, match=r"base\.nam"):
            read_set(folder)

    def test_a_changed_manifest_is_refused(self, folder: Path) -> None:
        path = folder / "manifest.json"
        path.write_text(path.read_text().replace('"number": 3', '"number": 4'))
        with pytest.raises(TestSetError, match="changed after it was written"):
            read_set(folder)

    def resealed(self, folder: Path, change: Callable[[dict[str, object]], object]) -> None:
        path = folder / "manifest.json"
        document = json.loads(path.read_text())
        del document["sha256"]
        change(document)
        path.write_text(json.dumps(sealed(document)))

    @pytest.mark.parametrize("path", ["../../secret", "/etc/passwd", "a\\..\\b"])
    def test_a_path_out_of_the_set_is_refused(self, folder: Path, path: str) -> None:
        self.resealed(folder, lambda document: document["inputs"][0].update(path=path))  # type: ignore[index]
        with pytest.raises(TestSetError, match="inside the set"):
            read_set(folder)

    def test_an_unknown_key_is_refused(self, folder: Path) -> None:
        self.resealed(folder, lambda document: document.update(more=1))
        with pytest.raises(TestSetError, match="unknown key more"):
            read_set(folder)

    def test_no_set_is_said_to_be_none(self, tmp_path: Path) -> None:
        with pytest.raises(TestSetError, match="testset build"):
            read_set(tmp_path)
