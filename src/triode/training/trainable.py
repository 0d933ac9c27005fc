"""Which networks a recipe may ask for: those that can be written and played when trained."""

import numpy as np

from triode.architectures import lower
from triode.errors import RecipeError
from triode.nam import Config, ContainerConfig, ConvNetConfig, Model, WaveNetConfig, player_support
from triode.nam.activation import Activation

__all__ = ["check_several_widths", "check_trainable"]


def check_trainable(config: Config, where: str) -> None:
    """Refuse a network that would only fail after its training, when it is written.

    Args:
        config: What the recipe asks for.
        where: Its place, for the error.

    Raises:
        RecipeError: It is a container, not mono, silent, unknown to players, or learns more slopes
            than its file has room for.
    """
    if isinstance(config, ContainerConfig):
        raise RecipeError(
            "a container is no network to train",
            where=where,
            expected="WaveNet, LSTM, ConvNet or Linear",
            hint="Several [[sizes]] in the recipe make a container.",
        )
    graph = lower(config)
    widths = graph.input_channels, graph.output_channels
    if widths != (1, 1):
        raise RecipeError(
            "captures are mono",
            where=where,
            expected="a network of 1 input and 1 output channel",
            got=f"{widths[0]} and {widths[1]}",
        )
    if isinstance(config, WaveNetConfig) and config.head_scale == 0.0:
        raise RecipeError(
            "head_scale is 0, so the network is silent", where=where, expected="such as 0.01"
        )
    if _shares_slopes(config):
        raise RecipeError(
            "a PReLU would learn slopes in each block, and a file has room for one block's",
            where=where,
            expected="an activation without learned slopes",
            got="PReLU",
            hint="Use LeakyReLU here.",
        )
    blank = Model(version="0.7.0", config=config, weights=np.zeros(0, np.float32))
    newest = player_support(blank)[-1]
    if not newest.loads:
        raise RecipeError(
            "no player would load this network", where=where, got="; ".join(newest.reasons)
        )


def check_several_widths(config: Config, where: str) -> None:
    """Refuse a network that has one width only.

    Raises:
        RecipeError: No layer array of it can be sliced.
    """
    arrays = config.layer_arrays if isinstance(config, WaveNetConfig) else ()
    if not any(len(array.slimmable_channels or ()) > 1 for array in arrays):
        raise RecipeError(
            "there is one width to train, so none can be drawn",
            where=where,
            expected="a WaveNet whose layer arrays have a slimmable of several allowed_channels",
            hint='Leave out widths = "random", or say which widths there are.',
        )


def _shares_slopes(config: Config) -> bool:
    """Whether one PReLU of the file stands for several of the network."""
    match config:
        case ConvNetConfig():
            return _learns(config.activation) and len(config.dilations) > 1
        case WaveNetConfig():
            head, nested = config.head, config.condition_dsp
            if head is not None and _learns(head.activation) and len(head.kernel_sizes) > 1:
                return True
            return nested is not None and _shares_slopes(nested.config)
        case _:
            return False


def _learns(activation: Activation) -> bool:
    return activation.kind == "PReLU"
