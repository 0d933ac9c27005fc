"""Finding what compiles for a target, and what to tell it."""

import importlib.util
import shlex
import shutil
from collections.abc import Sequence
from pathlib import Path

from triode.compiler.targets.target import Target
from triode.compiler.toolchain import Compiler, find_compiler
from triode.errors import CompileError

__all__ = ["COMMON_FLAGS", "command_text", "require_target_compiler", "target_compiler"]

COMMON_FLAGS = ("-O3", "-ffp-contract=off", "-fno-math-errno", "-Wall", "-Wextra", "-Werror")
"""Together with a target's own flags and -std; warnings are errors only in what is tested here."""


def target_compiler(target: Target) -> Compiler | None:
    """The first of the target's compilers that this machine has."""
    if not target.compilers:
        return find_compiler()
    for first, *rest in target.compilers:
        start = _located(first)
        if start is not None:
            return Compiler((*start, *rest), first, first)
    return None


def require_target_compiler(target: Target) -> Compiler:
    """As `target_compiler`.

    Raises:
        CompileError: There is none.
    """
    compiler = target_compiler(target)
    if compiler is None:
        raise CompileError(
            f"no compiler for {target.name} was found",
            expected=" or ".join(first for first, *_ in target.compilers) or "a C compiler",
            hint="Install zig with: pip install 'triode[toolchain]'"
            if any(first == "zig" for first, *_ in target.compilers)
            else "On Debian: apt-get install " + " ".join(target.packages),
        )
    return compiler


def command_text(target: Target) -> str:
    """The compiler of a target as a person types it."""
    command = target.compilers[0] if target.compilers else ("cc",)
    words: Sequence[str] = command
    if words[0] == "zig":
        words = ("python3", "-m", "ziglang", *words[1:])
    return shlex.join(words)


def _located(name: str) -> tuple[str, ...] | None:
    if name == "zig":
        package = importlib.util.find_spec("ziglang")
        if package is not None and package.origin is not None:
            for file in ("zig", "zig.exe"):
                path = Path(package.origin).with_name(file)
                if path.is_file():
                    return (str(path),)
    path_found = shutil.which(name)
    return None if path_found is None else (path_found,)
