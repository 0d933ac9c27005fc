"""How long the driver of a batch of 100,000 rows takes for everything but training.

    python benchmarks/batch_scale.py

Recordings are empty files behind file:// URLs; nothing is trained.
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from machine import write_result

from triode.batch import BatchSettings, Listener, Status, Url, read_manifest, run_batch, table_paths
from triode.batch.folder import open_folder
from triode.batch.table import TableWriter

__all__ = ["measure"]

Result = TypeVar("Result")


class _Stopping(Listener):
    """Ends the batch before its first row."""

    def should_stop(self) -> bool:
        return True


def measure(rows: int, folder: Path) -> dict[str, Any]:
    """Times of computing.

    Args:
        rows: How many.
        folder: Where files are made.
    """
    times: dict[str, float] = {}
    (folder / "wet").mkdir()
    names = [f"wet/{number:06d}.wav" for number in range(rows)]
    for name in ("dry.wav", *names):
        (folder / name).touch()
    text = "dry,wet\n" + "".join(f"dry.wav,{name}\n" for name in names)
    (folder / "manifest.csv").write_text(text, encoding="utf-8")
    url = Url(folder.as_uri())
    output = url / "captures"
    read = _timed(times, "read the manifest", lambda: read_manifest(url / "manifest.csv"))
    outcomes = _timed(
        times,
        "compare every row, write both tables twice",
        lambda: run_batch(read, output, BatchSettings(), cores=1, listener=_Stopping()),
    )
    writer = TableWriter(open_folder(output))
    _timed(times, "write both tables", lambda: writer.write(outcomes, frozenset()))
    waiting = sum(one.status is Status.WAITING for one in outcomes.values())
    if waiting != rows:
        raise SystemExit(f"{waiting} of {rows} rows are waiting")
    sizes = [(folder / "captures" / path.name).stat().st_size for path in table_paths(output)]
    return {
        "rows": rows,
        "cpu_seconds": times,
        "table_bytes": sizes[0],
        "page_bytes": sizes[1],
        "memory_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }


def _timed(times: dict[str, float], name: str, work: Callable[[], Result]) -> Result:
    start = time.process_time()
    result = work()
    times[name] = round(time.process_time() - start, 3)
    print(f"{name}: {times[name]} s", flush=True)
    return result


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        write_result("batch_scale", measure(given.rows, Path(name)))


if __name__ == "__main__":
    main()
