"""Running `triode` as a user does: the installed command in a process of its own."""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Outcome", "command", "environment", "start", "triode"]

TIME_LIMIT_SECONDS = 300


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str


def command() -> list[str]:
    """The console script where Triode is installed, its module where the sources are tested."""
    script = Path(sys.executable).with_name("triode.exe" if os.name == "nt" else "triode")
    specification = importlib.util.find_spec("triode")
    assert specification is not None
    assert specification.origin is not None
    installed = Path(specification.origin).is_relative_to(sys.prefix)
    if installed and script.exists():
        return [os.fspath(script)]
    return [sys.executable, "-m", "triode.cli.main"]


def environment(**changes: str) -> Mapping[str, str]:
    """This process's environment, the sources under test, and few threads for tiny networks."""
    return {
        **os.environ,
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "PYTHONIOENCODING": "utf-8:strict",
        **changes,
    }


def start(*arguments: str | Path, folder: Path, **changes: str) -> "subprocess.Popen[str]":
    """Start `triode` in `folder` with `changes` to its environment."""
    encoding = changes.get("PYTHONIOENCODING", "utf-8").partition(":")[0]
    return subprocess.Popen(
        [*command(), *map(os.fspath, arguments)],
        cwd=folder,
        env=environment(**changes),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding=encoding,
    )


def triode(*arguments: str | Path, folder: Path, **changes: str) -> Outcome:
    """Run `triode` in `folder` to its end."""
    process = start(*arguments, folder=folder, **changes)
    try:
        out, err = process.communicate(timeout=TIME_LIMIT_SECONDS)
    finally:
        process.kill()
    return Outcome(code=process.returncode, out=out, err=err)
