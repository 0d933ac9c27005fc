"""Generated C built into programs of its own, beside a small main, and run on a signal."""

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from conformance.compiled import Executable
from triode.compiler import Compiler, Isa, emit_module, known_compilers
from triode.compiler.toolchain import COMPILE_FLAGS
from triode.errors import CompileError
from triode.graph import settle_samples

__all__ = ["SANITIZING", "NativeProgram", "build", "can_build", "sanitizing_compiler"]

SANITIZING = (
    "-O1",
    "-g",
    "-fsanitize=address,undefined",
    "-fno-sanitize-recover=all",
    "-fno-omit-frame-pointer",
)

_SOURCES = Path(__file__).parent / "native"


@dataclass(frozen=True)
class NativeProgram:
    """A program that plays one network; its files lie in `folder`."""

    network: Executable
    folder: Path

    def run(
        self, dry: npt.NDArray[np.float32], *arguments: str
    ) -> "subprocess.CompletedProcess[str]":
        """Play `dry`; what came out is then in `output`."""
        dry.tofile(self.folder / "input")
        settle = settle_samples(self.network.graph, self.network.rate_hz)
        return subprocess.run(
            ["./program", "weights", "input", "output", str(settle), *arguments],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def output(self) -> npt.NDArray[np.float32]:
        """The samples of the last run, (frames,) or (output_channels, frames)."""
        wet = np.fromfile(self.folder / "output", np.float32)
        channels = self.network.graph.output_channels
        return wet if channels == 1 else wet.reshape(channels, -1)


def build(
    network: Executable,
    isa: Isa,
    compiler: Compiler,
    main: str,
    folder: Path,
    *,
    flags: Sequence[str] = (),
    libraries: Sequence[str] = (),
) -> NativeProgram:
    """Build `main` (a file in native/) with the network's code.

    Raises:
        CompileError: The compiler failed.
    """
    module = emit_module(network.graph, isa)
    (folder / "model.c").write_text(module.source, encoding="utf-8")
    module.weights(network.parameters).tofile(folder / "weights")
    program = [*flags, "model.c", str(_SOURCES / main), "-o", "program", *libraries]
    compiler.run([*COMPILE_FLAGS, *isa.flags, *program], folder)
    return NativeProgram(network, folder)


def can_build(compiler: Compiler, flags: Sequence[str], folder: Path) -> bool:
    """Whether the compiler knows these flags and what they make runs here."""
    (folder / "probe.c").write_text("int main(void) { return 0; }\n", encoding="utf-8")
    try:
        compiler.run([*flags, "probe.c", "-o", "probe"], folder)
    except CompileError:
        return False
    done = subprocess.run(["./probe"], cwd=folder, capture_output=True, check=False)
    return done.returncode == 0


def sanitizing_compiler(folder: Path) -> Compiler:
    """A compiler whose sanitizers work here; gcc brings its own, Clang's are a package apart."""
    found = {compiler.origin: compiler for compiler in known_compilers()}
    for origin in ("gcc", "clang", "cc"):
        compiler = found.get(origin)
        if compiler and can_build(compiler, SANITIZING, folder):
            return compiler
    pytest.skip("no compiler here brings AddressSanitizer")
