"""Reading one JSON value at a time, always knowing where in the document it stands."""

import difflib
import json
from collections.abc import Iterable
from itertools import islice
from typing import NoReturn

from triode.errors import NamFileError
from triode.nam import limits
from triode.nam.notices import Edit, Notice, Path, path_text

__all__ = ["Fields", "Notices", "Value", "suggestion"]

_LARGEST_EXACT = 2**53
_LONGEST_NAME = 64


class Notices:
    """Collects what is odd about the document being read, in the order of reading."""

    def __init__(self) -> None:
        self.items: list[Notice] = []
        self._unknown = 0

    def add(self, rule: str, path: Path, message: str, *edits: Edit) -> None:
        """Note that `rule` was met at `path`."""
        self.items.append(Notice(id=rule, path=path, message=message, edits=edits))

    def unknown_key(self, path: Path, known: Iterable[str]) -> None:
        """Note an unknown key; refuse the file when it has too many of them."""
        self._unknown += 1
        if self._unknown > limits.UNKNOWN_KEYS:
            raise NamFileError(
                "the file has too many unknown keys",
                where=path_text(path),
                expected=f"at most {limits.UNKNOWN_KEYS}",
            )
        self.add("unknown-key", path, f"unknown key, kept as it is.{suggestion(path[-1], known)}")


class Value:
    """One JSON value and its place; every method returns it as one type or refuses it."""

    def __init__(self, raw: object, path: Path, notices: Notices) -> None:
        self.raw = raw
        self.path = path
        self.notices = notices

    def refuse(self, problem: str, expected: str, hint: str | None = None) -> NoReturn:
        """Raise the error that names this field and shows its value."""
        raise NamFileError(
            problem,
            where=path_text(self.path),
            expected=expected,
            got=_describe(self.raw),
            hint=hint,
        )

    def note(self, rule: str, message: str, *edits: Edit) -> None:
        """Note something odd about this value."""
        self.notices.add(rule, self.path, message, *edits)

    @property
    def is_null(self) -> bool:
        """Whether the value is JSON's null."""
        return self.raw is None

    def integer(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`; 3.0 counts as 3, with a notice."""
        expected = f"a whole number from {low:,} to {high:,}"
        raw = self.raw
        if isinstance(raw, float) and raw.is_integer() and abs(raw) < _LARGEST_EXACT:
            whole = int(raw)
            if low <= whole <= high:
                message = f"the whole number {whole} is written as a decimal."
                self.note("integer-as-decimal", message, Edit(self.path, whole))
                return whole
        if isinstance(raw, bool) or not isinstance(raw, int):
            self.refuse("not a whole number", expected)
        if not low <= raw <= high:
            self.refuse("out of range", expected)
        return raw

    def number(self, low: float, high: float) -> float:
        """A number from `low` to `high`."""
        expected = f"a number from {low:,.6g} to {high:,.6g}"
        raw = self.raw
        if isinstance(raw, bool) or not isinstance(raw, int | float):
            self.refuse("not a number", expected)
        if not low <= raw <= high:
            self.refuse("out of range", expected)
        return float(raw)

    def boolean(self) -> bool:
        """True or false, nothing that resembles them."""
        if not isinstance(self.raw, bool):
            self.refuse("not a boolean", "true or false")
        return self.raw

    def text(self) -> str:
        """A string."""
        if not isinstance(self.raw, str):
            self.refuse("not a string", "a string")
        return self.raw

    def choice(self, options: tuple[str, ...]) -> str:
        """One of `options`."""
        text = self.text()
        if text not in options:
            hint = suggestion(text, options).strip() or None
            self.refuse("unknown name", f"one of {', '.join(options)}", hint)
        return text

    def fields(self) -> "Fields":
        """A JSON object."""
        if not isinstance(self.raw, dict):
            self.refuse("not an object", "a JSON object")
        return Fields(self.raw, self.path, self.notices)

    def items(self, most: int) -> list["Value"]:
        """A list of 1 to `most` values."""
        if not isinstance(self.raw, list):
            self.refuse("not a list", "a list")
        if not 1 <= len(self.raw) <= most:
            self.refuse("wrong length", f"a list of 1 to {most:,} entries")
        return [Value(raw, (*self.path, index), self.notices) for index, raw in enumerate(self.raw)]

    def per_layer(self, count: int) -> list["Value"]:
        """One value per layer: a list of exactly `count`, or one value for all of them."""
        if not isinstance(self.raw, list):
            return [self] * count
        if len(self.raw) != count:
            self.refuse("wrong length", f"{count} entries, as many as dilations")
        return self.items(count)


class Fields:
    """A JSON object that remembers which keys were asked for, so that the others are noticed."""

    def __init__(self, raw: dict[str, object], path: Path, notices: Notices) -> None:
        self.raw = raw
        self.path = path
        self.notices = notices
        self._known: dict[str, None] = {}

    def optional(self, key: str) -> Value | None:
        """The value of `key`, or None when the object lacks it."""
        self._known[key] = None
        if key not in self.raw:
            return None
        return Value(self.raw[key], (*self.path, key), self.notices)

    def filled(self, key: str) -> Value | None:
        """The value of `key`, or None when the object lacks it or says null."""
        value = self.optional(key)
        return None if value is None or value.is_null else value

    def required(self, key: str) -> Value:
        """The value of `key`; refuses an object without it."""
        value = self.optional(key)
        if value is None:
            near = difflib.get_close_matches(key, _short_keys(self.raw), n=1)
            raise NamFileError(
                "a required field is missing",
                where=path_text((*self.path, key)),
                hint=f"Is {near[0]!a} misspelled?" if near else None,
            )
        return value

    def integer(self, key: str, low: int, high: int, default: int | None = None) -> int:
        """A whole number; `default`, when there is one, stands in for a missing key."""
        if default is not None and self.optional(key) is None:
            return default
        return self.required(key).integer(low, high)

    def boolean(self, key: str, *, default: bool | None = None) -> bool:
        """True or false; `default`, when there is one, stands in for a missing key."""
        if default is not None and self.optional(key) is None:
            return default
        return self.required(key).boolean()

    def note_missing(self, **defaults: object) -> None:
        """Note each of these keys that is missing, though players demand it."""
        for key, default in defaults.items():
            if key not in self.raw:
                path = (*self.path, key)
                message = f"players demand this field; it is read as {json.dumps(default)}."
                self.notices.add("field-missing", path, message, Edit(path, default))

    def close(self) -> None:
        """Note every key that nobody asked for."""
        for key in self.raw:
            if key not in self._known:
                self.notices.unknown_key((*self.path, key), self._known)


def _short_keys(raw: dict[str, object]) -> list[str]:
    """Keys worth comparing with a name, at most as many as a file may have unknown ones."""
    return [key for key in islice(raw, limits.UNKNOWN_KEYS) if len(key) <= _LONGEST_NAME]


def suggestion(word: object, known: Iterable[str]) -> str:
    """' Did you mean X?' when `word` is near one of `known`, else an empty string."""
    if not isinstance(word, str) or len(word) > _LONGEST_NAME:
        return ""
    by_folded = {name.casefold(): name for name in known}
    near = difflib.get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.75)
    return f" Did you mean {by_folded[near[0]]}?" if near else ""


def _describe(raw: object) -> str:
    """`raw` in a few ASCII characters."""
    match raw:
        case str():
            shown = ascii(raw[:40])
            return f"the string {shown}" + ("..." if len(raw) > 40 else "")
        case list():
            return f"a list of {len(raw):,}"
        case dict():
            return f"an object of {len(raw):,} keys"
        case int() if not isinstance(raw, bool) and abs(raw) >= 10**20:
            return f"a number of {len(str(abs(raw)))} digits"
        case _:
            return json.dumps(raw)
