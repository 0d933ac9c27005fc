"""Networks next to those that a `.nam` file describes, for studies; each returns a graph."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from triode.architectures import lower
from triode.errors import StudyError
from triode.graph import Add, Graph, Node
from triode.nam import DEFAULT_SAMPLE_RATE_HZ, WaveNetConfig, parse_config

__all__ = ["added_without_layer1x1"]

_LAST_OF_ACTIVATION = (
    "activation_post_film.shifted",
    "activation_post_film.scaled",
    "blended",
    "gated",
    "activation",
)


def added_without_layer1x1(config: Mapping[str, Any]) -> Graph:
    """A WaveNet whose layers without a layer 1x1 add their activation to their input.

    That is what the common trainer does; the deployed player passes the input on unchanged, and
    so does Triode for a `.nam` file, which is why this one is a graph of its own.

    Args:
        config: As in a `.nam` file.

    Raises:
        NamFileError: The config is wrong.
        StudyError: It is not one array of layers without a layer 1x1.
    """
    parsed = parse_config("WaveNet", config, DEFAULT_SAMPLE_RATE_HZ)
    if (
        not isinstance(parsed, WaveNetConfig)
        or len(parsed.layer_arrays) != 1
        or parsed.layer_arrays[0].layer1x1.active
    ):
        raise StudyError(
            "there is nothing to add",
            where="layer1x1",
            expected="one layer array with layer1x1 inactive",
        )
    nodes: list[Node] = []
    graph = lower(parsed)
    widths, layer_input = graph.widths, "array0.rechannel"
    for index in range(len(parsed.layer_arrays[0].layers)):
        prefix = f"array0.layer{index}."
        own = [node for node in graph.nodes if node.name.startswith(prefix)]
        for node in own:
            inputs = tuple(
                layer_input if name == "array0.rechannel" else name for name in node.inputs
            )
            nodes.append(replace(node, inputs=inputs))
        last = next(prefix + name for name in _LAST_OF_ACTIVATION if prefix + name in widths)
        nodes.append(Node(f"{prefix}residual", Add(), (layer_input, last)))
        layer_input = f"{prefix}residual"
    placed = {node.name for node in nodes}
    first = [node for node in graph.nodes if node.name in {"input", "array0.rechannel"}]
    rest = [node for node in graph.nodes if node.name not in placed and node not in first]
    return replace(graph, nodes=(*first, *nodes, *rest))
