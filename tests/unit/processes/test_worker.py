"""A worker that has ended is told nothing any more, and whoever tells it need not know."""

import os
import queue
import signal
from pathlib import Path
from typing import Any

import pytest

from triode.batch.executor import LocalExecutor
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


def examined(path: Path) -> dict[str, Any]:
    """A task, and a file that has to be refused."""
    path.write_bytes(b"fLaC")
    return {"kind": "examine", "path": str(path)}


def test_a_worker_that_stays_does_one_task_after_the_other(tmp_path: Path) -> None:
    events: queue.Queue[tuple[Worker, dict[str, Any]]] = queue.Queue()
    worker = Worker(MODULE, examined(tmp_path / "one"), events, stays=True)
    assert "one: this is" in str(events.get(timeout=60)[1])
    # An order that comes after the end is not for the next task.
    worker.stop()
    assert worker.again(examined(tmp_path / "two"))
    assert "two: this is" in str(events.get(timeout=60)[1])
    worker.kill()
    assert not worker.again(examined(tmp_path / "three"))
    assert events.empty()


def heard(executor: LocalExecutor) -> dict[str, Any]:
    """The next event, which has to be an end."""
    found = executor.hear(60)
    assert found is not None
    assert found[1]["event"] == "end"
    return dict(found[1])


@pytest.mark.skipif(os.name == "nt", reason="signals are those of POSIX")
def test_tasks_share_a_process_until_it_dies(tmp_path: Path) -> None:
    executor = LocalExecutor(MODULE, 1)
    numbers = []
    for name in ("one", "two", "three"):
        worker = executor.start(examined(tmp_path / name))
        assert isinstance(worker, Worker)
        numbers.append(worker.process_id)
        assert "error" in heard(executor)
        if name == "two":
            os.kill(worker.process_id, signal.SIGKILL)
            worker.kill()
    assert numbers[0] == numbers[1] != numbers[2]
    executor.close()
    with pytest.raises(ProcessLookupError):
        os.kill(numbers[2], 0)
