"""The WaveNet config of a `.nam` file, normalised: one entry per layer, every default filled in."""

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Literal

from triode.nam.activation import Activation

if TYPE_CHECKING:
    from triode.nam.model import Model

__all__ = [
    "ArrayHead",
    "Film",
    "Films",
    "Gating",
    "Head1x1",
    "Layer",
    "Layer1x1",
    "LayerArray",
    "PostStackHead",
    "WaveNetConfig",
]

Gating = Literal["none", "gated", "blended"]


@dataclass(frozen=True, kw_only=True)
class Film:
    """One FiLM slot: a 1x1 convolution of the condition gives a scale and a shift."""

    active: bool = False
    shift: bool = True
    groups: int = 1


@dataclass(frozen=True, kw_only=True)
class Films:
    """The eight FiLM slots of a layer, in the order in which the file stores their weights."""

    conv_pre_film: Film = Film()
    conv_post_film: Film = Film()
    input_mixin_pre_film: Film = Film()
    input_mixin_post_film: Film = Film()
    activation_pre_film: Film = Film()
    activation_post_film: Film = Film()
    layer1x1_post_film: Film = Film()
    head1x1_post_film: Film = Film()

    def active(self) -> tuple[tuple[str, Film], ...]:
        """The active slots as (name, film), in file order."""
        slots = ((slot.name, getattr(self, slot.name)) for slot in fields(self))
        return tuple((name, film) for name, film in slots if film.active)


@dataclass(frozen=True, kw_only=True)
class Layer:
    """What may differ from layer to layer. `secondary_activation` is None with gating "none"."""

    kernel_size: int
    dilation: int
    activation: Activation
    gating: Gating = "none"
    secondary_activation: Activation | None = None


@dataclass(frozen=True, kw_only=True)
class Layer1x1:
    """The 1x1 convolution from the activation back to the layer's channels."""

    active: bool = True
    groups: int = 1


@dataclass(frozen=True, kw_only=True)
class Head1x1:
    """The optional 1x1 convolution from the activation to the head."""

    active: bool = False
    out_channels: int = 1
    groups: int = 1


@dataclass(frozen=True, kw_only=True)
class ArrayHead:
    """The head_rechannel convolution that ends a layer array."""

    out_channels: int
    kernel_size: int = 1
    bias: bool = False
    dilation: int = 1


@dataclass(frozen=True, kw_only=True)
class LayerArray:
    """One layer array.

    `slimmable_channels` lists the widths that slicing allows, ascending, the last one equal to
    `channels`; None when the array cannot be sliced.
    """

    input_size: int
    condition_size: int
    channels: int
    bottleneck: int
    layers: tuple[Layer, ...]
    head: ArrayHead
    groups_input: int = 1
    groups_input_mixin: int = 1
    layer1x1: Layer1x1 = Layer1x1()
    head1x1: Head1x1 = Head1x1()
    films: Films = Films()
    slimmable_channels: tuple[int, ...] | None = None

    @property
    def layer_output_channels(self) -> int:
        """Width of what each layer sends to the head."""
        return self.head1x1.out_channels if self.head1x1.active else self.bottleneck


@dataclass(frozen=True, kw_only=True)
class PostStackHead:
    """The `head` object of the whole network: blocks of activation then convolution with bias."""

    in_channels: int
    channels: int
    out_channels: int
    kernel_sizes: tuple[int, ...]
    activation: Activation


@dataclass(frozen=True, kw_only=True)
class WaveNetConfig:
    """A whole WaveNet. `head_scale` here is the config's; the last weight wins over it."""

    layer_arrays: tuple[LayerArray, ...]
    head_scale: float
    head: PostStackHead | None = None
    in_channels: int = 1
    condition_dsp: "Model | None" = field(default=None)

    @property
    def out_channels(self) -> int:
        """Width of the network's output."""
        return self.head.out_channels if self.head else self.layer_arrays[-1].head.out_channels
