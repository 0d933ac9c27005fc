"""The model's C files: constants, the emitted code made private, and the public functions."""

import re

import numpy as np
import numpy.typing as npt

from triode.compiler.emit import Module
from triode.compiler.targets.target import Target
from triode.errors import CompileError

__all__ = ["array_text", "identifier", "model_source", "state_bytes", "weights_source"]

_ALIGNMENT_BYTES = 64
_NUMBERS_PER_LINE = 8

_ISO_C = """\
/* Other compilers than gcc and Clang read the few GNU spellings below as C11. */
#if !defined(__GNUC__)
#include <string.h>
#undef __attribute__
#define __attribute__(list)
#define __builtin_fabsf(x) ((x) < 0.0f ? -(x) : (x))
#define __builtin_memcpy memcpy
#define __typeof__(expression) unsigned
#endif
"""

_SECTIONS = """\
/*
 * Where the linker puts things: define these when compiling, for example
 * -D'{upper}_WEIGHTS_SECTION=__attribute__((section(".qspi")))'. The state is the caller's own.
 */
#ifndef {upper}_WEIGHTS_SECTION
#define {upper}_WEIGHTS_SECTION /* constants, read once per frame: DTCM or flash */
#endif
#ifndef {upper}_CODE_SECTION
#define {upper}_CODE_SECTION /* the inner loops: ITCM or flash */
#endif
"""

_PUBLIC = """\
struct {name}_state {{ triode_state model; }};
_Static_assert(sizeof({name}_state) <= {upper}_STATE_BYTES, "the header is of another build");
_Static_assert(sizeof packed_weights == WEIGHT_FLOATS * sizeof(float), "weights of another build");

{linkage}void {function}_reset({name}_state *state)
{{
    triode_reset(&state->model, packed_weights);
}}

{linkage}void {function}_process(
    {name}_state *state, const float *in, float *out, size_t frames)
{{
    triode_process(&state->model, packed_weights, in, out, frames);
}}

{linkage}uint64_t {function}_nonfinite(const {name}_state *state)
{{
    return triode_nonfinite(&state->model);
}}
"""


def identifier(text: str) -> str:
    """A C identifier, lower case, made of a file's name."""
    name = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_") or "amp"
    return f"amp_{name}" if name[0].isdigit() else name


def state_bytes(module: Module) -> int:
    """The size of the state that `module` declares: counters, ring positions, memory."""
    counters = 8 + 4 * (len(module.memory.rings) + 1)
    head = -(-counters // _ALIGNMENT_BYTES) * _ALIGNMENT_BYTES
    floats = 4 * module.memory.state_floats
    return head + -(-floats // _ALIGNMENT_BYTES) * _ALIGNMENT_BYTES


def array_text(declaration: str, values: npt.NDArray[np.float32]) -> str:
    """A constant float array in C, every number exact."""
    texts = [f"{float(value).hex()}f" if value else "0.0f" for value in values.ravel()]
    lines = [
        f"    {', '.join(texts[start : start + _NUMBERS_PER_LINE])},"
        for start in range(0, len(texts), _NUMBERS_PER_LINE)
    ]
    return "\n".join([f"{declaration} = {{", *lines, "};", ""])


def model_source(
    module: Module, target: Target, name: str, weights_header: str, *, function: str | None = None
) -> str:
    """The C file of one instruction set: everything but the header and the weights.

    Args:
        module: The emitted code.
        target: Decides the dialect, and whether things can be placed in sections.
        name: Prefix of the public names.
        weights_header: The file that holds `packed_weights`.
        function: Where given, the public functions are private to the file and called so.
    """
    upper = name.upper()
    code = f" {upper}_CODE_SECTION" if target.sections else ""
    title, body = _split(_private(module.source, code))
    public = _PUBLIC.format(
        name=name,
        upper=upper,
        function=function or name,
        linkage="static " if function else "",
    )
    return "\n".join(
        [
            title,
            *([_ISO_C] if target.standard == "c11" else []),
            *([_SECTIONS.format(upper=upper)] if target.sections else []),
            f'#include "{name}.h"',
            f'#include "{weights_header}"',
            "",
            body,
            public,
        ]
    )


def weights_source(name: str, weights: npt.NDArray[np.float32], target: Target) -> str:
    """The file that holds `packed_weights`."""
    section = f"{name.upper()}_WEIGHTS_SECTION " if target.sections else ""
    return (
        "/*\n * The weights in the order in which the code reads them, then the values at rest.\n"
        " * They come from the .nam file, whose author's terms apply to them.\n */\n"
        + array_text(
            f"static {section}const float packed_weights[{len(weights)}]\n"
            "    __attribute__((aligned(64)))",
            weights,
        )
    )


def _private(source: str, code_section: str) -> str:
    """`source` with its C interface private to the file, and in the section for code."""
    start, end = (
        source.find("#if defined(_WIN32)\n#define EXPORT"),
        source.find("enum {\n    CHUNK"),
    )
    old = "#define NOINLINE __attribute__((noinline))\n"
    if start < 0 or end < start or source.count(old) != 1:
        raise CompileError(
            "the emitted code is not laid out as its targets expect",
            expected="one definition of EXPORT before CHUNK, and one of NOINLINE",
            hint="This is a mistake in Triode; please report it.",
        )
    export = f"#define EXPORT static __attribute__((unused)){code_section}\n\n"
    private = source[:start] + export + source[end:]
    return private.replace(old, f"#define NOINLINE __attribute__((noinline)){code_section}\n")


def _split(source: str) -> tuple[str, str]:
    """The comment at the top, and the rest."""
    end = source.index("*/\n") + len("*/\n")
    return source[:end], source[end:]
