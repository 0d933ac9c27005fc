"""Worker processes that are told and tell by JSON lines, and a lock that ends with a process.

A `Worker` runs `python -m` on a module that calls `serve`; whoever started it hears its events from
a queue and may give it orders. A worker ends when whoever started it does, however that happens.
"""

from triode.processes.lock import folder_lock
from triode.processes.serving import Orders, Tell, serve
from triode.processes.worker import Worker

__all__ = ["Orders", "Tell", "Worker", "folder_lock", "serve"]
