"""Widths nested in one network: each trains what it shares with the others."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from triode.architectures import networks
from triode.errors import RecipeError
from triode.graph import interpret, receptive_field
from triode.graph.torch_mapping import TorchGraph
from triode.nam import parse_config, read
from triode.runtime import render
from triode.training import load_recipe, train
from triode.training.kernels import CompiledGraph
from triode.training.loop import initial_state, train_step
from triode.training.nested import drawn_width, narrower_modules
from unit.training.conftest import noise

SIZE = """
[[sizes]]
architecture = "WaveNet"
widths = "WIDTHS"
[sizes.config]
head_scale = 0.5
[[sizes.config.layers]]
input_size = 1
condition_size = 1
channels = 6
head_size = 1
head_bias = true
kernel_size = 3
dilations = [1, 2, 5]
activation = "LeakyReLU"
slimmable = { method = "slice_channels_uniform", kwargs = { allowed_channels = [2, 4, 6] } }
"""
START = """
description = "tiny"
epochs = 12
windows = { output_samples = 1100, batch_size = 4 }
optimizer = { learning_rate = 0.01 }
"""


@pytest.fixture
def recipe_path(tmp_path: Path) -> Callable[[str], Path]:
    def write(widths: str) -> Path:
        path = tmp_path / f"{widths}.toml"
        path.write_text(START + SIZE.replace("WIDTHS", widths), encoding="utf-8")
        return path

    return write


def test_a_narrow_module_is_what_slicing_the_file_gives(
    recipe_path: Callable[[str], Path], tmp_path: Path, recordings: tuple[Path, Path]
) -> None:
    train(*recordings, tmp_path / "amp.nam", recipe=recipe_path("random"), epochs=1, threads=1)
    model = read(tmp_path / "amp.nam")
    sizes = networks(model)
    assert [one.model.config.layer_arrays[0].channels for one in sizes] == [2, 4, 6]  # type: ignore[union-attr]
    signal = noise(0.025)
    whole = CompiledGraph(sizes[-1].graph, sizes[-1].parameters)
    plain = TorchGraph(sizes[-1].graph, sizes[-1].parameters)
    for wide in (whole, plain):
        for module, size in zip(narrower_modules(model.config, wide), sizes, strict=False):
            context = receptive_field(size.graph) - 1
            wanted = interpret(size.graph, size.parameters, signal[None].astype(np.float64))
            with torch.no_grad():
                got = module(torch.from_numpy(signal)[None, None])[0].numpy()
            np.testing.assert_allclose(got, wanted[:, context:], rtol=0, atol=1e-6)


@pytest.mark.parametrize("step", range(4))
def test_a_step_changes_what_its_width_uses_and_nothing_else(
    step: int, recipe_path: Callable[[str], Path]
) -> None:
    recipe = load_recipe(recipe_path("random"))
    configs = tuple(parse_config(one.architecture, one.config, 16000) for one in recipe.sizes)
    state = initial_state(configs, recipe, 16000, "cpu")
    before = state.trainees[0].module.to_parameters()
    dry, wet = (torch.from_numpy(noise(0.25, seed)) for seed in (1, 2))
    train_step(state, dry, wet, np.array([100, 1500]), recipe, epoch=3, step=step)
    after = state.trainees[0].module.to_parameters()
    width = (2, 4, 6)[drawn_width(3, seed=recipe.seed, epoch=3, step=step)]
    name = "array0.layer1.conv.weight"
    changed = before[name] != after[name]
    assert changed[:width, :width].all()
    assert not changed[width:].any()
    assert not changed[:, width:].any()


def test_generated_code_and_torch_agree_on_gradients(recipe_path: Callable[[str], Path]) -> None:
    recipe = load_recipe(recipe_path("random"))
    config = parse_config("WaveNet", recipe.sizes[0].config, 16000)
    state = initial_state((config,), recipe, 16000, "cpu")
    compiled = state.trainees[0].module
    assert isinstance(compiled, CompiledGraph)
    plain = TorchGraph(compiled.graph, compiled.to_parameters())
    signal = torch.from_numpy(noise(0.02))[None, None]
    gradients = []
    for whole in (compiled, plain):
        narrow = narrower_modules(config, whole)[1]
        narrow(signal).square().sum().backward()
        gradients.append(whole.tensor("array0.layer0.conv.weight").grad)
    assert gradients[0] is not None
    assert gradients[1] is not None
    torch.testing.assert_close(gradients[0], gradients[1], rtol=1e-4, atol=1e-5)
    assert gradients[0][:4, :].abs().sum() > 0


def test_draws_repeat_and_are_even() -> None:
    def drawn() -> list[int]:
        return [drawn_width(3, seed=1, epoch=2, step=step) for step in range(900)]

    counts = np.bincount(drawn(), minlength=3)
    assert drawn() == drawn()
    # 300 each, with a deviation of 14.
    assert (np.abs(counts - 300) < 70).all()
    assert drawn_width(1, seed=1, epoch=1, step=1) == 0


def test_narrow_sizes_are_better_for_it(
    recipe_path: Callable[[str], Path], tmp_path: Path, recordings: tuple[Path, Path]
) -> None:
    """Sliced from a network that was trained at its full width only, they are worthless."""
    wets = {}
    for widths in ("full", "random"):
        path = tmp_path / f"{widths}.nam"
        train(*recordings, path, recipe=recipe_path(widths), threads=1)
        wets[widths] = [render(one, noise(0.5)) for one in networks(read(path))]
    distances = {
        widths: [float(np.square(wet - found[-1]).sum()) for wet in found[:-1]]
        for widths, found in wets.items()
    }
    for full, nested in zip(distances["full"], distances["random"], strict=True):
        assert nested < 0.5 * full


def test_one_width_is_refused(recipe_path: Callable[[str], Path]) -> None:
    path = recipe_path("random")
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(one for one in lines if not one.startswith("slimmable")))
    with pytest.raises(RecipeError, match=r"one width.*allowed_channels"):
        load_recipe(path)
