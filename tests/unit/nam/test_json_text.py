"""What is refused before the format is looked at."""

import json

import pytest

from triode.errors import NamFileError
from triode.nam import limits, parse
from triode.nam.parser import decode_json


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not valid JSON"),
        (b'{"version": "0.5', "not valid JSON"),
        (b"[]", "Expected a JSON object"),
        (b"3", "Expected a JSON object"),
        (b"\xff\xfe{}", "JSON text in UTF-8"),
        (b'{"a": 1, "a": 2}', "'a': a key occurs twice"),
        (b'{"x": {"b": [{"a": 1, "a": 1}]}}', "occurs twice"),
        (b'{"a": NaN}', "not finite"),
        (b'{"a": -Infinity}', "not finite"),
        (b'{"a": 1e999}', "not finite"),
        (b'{"a": -1e999}', "not finite"),
        (b'{"a": ' + b"1" * 200 + b"}", "a number is too long"),
        (b'{"a": 0.' + b"1" * 200 + b"}", "a number is too long"),
        (b'{"a": 1e+999}', "not finite"),
        (b'{"a": 1E0309}', "not finite"),
        (b'{"a":[1,' + b"9" * 60 + b"e" + b"9" * 60 + b"]}", "not finite"),
        (b'{"a":[1,\t-' + b"1" * 128 + b"]}", "a number is too long"),
        (b'{"a": "\\ud800"}', "half of a character"),
        (b'{"\\udc00": 1}', "half of a character"),
        (b'{"a": "\x00"}', "not valid JSON"),
        (b"{} {}", "not valid JSON"),
        (b'{"a": "\\', "not valid JSON"),
    ],
)
def test_broken_text_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(NamFileError, match=message):
        decode_json(data)


def test_long_and_large_numbers_within_the_limits_are_read() -> None:
    longest = "0." + "1" * (limits.NUMBER_CHARACTERS - 2)
    largest = "1.7976931348623157e+308"
    digits = "9" * limits.NUMBER_CHARACTERS
    found = decode_json(f'{{"a": [{longest}, {largest}, {digits}, 1e-999, "1e999", -2E+01]}}')
    assert found == {"a": [float(longest), float(largest), int(digits), 0.0, "1e999", -20.0]}


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":['])
def test_deep_nesting_is_refused(opening: str) -> None:
    with pytest.raises(NamFileError, match="nested too deeply"):
        decode_json(opening * 100_000)


def test_brackets_inside_strings_do_not_count() -> None:
    text = json.dumps({"a": '[{"' * 100 + "\\"})
    assert decode_json(text) == {"a": '[{"' * 100 + "\\"}


def test_depth_limit_is_exact() -> None:
    inside = limits.JSON_DEPTH - 1
    assert "a" in decode_json('{"a":' + "[" * inside + "]" * inside + "}")
    with pytest.raises(NamFileError, match="nested too deeply"):
        decode_json('{"a":' + "[" * (inside + 1) + "]" * (inside + 1) + "}")


def test_file_size_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "FILE_BYTES", 100)
    with pytest.raises(NamFileError, match="too large"):
        decode_json(b" " * 101)


def test_number_of_parts_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "JSON_TOKENS", 10)
    with pytest.raises(NamFileError, match="too many parts"):
        decode_json('{"a": [' + ",".join('"b"' for _ in range(10)) + "]}")


def test_number_of_values_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "JSON_COMMAS", 10)
    with pytest.raises(NamFileError, match="too many values"):
        decode_json('{"a": [' + "1," * 11 + "1]}")


def test_quotes_and_backslashes_are_scanned_in_one_pass() -> None:
    with pytest.raises(NamFileError, match="not valid JSON"):
        decode_json('{"' + '\\"' * 500_000)


def test_byte_order_mark_is_skipped() -> None:
    assert decode_json(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}
    assert decode_json('\ufeff{"a": 1}') == {"a": 1}


def test_surrogate_pair_is_a_character() -> None:
    assert decode_json(b'{"a": "\\ud83c\\udfb8"}') == {"a": "\U0001f3b8"}


@pytest.mark.parametrize("value", [float("nan"), object(), {1, 2}, b"x", "\ud800"])
def test_mappings_are_checked_like_text(value: object) -> None:
    with pytest.raises(NamFileError):
        parse({"version": value})


def test_circular_mapping_is_refused() -> None:
    document: dict[str, object] = {}
    document["config"] = document
    with pytest.raises(NamFileError):
        parse(document)


def test_deep_mapping_is_refused() -> None:
    document: dict[str, object] = {}
    for _ in range(100_000):
        document = {"a": document}
    with pytest.raises(NamFileError, match="nested too deeply"):
        parse(document)
    while document:
        document = document.pop("a")  # type: ignore[assignment]
