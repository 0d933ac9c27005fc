"""Worker processes that are told and tell by JSON lines, and a lock that ends with a process.

A `Worker` runs `python -m` on a module that calls `serve`; whoever started it hears its events from
a queue and may give it orders. A worker ends when whoever started it does, however that happens.
"""

from triode.processes.holder import holder_name, is_dead, process_text
from triode.processes.lock import folder_lock
from triode.processes.serving import Do, Orders, Tell, noted_warnings, serve
from triode.processes.worker import Worker

__all__ = [
    "Do",
    "Orders",
    "Tell",
    "Worker",
    "folder_lock",
    "holder_name",
    "is_dead",
    "noted_warnings",
    "process_text",
    "serve",
]
