"""From a graph to machine code: passes, schedule, C text, and the toolchain that builds it.

`emit_module` writes C for an instruction set; `compile_graph` also builds it and keeps the result
in a private cache. What a graph computes is defined by its interpreter; code made here differs from
it by float32 rounding only, and not at all between ways of cutting a signal into blocks.
"""

from triode.compiler.artifact import Artifact, compile_graph, compile_library, require_compiler
from triode.compiler.cache import cache_folder
from triode.compiler.emit import Module, emit_module
from triode.compiler.host import host_isas
from triode.compiler.isa import ISAS, Isa
from triode.compiler.toolchain import Compiler, find_compiler, known_compilers

__all__ = [
    "ISAS",
    "Artifact",
    "Compiler",
    "Isa",
    "Module",
    "cache_folder",
    "compile_graph",
    "compile_library",
    "emit_module",
    "find_compiler",
    "host_isas",
    "known_compilers",
    "require_compiler",
]
