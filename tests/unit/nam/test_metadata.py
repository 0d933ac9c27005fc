"""The typed metadata and its agreement with the table the reader uses."""

import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pytest

from triode import nam
from triode.errors import NamFileError
from triode.nam.metadata import Date, GearType, Metadata, ToneType
from triode.nam.metadata_fields import DATE_RANGES, FIELDS, GEAR_TYPES, TONE_TYPES


def test_fields_and_choices_agree_with_the_readers_table() -> None:
    assert set(Metadata.model_fields) == {*FIELDS, "date"}
    assert tuple(kind.value for kind in GearType) == GEAR_TYPES
    assert tuple(kind.value for kind in ToneType) == TONE_TYPES
    assert set(Date.model_fields) == set(DATE_RANGES)


@pytest.mark.parametrize(("field", "rule"), FIELDS.items())
def test_ranges_agree_with_the_readers_table(field: str, rule: Any) -> None:
    if rule.is_text:
        return
    for inside in (rule.low, rule.high):
        assert getattr(Metadata.of(**{field: inside}), field) == inside
    for outside in (rule.low - 0.1, rule.high + 0.1, float("nan")):
        with pytest.raises(NamFileError, match=f"metadata.{field}"):
            Metadata.of(**{field: outside})


@pytest.mark.parametrize(("part", "limits"), DATE_RANGES.items())
def test_date_ranges_agree_with_the_readers_table(part: str, limits: tuple[int, int]) -> None:
    date = dict.fromkeys(DATE_RANGES, 1) | {"year": 2026}
    for outside in (limits[0] - 1, limits[1] + 1):
        with pytest.raises(NamFileError, match=rf"metadata\.date\.{part}"):
            Metadata.of(date=date | {part: outside})
    assert Metadata.of(date=date | {part: limits[1]}).date is not None


def test_document_holds_what_was_given_and_reads_back_clean(a1: dict[str, Any]) -> None:
    moment = datetime(2026, 11, 23, 18, 5, 9, tzinfo=UTC)
    metadata = Metadata.of(
        name="My amp", gear_type="amp_cab", tone_type="hi_gain", date=Date.of(moment), gain=0.5
    )
    document = metadata.to_document()
    assert document == {
        "name": "My amp",
        "gear_type": "amp_cab",
        "tone_type": "hi_gain",
        "gain": 0.5,
        "date": {"year": 2026, "month": 11, "day": 23, "hour": 18, "minute": 5, "second": 9},
    }
    a1["metadata"] = document
    assert nam.lint(a1) == []
    assert Metadata.of(**document) == metadata


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"gear_maker": "X"}, r"gear_maker.*Did you mean gear_make\?"),
        ({"gear_type": "ampp"}, "gear_type.*'amp'"),
        ({"name": 3}, r"metadata\.name"),
    ],
)
def test_wrong_fields_are_named(values: dict[str, Any], message: str) -> None:
    with pytest.raises(NamFileError, match=message):
        Metadata.of(**values)


def test_reading_files_needs_neither_pydantic_nor_torch() -> None:
    code = "import sys, triode.nam; print({'pydantic', 'torch', 'scipy'} & set(sys.modules))"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert result.stdout.strip() == "set()"
