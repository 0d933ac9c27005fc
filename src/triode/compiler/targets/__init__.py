"""What `triode build` makes: folders of C or WebAssembly that builders add to their products.

A target is a record in `table.py`; `build_target` writes the folder for one: the model with its
weights as constants, a header, test vectors, a harness that plays them, and a README with what the
model takes. Nothing in a built folder needs Triode.
"""

from triode.compiler.targets.build import build_target
from triode.compiler.targets.compilers import target_compiler
from triode.compiler.targets.facts import BuildFacts
from triode.compiler.targets.table import TARGETS, find_target
from triode.compiler.targets.target import Board, Target
from triode.compiler.targets.writer import MARKER

__all__ = [
    "MARKER",
    "TARGETS",
    "Board",
    "BuildFacts",
    "Target",
    "build_target",
    "find_target",
    "target_compiler",
]
