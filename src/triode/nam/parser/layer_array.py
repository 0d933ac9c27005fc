"""Reading one layer array of a WaveNet."""

from triode.nam import limits
from triode.nam.activation import Activation
from triode.nam.notices import REMOVE, Edit
from triode.nam.parser.activation import note_shared_slope, parse_activation
from triode.nam.parser.film import parse_films
from triode.nam.parser.gating import (
    distinct,
    entries_of_layers,
    parse_gatings,
    parse_secondary_activations,
)
from triode.nam.parser.groups import check_groups
from triode.nam.parser.slimmable import parse_slimmable
from triode.nam.parser.values import Fields
from triode.nam.wavenet import ArrayHead, Gating, Head1x1, Layer, Layer1x1, LayerArray

__all__ = ["parse_layer_array"]


def parse_layer_array(fields: Fields) -> LayerArray:
    """One layer array on its own; how arrays fit together is the WaveNet's business."""
    input_size = fields.integer("input_size", 1, limits.CHANNELS)
    condition_size = fields.integer("condition_size", 1, limits.CHANNELS)
    channels = fields.integer("channels", 1, limits.CHANNELS)
    bottleneck = fields.integer("bottleneck", 1, limits.CHANNELS, default=channels)
    layers = _layers(fields, bottleneck)
    gated_any = any(layer.gating != "none" for layer in layers)
    plain_any = any(layer.gating == "none" for layer in layers)
    widths = [w for w, used in ((2 * bottleneck, gated_any), (bottleneck, plain_any)) if used]
    groups_input = _groups(fields, "groups_input", channels, *widths)
    groups_mixin = _groups(fields, "groups_input_mixin", condition_size, *widths)
    layer1x1 = _layer1x1(fields, channels, bottleneck)
    head1x1 = _head1x1(fields, bottleneck)
    films = parse_films(
        fields,
        condition_size=condition_size,
        channels=channels,
        bottleneck=bottleneck,
        gatings={layer.gating for layer in layers},
        layer1x1=layer1x1,
        head1x1=head1x1,
    )
    array = LayerArray(
        input_size=input_size,
        condition_size=condition_size,
        channels=channels,
        bottleneck=bottleneck,
        layers=layers,
        head=_head(fields),
        groups_input=groups_input,
        groups_input_mixin=groups_mixin,
        layer1x1=layer1x1,
        head1x1=head1x1,
        films=films,
        slimmable_channels=parse_slimmable(fields, channels),
    )
    fields.close()
    return array


def _layers(fields: Fields, bottleneck: int) -> tuple[Layer, ...]:
    dilations = [
        value.integer(1, limits.DILATION)
        for value in fields.required("dilations").items(limits.LAYERS)
    ]
    count = len(dilations)
    kernel_sizes = _kernel_sizes(fields, count)
    gatings = parse_gatings(fields, count)
    activations = _activations(fields, gatings, bottleneck)
    secondaries = parse_secondary_activations(fields, gatings, bottleneck)
    return tuple(
        Layer(
            kernel_size=kernel_sizes[index],
            dilation=dilations[index],
            activation=activations[index],
            gating=gatings[index],
            secondary_activation=secondaries[index],
        )
        for index in range(count)
    )


def _activations(fields: Fields, gatings: list[Gating], bottleneck: int) -> list[Activation]:
    activations = []
    for value, gated in entries_of_layers(fields.required("activation"), gatings):
        activations.append(parse_activation(value, bottleneck))
        if gated:
            note_shared_slope(value, activations[-1], bottleneck)
    return activations * len(gatings) if len(activations) == 1 else activations


def _kernel_sizes(fields: Fields, count: int) -> list[int]:
    several = fields.optional("kernel_sizes")
    single = fields.optional("kernel_size")
    if several is not None and single is not None:
        single.note(
            "both-spellings", "kernel_sizes is given too and wins.", Edit(single.path, REMOVE)
        )
    value = several or single or fields.required("kernel_sizes")
    sizes = [entry.integer(1, limits.KERNEL_SIZE) for entry in distinct(value.per_layer(count))]
    sizes = sizes * count if len(sizes) == 1 else sizes
    if several is None and isinstance(value.raw, list):
        value.note(
            "kernel-size-spelling",
            "a list of kernel sizes is called kernel_sizes; players refuse this spelling.",
            Edit(value.path, REMOVE),
            Edit((*fields.path, "kernel_sizes"), sizes),
        )
    elif several is not None and not isinstance(several.raw, list):
        several.note(
            "kernel-size-spelling",
            "kernel_sizes is a list, one per layer; players refuse this spelling.",
            Edit(several.path, sizes),
        )
    return sizes


def _groups(fields: Fields, key: str, inputs: int, *outputs: int) -> int:
    value = fields.optional(key)
    if value is None:
        return 1
    groups = value.integer(1, limits.CHANNELS)
    for out in outputs:
        check_groups(value, groups, inputs, out)
    return groups


def _layer1x1(fields: Fields, channels: int, bottleneck: int) -> Layer1x1:
    value = fields.optional("layer1x1")
    if value is None:
        return Layer1x1()
    inner = value.fields()
    active = inner.boolean("active", default=True)
    groups = _groups(inner, "groups", bottleneck, channels)
    inner.note_missing(active=active, groups=groups)
    inner.close()
    if active:
        return Layer1x1(groups=groups)
    if bottleneck != channels:
        bottleneck_value = fields.required("bottleneck")
        bottleneck_value.refuse("the bottleneck does not fit", f"{channels}, since layer1x1 is off")
    value.note(
        "layer1x1-inactive",
        "without layer1x1 players pass a layer's input on unchanged, as here, while the trainer "
        "adds the activation to it: a file trained so sounds different in every player.",
    )
    return Layer1x1(active=False)


def _head1x1(fields: Fields, bottleneck: int) -> Head1x1:
    value = fields.optional("head1x1")
    if value is None:
        return Head1x1()
    inner = value.fields()
    active = inner.boolean("active", default=False)
    out_channels = inner.integer("out_channels", 1, limits.CHANNELS, default=1)
    groups = _groups(inner, "groups", bottleneck, *([out_channels] if active else []))
    inner.note_missing(active=active, out_channels=out_channels, groups=groups)
    inner.close()
    if not active:
        return Head1x1()
    return Head1x1(active=True, out_channels=out_channels, groups=groups)


def _head(fields: Fields) -> ArrayHead:
    new = fields.optional("head")
    old_size = fields.optional("head_size")
    old_bias = fields.optional("head_bias")
    dilation = fields.integer("head_dilation", 1, limits.DILATION, default=1)
    if dilation != 1:
        fields.required("head_dilation").note(
            "head-dilation", "players up to 0.5.3 ignore this field and sound different."
        )
    if new is not None:
        for old in (old_size, old_bias):
            if old is not None:
                old.note("both-spellings", "head is given too and wins.", Edit(old.path, REMOVE))
        inner = new.fields()
        head = ArrayHead(
            out_channels=inner.integer("out_channels", 1, limits.CHANNELS),
            kernel_size=inner.integer("kernel_size", 1, limits.KERNEL_SIZE),
            bias=inner.boolean("bias"),
            dilation=dilation,
        )
        inner.close()
        return head
    head = ArrayHead(
        out_channels=fields.integer("head_size", 1, limits.CHANNELS),
        bias=fields.boolean("head_bias", default=False),
        dilation=dilation,
    )
    fields.note_missing(head_bias=False)
    return head
