"""The WebAssembly module and the JavaScript around it."""

from pathlib import Path

from triode.compiler.targets.compilers import COMMON_FLAGS, require_target_compiler
from triode.compiler.targets.fill import filled
from triode.compiler.targets.target import Target

__all__ = ["LINK_FLAGS", "build_wasm"]

LINK_FLAGS = ("-nostdlib", "-Wl,--no-entry", "-Wl,--strip-all")


def build_wasm(folder: Path, target: Target, name: str, values: dict[str, object]) -> None:
    """Compile the model in `folder`, and write what JavaScript needs to play it.

    Raises:
        CompileError: Nothing here compiles WebAssembly, or it failed.
    """
    compiler = require_target_compiler(target)
    (folder / "wasm.c").write_bytes(filled("wasm.c", values).encode("utf-8"))
    compiler.run(
        [
            f"-std={target.standard}",
            *COMMON_FLAGS,
            *target.flags,
            *LINK_FLAGS,
            f"{name}.c",
            "wasm.c",
            "-o",
            f"{name}.wasm",
        ],
        folder,
    )
    for template, file in (
        ("model.mjs", f"{name}.mjs"),
        ("processor.mjs", f"{name}-processor.mjs"),
        ("check.mjs", "check.mjs"),
    ):
        (folder / file).write_bytes(filled(template, values).encode("utf-8"))
