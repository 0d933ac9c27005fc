"""A worker that has ended is told nothing any more, and whoever tells it need not know."""

import queue
from pathlib import Path
from typing import Any

from triode.processes import Worker

MODULE = "triode.studio.worker"
"""One that starts quickly."""


def ended(task: dict[str, Any]) -> tuple[Worker, dict[str, Any]]:
    """A worker, and what it said at its end."""
    events: queue.Queue[tuple[Worker, dict[str, Any]]] = queue.Queue()
    worker = Worker(MODULE, task, events)
    said, event = events.get(timeout=60)
    assert said is worker
    return worker, event


def test_an_order_that_comes_too_late_is_no_error(tmp_path: Path) -> None:
    worker, end = ended({"kind": "examine", "path": str(tmp_path / "nothing")})
    worker.stop()
    worker.kill()
    # Nobody meant that to happen, so it is said as the last words of a worker that died.
    assert end["event"] == "end"
    assert "FileNotFoundError" in end["lost"]


def test_an_error_on_purpose_is_an_end_like_any_other(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"fLaC")
    _, end = ended({"kind": "examine", "path": str(path)})
    assert "cannot be" in end["error"]["problem"] or "not an audio file" in end["error"]["problem"]
