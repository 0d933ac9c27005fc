"""Many captures in one go: rows of dry and wet recordings, a queue of workers, a table.

`read_manifest` or `rows_of_files` says what there is to do, `run_batch` does it in processes of
their own and writes a table after every row. Whatever is killed, the same call goes on: finished
rows have a record and are left alone, begun ones continue from their checkpoints. What goes wrong
in one row stays in that row.
"""

from triode.batch.manifest import COLUMNS, Row, read_manifest, rows_of_files
from triode.batch.outcome import Outcome, Status
from triode.batch.queue import Listener, run_batch, workers_for
from triode.batch.settings import BatchSettings
from triode.batch.table import table_paths
from triode.batch.watch import Watcher

__all__ = [
    "COLUMNS",
    "BatchSettings",
    "Listener",
    "Outcome",
    "Row",
    "Status",
    "Watcher",
    "read_manifest",
    "rows_of_files",
    "run_batch",
    "table_paths",
    "workers_for",
]
