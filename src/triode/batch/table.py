"""The table of a batch, as CSV for programs and as a page for people."""

import csv
import io
import math
import os
import time
from collections.abc import Container, Iterator, Mapping

from triode.batch.folder import Folder
from triode.batch.location import Location, Url, location
from triode.batch.manifest import Row
from triode.batch.outcome import Outcome
from triode.batch.page import batch_page
from triode.batch.row_files import RowFiles
from triode.report.spreadsheet import plain_cell

__all__ = ["TableWriter", "table_paths"]

_TABLE, _PAGE = "batch.csv", "batch.html"
_BEFORE = ("row", "status", "dry", "wet", "model", "log")
_AFTER = ("replicate_floor_esr", "epochs", "seconds", "ending", "warnings", "error")
_SHARE_OF_TIME = 0.05


def table_paths(folder: str | os.PathLike[str] | Url) -> tuple[Location, Location]:
    """Where a batch's CSV file and its page are."""
    place = location(folder)
    return place / _TABLE, place / _PAGE


class TableWriter:
    """Keeps both up to date, at the cost of a twentieth of the time at most.

    Args:
        folder: Where they go.
    """

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._due = 0.0
        self._outdated = False

    def outdate(self) -> None:
        """Something has changed."""
        self._outdated = True

    def write_when_due(self, outcomes: Mapping[Row, Outcome], there: Container[str]) -> None:
        """Write what has changed, unless that was done a moment ago; see `write`."""
        if self._outdated and time.monotonic() >= self._due:
            self.write(outcomes, there)

    def write(self, outcomes: Mapping[Row, Outcome], there: Container[str]) -> None:
        """Write both, each as a whole.

        Args:
            outcomes: What became of each row.
            there: The names of the files in the folder.

        Raises:
            OutputError: One cannot be written.
        """
        began = time.monotonic()
        self._folder.write_text(_TABLE, _csv(outcomes, there))
        self._folder.write_text(_PAGE, batch_page(outcomes, self._folder.place, there))
        now = time.monotonic()
        self._due, self._outdated = now + (now - began) / _SHARE_OF_TIME, False


def _csv(outcomes: Mapping[Row, Outcome], there: Container[str]) -> str:
    names = tuple(dict.fromkeys(one.name for all_ in outcomes.values() for one in all_.sizes))
    figures = [f"{kind}_{name}" for name in names for kind in ("esr", "null_depth_db")]
    text = io.StringIO()
    writer = csv.DictWriter(text, (*_BEFORE, *figures, *_AFTER), lineterminator="\n")
    writer.writeheader()
    for row, outcome in outcomes.items():
        cells = _cells(row, outcome, there)
        writer.writerow({name: plain_cell(value) for name, value in cells})
    return text.getvalue()


def _cells(row: Row, outcome: Outcome, there: Container[str]) -> Iterator[tuple[str, object]]:
    files = RowFiles.of(row)
    yield "row", row.number
    yield "status", outcome.status.value
    yield from (("dry", str(row.dry)), ("wet", str(row.wet)))
    for kind, name in (("model", files.model), ("log", files.log)):
        yield kind, name if name in there else ""
    for size in outcome.sizes:
        yield f"esr_{size.name}", f"{size.esr:.6g}"
        if math.isfinite(size.null_depth_db):
            yield f"null_depth_db_{size.name}", f"{size.null_depth_db:.2f}"
    floor = outcome.replicate_floor_esr
    yield "replicate_floor_esr", "" if floor is None else f"{floor:.3g}"
    yield from (("epochs", outcome.epochs), ("seconds", round(outcome.seconds, 1)))
    yield from (("ending", outcome.ending), ("error", outcome.error))
    yield "warnings", " | ".join(outcome.warnings)
