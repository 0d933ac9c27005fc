"""What a batch is to do: rows of a CSV file, or wet files that share one dry file."""

import csv
import difflib
import io
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from triode.batch.location import Location, Url, location
from triode.batch.remote import attempt, file_system
from triode.errors import BatchError, NamFileError

__all__ = ["COLUMNS", "Row", "read_manifest", "rows_of_files"]

_FILES: Final = ("dry", "wet")
_OUTPUT: Final = "output"
_TEXTS: Final = ("name", "modeled_by", "gear_make", "gear_model", "gear_type", "tone_type")
_NUMBERS: Final = ("input_level_dbu", "output_level_dbu")
COLUMNS: Final = (*_FILES, _OUTPUT, *_TEXTS, *_NUMBERS)
"""Every column a manifest may have; `dry` and `wet` it must have."""

_HEADER_ROW = 1
_DELIMITERS = ",;\t"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One capture to make.

    Attributes:
        number: As a spreadsheet counts the manifest's rows, its header being 1; without a
            manifest, the place in the list of wet files from 1.
        dry: What was sent to the gear.
        wet: What came back.
        stem: The capture's file name without its suffix.
        metadata: For the file, by field.
    """

    number: int
    dry: Location
    wet: Location
    stem: str
    metadata: Mapping[str, str | float] = field(default_factory=dict, hash=False)


def rows_of_files(dry: Location, wets: Sequence[Location]) -> tuple[Row, ...]:
    """A row for every wet file.

    Raises:
        BatchError: Two captures would have the same name.
    """
    rows = tuple(
        Row(number=number, dry=dry, wet=wet, stem=wet.stem) for number, wet in enumerate(wets, 1)
    )
    _refuse_same_names(rows, "the list of wet files")
    return rows


def read_manifest(path: str | os.PathLike[str] | Url) -> tuple[Row, ...]:
    """Read a manifest: CSV with a header row, separated by comma, semicolon or tab.

    Paths in it are relative to the folder it lies in; it and they may be URLs. The columns are
    `COLUMNS`; an empty cell leaves a field out, an empty row is skipped. `output` names the
    capture's file; without it the wet file's name does. Whether the recordings can be read is not
    looked at here.

    Raises:
        BatchError: It cannot be read, or a row is wrong; the error names row and column.
    """
    file = location(path)
    try:
        text = _bytes(file).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BatchError(
            "the manifest cannot be read",
            where=file,
            expected="a CSV file in UTF-8",
            got=getattr(error, "strerror", None) or error,
        ) from error
    header, *lines = list(csv.reader(io.StringIO(text), delimiter=_delimiter(text))) or [[]]
    columns = [name.strip() for name in header]
    _check_columns(columns, file)
    rows = tuple(
        _row(number, dict(zip(columns, cells, strict=False)), len(cells), len(columns), file)
        for number, cells in enumerate(lines, _HEADER_ROW + 1)
        if any(cell.strip() for cell in cells)
    )
    if not rows:
        raise BatchError("the manifest has no rows", where=file, expected="one row per capture")
    _refuse_same_names(rows, file)
    return rows


def _bytes(file: Location) -> bytes:
    if isinstance(file, Path):
        return file.read_bytes()
    system, path = file_system(file)
    found: bytes = attempt("the manifest cannot be read", file, lambda: system.cat_file(path))
    return found


def _delimiter(text: str) -> str:
    """Whichever separates most in the header."""
    header = text.partition("\n")[0]
    return max(_DELIMITERS, key=header.count)


def _check_columns(columns: Sequence[str], file: Location) -> None:
    known = ", ".join(COLUMNS)
    for position, name in enumerate(columns, 1):
        where = f"{file}, row {_HEADER_ROW}, column {position}"
        if name not in COLUMNS:
            near = difflib.get_close_matches(name, COLUMNS, n=1)
            hint = f"Did you mean {near[0]}?" if near else None
            raise BatchError(
                "unknown column", where=where, expected=f"one of {known}", got=name, hint=hint
            )
        if name in columns[: position - 1]:
            raise BatchError("a column comes twice", where=where, got=name)
    for name in _FILES:
        if name not in columns:
            raise BatchError(
                f"the column {name} is missing",
                where=f"{file}, row {_HEADER_ROW}",
                expected="a header row with dry, wet and what else is known",
                got=", ".join(columns) or "nothing",
            )


def _row(number: int, cells: Mapping[str, str], found: int, wanted: int, file: Location) -> Row:
    where = f"{file}, row {number}"
    if found > wanted:
        raise BatchError(
            "the row has more cells than the header",
            where=where,
            expected=f"{wanted} cells",
            got=found,
            hint="Put text that holds the separator into double quotes.",
        )
    values = {name: cell.strip() for name, cell in cells.items() if cell.strip()}
    for name in _FILES:
        if name not in values:
            raise BatchError(
                "the cell is empty", where=f"{where}, column {name}", expected="a path"
            )
    dry, wet = (location(values[name], file.parent) for name in _FILES)
    return Row(
        number=number,
        dry=dry,
        wet=wet,
        stem=_stem(values.get(_OUTPUT), wet, where),
        metadata=_metadata(values, where),
    )


def _stem(output: str | None, wet: Location, where: str) -> str:
    if output is None:
        return wet.stem
    stem = output.removesuffix(".nam")
    if Path(stem).name != stem or not stem:
        raise BatchError(
            "an output is a file name, without a folder",
            where=f"{where}, column {_OUTPUT}",
            expected="such as crunch.nam",
            got=output,
        )
    return stem


def _metadata(values: Mapping[str, str], where: str) -> dict[str, str | float]:
    from triode.nam.metadata import Metadata

    fields: dict[str, str | float] = {name: values[name] for name in _TEXTS if name in values}
    for name in _NUMBERS:
        if name in values:
            fields[name] = _number(values[name], f"{where}, column {name}")
    for name, value in fields.items():
        try:
            Metadata.of(**{name: value})
        except NamFileError as error:
            raise BatchError(
                "the value cannot be right",
                where=f"{where}, column {name}",
                expected=error.expected,
                got=error.got,
            ) from error
    return fields


def _number(text: str, where: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise BatchError(
            "the value is not a number", where=where, expected="such as 12.5", got=text
        ) from error


def _refuse_same_names(rows: Iterable[Row], where: object) -> None:
    first: dict[str, Row] = {}
    for row in rows:
        # As file systems that do not tell large letters from small ones see it.
        other = first.setdefault(row.stem.casefold(), row)
        if other is not row:
            raise BatchError(
                f"rows {other.number} and {row.number} would write the same file",
                where=where,
                got=f"{row.stem}.nam",
                hint="Name one of them in the column output, or rename a wet file.",
            )
