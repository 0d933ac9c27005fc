"""Recipes are data: complete, checked, and wrong keys are named."""

from collections.abc import Callable
from pathlib import Path

import pytest

from triode.errors import RecipeError
from triode.nam import a2_config, parse_config, weight_count
from triode.training import load_recipe, recipe_names

SHIPPED = (
    "a1-feather",
    "a1-lite",
    "a1-nano",
    "a1-standard",
    "a2",
    "a2-lite",
    "a2-reference",
    "a2-smooth",
    "beyond-a2",
    "convnet",
    "demo",
    "lstm-1x16",
)


@pytest.fixture
def altered(tmp_path: Path, tiny_recipe: Callable[..., Path]) -> Callable[[str, str], Path]:
    """The tiny recipe with one text replaced by another."""

    def write(old: str, new: str) -> Path:
        text = tiny_recipe().read_text(encoding="utf-8")
        assert old in text
        path = tmp_path / "altered.toml"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return path

    return write


def test_all_shipped_recipes_load_and_describe_themselves_in_one_line() -> None:
    names = recipe_names()
    assert tuple(names) == SHIPPED
    for description in names.values():
        assert 10 < len(description) < 90
        assert "\n" not in description


def test_both_a2_recipes_train_lite_and_full() -> None:
    recipe, reference = (load_recipe(name) for name in ("a2", "a2-reference"))
    for ours, theirs in zip(recipe.sizes, reference.sizes, strict=True):
        assert (ours.config, ours.max_value) == (theirs.config, theirs.max_value)
    assert recipe.optimizer.method == "soap"
    assert recipe.loss.spectral_error == "window"


def test_lite_alone_trains_as_it_does_beside_full() -> None:
    both, alone = load_recipe("a2"), load_recipe("a2-lite")
    assert both.optimizer.learning_rate * both.sizes[0].rate_factor == (
        alone.optimizer.learning_rate * alone.sizes[0].rate_factor
    )
    (lite,) = alone.sizes
    assert lite.config == both.sizes[0].config
    assert both.windows == alone.windows


def test_the_smooth_recipe_is_the_default_one_with_tanh() -> None:
    plain, smooth = (load_recipe(name).model_dump() for name in ("a2", "a2-smooth"))
    for sizes in (plain["sizes"], smooth["sizes"]):
        (*layers,) = (size["config"]["layers"][0] for size in sizes)
        activations = [layer.pop("activation") for layer in layers]
    assert activations == ["Tanh", "Tanh"]
    plain.pop("description"), smooth.pop("description")
    assert plain == smooth


def test_the_reference_recipe_is_that_of_the_reference_trainer() -> None:
    recipe = load_recipe("a2-reference")
    configs = [parse_config(size.architecture, size.config, 48000) for size in recipe.sizes]
    assert configs == [a2_config(3), a2_config(8)]
    assert [size.max_value for size in recipe.sizes] == [0.5, 1.0]
    assert (recipe.windows.batch_size, recipe.windows.output_samples) == (16, 8192)
    assert (recipe.optimizer.learning_rate, recipe.optimizer.decay_per_epoch) == (0.004, 0.994)
    assert (recipe.loss.mse_weight, recipe.loss.mrstft_weight) == (1.0, 0.0005)
    assert recipe.epochs == 100


@pytest.mark.parametrize(
    ("name", "weights"),
    [("a1-standard", 13802), ("a1-feather", 3026), ("a1-nano", 842), ("lstm-1x16", 1201)],
)
def test_classic_architectures_have_the_known_number_of_weights(name: str, weights: int) -> None:
    # 1201 = 64 x 17 weights and 64 biases of the gates, 2 x 16 initial states, 17 of the head.
    (size,) = load_recipe(name).sizes
    assert weight_count(parse_config(size.architecture, size.config, 48000)) == weights


@pytest.mark.parametrize(
    ("old", "new", "problem", "hint"),
    [
        ("learning_rate", "lerning_rate", "unknown key optimizer.lerning_rate", "learning_rate"),
        ("[loss]", "[los]", "unknown key los", "loss"),
        ("max_value", "maxvalue", "unknown key sizes.0.maxvalue", "max_value"),
    ],
)
def test_an_unknown_key_names_file_and_key_and_suggests(
    altered: Callable[[str, str], Path], old: str, new: str, problem: str, hint: str
) -> None:
    path = altered(old, new)
    with pytest.raises(RecipeError) as caught:
        load_recipe(path)
    assert caught.value.problem == problem
    assert caught.value.where == str(path)
    assert caught.value.hint == f"Did you mean {hint}?"


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ("epochs = 3", "", "the key epochs is missing"),
        ("epochs = 3", "epochs = 0", "epochs cannot be right"),
        ("epochs = 3", 'epochs = "3"', "epochs cannot be right"),
        ("learning_rate = 0.01", "learning_rate = nan", "optimizer.learning_rate cannot be right"),
        ("max_value = 0.5", "max_value = 1.5", "max_value has to ascend"),
        ("mrstft_weight = 0.0005", "mse_weight = 0", "nothing is learned"),
        ("output_samples = 1100", "output_samples = 1024", "at least 1025"),
        ("channels = 2", "channels = 0", "sizes[0].config.layers[0].channels"),
        ("channels = 2", "chanels = 2", "chanels"),
        ('architecture = "WaveNet"', 'architecture = "WaveNut"', "WaveNut"),
        ("epochs = 3", "epochs == 3", "not TOML"),
    ],
)
def test_an_impossible_recipe_is_refused(
    altered: Callable[[str, str], Path], old: str, new: str, text: str
) -> None:
    with pytest.raises(RecipeError) as caught:
        load_recipe(altered(old, new))
    assert text in str(caught.value)
    assert "altered.toml" in str(caught.value)


def test_an_unknown_name_lists_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"one of a1-feather, .*Did you mean a1-standard\?"):
        load_recipe("a1-standart")
    with pytest.raises(RecipeError, match="cannot be read"):
        load_recipe(tmp_path / "none.toml")


def test_changed_values_are_checked_like_read_ones(tiny_recipe: Callable[..., Path]) -> None:
    recipe = load_recipe(tiny_recipe())
    assert recipe.changed(epochs=None, seed=None) == recipe
    assert recipe.changed(epochs=9, seed=4).model_dump() == {
        **recipe.model_dump(),
        "epochs": 9,
        "seed": 4,
    }
    with pytest.raises(RecipeError, match="epochs cannot be right"):
        recipe.changed(epochs=0)


def test_a_cosine_can_be_made_to_end_along_the_way() -> None:
    recipe = load_recipe("a2")
    rounds = recipe.in_rounds()
    assert (recipe.optimizer.first_round_epochs, rounds.optimizer.first_round_epochs) == (0, 10)
    assert rounds.in_rounds() == rounds
    steady = load_recipe("a2-reference")
    assert steady.in_rounds() == steady
