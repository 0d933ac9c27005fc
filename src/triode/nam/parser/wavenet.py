"""Reading a WaveNet: its arrays, how they fit together, its head and its condition network."""

from itertools import pairwise

from triode.nam import limits
from triode.nam.model import DEFAULT_SAMPLE_RATE_HZ, Model
from triode.nam.notices import Edit
from triode.nam.parser.activation import parse_activation
from triode.nam.parser.layer_array import parse_layer_array
from triode.nam.parser.scope import Scope
from triode.nam.parser.slimmable import check_sliceable
from triode.nam.parser.values import Fields, Value
from triode.nam.wavenet import LayerArray, PostStackHead, WaveNetConfig

__all__ = ["parse_wavenet"]

_HEAD_SCALE_LIMIT = 1e6


def parse_wavenet(fields: Fields, scope: Scope) -> WaveNetConfig:
    """The config of a WaveNet."""
    in_channels = fields.integer("in_channels", 1, limits.CHANNELS, default=1)
    entries = [entry.fields() for entry in fields.required("layers").items(limits.LAYER_ARRAYS)]
    arrays = tuple(parse_layer_array(entry) for entry in entries)
    condition = fields.filled("condition_dsp")
    condition_dsp = None if condition is None else _condition_dsp(condition, in_channels, scope)
    condition_size = in_channels if condition_dsp is None else _out_channels(condition_dsp)
    _check_widths(entries, arrays, in_channels, condition_size)
    head = _post_stack_head(fields, arrays[-1].head.out_channels)
    for index, (entry, array) in enumerate(zip(entries, arrays, strict=True)):
        check_sliceable(entry, array, head, first=index == 0)
    config = WaveNetConfig(
        layer_arrays=arrays,
        head_scale=fields.required("head_scale").number(-_HEAD_SCALE_LIMIT, _HEAD_SCALE_LIMIT),
        head=head,
        in_channels=in_channels,
        condition_dsp=condition_dsp,
    )
    fields.close()
    return config


def _condition_dsp(value: Value, in_channels: int, scope: Scope) -> Model:
    model = scope.nested(value, "WaveNet")
    if not isinstance(model.config, WaveNetConfig):
        value.fields().required("architecture").refuse(
            "the condition network is of the wrong kind", "WaveNet"
        )
    if model.config.in_channels != in_channels:
        value.refuse(
            "the condition network reads another number of channels", f"in_channels {in_channels}"
        )
    rate = model.sample_rate_hz
    if scope.rate_hz is None and rate is not None:
        if rate != DEFAULT_SAMPLE_RATE_HZ:
            value.fields().required("sample_rate").refuse(
                "the condition network has another sample rate",
                f"{DEFAULT_SAMPLE_RATE_HZ:g}, the rate of a model that names none",
            )
        owner = value.path[:-2]
        value.notices.add(
            "sample-rate-missing",
            (*owner, "sample_rate"),
            "only the condition network names its sample rate; players refuse that.",
            Edit((*owner, "sample_rate"), value.fields().required("sample_rate").raw),
        )
    return model


def _out_channels(model: Model) -> int:
    return model.config.out_channels if isinstance(model.config, WaveNetConfig) else 1


def _check_widths(
    entries: list[Fields], arrays: tuple[LayerArray, ...], in_channels: int, condition_size: int
) -> None:
    for fields, array in zip(entries, arrays, strict=True):
        if array.condition_size != condition_size:
            fields.required("condition_size").refuse(
                "the condition does not fit", f"{condition_size}, the width of the condition"
            )
    if arrays[0].input_size != in_channels:
        entries[0].required("input_size").refuse(
            "the first array does not fit the input", f"{in_channels}, the model's in_channels"
        )
    for fields, (before, array) in zip(entries[1:], pairwise(arrays), strict=True):
        if array.input_size != before.channels:
            fields.required("input_size").refuse(
                "the array does not fit the one before", f"{before.channels}, its channels"
            )
        width = before.head.out_channels
        if array.channels != width:
            fields.required("channels").refuse(
                "the array does not fit the head of the one before", f"{width}, the head's width"
            )
        if array.layer_output_channels != width:
            key = "head1x1" if array.head1x1.active else "bottleneck"
            fields.required(key).refuse(
                "what the layers send to the head does not fit the head of the array before",
                f"{width} channels, not {array.layer_output_channels}",
            )


def _post_stack_head(fields: Fields, width: int) -> PostStackHead | None:
    value = fields.filled("head")
    if value is None:
        return None
    inner = value.fields()
    if inner.integer("in_channels", 1, limits.CHANNELS, default=width) != width:
        inner.required("in_channels").refuse(
            "the head does not fit the last array", f"{width}, the width of its head"
        )
    channels = inner.integer("channels", 1, limits.CHANNELS)
    sizes = inner.required("kernel_sizes").items(limits.LAYERS)
    kernel_sizes = tuple(size.integer(1, limits.KERNEL_SIZE) for size in sizes)
    # One set of slopes serves every block, so several need blocks of one width.
    same_width = len(kernel_sizes) == 1 or width == channels
    head = PostStackHead(
        in_channels=width,
        channels=channels,
        out_channels=inner.integer("out_channels", 1, limits.CHANNELS),
        kernel_sizes=kernel_sizes,
        activation=parse_activation(inner.required("activation"), width if same_width else 1),
    )
    inner.close()
    return head
