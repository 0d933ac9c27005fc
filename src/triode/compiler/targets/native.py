"""One model for all computers: a file per instruction set, and one that chooses when it runs.

No file needs flags of its own: each says itself what its functions may use, so the files can be
added to any build system as they are, also one that builds for several processors at once.
"""

from triode.compiler.emit import Module
from triode.compiler.targets.source import model_source
from triode.compiler.targets.target import Target

__all__ = ["native_source"]

# gcc learns an instruction set from a pragma. Clang takes it as an attribute of functions, and the
# macros by which the code chooses its intrinsics have to be defined beside it.
_FILE = """\
#if {guard}
{enable}
{source}
const struct {name}_code {function};
const struct {name}_code {function} = {{
    {function}_reset,
    {function}_process,
    {function}_nonfinite,
}};
{disable}#else
typedef int nothing_for_this_processor;
#endif
"""

_ENABLE = """\
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("{features}"))), apply_to = function)
{macros}
#else
#pragma GCC target("{features}")
#endif
"""

_DISABLE = """\
#if defined(__clang__)
#pragma clang attribute pop
#endif
"""

_X86 = "defined(__x86_64__)"
_GUARDS = {"avx512": _X86, "avx2": _X86, "sse2": _X86, "neon": "defined(__aarch64__)"}
_FEATURES = {
    "avx512": ("avx512f", "avx512vl", "avx512dq", "avx2", "fma"),
    "avx2": ("avx2", "fma"),
}


def native_source(module: Module, target: Target, name: str, isa: str) -> str:
    """The C file of one instruction set; on another processor it compiles to nothing."""
    function = f"{name}_{isa}"
    features = _FEATURES.get(isa, ())
    enable = _ENABLE.format(
        features=",".join(features),
        macros="\n".join(
            f"#ifndef __{feature.upper()}__\n#define __{feature.upper()}__ 1\n#endif"
            for feature in features
        ),
    )
    source = model_source(module, target, name, f"{function}_weights.h", function=function)
    return _FILE.format(
        guard=_GUARDS[isa],
        enable=enable if features else "",
        source=source.replace(f'#include "{name}.h"', f'#include "{name}_code.h"'),
        name=name,
        function=function,
        disable=_DISABLE if features else "",
    )
