"""Finding a C compiler and making shared libraries with it."""

import functools
import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from triode.errors import CompileError

__all__ = ["COMPILE_FLAGS", "Compiler", "build_shared_library", "find_compiler", "known_compilers"]

COMPILE_FLAGS = (
    "-std=gnu11",
    "-O3",
    "-ffp-contract=off",
    "-fno-math-errno",
    "-fno-strict-overflow",
    "-Wall",
    "-Wextra",
    "-Werror",
)
"""No -ffast-math: the generated code says itself what is fused, so that bits can be trusted."""

_TIMEOUT_SECONDS = 300


@dataclass(frozen=True)
class Compiler:
    """A C compiler: the command that starts it, where it came from, and how it names itself."""

    command: tuple[str, ...]
    origin: str
    identity: str

    def run(self, arguments: Sequence[str], folder: Path) -> None:
        """Run the compiler in `folder`.

        Raises:
            CompileError: It failed, crashed or took too long; the message shows its output.
        """
        command = [*self.command, *arguments]
        try:
            done = subprocess.run(  # noqa: S603 - running the compiler is the point
                command,
                cwd=folder,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_TIMEOUT_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise CompileError(
                "the C compiler could not be run",
                where=shlex.join(command),
                got=error,
                hint="Run `triode doctor` to see which compilers work.",
            ) from error
        if done.returncode:
            raise CompileError(
                "the C compiler failed",
                where=shlex.join(command),
                got=f"exit status {done.returncode}\n{(done.stderr or done.stdout).strip()}\n",
                hint="Run `triode doctor`, or choose another compiler with TRIODE_CC.",
            )


def known_compilers() -> Iterator[Compiler]:
    """Every compiler found, best first: $TRIODE_CC, the ziglang wheel, clang, gcc."""
    for origin, command in _candidates():
        identity = _identity(command)
        if identity is not None:
            yield Compiler(command, origin, identity)


def find_compiler() -> Compiler | None:
    """The compiler to use, or None when there is none.

    Raises:
        CompileError: $TRIODE_CC is set and does not work.
    """
    chosen = os.environ.get("TRIODE_CC")
    found = next(known_compilers(), None)
    if chosen and (found is None or found.origin != "TRIODE_CC"):
        raise CompileError(
            "TRIODE_CC does not name a working C compiler",
            expected="a command such as clang or 'zig cc'",
            got=chosen,
            hint="Correct it, or unset it to let Triode choose.",
        )
    return found


def build_shared_library(
    compiler: Compiler, source: str, flags: Sequence[str], target: Path
) -> None:
    """Compile `source` to the shared library `target`; the folder of `target` exists.

    Raises:
        CompileError: The compiler failed; nothing is left behind.
    """
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".build-") as name:
        folder = Path(name)
        (folder / "model.c").write_text(source, encoding="utf-8")
        shared = ["-shared", "-fvisibility=hidden"]
        if os.name != "nt":
            shared.append("-fPIC")
        library = f"model{target.suffix}"
        compiler.run([*COMPILE_FLAGS, *flags, *shared, "model.c", "-o", library], folder)
        (folder / library).replace(target)


def _candidates() -> Iterator[tuple[str, tuple[str, ...]]]:
    chosen = os.environ.get("TRIODE_CC")
    if chosen:
        yield "TRIODE_CC", tuple(shlex.split(chosen, posix=os.name != "nt"))
    if importlib.util.find_spec("ziglang") is not None:
        yield "the ziglang package", (sys.executable, "-m", "ziglang", "cc")
    for name in ("clang", "gcc", "cc"):
        path = shutil.which(name)
        if path is not None:
            yield name, (path,)


@functools.lru_cache
def _identity(command: tuple[str, ...]) -> str | None:
    """The first lines of `--version`, or None when the command does not work."""
    try:
        done = subprocess.run(  # noqa: S603 - see above
            [*command, "--version"],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=60,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
