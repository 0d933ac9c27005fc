"""Finding a C compiler and making shared libraries with it."""

import functools
import importlib.util
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from triode.errors import CompileError

__all__ = [
    "COMPILE_FLAGS",
    "Compiler",
    "build_shared_library",
    "find_compiler",
    "known_compilers",
    "shared_flags",
]

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

# Zig's first build for another system makes that system's libraries, too: a minute and a half of a
# free core, more than five of a busy one.
_TIMEOUT_SECONDS = 900
_IDENTITY_TIMEOUT_SECONDS = 60
_MOST_OUTPUT = 4000
_ZIG_ORIGIN = "the ziglang package"
# Zig otherwise takes every instruction of the machine it runs on, whatever the model's flags say;
# and the intrinsics' header otherwise asks for a C library's headers, which may not be there.
_ZIG_FLAGS = ("-mcpu=baseline", "-D__MM_MALLOC_H")


@dataclass(frozen=True)
class Compiler:
    """A C compiler.

    Attributes:
        command: What starts it.
        origin: Where it came from: TRIODE_CC, the ziglang package, or its name on the PATH.
        identity: How it names itself and its version.
        flags: What it needs to hear before anything else.
    """

    command: tuple[str, ...]
    origin: str
    identity: str
    flags: tuple[str, ...] = ()

    @property
    def version(self) -> str:
        """The first line of its identity."""
        return self.identity.partition("\n")[0]

    def run(
        self, arguments: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        """Run the compiler in `folder`, with `environment` added to the process's own.

        Raises:
            CompileError: It failed, crashed or took too long; the message shows its output.
        """
        command = [*self.command, *self.flags, *arguments]
        try:
            done = subprocess.run(  # noqa: S603 - running the compiler is the point
                command,
                cwd=folder,
                env={**os.environ, **(environment or {})},
                stdin=subprocess.DEVNULL,
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
            output = (done.stderr or done.stdout).strip()[:_MOST_OUTPUT]
            raise CompileError(
                "the C compiler crashed" if done.returncode < 0 else "the C compiler failed",
                where=shlex.join(command),
                got=f"{_ending(done.returncode)}\n{output or '(no output)'}\n",
                hint="Run `triode doctor`, or choose another compiler with TRIODE_CC.",
            )


def known_compilers() -> Iterator[Compiler]:
    """Every compiler found, best first: $TRIODE_CC, the ziglang wheel, clang, gcc."""
    chosen = _chosen_compiler()
    if chosen is not None:
        yield chosen
    zig = _zig()
    if zig is not None:
        yield zig
    for name in ("clang", "gcc", "cc"):
        path = shutil.which(name)
        identity = None if path is None else _identity((path,))
        if path is not None and identity is not None:
            yield Compiler((path,), name, identity)


def find_compiler() -> Compiler | None:
    """The compiler to use, or None when there is none.

    Raises:
        CompileError: $TRIODE_CC is set and does not work.
    """
    found = next(known_compilers(), None)
    chosen = os.environ.get("TRIODE_CC")
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
        library = f"model{target.suffix}"
        # Zig's own cache must be somewhere writable, and should not fill the user's.
        zig_folders = {
            "ZIG_LOCAL_CACHE_DIR": str(folder / "zig"),
            "ZIG_GLOBAL_CACHE_DIR": str(target.parent / "zig"),
        }
        arguments = [*COMPILE_FLAGS, *flags, *shared_flags(compiler), "model.c", "-o", library]
        compiler.run(arguments, folder, zig_folders)
        if not (folder / library).is_file():
            raise CompileError(
                "the C compiler reported success but wrote nothing",
                where=shlex.join([*compiler.command, *compiler.flags, *arguments]),
                hint="Choose another compiler with TRIODE_CC.",
            )
        (folder / library).replace(target)


def shared_flags(compiler: Compiler, system: str = sys.platform) -> tuple[str, ...]:
    """What makes a shared library for `system`, named as `sys.platform` names it.

    Zig would build a whole C library on its first run, which takes longer than everything else
    together; the little that generated code may call, such as memcpy, is in every process on Linux
    and in Zig's run-time library on Windows.
    """
    flags = ("-shared", "-fvisibility=hidden")
    if system == "linux":
        return (*flags, "-fPIC", "-nostdlib")
    if system != "win32":
        return (*flags, "-fPIC")
    if compiler.origin != _ZIG_ORIGIN:
        return flags
    return (*flags, "-nostdlib", "-Wl,--no-entry", "-rtlib=compiler-rt", "-lkernel32")


def _chosen_compiler() -> Compiler | None:
    chosen = os.environ.get("TRIODE_CC")
    if not chosen:
        return None
    whole_path = Path(chosen).is_file()
    words = [chosen] if whole_path else shlex.split(chosen, posix=os.name != "nt")
    command = tuple(word.strip('"') for word in words)
    identity = _identity(command) if command else None
    return None if identity is None else Compiler(command, "TRIODE_CC", identity)


def _zig() -> Compiler | None:
    """The compiler in the ziglang wheel, named by the wheel's folder.

    Asking the compiler would take 50 ms, asking importlib.metadata 5.
    """
    package = importlib.util.find_spec("ziglang")
    if package is None or package.origin is None:
        return None
    path = Path(package.origin).with_name("zig.exe" if os.name == "nt" else "zig")
    if not path.is_file():
        return None
    wheel = next(path.parent.parent.glob("ziglang-*.dist-info"), None)
    if wheel is None:
        return None
    version = wheel.stem.removeprefix("ziglang-")
    return Compiler((str(path), "cc"), _ZIG_ORIGIN, f"zig {version}", _ZIG_FLAGS)


@functools.lru_cache
def _identity(command: tuple[str, ...]) -> str | None:
    """What `--version` prints, or None when the command does not work."""
    try:
        done = subprocess.run(  # noqa: S603 - see above
            [*command, "--version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_IDENTITY_TIMEOUT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _ending(status: int) -> str:
    """How a process ended, in words."""
    if status >= 0:
        return f"exit status {status}"
    try:
        return f"an end by {signal.Signals(-status).name}"
    except ValueError:
        return f"an end by signal {-status}"
