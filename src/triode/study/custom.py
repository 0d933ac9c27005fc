"""Networks that no `.nam` architecture describes: a function that returns a graph.

They train, are played and are measured like any other. Their file says by its architecture that
no player knows it, so that a player refuses it instead of playing something else.
"""

import importlib
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from triode.errors import StudyError
from triode.files import refuse_overwrite, write_text_atomically
from triode.graph import Activation, Graph, Parameters, Scale, parse_graph, print_graph
from triode.training.initialise import drawn_parameters

__all__ = [
    "CUSTOM_ARCHITECTURE",
    "GraphSource",
    "first_parameters",
    "read_custom",
    "write_custom",
]

CUSTOM_ARCHITECTURE = "TriodeGraph (no player knows it)"

_PRELU_SLOPE = 0.25


@dataclass(frozen=True, kw_only=True)
class GraphSource:
    """Where a graph comes from.

    Attributes:
        function: "module:function"; the module is looked for beside the study file first.
        arguments: What the function is called with, by name.
    """

    function: str
    arguments: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def load(self, folder: Path) -> Graph:
        """Call the function.

        Raises:
            StudyError: There is no such function, it fails, or what it returns is no mono graph.
        """
        module, colon, name = self.function.partition(":")
        if not (module and colon and name):
            raise StudyError(
                "a graph's function is not named as one",
                expected="module:function",
                got=self.function,
            )
        sys.path.insert(0, str(folder))
        try:
            graph: object = getattr(importlib.import_module(module), name)(**self.arguments)
        # The code is somebody's own and may raise whatever it likes.
        except Exception as error:
            raise StudyError(
                "the function that makes the graph cannot be called",
                where=self.function,
                got=f"{type(error).__name__}: {error}",
            ) from error
        finally:
            sys.path.remove(str(folder))
        if isinstance(graph, Graph) and graph.input_channels == graph.output_channels == 1:
            return graph
        raise StudyError(
            "the function does not return what can be trained",
            where=self.function,
            expected="a triode.graph.Graph of one input and one output channel",
            got=f"{graph.input_channels} in and {graph.output_channels} out"
            if isinstance(graph, Graph)
            else type(graph).__name__,
        )

    def to_json(self) -> dict[str, Any]:
        """As what `json.dumps` takes."""
        return {"function": self.function, "arguments": dict(self.arguments)}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """The other way; TypeError for what is none."""
        return cls(**document)


def first_parameters(
    graph: Graph, generator: np.random.Generator
) -> dict[str, npt.NDArray[np.float32]]:
    """Random parameters to begin with; a scale is 1, and a slope of PReLU 0.25."""
    decided: dict[str, npt.NDArray[np.floating]] = {}
    for node in graph.nodes:
        match node.operation:
            case Scale():
                decided[f"{node.name}.value"] = np.ones(1, np.float32)
            case Activation(kind="PReLU", slope_count=count):
                decided[f"{node.name}.slopes"] = np.full(count, _PRELU_SLOPE, np.float32)
    return drawn_parameters(graph, generator, decided)


def write_custom(
    path: Path,
    graph: Graph,
    parameters: Parameters,
    *,
    rate_hz: float,
    metadata: Mapping[str, Any],
    force: bool = False,
) -> None:
    """Write a graph and its parameters as a `.nam` document that players refuse.

    Raises:
        OutputError: It is there already, or cannot be written.
    """
    refuse_overwrite(path, force=force)
    flat = np.concatenate([np.ravel(parameters[one.name]) for one in graph.parameters])
    document = {
        "version": "0.7.0",
        "architecture": CUSTOM_ARCHITECTURE,
        "config": {"graph": print_graph(graph)},
        "weights": [float(value) for value in flat.astype(np.float32)],
        "sample_rate": rate_hz,
        "metadata": dict(metadata),
    }
    write_text_atomically(path, json.dumps(document) + "\n")


def read_custom(path: Path) -> tuple[Graph, dict[str, npt.NDArray[np.float32]], float]:
    """The graph, its parameters and its rate in Hz, from what `write_custom` wrote.

    Raises:
        StudyError: The file is not one.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["architecture"] != CUSTOM_ARCHITECTURE:
            raise ValueError(document["architecture"])  # noqa: TRY301 - told below as one thing
        graph = parse_graph(document["config"]["graph"])
        flat = np.array(document["weights"], np.float32)
        sizes = [one.size for one in graph.parameters]
        parts = np.split(flat, np.cumsum(sizes)[:-1])
        values = {
            one.name: part.reshape(one.shape)
            for one, part in zip(graph.parameters, parts, strict=True)
        }
        return graph, values, float(document["sample_rate"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StudyError(
            "the file holds no graph of a study",
            where=path,
            expected=f"the architecture {CUSTOM_ARCHITECTURE!r}",
            got=error,
        ) from error
