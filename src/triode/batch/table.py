"""The table of a batch, as CSV for programs and as a page for people."""

import csv
import io
import math
from collections.abc import Iterator, Mapping
from pathlib import Path

from triode.batch.manifest import Row
from triode.batch.outcome import Outcome, RowFiles
from triode.batch.page import batch_page
from triode.files import write_text_atomically

__all__ = ["table_paths", "write_tables"]

_BEFORE = ("row", "status", "dry", "wet", "model", "log")
_AFTER = ("replicate_floor_esr", "epochs", "seconds", "ending", "warnings", "error")


def table_paths(folder: Path) -> tuple[Path, Path]:
    """Where a batch's CSV file and its page are."""
    return folder / "batch.csv", folder / "batch.html"


def write_tables(outcomes: Mapping[Row, Outcome], folder: Path) -> None:
    """Write both, whole.

    Raises:
        OutputError: One cannot be written.
    """
    table, page = table_paths(folder)
    write_text_atomically(table, _csv(outcomes, folder))
    write_text_atomically(page, batch_page(outcomes, folder))


def _csv(outcomes: Mapping[Row, Outcome], folder: Path) -> str:
    names = tuple(dict.fromkeys(one.name for all_ in outcomes.values() for one in all_.sizes))
    figures = [f"{kind}_{name}" for name in names for kind in ("esr", "null_depth_db")]
    text = io.StringIO()
    writer = csv.DictWriter(text, (*_BEFORE, *figures, *_AFTER), lineterminator="\n")
    writer.writeheader()
    for row, outcome in outcomes.items():
        writer.writerow(dict(_cells(row, outcome, RowFiles.of(row, folder))))
    return text.getvalue()


def _cells(row: Row, outcome: Outcome, files: RowFiles) -> Iterator[tuple[str, object]]:
    yield "row", row.number
    yield "status", outcome.status.value
    yield from (("dry", row.dry), ("wet", row.wet))
    for name, path in (("model", files.model), ("log", files.log)):
        yield name, path.name if path.is_file() else ""
    for size in outcome.sizes:
        yield f"esr_{size.name}", f"{size.esr:.6g}"
        if math.isfinite(size.null_depth_db):
            yield f"null_depth_db_{size.name}", f"{size.null_depth_db:.2f}"
    floor = outcome.replicate_floor_esr
    yield "replicate_floor_esr", "" if floor is None else f"{floor:.3g}"
    yield from (("epochs", outcome.epochs), ("seconds", round(outcome.seconds, 1)))
    yield from (("ending", outcome.ending), ("error", outcome.error))
    yield "warnings", " | ".join(outcome.warnings)
