"""Reading the eight FiLM slots of a layer array."""

from collections.abc import Collection
from dataclasses import fields as dataclass_fields

from triode.nam import limits
from triode.nam.notices import Edit
from triode.nam.parser.groups import check_groups
from triode.nam.parser.values import Fields, Value
from triode.nam.wavenet import Film, Films, Gating, Head1x1, Layer1x1

__all__ = ["parse_films"]


def parse_films(
    fields: Fields,
    *,
    condition_size: int,
    channels: int,
    bottleneck: int,
    gatings: Collection[Gating],
    layer1x1: Layer1x1,
    head1x1: Head1x1,
) -> Films:
    """All FiLM slots, each checked against the signal that it modulates."""
    middles = {bottleneck if gating == "none" else 2 * bottleneck for gating in gatings}
    widths: dict[str, Collection[int]] = {
        "conv_pre_film": [channels],
        "conv_post_film": middles,
        "input_mixin_pre_film": [condition_size],
        "input_mixin_post_film": middles,
        "activation_pre_film": middles,
        "activation_post_film": [bottleneck],
        "layer1x1_post_film": [channels],
        "head1x1_post_film": [head1x1.out_channels],
    }
    films = {}
    for slot in dataclass_fields(Films):
        value = fields.optional(slot.name)
        if value is not None:
            films[slot.name] = _film(value, condition_size, widths[slot.name])
    result = Films(**films)
    _check_hosts(fields, result, gatings, layer1x1, head1x1)
    return result


def _film(value: Value, condition_size: int, widths: Collection[int]) -> Film:
    if value.is_null:
        value.note("film-null", "players refuse null here; read as false.", Edit(value.path, False))
        return Film()
    if value.raw is False:
        return Film()
    if not isinstance(value.raw, dict):
        value.refuse("not a FiLM slot", "false or an object with active, shift and groups")
    inner = value.fields()
    if inner.optional("active") is None:
        value.note(
            "film-without-active",
            "active is missing: players switch this FiLM on, as here, the trainer off.",
            Edit((*value.path, "active"), True),
        )
    active = inner.boolean("active", default=True)
    shift = inner.boolean("shift", default=True)
    groups_value = inner.optional("groups")
    groups = 1 if groups_value is None else groups_value.integer(1, limits.CHANNELS)
    inner.close()
    if not active:
        return Film()
    if groups_value is not None:
        for width in widths:
            check_groups(groups_value, groups, condition_size, 2 * width if shift else width)
    return Film(active=True, shift=shift, groups=groups)


def _check_hosts(
    fields: Fields,
    films: Films,
    gatings: Collection[Gating],
    layer1x1: Layer1x1,
    head1x1: Head1x1,
) -> None:
    if films.head1x1_post_film.active and not head1x1.active:
        fields.required("head1x1_post_film").refuse(
            "this FiLM has nothing to modulate", "an active head1x1, or this slot inactive"
        )
    if not films.layer1x1_post_film.active:
        return
    value = fields.required("layer1x1_post_film")
    if not layer1x1.active:
        value.refuse(
            "this FiLM has nothing to modulate", "an active layer1x1, or this slot inactive"
        )
    if any(gating != "blended" for gating in gatings):
        value.note(
            "layer1x1-post-film",
            "applied here and by the trainer; players up to 0.5.3 skip it unless blended.",
        )
