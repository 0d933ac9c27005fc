"""Reading how the layers of an array are gated, in the spellings that players tell apart."""

from typing import cast

from triode.nam.activation import Activation
from triode.nam.notices import REMOVE, Edit
from triode.nam.parser.activation import note_shared_slope, parse_activation
from triode.nam.parser.values import Fields, Value
from triode.nam.wavenet import Gating

__all__ = ["distinct", "entries_of_layers", "parse_gatings", "parse_secondary_activations"]

_GATINGS = ("none", "gated", "blended")
_SIGMOID = Activation(kind="Sigmoid")


def distinct(values: list[Value]) -> list[Value]:
    """One value where a single one stands for every layer, so that it is noticed only once."""
    return values[:1] if all(value is values[0] for value in values) else values


def entries_of_layers(value: Value, gatings: list[Gating]) -> list[tuple[Value, bool]]:
    """The distinct entries of a value per layer, each with whether any of its layers is gated."""
    gated = [gating != "none" for gating in gatings]
    entries = value.per_layer(len(gatings))
    if len(distinct(entries)) == 1:
        return [(entries[0], any(gated))]
    return list(zip(entries, gated, strict=True))


def parse_gatings(fields: Fields, count: int) -> list[Gating]:
    """How each of `count` layers is gated."""
    mode = fields.optional("gating_mode")
    old = fields.optional("gated")
    if mode is not None:
        gatings = [value.choice(_GATINGS) for value in mode.per_layer(count)]
        if old is not None and old.boolean() != (gatings[0] == "gated"):
            old.note("both-spellings", "gating_mode is given too and wins.", Edit(old.path, REMOVE))
    elif old is not None:
        gatings = ["gated" if value.boolean() else "none" for value in old.per_layer(count)]
        if isinstance(old.raw, list):
            old.note(
                "gating-spelling",
                "gated is one value for all layers; players refuse a list.",
                Edit(old.path, REMOVE),
                Edit((*fields.path, "gating_mode"), gatings),
            )
    else:
        gatings = ["none"] * count
    return cast("list[Gating]", gatings)


def parse_secondary_activations(
    fields: Fields, gatings: list[Gating], width: int
) -> list[Activation | None]:
    """The gate of each layer of `width` channels; None where the layer has none."""
    found = _as_written(fields, gatings, width)
    return [
        None if gating == "none" else activation or _SIGMOID
        for gating, activation in zip(gatings, found, strict=True)
    ]


def _as_written(fields: Fields, gatings: list[Gating], width: int) -> list[Activation | None]:
    count = len(gatings)
    value = fields.optional("secondary_activation")
    if value is None:
        return [None] * count
    old = "gating_mode" not in fields.raw and isinstance(fields.raw.get("gated"), bool)
    result = [
        _entry(entry, width, gated=gated, old=old)
        for entry, gated in entries_of_layers(value, gatings)
    ]
    result = result * count if len(result) == 1 else result
    if old and gatings[0] == "gated" and any(one not in {None, _SIGMOID} for one in result):
        value.note(
            "gated-means-sigmoid",
            "gated means a Sigmoid, in players too; only beside gating_mode is another one heard.",
            Edit(value.path, REMOVE),
        )
        return [None] * count
    mode = fields.raw.get("gating_mode")
    if isinstance(value.raw, list) and isinstance(mode, str) and mode != "none":
        path = (*fields.path, "gating_mode")
        fields.notices.add(
            "gating-spelling",
            path,
            "players refuse one gating_mode beside a list of secondary activations.",
            Edit(path, list(gatings)),
        )
    return result


def _entry(entry: Value, width: int, *, gated: bool, old: bool) -> Activation | None:
    if entry.is_null or entry.raw == "":
        if gated and not old:
            entry.note(
                "secondary-activation-missing",
                "players refuse a gated or blended layer with an empty secondary activation; "
                "read as Sigmoid.",
                Edit(entry.path, "Sigmoid"),
            )
        elif entry.raw == "":
            entry.note("empty-secondary-activation", 'read "" as null.', Edit(entry.path, None))
        return None
    activation = parse_activation(entry, width)
    if gated:
        note_shared_slope(entry, activation, width)
    return activation
