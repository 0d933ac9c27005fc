"""From bytes to a JSON object, refusing what no `.nam` file has, in bounded time and memory."""

import json
import re
from collections.abc import Mapping
from typing import NoReturn

from triode.errors import NamFileError
from triode.nam import limits

__all__ = ["decode_json", "encode_mapping"]

# Strings are matched as a whole, to the end of the text when their closing quote is missing, so
# that the scan is linear for every input. That a token begins with one of five characters lets the
# matcher leap over numbers.
_TOKEN = re.compile(r'["\[\]{}](?:(?<=")(?:[^"\\]++|\\.)*+(?:"|\\?\Z))?+', re.DOTALL)
_LARGE_EXPONENT = re.compile(r"[eE]\+?[0-9]{3}")
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


def decode_json(data: bytes | str) -> dict[str, object]:
    """The JSON object in `data`.

    Raises:
        NamFileError: Not UTF-8, not JSON, not an object; larger or deeper than the limits; a key
            twice in one object; NaN, infinity or a number that overflows.
    """
    text = _text(data)
    _check_shape(text)
    looked_at = _may_hold_odd_numbers(text)
    try:
        document = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_integer if looked_at else None,
            parse_float=_decimal if looked_at else None,
            parse_constant=_constant,
        )
    except json.JSONDecodeError as error:
        raise NamFileError(
            "the file is not valid JSON",
            where=f"line {error.lineno}, column {error.colno}",
            got=error.msg,
            hint="The file is damaged or cut short: get it again from where it came.",
        ) from error
    except RecursionError as error:
        raise _too_deep() from error
    if not isinstance(document, dict):
        raise NamFileError(
            "the file is not a .nam file",
            where="top level",
            expected="a JSON object",
            got=f"JSON of type {type(document).__name__}",
        )
    if _SURROGATE_ESCAPE.search(text):
        _refuse_lone_surrogates(document)
    return document


def encode_mapping(document: Mapping[str, object]) -> str:
    """`document` as JSON text, so that values made in memory pass the same checks as a file's."""
    try:
        return json.dumps(document, allow_nan=False, default=_plain)
    except RecursionError as error:
        raise _too_deep() from error
    except (TypeError, ValueError) as error:
        raise NamFileError(
            "the document holds a value that JSON cannot hold",
            where="top level",
            expected="objects, lists, strings, finite numbers, true, false and null",
            got=str(error)[:200],
        ) from error


def _plain(value: object) -> dict[str, object]:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a value of type {type(value).__name__}")


def _text(data: bytes | str) -> str:
    if len(data) > limits.FILE_BYTES:
        raise NamFileError(
            "the file is too large",
            expected=f"at most {limits.FILE_BYTES:,} bytes",
            got=f"{len(data):,} or more",
        )
    if isinstance(data, str):
        return data.removeprefix("\ufeff")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NamFileError(
            "the file is not a .nam file",
            where=f"byte {error.start}",
            expected="JSON text in UTF-8",
            got="bytes that are not UTF-8",
        ) from error


def _check_shape(text: str) -> None:
    if text.count(",") > limits.JSON_COMMAS:
        raise NamFileError(
            "the file has too many values",
            where="top level",
            expected=f"at most {limits.JSON_COMMAS:,} commas",
        )
    depth = 0
    for count, match in enumerate(_TOKEN.finditer(text), start=1):
        mark = match.group()[0]
        if mark in "[{":
            depth += 1
        elif mark in "]}":
            depth -= 1
        if depth > limits.JSON_DEPTH:
            raise _too_deep()
        if count > limits.JSON_TOKENS:
            raise NamFileError(
                "the file has too many parts",
                where="top level",
                expected=f"at most {limits.JSON_TOKENS:,} brackets and strings",
            )


def _may_hold_odd_numbers(text: str) -> bool:
    """Whether a number could be too long, or too large to be finite; else none is looked at.

    Looking at every number of a capture takes longer than all the rest of reading it.
    """
    longest = max(map(len, text.replace(",", " ").split()), default=0)
    return longest > limits.NUMBER_CHARACTERS or _LARGE_EXPONENT.search(text) is not None


def _too_deep() -> NamFileError:
    return NamFileError(
        "the file is nested too deeply",
        where="top level",
        expected=f"at most {limits.JSON_DEPTH} brackets inside each other",
    )


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    result = dict(pairs)
    if len(result) == len(pairs):
        return result
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            raise NamFileError(
                "a key occurs twice in one object",
                where=ascii(key[:40]),
                hint="Players may take the first or the last: remove one of the two.",
            )
        seen.add(key)
    return result


def _integer(text: str) -> int:
    _check_length(text)
    return int(text)


def _decimal(text: str) -> float:
    _check_length(text)
    value = float(text)
    if value in (float("inf"), float("-inf")):
        _refuse_number(text)
    return value


def _constant(text: str) -> NoReturn:
    _refuse_number(text)


def _check_length(text: str) -> None:
    if len(text) > limits.NUMBER_CHARACTERS:
        raise NamFileError(
            "a number is too long",
            where=f"{text[:20]}...",
            expected=f"at most {limits.NUMBER_CHARACTERS} characters",
            got=f"{len(text):,}",
        )


def _refuse_number(text: str) -> NoReturn:
    raise NamFileError("a number is not finite", where=text, expected="a finite number", got=text)


def _refuse_lone_surrogates(document: dict[str, object]) -> None:
    try:
        json.dumps(document, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise NamFileError(
            "a string holds half of a character",
            where=ascii(error.object[error.start]),
            expected="Unicode text",
            got="a surrogate without its partner",
        ) from error
