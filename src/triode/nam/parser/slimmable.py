"""Reading how a layer array may be sliced to fewer channels."""

from triode.nam import limits
from triode.nam.parser.values import Fields, Value
from triode.nam.wavenet import LayerArray, PostStackHead

__all__ = ["check_sliceable", "parse_slimmable"]

_METHODS = ("slice_channels_uniform",)


def parse_slimmable(fields: Fields, channels: int) -> tuple[int, ...] | None:
    """The allowed widths, ascending, the last one `channels`; None when nothing can be sliced."""
    value = fields.filled("slimmable")
    if value is None:
        return None
    inner = value.fields()
    inner.required("method").choice(_METHODS)
    kwargs = inner.filled("kwargs")
    inner.close()
    if kwargs is None:
        return tuple(range(1, channels + 1))
    settings = kwargs.fields()
    allowed = settings.filled("allowed_channels")
    settings.close()
    if allowed is None:
        return tuple(range(1, channels + 1))
    return _allowed(allowed, channels)


def _allowed(value: Value, channels: int) -> tuple[int, ...]:
    widths = [entry.integer(1, limits.CHANNELS) for entry in value.items(limits.CHANNELS)]
    entries = value.items(limits.CHANNELS)
    for index in range(1, len(widths)):
        if widths[index] <= widths[index - 1]:
            entries[index].refuse("not ascending", f"more than {widths[index - 1]}")
    if widths[-1] != channels:
        entries[-1].refuse("the largest width is not the array's", f"{channels}, its channels")
    return tuple(widths)


def check_sliceable(
    fields: Fields, array: LayerArray, post_stack_head: PostStackHead | None, *, first: bool
) -> None:
    """Refuse a slimmable array whose options cannot be sliced.

    What a head1x1 makes is never sliced, but the head output that an array after the first adds to
    it is.
    """
    if array.slimmable_channels is None:
        return
    groups = {
        "groups_input": array.groups_input,
        "groups_input_mixin": array.groups_input_mixin,
        "layer1x1.groups": array.layer1x1.groups,
        "head1x1.groups": array.head1x1.groups,
        **{f"{name}.groups": film.groups for name, film in array.films.active()},
    }
    grouped = next((name for name, count in groups.items() if count > 1), None)
    if grouped is not None:
        reason = f"no groups, but {grouped} is {groups[grouped]}"
    elif array.head.kernel_size > 1:
        reason = f"a head of kernel size 1, but it is {array.head.kernel_size}"
    elif post_stack_head is not None:
        reason = "no head after the layer arrays, but config.head is there"
    elif array.head1x1.active and not first:
        reason = "no head1x1 in an array after the first"
    else:
        return
    fields.required("slimmable").refuse("this array cannot be sliced", reason)
