"""The files of a built folder."""

import json
import struct
import tempfile
from dataclasses import dataclass
from pathlib import Path

from triode import __version__
from triode.architectures import Network
from triode.compiler.emit import Module
from triode.compiler.isa import ISAS
from triode.compiler.targets.compilers import COMMON_FLAGS, target_compiler
from triode.compiler.targets.facts import BuildFacts
from triode.compiler.targets.fill import filled
from triode.compiler.targets.makefile import makefile
from triode.compiler.targets.native import native_source
from triode.compiler.targets.readme import readme
from triode.compiler.targets.rest import Rehearsal, interpreted_weights
from triode.compiler.targets.sections import loaded_bytes
from triode.compiler.targets.source import array_text, model_source, state_bytes, weights_source
from triode.compiler.targets.target import Target
from triode.compiler.targets.vectors import TestVectors, make_vectors
from triode.compiler.targets.wasm import build_wasm
from triode.compiler.toolchain import find_compiler
from triode.errors import CompileError
from triode.graph import counts

__all__ = ["MARKER", "FolderWriter"]

MARKER = "triode.json"
"""The file that every built folder contains: its facts, for machines."""


@dataclass(frozen=True)
class FolderWriter:
    """Everything that goes into the folder.

    Attributes:
        folder: Where it goes; empty.
        network: The size that is built.
        target: What it is for.
        name: Prefix of every public name.
        title: One line about the model.
        modules: The code for each of the target's instruction sets.
        warnings: What the capture's reader had to say.
    """

    folder: Path
    network: Network
    target: Target
    name: str
    title: str
    modules: dict[str, Module]
    warnings: tuple[str, ...]

    def write(self) -> BuildFacts:
        """Write all files and say what they take.

        Raises:
            CompileError: A compiler is missing or failed, or what it made plays something else.
        """
        vectors = make_vectors(self.network)
        error = self._write_code(vectors)
        self._write_vectors(vectors)
        self._write_harness()
        if self.target.wasm:
            build_wasm(self.folder, self.target, self.name, self._values(vectors))
        facts = self._facts(vectors, error)
        self._text("README.md", readme(facts, self.target))
        self._text("LICENSE", filled("LICENSE.txt", {}))
        self._text(MARKER, json.dumps(_as_json(facts), indent=2) + "\n")
        return facts

    def _text(self, file: str, text: str) -> None:
        path = self.folder / file
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text.encode("utf-8"))

    def _values(self, vectors: TestVectors | None = None) -> dict[str, object]:
        graph = self.network.graph
        return {
            "NAME": self.name,
            "NAME_UPPER": self.name.upper(),
            "TITLE": self.title,
            "TARGET": self.target.name,
            "VERSION": __version__,
            "RATE_HZ": round(self.network.model.rate_hz),
            "INPUTS": graph.input_channels,
            "OUTPUTS": graph.output_channels,
            "STATE_BYTES": max(map(state_bytes, self.modules.values())),
            "BLOCK": self.target.block,
            "TOLERANCE": 0.0 if vectors is None else f"{vectors.tolerance:.9e}",
        }

    def _write_code(self, vectors: TestVectors) -> float | None:
        """Write code and weights; return the largest error, where this machine can find out."""
        compiler = find_compiler()
        errors = []
        several = len(self.modules) > 1
        values = self._values()
        self._text(f"{self.name}.h", filled("model.h", values))
        for isa, module in self.modules.items():
            own = f"{self.name}_{isa}" if several else self.name
            if compiler is None:
                weights = interpreted_weights(self.network, module)
            else:
                rehearsal = Rehearsal(self.network, module, ISAS[isa], compiler)
                weights = rehearsal.weights
                errors.append(vectors.error(rehearsal.play(vectors.signal)))
            self._text(f"{own}_weights.h", weights_source(self.name, weights, self.target))
            if several:
                text = native_source(module, self.target, self.name, isa)
            else:
                text = model_source(module, self.target, self.name, f"{own}_weights.h")
            self._text(f"{own}.c", text)
        if several:
            self._text(f"{self.name}_code.h", filled("code.h", values))
            self._text(f"{self.name}.c", filled("choose.c", values))
        error = max(errors, default=None)
        if error is not None and error > vectors.tolerance:
            raise CompileError(
                "the compiled model does not play what its definition says",
                expected=f"an error of at most {vectors.tolerance:.3g}",
                got=f"{error:.3g}",
                hint="This is a mistake in Triode or in the compiler; try another with TRIODE_CC.",
            )
        return error

    def _write_vectors(self, vectors: TestVectors) -> None:
        self._text(
            "vectors.h",
            "/* What vectors/ holds, for the harness. */\n"
            f"enum {{ VECTOR_FRAMES = {vectors.frames} }};\n"
            f"#define VECTOR_TOLERANCE {vectors.tolerance:.9e}f\n"
            + array_text("static const float vector_input[]", vectors.signal)
            + array_text("static const float vector_expected[]", vectors.expected),
        )
        (self.folder / "vectors").mkdir()
        for file, signal in (("input", vectors.signal), ("expected", vectors.expected)):
            samples = signal.ravel()
            raw = struct.pack(f"<{samples.size}f", *samples)
            (self.folder / "vectors" / f"{file}.f32").write_bytes(raw)
        self._text(
            "vectors/vectors.txt",
            "input.f32 and expected.f32: float32, little endian, one channel after the other.\n"
            "expected.f32 is the model's definition in double precision, from silence on.\n"
            f"rate_hz {round(self.network.model.rate_hz)}\n"
            f"frames {vectors.frames}\n"
            f"input_channels {len(vectors.signal)}\n"
            f"output_channels {len(vectors.expected)}\n"
            f"tolerance {vectors.tolerance:.9e}\n",
        )

    def _write_harness(self) -> None:
        values = self._values()
        board = self.target.board
        if not self.target.wasm:
            self._text("main.c", filled("main.c", values))
        if board is not None:
            values |= {
                "BOARD": board.machine,
                "FLASH_ORIGIN": board.flash[0],
                "FLASH_LENGTH": board.flash[1],
                "RAM_ORIGIN": board.ram[0],
                "RAM_LENGTH": board.ram[1],
            }
            self._text("ticks.h", filled("ticks.h", values))
            self._text("qemu/startup.c", filled("startup.c", values))
            self._text("qemu/link.ld", filled("qemu.ld", values))
        self._text("Makefile", makefile(self.target, self.name, tuple(self.modules)))

    def _facts(self, vectors: TestVectors, error: float | None) -> BuildFacts:
        cost = counts(self.network.graph)
        weights = 4 * max(module.memory.weight_floats for module in self.modules.values())
        return BuildFacts(
            name=self.name,
            target=self.target.name,
            size=self.network.name,
            rate_hz=round(self.network.model.rate_hz),
            macs_per_sample=cost.macs,
            receptive_field_samples=cost.receptive_field,
            state_bytes=max(map(state_bytes, self.modules.values())),
            remembered_bytes=4 * cost.state_samples,
            chunk_frames=next(iter(self.modules.values())).memory.chunk,
            weight_bytes=weights,
            code_bytes=self._code_bytes(weights),
            tolerance=vectors.tolerance,
            error=error,
            warnings=self.warnings,
        )

    def _code_bytes(self, weight_bytes: int) -> int | None:
        """What the compiled object takes beside the weights, where it can be compiled here."""
        if self.target.wasm:
            return (self.folder / f"{self.name}.wasm").stat().st_size - weight_bytes
        compiler = target_compiler(self.target)
        if compiler is None or len(self.modules) > 1:
            return None
        with tempfile.TemporaryDirectory() as name:
            made = Path(name) / "model.o"
            standard = f"-std={self.target.standard}"
            flags = [standard, *COMMON_FLAGS, *self.target.flags]
            compiler.run([*flags, "-c", f"{self.name}.c", "-o", str(made)], self.folder)
            loaded = loaded_bytes(made)
        return None if loaded is None else loaded - weight_bytes


def _as_json(facts: BuildFacts) -> dict[str, object]:
    return {**vars(facts), "triode_version": __version__}
