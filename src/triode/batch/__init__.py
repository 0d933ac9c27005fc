"""Many captures in one go: rows of dry and wet recordings, a queue of workers, a table.

`read_manifest` or `rows_of_files` says what there is to do, `run_batch` does it in processes of
their own, here or on a cluster, and keeps a table. Recordings and results may lie on this machine
or in a storage that fsspec reaches. Whatever is killed, the same call goes on: finished rows have a
record and are left alone, begun ones continue from their checkpoints. What goes wrong in one row
stays in that row.
"""

from triode.batch.executor import Executor, open_executor, workers_for
from triode.batch.location import Location, Url, location
from triode.batch.manifest import COLUMNS, Row, read_manifest, rows_of_files
from triode.batch.outcome import Outcome, Status
from triode.batch.queue import WORKER_MODULE, Listener, run_batch
from triode.batch.settings import BatchSettings
from triode.batch.table import table_paths
from triode.batch.watch import Watcher

__all__ = [
    "COLUMNS",
    "WORKER_MODULE",
    "BatchSettings",
    "Executor",
    "Listener",
    "Location",
    "Outcome",
    "Row",
    "Status",
    "Url",
    "Watcher",
    "location",
    "open_executor",
    "read_manifest",
    "rows_of_files",
    "run_batch",
    "table_paths",
    "workers_for",
]
