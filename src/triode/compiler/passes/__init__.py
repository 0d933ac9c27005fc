"""Rewrites of a graph before code is made of it: one pass per file, each tested as graph text."""

from triode.compiler.passes.compose_convolutions import compose_convolutions
from triode.compiler.passes.fold_batchnorm import fold_batchnorm
from triode.compiler.passes.fold_scale import fold_scale
from triode.compiler.passes.remove_dead import remove_dead
from triode.compiler.passes.rewrite import Rewrite, identity
from triode.compiler.passes.split_fir import split_fir
from triode.graph import Graph

__all__ = [
    "Rewrite",
    "compose_convolutions",
    "fold_batchnorm",
    "fold_scale",
    "optimise",
    "remove_dead",
    "split_fir",
]


def optimise(graph: Graph) -> Rewrite:
    """All passes in the order in which they help each other."""
    rewrite = identity(graph)
    for pass_ in (fold_batchnorm, fold_scale, compose_convolutions, split_fir, remove_dead):
        rewrite = rewrite.then(pass_)
    return rewrite
