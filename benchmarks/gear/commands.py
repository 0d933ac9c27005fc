"""Runs a program, and says what it said when it fails."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from triode.errors import StudyError

__all__ = ["run_program"]


def run_program(
    words: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None
) -> None:
    """Run in `folder` and wait.

    Raises:
        StudyError: The program is not installed or failed.
    """
    if shutil.which(words[0]) is None:
        raise StudyError(
            f"{words[0]} is not installed",
            hint="On Debian and Ubuntu: tools/debian-packages",
        )
    done = subprocess.run(
        words,
        cwd=folder,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode:
        raise StudyError(
            "a program failed",
            where=" ".join(words),
            expected="exit code 0",
            got=f"{done.returncode}: {(done.stderr or done.stdout).strip()[-600:]}",
        )
