"""Graphs played one after the other, as one graph."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from triode.errors import GraphError
from triode.graph import Graph, GraphBuilder, Parameters

__all__ = ["chain", "chain_parameters"]


def chain(graphs: Sequence[Graph]) -> Graph:
    """The graph that feeds each graph's output to the next; nodes are named `part0.x`, `part1.x`.

    Raises:
        GraphError: There is no graph, or one's output width is not the next one's input width.
    """
    if not graphs:
        raise GraphError("a chain needs at least one graph")
    builder = GraphBuilder()
    signal = builder.input(graphs[0].input_channels)
    for index, graph in enumerate(graphs):
        before = graphs[index - 1].output_channels if index else graph.input_channels
        if before != graph.input_channels:
            raise GraphError(
                "the widths of neighbours in a chain differ",
                where=f"part{index}",
                expected=f"{before} input channels",
                got=graph.input_channels,
            )
        signal = builder.inline(graph, f"part{index}", signal)
    return builder.build(signal, settle_seconds=sum(graph.settle_seconds for graph in graphs))


def chain_parameters(
    parameters: Sequence[Parameters],
) -> Mapping[str, npt.NDArray[np.floating]]:
    """The parameters of `chain(graphs)`, from each graph's own."""
    return {
        f"part{index}.{name}": value
        for index, part in enumerate(parameters)
        for name, value in part.items()
    }
