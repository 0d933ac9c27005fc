"""Reading an activation: a name, or an object with the constants of its kind."""

from triode.nam.activation import ACTIVATION_KINDS, Activation
from triode.nam.notices import REMOVE, Edit
from triode.nam.parser.values import Fields, Value

__all__ = ["note_shared_slope", "parse_activation"]

_DEFAULT_SLOPE = 0.01
_CONSTANT_LIMIT = 1e6
_OTHER_SPELLINGS = {"LeakyHardTanh": "LeakyHardtanh"}


def parse_activation(value: Value, width: int) -> Activation:
    """The activation of a signal of `width` channels."""
    if isinstance(value.raw, str):
        fields = Fields({}, value.path, value.notices)
        kind = _kind(value)
    elif isinstance(value.raw, dict):
        fields = value.fields()
        kind = _kind(fields.required("type"))
    else:
        value.refuse("not an activation", "the name of an activation or an object with its type")
    activation = _with_constants(kind, fields, width)
    fields.close()
    if kind == "Softsigmoid":
        value.note("softsigmoid", "players refuse files with the activation Softsigmoid.")
    return activation


def note_shared_slope(value: Value, activation: Activation, width: int) -> None:
    """Note a PReLU with one slope in a gated or blended layer of `width` channels.

    There players read a slope for every channel, whatever stands behind the first in memory.
    """
    if activation.kind != "PReLU" or len(activation.negative_slopes) != 1 or width == 1:
        return
    slopes = list(activation.negative_slopes * width)
    edits = [Edit(value.path, {"type": "PReLU", "negative_slopes": slopes})]
    if isinstance(value.raw, dict):
        edits = [
            Edit((*value.path, "negative_slope"), REMOVE),
            Edit((*value.path, "negative_slopes"), slopes),
        ]
    value.note(
        "prelu-one-slope",
        f"players need a slope for each of the {width} channels of a gated or blended layer.",
        *edits,
    )


def _kind(value: Value) -> str:
    if isinstance(value.raw, str) and value.raw in _OTHER_SPELLINGS:
        return _OTHER_SPELLINGS[value.raw]
    return value.choice(ACTIVATION_KINDS)


def _with_constants(kind: str, fields: Fields, width: int) -> Activation:
    match kind:
        case "LeakyReLU":
            return Activation(kind=kind, negative_slopes=(_constant(fields, "negative_slope"),))
        case "PReLU":
            return Activation(kind=kind, negative_slopes=_prelu_slopes(fields, width))
        case "Hardtanh":
            low, high = _limits(fields)
            if (low, high) != (-1.0, 1.0):
                fields.notices.add(
                    "hardtanh-limits",
                    fields.path,
                    f"limits {low:g} and {high:g} are applied here, "
                    "but players up to 0.5.3 always limit Hardtanh to -1 and 1.",
                )
            return Activation(kind=kind, min_val=low, max_val=high)
        case "LeakyHardtanh":
            low, high = _limits(fields)
            return Activation(
                kind=kind,
                min_val=low,
                max_val=high,
                min_slope=_constant(fields, "min_slope"),
                max_slope=_constant(fields, "max_slope"),
            )
        case _:
            return Activation(kind=kind)


def _constant(fields: Fields, key: str, default: float = _DEFAULT_SLOPE) -> float:
    value = fields.optional(key)
    return default if value is None else value.number(-_CONSTANT_LIMIT, _CONSTANT_LIMIT)


def _limits(fields: Fields) -> tuple[float, float]:
    low = _constant(fields, "min_val", -1.0)
    high = _constant(fields, "max_val", 1.0)
    if low > high:
        key = "max_val" if "max_val" in fields.raw else "min_val"
        fields.required(key).refuse("the limits are swapped", "min_val at most max_val")
    return low, high


def _prelu_slopes(fields: Fields, width: int) -> tuple[float, ...]:
    several = fields.optional("negative_slopes")
    single = fields.optional("negative_slope")
    if several is None:
        if single is None:
            return (_DEFAULT_SLOPE,)
        return (single.number(-_CONSTANT_LIMIT, _CONSTANT_LIMIT),)
    if single is not None:
        single.note(
            "both-spellings",
            "negative_slopes is given too and wins.",
            Edit(single.path, REMOVE),
        )
    if not isinstance(several.raw, list):
        return (several.number(-_CONSTANT_LIMIT, _CONSTANT_LIMIT),)
    slopes = several.items(max(width, 1))
    if len(slopes) not in {1, width}:
        several.refuse("wrong length", f"1 slope or {width}, one per channel")
    return tuple(slope.number(-_CONSTANT_LIMIT, _CONSTANT_LIMIT) for slope in slopes)
