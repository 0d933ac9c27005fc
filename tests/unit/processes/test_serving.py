"""A process that serves tasks goes when whoever asked is gone, whenever that happens."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

MODULE = """
import sys, time
from pathlib import Path
from triode.processes import serve

def do(task, tell, orders, notices):
    tell({"event": "began"})
    time.sleep(task["seconds"])
    Path(task["path"]).write_text(orders.given)
    return {}

if __name__ == "__main__":
    time.sleep(0.5)
    serve(do)
"""


@pytest.fixture
def command(tmp_path: Path) -> list[str]:
    path = tmp_path / "sleeper.py"
    path.write_text(MODULE, encoding="utf-8")
    return [sys.executable, str(path)]


def task(path: Path, seconds: float) -> str:
    return json.dumps({"path": str(path), "seconds": seconds}) + "\n"


def test_a_task_whose_asker_is_gone_is_not_done(command: list[str], tmp_path: Path) -> None:
    """Its input ends right behind the task, before the task is begun."""
    lines = task(tmp_path / "done", 2.0)
    done = subprocess.run(command, input=lines, text=True, check=False, stdout=subprocess.PIPE)
    assert done.returncode == 1
    assert not (tmp_path / "done").exists()


def test_an_end_of_the_input_ends_a_task_at_work(command: list[str], tmp_path: Path) -> None:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as process:  # type: ignore[call-overload]
        process.stdin.write(task(tmp_path / "done", 20.0))
        process.stdin.flush()
        assert "began" in process.stdout.readline()
        process.stdin.close()
        assert process.wait(timeout=10) == 1
    assert not (tmp_path / "done").exists()


def test_tasks_come_one_after_the_other_each_with_its_own_orders(
    command: list[str], tmp_path: Path
) -> None:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as process:  # type: ignore[call-overload]
        for name, order in (("first", "prune"), ("second", "")):
            process.stdin.write(task(tmp_path / name, 0.5))
            process.stdin.flush()
            assert "began" in process.stdout.readline()
            if order:
                process.stdin.write(order + "\n")
                process.stdin.flush()
            assert "end" in process.stdout.readline()
        process.stdin.close()
        assert process.wait(timeout=10) == 0
    assert [(tmp_path / name).read_text() for name in ("first", "second")] == ["prune", ""]
