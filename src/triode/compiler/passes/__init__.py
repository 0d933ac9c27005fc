"""Rewrites of a graph before code is made of it: one pass per file, each tested as graph text."""

from triode.compiler.passes.compose_convolutions import compose_convolutions
from triode.compiler.passes.fold_batchnorm import fold_batchnorm
from triode.compiler.passes.fold_constant_films import fold_constant_films
from triode.compiler.passes.fold_diagonal import fold_diagonal
from triode.compiler.passes.fold_scale import fold_scale
from triode.compiler.passes.remove_dead import remove_dead
from triode.compiler.passes.rewrite import Rewrite, identity
from triode.compiler.passes.split_fir import split_fir
from triode.graph import Graph, Parameters

__all__ = [
    "Rewrite",
    "compose_convolutions",
    "fold_batchnorm",
    "fold_constant_films",
    "fold_diagonal",
    "fold_scale",
    "optimise",
    "remove_dead",
    "specialise",
    "split_fir",
]


def specialise(graph: Graph, parameters: Parameters) -> Rewrite:
    """What can be left out for one capture, by its values; `optimise` looks at shapes only.

    Compile the result's graph and pack `apply(parameters)`: captures without anything to leave out,
    which are almost all, keep sharing the artifact of their architecture.
    """
    return fold_constant_films(graph, parameters).then(remove_dead)


def optimise(graph: Graph) -> Rewrite:
    """All passes in the order in which they help each other."""
    rewrite = identity(graph)
    passes = (
        remove_dead,  # what reads a value in vain would keep it from being folded
        fold_batchnorm,
        fold_scale,
        fold_diagonal,
        compose_convolutions,
        split_fir,
        remove_dead,
    )
    for pass_ in passes:
        rewrite = rewrite.then(pass_)
    return rewrite
