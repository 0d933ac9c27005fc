"""Looking over a file's metadata: nothing in it is refused, everything odd is noticed."""

from triode.nam.metadata_fields import DATE_RANGES, FIELDS, FREE_FIELDS, FieldRule
from triode.nam.notices import REMOVE, Edit
from triode.nam.parser.values import Fields, Value, suggestion

__all__ = ["check_metadata"]


def check_metadata(fields: Fields) -> None:
    """Note unknown keys, wrong types, unknown choices and values out of range."""
    for key, rule in FIELDS.items():
        value = fields.filled(key)
        if value is not None:
            _check(value, rule)
    for key in FREE_FIELDS:
        fields.optional(key)
    date = fields.filled("date")
    if date is not None:
        _check_date(date)
    fields.close()


def _check(value: Value, rule: FieldRule) -> None:
    if rule.is_text:
        if not isinstance(value.raw, str):
            _note_type(value, "text", _as_text(value.raw))
        elif rule.choices and value.raw not in rule.choices:
            hint = suggestion(value.raw, rule.choices)
            value.note("metadata-value", f"not one of {', '.join(rule.choices)}.{hint}")
        return
    if isinstance(value.raw, bool) or not isinstance(value.raw, int | float):
        _note_type(value, "a number", _as_number(value.raw))
    elif not rule.low <= value.raw <= rule.high:
        value.note("metadata-value", f"not from {rule.low:g} to {rule.high:g}.")


def _note_type(value: Value, wanted: str, converted: object | None) -> None:
    edit = Edit(value.path, REMOVE if converted is None else converted)
    value.note("metadata-type", f"not {wanted}; some players refuse the file for it.", edit)


def _as_text(raw: object) -> str | None:
    return str(raw) if isinstance(raw, int | float) and not isinstance(raw, bool) else None


def _as_number(raw: object) -> float | None:
    if not isinstance(raw, str) or len(raw) > 32:
        return None
    try:
        number = float(raw)
    except ValueError:
        return None
    return number if abs(number) < 1e9 else None


def _check_date(value: Value) -> None:
    if not isinstance(value.raw, dict):
        value.note("metadata-value", "not an object with year, month, day and time.")
        return
    fields = value.fields()
    for key, (low, high) in DATE_RANGES.items():
        part = fields.filled(key)
        if part is None:
            continue
        whole = isinstance(part.raw, int) and not isinstance(part.raw, bool)
        if not whole or not low <= part.raw <= high:  # type: ignore[operator]
            part.note("metadata-value", f"not a whole number from {low} to {high}.")
    fields.close()
