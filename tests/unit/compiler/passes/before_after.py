"""How a pass is tested: the graph as text before and after, and the same samples from both."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from triode.compiler.passes import Rewrite
from triode.graph import Graph, Parameters, interpret, parse_graph, print_graph
from unit.graph.single import random_parameters

__all__ = ["TOLERANCE", "check_rewrite", "difference", "same_samples"]

TOLERANCE = 1e-12  # float64 sums in another order
_RATE_HZ = 1000.0  # low, so that an LSTM's half second of silence is short


def check_rewrite(pass_: Callable[[Graph], Rewrite], before: str, after: str) -> Rewrite:
    """Apply `pass_` to the text `before`; the result reads `after` and sounds the same."""
    graph = parse_graph(before)
    rewrite = pass_(graph)
    assert print_graph(rewrite.graph) == print_graph(parse_graph(after))
    same_samples(graph, rewrite, random_parameters(graph, seed=1))
    return rewrite


def same_samples(graph: Graph, rewrite: Rewrite, parameters: Parameters) -> None:
    """Both graphs, each with its parameters, make the same samples of loud noise."""
    assert difference(graph, rewrite, parameters) <= TOLERANCE


def difference(graph: Graph, rewrite: Rewrite, parameters: Parameters) -> float:
    """Largest difference of the outputs, relative to the peak or to one, whichever is larger."""
    rng = np.random.default_rng(5)
    signal: npt.NDArray[np.float64] = rng.standard_normal((graph.input_channels, 300))
    wanted = interpret(graph, parameters, signal, rate_hz=_RATE_HZ)
    folded = rewrite.apply(parameters)
    got = interpret(rewrite.graph, folded, signal, rate_hz=_RATE_HZ)
    return float(np.max(np.abs(got - wanted)) / max(1.0, np.max(np.abs(wanted))))
