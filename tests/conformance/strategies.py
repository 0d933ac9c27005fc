"""Random `.nam` documents over every option the format has, in all its spellings.

One generator, fed by one question: `choose(options)`. Behind it stands either a seeded generator
(`seeded`) or hypothesis (`documents`), which can then shrink a failure. Weights are written tensor
by tensor in the order of the format description, so their count does not depend on Triode's own
layout; they follow from a number that is chosen too.

`audience` names who shall agree on the document. Where the trainer and the player are known to
differ, the option is drawn only for "anyone", which is for comparisons among our own executors.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal, TypeVar

import numpy as np
from hypothesis import strategies as st

__all__ = [
    "ARCHITECTURES",
    "SAMPLE_RATE_HZ",
    "Audience",
    "Choose",
    "documents",
    "random_container",
    "random_convnet",
    "random_linear",
    "random_lstm",
    "random_wavenet",
    "seeded",
]

T = TypeVar("T")
Choose = Callable[[Sequence[Any]], Any]
Audience = Literal["anyone", "player", "trainer"]
Document = dict[str, Any]

SEEDS = range(2**16)
# Low, because an LSTM settles for half a second of silence, which costs the interpreter its time.
SAMPLE_RATE_HZ = 8000
FILM_SLOTS = (
    "conv_pre_film",
    "conv_post_film",
    "input_mixin_pre_film",
    "input_mixin_post_film",
    "activation_pre_film",
    "activation_post_film",
    "layer1x1_post_film",
    "head1x1_post_film",
)
PLAIN_ACTIVATIONS = ("Tanh", "ReLU", "Sigmoid", "SiLU", "Hardswish", "Softsign")


def seeded(seed: int) -> Choose:
    """Answers drawn by a generator with this seed."""
    rng = np.random.default_rng(seed)
    return lambda options: options[int(rng.integers(len(options)))]


@st.composite
def documents(
    draw: st.DrawFn, architecture: Callable[..., Document], audience: Audience = "anyone"
) -> Document:
    """Documents of one of `ARCHITECTURES`, drawn by hypothesis."""
    return architecture(lambda options: draw(st.sampled_from(options)), audience=audience)


class _Weights:
    """A weight list in the making: normal numbers, scaled so that signals keep their level."""

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        self.values: list[float] = []

    def conv(
        self, out: int, inputs: int, kernel: int = 1, *, groups: int = 1, bias: bool = True
    ) -> None:
        fan_in = inputs // groups * kernel
        self.normal(out * fan_in, 1.0 / np.sqrt(fan_in))
        if bias:
            self.normal(out, 0.2)

    def film(self, width: int, condition: int, *, shift: bool, groups: int) -> None:
        self.normal((1 + shift) * width * (condition // groups), 0.3 / np.sqrt(condition))
        self.normal(width, 0.2, mean=1.0)
        if shift:
            self.normal(width, 0.2)

    def normal(self, count: int, deviation: float, mean: float = 0.0) -> None:
        self.add(mean + deviation * self._rng.standard_normal(count))

    def uniform(self, count: int, low: float, high: float) -> None:
        self.add(self._rng.uniform(low, high, count))

    def add(self, values: Iterable[float]) -> None:
        self.values.extend(float(np.float32(value)) for value in values)


def random_wavenet(
    choose: Choose, *, audience: Audience = "anyone", outputs: int = 1, nested: bool = False
) -> Document:
    """A WaveNet with any mixture of options; `nested` ones serve as a condition network."""
    weights = _Weights(choose(SEEDS))
    config: Document = {"layers": [], "head": None}
    condition = 1
    if not nested and choose([False, False, False, True]):
        condition = choose([1, 2, 3])
        config["condition_dsp"] = random_wavenet(
            choose, audience=audience, outputs=condition, nested=True
        )
    with_head = not nested and choose([False, False, False, True])
    count = choose([1] if nested else [1, 1, 2, 3])
    width, channels = 1, choose([1, 2, 3, 4, 6, 8])
    for index in range(count):
        last = index == count - 1
        out = (choose([1, 2, 3]) if with_head else outputs) if last else choose([1, 2, 3, 4])
        config["layers"].append(
            _layer_array(
                choose,
                weights,
                audience,
                first=index == 0,
                sizes=(width, channels, condition, out),
            )
        )
        width, channels = channels, out
    if with_head:
        config["head"] = _post_stack_head(choose, weights, audience, width=out)
    scale = choose([0.02, 0.5, 1.0])
    config["head_scale"] = scale
    weights.add([scale])
    return _document("WaveNet", config, weights)


def _layer_array(
    choose: Choose,
    weights: _Weights,
    audience: Audience,
    *,
    first: bool,
    sizes: tuple[int, int, int, int],
) -> Document:
    input_size, channels, condition, out = sizes
    count = choose([1, 2, 3, 4])
    layer1x1 = True if audience == "trainer" else choose([True, True, True, False])
    head1x1 = choose([False, False, True])
    free = layer1x1 and (first or head1x1)
    bottleneck = choose([1, 2, 3, 4, 6]) if free else channels
    head1x1_out = choose([1, 2, 3, 4]) if first and head1x1 else channels
    to_head = head1x1_out if head1x1 else bottleneck
    gating = _per_layer(choose, count, ("none", "none", "gated", "blended"))
    middles = [bottleneck if mode == "none" else 2 * bottleneck for mode in gating]
    groups = {
        "input": _groups(choose, channels, *middles),
        "mixin": _groups(choose, condition, *middles),
        "layer1x1": _groups(choose, bottleneck, channels),
        "head1x1": _groups(choose, bottleneck, head1x1_out),
    }
    kernels = _per_layer(choose, count, (1, 2, 3, 6))
    dilations = [choose([1, 2, 3, 7, 16]) for _ in range(count)]
    paired = any(mode != "none" for mode in gating)
    activations = [_activation(choose, audience, bottleneck, paired=paired) for _ in range(count)]
    if choose([True, False]):
        activations = activations[:1] * count
    films = _films(
        choose,
        condition,
        {
            "conv_pre_film": [channels],
            "conv_post_film": middles,
            "input_mixin_pre_film": [condition],
            "input_mixin_post_film": middles,
            "activation_pre_film": middles,
            "activation_post_film": [bottleneck],
            "layer1x1_post_film": [channels] if layer1x1 else [],
            "head1x1_post_film": [head1x1_out] if head1x1 else [],
        },
    )
    head = {"out_channels": out, "kernel_size": choose([1, 1, 2, 5]), "bias": choose([True, False])}

    weights.conv(channels, input_size, bias=False)
    for middle, kernel in zip(middles, kernels, strict=True):
        weights.conv(middle, channels, kernel, groups=groups["input"])
        weights.conv(middle, condition, groups=groups["mixin"], bias=False)
        if layer1x1:
            weights.conv(channels, bottleneck, groups=groups["layer1x1"])
        if head1x1:
            weights.conv(head1x1_out, bottleneck, groups=groups["head1x1"])
        widths = (
            channels,
            middle,
            condition,
            middle,
            middle,
            bottleneck,
            channels,
            head1x1_out,
        )
        for slot, film_width in zip(FILM_SLOTS, widths, strict=True):
            film = films.get(slot)
            if film and film["active"]:
                weights.film(film_width, condition, shift=film["shift"], groups=film["groups"])
    weights.conv(out, to_head, head["kernel_size"], bias=head["bias"])

    array = {
        "input_size": input_size,
        "condition_size": condition,
        "channels": channels,
        "dilations": dilations,
        "activation": _spell(choose, activations),
        "groups_input": groups["input"],
        "groups_input_mixin": groups["mixin"],
        "layer1x1": {"active": layer1x1, "groups": groups["layer1x1"] if layer1x1 else 1},
        "head1x1": {
            "active": head1x1,
            "out_channels": head1x1_out,
            "groups": groups["head1x1"] if head1x1 else 1,
        },
        **films,
        **_spell_gating(choose, audience, gating, bottleneck),
        **_spell_head(choose, head),
    }
    if audience == "anyone" and "head" in array and choose([True, False]):
        array["head_dilation"] = choose([1, 2, 5])
    if bottleneck != channels or choose([True, False]):
        array["bottleneck"] = bottleneck
    if len(set(kernels)) == 1 and choose([True, False]):
        array["kernel_size"] = kernels[0]
    else:
        array["kernel_sizes"] = kernels
    return array


def _films(choose: Choose, condition: int, widths: dict[str, list[int]]) -> Document:
    """The FiLM slots as the file spells them: an object, `false`, or nothing at all."""
    likely = choose([0, 0, 1, 3])
    films: Document = {}
    for slot in FILM_SLOTS:
        active = bool(widths[slot]) and choose(range(4)) < likely
        if active:
            shift = choose([True, False])
            groups = _groups(choose, condition, *((1 + shift) * width for width in widths[slot]))
            films[slot] = {"active": True, "shift": shift, "groups": groups}
        elif choose([True, False]):
            films[slot] = choose([False, {"active": False, "shift": True, "groups": 1}])
    return films


def _activation(choose: Choose, audience: Audience, width: int, *, paired: bool = False) -> Any:
    """One activation as the file spells it: a name, or an object with its constants.

    In `paired` (gated or blended) layers the player reads one PReLU slope per channel, no matter
    how many there are, so for the player there is one per channel.
    """
    own = {
        "anyone": ["Softsigmoid", "Fasttanh", "Hardtanh"],
        "player": ["Fasttanh"],
        "trainer": ["Softsigmoid", "Hardtanh"],
    }[audience]
    kind = choose([*PLAIN_ACTIVATIONS, "LeakyReLU", "PReLU", "LeakyHardtanh", *own])
    match kind:
        case "LeakyReLU":
            return {"type": kind, "negative_slope": choose([0.01, 0.2])}
        case "PReLU" if not (paired and audience == "player") and choose([True, False]):
            return {"type": kind, "negative_slope": choose([0.25, -0.1])}
        case "PReLU":
            return {"type": kind, "negative_slopes": [choose([0.25, 0.1]) for _ in range(width)]}
        case "LeakyHardtanh":
            return {
                "type": choose(["LeakyHardtanh", "LeakyHardTanh"]),
                "min_val": choose([-1.0, -0.3]),
                "max_val": choose([1.0, 0.4]),
                "min_slope": choose([0.01, 0.1]),
                "max_slope": choose([0.01, 0.2]),
            }
        case "Hardtanh":
            return {"type": kind, "min_val": choose([-1.0, -0.5]), "max_val": choose([1.0, 0.4])}
    return choose([kind, {"type": kind}])


def _spell(choose: Choose, activations: list[Any]) -> Any:
    same = all(activation == activations[0] for activation in activations)
    return activations[0] if same and choose([True, False]) else activations


def _spell_gating(choose: Choose, audience: Audience, gating: list[str], width: int) -> Document:
    uniform = len(set(gating)) == 1
    if uniform and gating[0] != "blended" and choose([False, False, True]):
        return {"gated": gating[0] == "gated"}
    if uniform and choose([True, False]):
        spelled: Document = {"gating_mode": gating[0]}
        if gating[0] != "none" and choose([True, False]):
            secondary = _activation(choose, audience, width, paired=True)
            # The player refuses a list here, and an empty one anywhere.
            several = audience == "anyone" and choose([False, True])
            spelled["secondary_activation"] = [secondary] * len(gating) if several else secondary
        return spelled
    spelled = {"gating_mode": gating}
    if any(mode != "none" for mode in gating) and choose([True, False]):
        empty = audience == "anyone" and choose([False, True])
        spelled["secondary_activation"] = [
            None if mode == "none" or empty else _activation(choose, audience, width, paired=True)
            for mode in gating
        ]
    return spelled


def _spell_head(choose: Choose, head: Document) -> Document:
    if head["kernel_size"] == 1 and choose([True, False]):
        return {"head_size": head["out_channels"], "head_bias": head["bias"]}
    return {"head": head}


def _post_stack_head(
    choose: Choose, weights: _Weights, audience: Audience, *, width: int
) -> Document:
    channels = choose([1, 2, 3])
    kernels = [choose([1, 2, 4]) for _ in range(choose([1, 2, 3]))]
    head = {
        "in_channels": width,
        "channels": channels,
        "out_channels": 1,
        "kernel_sizes": kernels,
        "activation": choose(PLAIN_ACTIVATIONS),
    }
    for index, kernel in enumerate(kernels):
        out = 1 if index == len(kernels) - 1 else channels
        weights.conv(out, width, kernel)
        width = out
    return head


def random_lstm(choose: Choose, *, audience: Audience = "anyone") -> Document:
    """An LSTM of one or two layers, its initial state included."""
    del audience
    weights = _Weights(choose(SEEDS))
    hidden, layers = choose([1, 2, 3, 8]), choose([1, 2])
    width = 1
    for _ in range(layers):
        weights.normal(4 * hidden * (width + hidden), 0.5 / np.sqrt(hidden))
        weights.normal(4 * hidden, 0.2)
        weights.normal(2 * hidden, 0.1)
        width = hidden
    weights.conv(1, hidden)
    config = {"input_size": 1, "hidden_size": hidden, "num_layers": layers}
    return _document("LSTM", config, weights)


def random_convnet(choose: Choose, *, audience: Audience = "anyone") -> Document:
    """A ConvNet with or without batchnorm."""
    weights = _Weights(choose(SEEDS))
    channels, batchnorm = choose([1, 2, 4, 8]), choose([True, False])
    dilations = [choose([1, 2, 4, 16]) for _ in range(choose([1, 2, 4]))]
    width = 1
    for _ in dilations:
        weights.conv(channels, width, 2, bias=not batchnorm)
        if batchnorm:
            weights.normal(channels, 0.2)
            weights.uniform(channels, 0.5, 1.5)
            weights.normal(channels, 0.2, mean=1.0)
            weights.normal(channels, 0.2)
            weights.add([1e-5])
        width = channels
    weights.conv(1, channels)
    plain = audience == "trainer"
    activation = choose(PLAIN_ACTIVATIONS) if plain else _activation(choose, audience, channels)
    config = {
        "channels": channels,
        "dilations": dilations,
        "batchnorm": batchnorm,
        "activation": activation,
    }
    return _document("ConvNet", config, weights)


def random_linear(choose: Choose, *, audience: Audience = "anyone") -> Document:
    """An impulse response."""
    del audience
    weights = _Weights(choose(SEEDS))
    taps, bias = choose([1, 2, 7, 64, 300]), choose([True, False])
    weights.normal(taps, 1.0 / np.sqrt(taps))
    if bias:
        weights.normal(1, 0.2)
    return _document("Linear", {"receptive_field": taps, "bias": bias}, weights)


def random_container(choose: Choose, *, audience: Audience = "anyone") -> Document:
    """A SlimmableContainer of one to three models of any kind."""
    count = choose([1, 2, 3])
    submodels = [
        {
            "max_value": (index + 1) / count,
            "model": choose([random_wavenet, random_lstm, random_convnet])(
                choose, audience=audience
            ),
        }
        for index in range(count)
    ]
    return {
        "version": "0.7.0",
        "architecture": "SlimmableContainer",
        "config": {"submodels": submodels},
        "weights": [],
        "sample_rate": SAMPLE_RATE_HZ,
    }


def _per_layer(choose: Choose, count: int, options: Sequence[T]) -> list[T]:
    if choose([True, False]):
        return [choose(options)] * count
    return [choose(options) for _ in range(count)]


def _groups(choose: Choose, *widths: int) -> int:
    """One that divides every width; mostly 1."""
    fitting = [groups for groups in (2, 3, 4) if not any(width % groups for width in widths)]
    return choose([1, 1, *fitting])


def _document(architecture: str, config: Document, weights: _Weights) -> Document:
    return {
        "version": "0.7.0",
        "architecture": architecture,
        "config": config,
        "weights": weights.values,
        "sample_rate": SAMPLE_RATE_HZ,
    }


ARCHITECTURES: dict[str, Callable[..., Document]] = {
    "wavenet": random_wavenet,
    "lstm": random_lstm,
    "convnet": random_convnet,
    "linear": random_linear,
    "container": random_container,
}
