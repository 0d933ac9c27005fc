"""Running other programs with a time limit."""

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Ended", "run_program"]

_LAST_WORDS = 500


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a program ended.

    Attributes:
        code: Its exit code; None when it was stopped for taking too long.
        out: What it printed.
        said: The last of what it said, in the error stream if anything is there.
    """

    code: int | None
    out: str
    said: str


def run_program(words: Sequence[str], timeout_seconds: float) -> Ended:
    """Run a program to its end, or for `timeout_seconds`.

    Raises:
        OSError: It cannot be started.
    """
    try:
        done = subprocess.run(  # noqa: S603 - running what the user named is the point
            list(words),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=timeout_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Ended(code=None, out="", said=f"it took more than {timeout_seconds:g} s")
    said = (done.stderr.strip() or done.stdout.strip())[-_LAST_WORDS:]
    return Ended(code=done.returncode, out=done.stdout, said=said or f"exit code {done.returncode}")
