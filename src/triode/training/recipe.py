"""A training recipe: every hyperparameter, checked, from TOML data."""

import tomllib
from collections.abc import Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from triode.errors import NamFileError, RecipeError
from triode.metrics import STFT_RESOLUTIONS
from triode.nam import parse_config
from triode.training.table import Table, checked_table, did_you_mean
from triode.training.trainable import check_several_widths, check_trainable

__all__ = [
    "FineTuning",
    "Loss",
    "Optimizer",
    "Recipe",
    "Size",
    "Validation",
    "Windows",
    "load_recipe",
    "recipe_names",
]

_SUFFIX = ".toml"
_CHECK_RATE_HZ = 48000.0

Positive = Annotated[float, Field(gt=0.0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0.0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0.0, lt=1.0)]

_FIRST_ROUND_EPOCHS = 10


class Size(Table):
    """One network of the capture.

    Attributes:
        architecture: WaveNet, LSTM, ConvNet or Linear.
        max_value: A player's size control below this value chooses the network; 1 for the last.
        widths: "full" trains the network as wide as it is; "random" trains, in each step, one of
            the widths that the config's `slimmable` allows, so that slicing the file gives good
            networks of every width.
        rate_factor: Its learning rate is this many times the optimizer's: narrow networks bear
            higher ones.
        config: The `config` object of the `.nam` file.
    """

    architecture: str
    max_value: Positive = 1.0
    widths: Literal["full", "random"] = "full"
    rate_factor: Positive = 1.0
    config: Mapping[str, Any]


class Windows(Table):
    """How the training passage is cut.

    Attributes:
        output_samples: Samples of each window that the loss sees.
        run_in_samples: The least number of dry samples before them. Networks with a finite memory
            always get their whole receptive field; this is for the others.
        batch_size: Windows per step.
    """

    output_samples: Annotated[int, Field(ge=1)]
    run_in_samples: Annotated[int, Field(ge=0)] = 0
    batch_size: Annotated[int, Field(ge=1)]


class Loss(Table):
    """loss = mse_weight MSE + mrstft_weight (multi-resolution STFT distance).

    Attributes:
        mse_weight: Weight of the mean squared error.
        mrstft_weight: Weight of the multi-resolution STFT distance.
        spectral_error: Whose magnitudes are one error in that distance: those of the whole
            "batch", as in the reference trainer, or those of each "window". With windows no window
            waits for another, and a step takes a fifth less time.
        pre_emphasis_coefficient: c of the filter y[n] - c y[n-1] that both signals pass before
            the MSE; 0 for none.
    """

    mse_weight: NotNegative = 1.0
    mrstft_weight: NotNegative = 0.0
    spectral_error: Literal["batch", "window"] = "batch"
    pre_emphasis_coefficient: Share = 0.0

    @model_validator(mode="after")
    def _has_a_term(self) -> Self:
        if self.mse_weight == 0.0 and self.mrstft_weight == 0.0:
            raise ValueError("mse_weight and mrstft_weight are both 0, so nothing is learned")
        return self


class Optimizer(Table):
    """How gradients change weights, with a learning rate that changes on the way.

    Attributes:
        method: "adam" (Kingma and Ba 2015), or "soap" (Vyas et al. 2024), which is Adam in
            coordinates that follow the gradients of each layer.
        learning_rate: The highest.
        schedule: "exponential", a factor from each epoch to the next, or "cosine", which comes down
            with every step to end at `final_share` in the last epoch (Loshchilov and Hutter 2017).
        decay_per_epoch: The factor of "exponential".
        warm_up_share: Share of all steps in which the rate of "cosine" first rises from nothing.
        final_share: Share of the highest learning rate at the end of "cosine".
        first_round_epochs: Epochs of the first round of "cosine", after which the rate starts at
            its highest again; every next round has twice as many. 0 for one round over all epochs.
        clip_norm: Greatest length of a size's whole gradient; a longer one is shortened to it.
            0 for no limit.
        beta1, beta2, epsilon: Adam's own; 0.95 twice is customary for "soap".
    """

    method: Literal["adam", "soap"] = "adam"
    learning_rate: Positive
    schedule: Literal["exponential", "cosine"] = "exponential"
    decay_per_epoch: Annotated[float, Field(gt=0.0, le=1.0)] = 1.0
    warm_up_share: Share = 0.0
    final_share: Annotated[float, Field(ge=0.0, le=1.0)] = 0.0
    first_round_epochs: Annotated[int, Field(ge=0)] = 0
    clip_norm: NotNegative = 0.0
    beta1: Share = 0.9
    beta2: Share = 0.999
    epsilon: Positive = 1e-8


class FineTuning(Table):
    """A last phase on the best networks, for what the loss hardly sees.

    Beside each batch of ordinary windows it trains on some whose error counts relative to their own
    level, in logarithms: an error 60 dB down is worth as much as one 20 dB down.

    Attributes:
        epochs: More passes over the training passage; 0 for no such phase.
        learning_rate: Adam's; it comes down to nothing as a cosine.
        tones: Steady tones beside each batch; what is no harmonic of them is their error.
        quiet_windows: Quiet windows of the recording beside each batch.
        weight: Of their error's logarithm beside that of the ordinary loss.
        most_esr_rise: By which share the validation ESR may rise; beyond it a size is left as it
            was before this phase.
    """

    epochs: Annotated[int, Field(ge=0)] = 0
    learning_rate: Positive = 0.001
    tones: Annotated[int, Field(ge=0)] = 0
    quiet_windows: Annotated[int, Field(ge=0)] = 0
    weight: Positive = 0.3
    most_esr_rise: NotNegative = 0.05


class Validation(Table):
    """How the validation passage is cut so that memory stays flat; the ESR is over all of it.

    Attributes:
        segment_samples: Samples evaluated in one stretch.
        batch_size: Stretches evaluated side by side.
    """

    segment_samples: Annotated[int, Field(ge=1)] = 65536
    batch_size: Annotated[int, Field(ge=1)] = 8


class Recipe(Table):
    """Everything that decides a training but the recordings.

    Attributes:
        description: One line for people.
        sizes: The networks, ascending in `max_value`; all train at once, independently.
        epochs: Passes over the training passage.
        seed: Of the initial weights and the order of the windows.
        wet_level_dbfs: RMS level to which the wet training passage is scaled before training, so
            that the loss terms keep their balance for quiet gear; undone in the exported file.
    """

    description: str
    sizes: Annotated[tuple[Size, ...], Field(min_length=1)]
    epochs: Annotated[int, Field(ge=1)]
    seed: Annotated[int, Field(ge=0)] = 0
    wet_level_dbfs: Annotated[float, Field(ge=-60.0, le=0.0)] = -18.0
    windows: Windows
    loss: Loss = Loss()
    optimizer: Optimizer
    fine_tuning: FineTuning = FineTuning()
    validation: Validation = Validation()

    @model_validator(mode="after")
    def _sizes_cover_the_control(self) -> Self:
        values = [size.max_value for size in self.sizes]
        if values != sorted(set(values)) or values[-1] < 1.0:
            raise ValueError("max_value has to ascend from size to size, and the last be 1 or more")
        return self

    @model_validator(mode="after")
    def _windows_hold_a_spectrum(self) -> Self:
        shortest = max(resolution.points for resolution in STFT_RESOLUTIONS) // 2 + 1
        if self.loss.mrstft_weight > 0.0 and self.windows.output_samples < shortest:
            raise ValueError(
                f"windows.output_samples has to be at least {shortest} for loss.mrstft_weight"
            )
        return self

    def changed(self, **values: object) -> "Recipe":
        """This recipe with some top-level values replaced, checked again; None changes nothing.

        Raises:
            RecipeError: A value cannot be right.
        """
        given = {key: value for key, value in values.items() if value is not None}
        return _checked({**self.model_dump(), **given}, "recipe")

    def in_rounds(self) -> "Recipe":
        """This recipe with a cosine that has ends along the way, at which training may stop."""
        optimizer = self.optimizer
        if optimizer.schedule != "cosine" or optimizer.first_round_epochs:
            return self
        changed = {**optimizer.model_dump(), "first_round_epochs": _FIRST_ROUND_EPOCHS}
        return self.changed(optimizer=changed)


def recipe_names() -> dict[str, str]:
    """The recipes that come with Triode: name to one-line description, sorted by name."""
    return {name: load_recipe(name).description for name in _names()}


def load_recipe(name_or_path: str | Path) -> Recipe:
    """Read a recipe by its name, or from a TOML file.

    Raises:
        RecipeError: There is no such recipe, or it has an unknown key or an impossible value.
    """
    text = str(name_or_path)
    if isinstance(name_or_path, Path) or text.endswith(_SUFFIX):
        source: Traversable = Path(name_or_path)
    else:
        source = _folder() / f"{text}{_SUFFIX}"
        if not source.is_file():
            names = _names()
            raise RecipeError(
                "there is no recipe of that name",
                expected=f"one of {', '.join(names)}, or the path of a .toml file",
                got=text,
                hint=did_you_mean(text, names),
            )
    try:
        document = tomllib.loads(source.read_bytes().decode("utf-8"))
    except OSError as error:
        raise RecipeError(
            "the recipe cannot be read", where=text, got=error.strerror or error
        ) from error
    except ValueError as error:
        raise RecipeError("the recipe is not TOML text", where=text, got=error) from error
    return _checked(document, text)


def _names() -> list[str]:
    files = (file.name for file in _folder().iterdir())
    return sorted(name.removesuffix(_SUFFIX) for name in files if name.endswith(_SUFFIX))


def _folder() -> Traversable:
    return resources.files("triode") / "recipes"


def _checked(document: Mapping[str, object], where: str) -> Recipe:
    recipe = checked_table(Recipe, document, where, RecipeError)
    for number, size in enumerate(recipe.sizes):
        try:
            config = parse_config(size.architecture, size.config, _CHECK_RATE_HZ)
        except NamFileError as error:
            raise RecipeError(
                error.problem,
                where=f"{where}, sizes[{number}].{error.where or 'config'}",
                expected=error.expected,
                got=error.got,
                hint=error.hint,
            ) from error
        check_trainable(config, f"{where}, sizes[{number}].config")
        if size.widths == "random":
            check_several_widths(config, f"{where}, sizes[{number}].config")
    return recipe
