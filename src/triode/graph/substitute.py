"""Rewriting a graph so that it uses the deployed player's approximations."""

from collections.abc import Mapping
from dataclasses import replace

from triode.graph.graph import Graph, Node
from triode.graph.operations import Activation, Lstm

__all__ = ["substitute_activations"]


def substitute_activations(
    graph: Graph, kinds: Mapping[str, str], *, fast_lstm: bool = False
) -> Graph:
    """The same graph with activations replaced by kind, and LSTMs made `fast` if asked for.

    Args:
        graph: The graph; it is not changed.
        kinds: Activation kind to the kind that takes its place, without constants of its own.
        fast_lstm: Whether LSTM layers use the player's approximations.
    """

    def rewrite(node: Node) -> Node:
        match node.operation:
            case Activation(kind=kind) if kind in kinds:
                return replace(node, operation=Activation(kind=kinds[kind]))
            case Lstm() as lstm if fast_lstm:
                return replace(node, operation=replace(lstm, fast=True))
        return node

    return replace(graph, nodes=tuple(rewrite(node) for node in graph.nodes))
