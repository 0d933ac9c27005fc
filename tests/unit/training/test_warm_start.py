"""Starting from a capture: which weights are taken, at which level, and what is refused."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from triode.architectures import networks
from triode.errors import NamFileError, TrainingError
from triode.metrics import esr
from triode.nam import parse_config, read
from triode.runtime import render
from triode.training import Progress, Result, load_recipe, train
from triode.training.material import Material, prepare_material
from triode.training.warm_start import read_start
from unit.training.conftest import RATE_HZ, amplify, noise


@pytest.fixture(scope="module")
def capture(
    recordings: tuple[Path, Path],
    tiny_recipe: Callable[..., Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Result:
    """A small capture of the tests' amplifier, both sizes."""
    path = tmp_path_factory.mktemp("capture") / "amp.nam"
    return train(*recordings, path, recipe=tiny_recipe(epochs=8), threads=1)


def material_of(wet: npt.NDArray[np.float32], dry: npt.NDArray[np.float32]) -> Material:
    return prepare_material(
        dry,
        wet,
        rate_hz=RATE_HZ,
        training=((0, 48000),),
        validation=(50000, 64000),
        wet_level_dbfs=-18.0,
    )


class FirstEpoch(Progress):
    """Remembers the ESR after the first epoch."""

    def on_epoch(self, record: object, best_esr: dict[str, float]) -> None:
        if not hasattr(self, "esr"):
            self.esr = best_esr


@pytest.mark.parametrize("gain", [0.01, 3.0, -0.5])
def test_the_level_of_the_recording_is_found_and_its_sign(
    capture: Result, tiny_recipe: Callable[..., Path], gain: float
) -> None:
    recipe = load_recipe(tiny_recipe())
    configs = tuple(parse_config(one.architecture, one.config, RATE_HZ) for one in recipe.sizes)
    start = read_start(capture.model_path, configs)
    dry = noise(4.0)
    material = material_of(np.float32(gain) * amplify(dry), dry)
    for parameters, size, network in zip(
        start.parameters(material), capture.sizes, networks(read(capture.model_path)), strict=True
    ):
        assert parameters is not None
        scales = (one["head_scale.value"][0] for one in (parameters, network.parameters))
        factor = float(next(scales) / next(scales))
        played = factor * render(network, dry)[48000:]
        # It was trained on this very material, so at the right level it is as good as it says;
        # a level wrong by one part in a hundred would add 1e-4.
        assert esr(material.wet[48000:], played) == pytest.approx(size.esr, rel=0.3)
        assert np.sign(factor) == np.sign(gain)


def test_it_starts_where_the_other_ended(
    capture: Result,
    recordings: tuple[Path, Path],
    tiny_recipe: Callable[..., Path],
    tmp_path: Path,
) -> None:
    cold, warm = FirstEpoch(), FirstEpoch()
    recipe = tiny_recipe(epochs=1)
    train(*recordings, tmp_path / "cold.nam", recipe=recipe, threads=1, progress=cold)
    train(
        *recordings,
        tmp_path / "warm.nam",
        recipe=recipe,
        threads=1,
        progress=warm,
        start=capture.model_path,
    )
    for name, value in warm.esr.items():
        assert value < 0.5 * cold.esr[name]
    settings = read(tmp_path / "warm.nam").metadata["training"]["settings"]
    assert settings["start"]["file"] == "amp.nam"
    assert settings["start"]["sizes"] == ["lite", "full"]
    assert len(settings["start"]["sha256"]) == 64


def test_a_single_network_starts_the_size_of_its_shape(
    capture: Result, tiny_recipe: Callable[..., Path]
) -> None:
    recipe = load_recipe(tiny_recipe(channels=(4, 8)))
    configs = tuple(parse_config(one.architecture, one.config, RATE_HZ) for one in recipe.sizes)
    start = read_start(capture.model_path, configs)
    # The larger network of the file is the smaller one of the recipe.
    first, second = start.networks
    assert second is None
    assert first is not None
    assert first.name == "full"
    assert start.to_json()["sizes"] == ["lite"]


def test_a_resumed_training_asks_for_the_same_start(
    capture: Result,
    recordings: tuple[Path, Path],
    tiny_recipe: Callable[..., Path],
    tmp_path: Path,
) -> None:
    class StopAfterOne(Progress):
        done = False

        def on_epoch(self, record: object, best_esr: dict[str, float]) -> None:
            self.done = True

        def should_stop(self) -> bool:
            return self.done

    options = {"recipe": tiny_recipe(), "threads": 1}
    path, whole = tmp_path / "amp.nam", tmp_path / "whole.nam"
    train(*recordings, path, start=capture.model_path, progress=StopAfterOne(), **options)
    with pytest.raises(TrainingError, match="differs from this one in the capture it starts from"):
        train(*recordings, path, resume=True, **options)
    train(*recordings, path, start=capture.model_path, resume=True, **options)
    train(*recordings, whole, start=capture.model_path, **options)
    for one, other in zip(networks(read(path)), networks(read(whole)), strict=True):
        assert np.array_equal(one.model.weights, other.model.weights)


def test_a_capture_of_another_shape_is_refused(
    capture: Result,
    recordings: tuple[Path, Path],
    tiny_recipe: Callable[..., Path],
    tmp_path: Path,
) -> None:
    with pytest.raises(TrainingError, match=r"no size.*Expected WaveNet of \d+.*Got WaveNet of"):
        train(
            *recordings,
            tmp_path / "amp.nam",
            recipe=tiny_recipe(channels=(3,)),
            start=capture.model_path,
        )
    with pytest.raises(NamFileError):
        train(*recordings, tmp_path / "amp.nam", recipe=tiny_recipe(), start=recordings[0])
    assert list(tmp_path.iterdir()) == []


def test_the_recipe_of_the_default_takes_a_real_a2_capture(shared_data: Path) -> None:
    recipe = load_recipe("a2")
    configs = tuple(parse_config(one.architecture, one.config, 48000) for one in recipe.sizes)
    start = read_start(shared_data / "nam" / "core-A2.nam", configs)
    assert start.to_json()["sizes"] == ["lite", "full"]
