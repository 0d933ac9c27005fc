"""A layer array with any mixture of options, and its weights."""

from triode.study.testset.random_documents.activations import activation
from triode.study.testset.random_documents.choosing import (
    Audience,
    Choose,
    Document,
    choose_groups,
    per_layer,
)
from triode.study.testset.random_documents.spelling import spell, spell_gating, spell_head
from triode.study.testset.random_documents.weights import Weights

__all__ = ["layer_array"]

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


def layer_array(
    choose: Choose,
    weights: Weights,
    audience: Audience,
    *,
    first: bool,
    sizes: tuple[int, int, int, int],
) -> Document:
    """An array of one to four layers; its weights go into `weights`.

    Args:
        choose: Answers every question.
        weights: The weights of the network so far.
        audience: Who shall agree on it.
        first: Whether it is the network's first array.
        sizes: What comes in, channels, condition, what goes out.
    """
    input_size, channels, condition, out = sizes
    count = choose([1, 2, 3, 4])
    layer1x1 = True if audience == "trainer" else choose([True, True, True, False])
    head1x1 = choose([False, False, True])
    free = layer1x1 and (first or head1x1)
    bottleneck = choose([1, 2, 3, 4, 6]) if free else channels
    head1x1_out = choose([1, 2, 3, 4]) if first and head1x1 else channels
    to_head = head1x1_out if head1x1 else bottleneck
    gating = per_layer(choose, count, ("none", "none", "gated", "blended"))
    middles = [bottleneck if mode == "none" else 2 * bottleneck for mode in gating]
    groups = {
        "input": choose_groups(choose, channels, *middles),
        "mixin": choose_groups(choose, condition, *middles),
        "layer1x1": choose_groups(choose, bottleneck, channels),
        "head1x1": choose_groups(choose, bottleneck, head1x1_out),
    }
    kernels = per_layer(choose, count, (1, 2, 3, 6))
    dilations = [choose([1, 2, 3, 7, 16]) for _ in range(count)]
    paired = any(mode != "none" for mode in gating)
    activations = [activation(choose, audience, bottleneck, paired=paired) for _ in range(count)]
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
        "activation": spell(choose, activations),
        "groups_input": groups["input"],
        "groups_input_mixin": groups["mixin"],
        "layer1x1": {"active": layer1x1, "groups": groups["layer1x1"] if layer1x1 else 1},
        "head1x1": {
            "active": head1x1,
            "out_channels": head1x1_out,
            "groups": groups["head1x1"] if head1x1 else 1,
        },
        **films,
        **spell_gating(choose, audience, gating, bottleneck),
        **spell_head(choose, head),
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
            groups = choose_groups(
                choose, condition, *((1 + shift) * width for width in widths[slot])
            )
            films[slot] = {"active": True, "shift": shift, "groups": groups}
        elif choose([True, False]):
            films[slot] = choose([False, {"active": False, "shift": True, "groups": 1}])
    return films
