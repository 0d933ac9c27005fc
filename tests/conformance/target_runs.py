"""Building a model for a target and running its own check: what a builder does first."""

import os
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from triode.compiler.targets import BuildFacts, Target, build_target, target_compiler
from triode.nam.model import Model

__all__ = ["Checked", "checked", "compiled_with", "skip_without"]

_TIMEOUT_SECONDS = 300


@dataclass(frozen=True)
class Checked:
    """A built folder, what the build said, and what its harness printed."""

    folder: Path
    facts: BuildFacts
    output: str

    @property
    def passed(self) -> bool:
        """Whether the harness was content."""
        return self.output.rstrip().endswith("PASS")

    def number(self, name: str) -> float:
        """The number that the harness printed after `name`."""
        found = re.search(rf"^{name} (\S+)$", self.output, re.MULTILINE)
        assert found is not None, self.output
        return float(found[1])


def skip_without(target: Target) -> None:
    """Skip the test when this machine cannot compile or run for `target`."""
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    if target_compiler(target) is None:
        wanted = " or ".join(first for first, *_ in target.compilers) or "a C compiler"
        pytest.skip(f"{wanted} is not installed")
    runner = target.run[0] if target.run else None
    if target.board is not None:
        runner = "qemu-system-arm"
    if runner is not None and shutil.which(runner) is None:
        pytest.skip(f"{runner} is not installed")


def checked(
    model: Model, target: Target, folder: Path, *arguments: str, size: str | None = None
) -> Checked:
    """Build `model` into `folder` and run `make check` there with `arguments`."""
    facts = build_target(model, target, folder, name="amp", size=size)
    return Checked(folder, facts, compiled_with(folder, target, *arguments))


def compiled_with(folder: Path, target: Target, *arguments: str) -> str:
    """What `make check` prints in a built folder; it fails or passes in its last line."""
    compiler = target_compiler(target)
    assert compiler is not None
    for made in ("harness", "harness.elf"):
        (folder / made).unlink(missing_ok=True)
    done = subprocess.run(
        [
            "make",
            "-s",
            "check",
            f"CC={shlex.join([*compiler.command, *compiler.flags])}",
            *arguments,
        ],
        cwd=folder,
        env={**os.environ, "ZIG_LOCAL_CACHE_DIR": str(folder / ".zig")},
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_SECONDS,
        check=False,
    )
    return done.stdout if "FAIL" in done.stdout or not done.returncode else done.stderr
