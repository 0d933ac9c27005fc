"""The metadata fields that `.nam` files share, with their types and ranges."""

from dataclasses import dataclass

__all__ = ["DATE_RANGES", "FIELDS", "FREE_FIELDS", "GEAR_TYPES", "TONE_TYPES", "FieldRule"]

GEAR_TYPES = ("amp", "pedal", "pedal_amp", "amp_cab", "amp_pedal_cab", "preamp", "studio")
TONE_TYPES = ("clean", "overdrive", "crunch", "hi_gain", "fuzz")


@dataclass(frozen=True, kw_only=True)
class FieldRule:
    """A text field, possibly with a fixed choice, or a number with a range."""

    is_text: bool
    choices: tuple[str, ...] = ()
    low: float = 0.0
    high: float = 0.0


_TEXT = FieldRule(is_text=True)
_LEVEL_DBU = FieldRule(is_text=False, low=-100.0, high=100.0)

FIELDS: dict[str, FieldRule] = {
    "name": _TEXT,
    "modeled_by": _TEXT,
    "gear_make": _TEXT,
    "gear_model": _TEXT,
    "gear_type": FieldRule(is_text=True, choices=GEAR_TYPES),
    "tone_type": FieldRule(is_text=True, choices=TONE_TYPES),
    "input_level_dbu": _LEVEL_DBU,
    "output_level_dbu": _LEVEL_DBU,
    "loudness": FieldRule(is_text=False, low=-300.0, high=100.0),
    "gain": FieldRule(is_text=False, low=0.0, high=1.0),
}
"""By name, in the order in which they are written."""

FREE_FIELDS = ("training",)
"""Known fields whose content is the trainer's own business."""

DATE_RANGES: dict[str, tuple[int, int]] = {
    "year": (1900, 9999),
    "month": (1, 12),
    "day": (1, 31),
    "hour": (0, 23),
    "minute": (0, 59),
    "second": (0, 60),
}
