"""A candidate: the networks that train together under one name, and how their training differs."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from triode.architectures import blank_networks, lower, size_names
from triode.graph import Graph
from triode.nam import DEFAULT_SAMPLE_RATE_HZ, Config, parse_config, to_document
from triode.study.custom import CUSTOM_ARCHITECTURE, GraphSource
from triode.study.names import size_of
from triode.study.nested import with_nested_weights
from triode.study.paths import changed
from triode.training import Recipe
from triode.training.recipe import Size

__all__ = ["Candidate", "judged_of"]


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One thing that is trained, measured and judged.

    Attributes:
        name: What it is called.
        sizes: Its networks, ascending; the last is the one that is judged. Empty when it is a
            graph of its own.
        source: The graph of its own, if it is that.
        overrides: What differs from the study's recipe, by path, such as
            `optimizer.learning_rate`.
        gear: The gear it is trained on; None for all.
        epochs: Instead of the study's.
        parameters: What a search drew, by the name of the range.
    """

    name: str
    sizes: tuple[Size, ...] = ()
    source: GraphSource | None = None
    overrides: Mapping[str, Any] = field(default_factory=dict, hash=False)
    gear: tuple[str, ...] | None = None
    epochs: tuple[int, ...] | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def graphs(self, folder: Path) -> tuple[Graph, ...]:
        """Its graphs, ascending in size.

        Args:
            folder: Where the module of a graph of its own is looked for first.

        Raises:
            StudyError: The graph's function cannot be called.
        """
        if self.source is not None:
            return (self.source.load(folder),)
        return tuple(lower(_parsed(size)) for size in self.sizes)

    def smaller(self) -> tuple["Candidate", ...]:
        """Its smaller sizes, ascending, each as a candidate of its own called CANDIDATE@SIZE.

        A container's other networks, or the widths nested in a single one that trains them. They
        are measured and judged; what trains them is the whole.
        """
        if not self.sizes:
            return ()
        if len(self.sizes) == 1 and self.sizes[0].widths == "random":
            sizes = _nested_sizes(self.sizes[0])
        else:
            sizes = {
                name: size.model_copy(update={"max_value": 1.0})
                for name, size in zip(size_names(len(self.sizes)), self.sizes, strict=True)
            }
        return tuple(
            replace(self, name=size_of(self.name, name), sizes=(size,))
            for name, size in list(sizes.items())[:-1]
        )

    def recipe(self, base: Recipe, *, epochs: int, seed: int) -> Recipe:
        """The study's recipe, made this candidate's.

        Raises:
            RecipeError: An override cannot be right.
        """
        document = base.model_dump(mode="json")
        document = changed(document, self.overrides, f"candidate {self.name}")
        sizes = self.sizes or base.sizes
        document["sizes"] = [
            {**size.model_dump(mode="json"), "config": with_nested_weights(size.config)}
            for size in sizes
        ]
        return base.changed(**{**document, "epochs": epochs, "seed": seed})

    def config(self) -> dict[str, Any]:
        """What it is, as in a `.nam` file: `architecture` and `config`."""
        if self.source is not None:
            return {"architecture": CUSTOM_ARCHITECTURE, "config": self.source.to_json()}
        plain = [
            {"architecture": size.architecture, "config": dict(size.config)} for size in self.sizes
        ]
        if len(plain) == 1:
            return plain[0]
        submodels = [
            {"max_value": size.max_value, "model": model}
            for size, model in zip(self.sizes, plain, strict=True)
        ]
        return {"architecture": "SlimmableContainer", "config": {"submodels": submodels}}

    def described(self) -> dict[str, Any]:
        """`config()`, with how its training differs and what a search drew, if there is any."""
        beside = {"training": dict(self.overrides), "search": dict(self.parameters)}
        return {**self.config(), **{key: one for key, one in beside.items() if one}}

    def to_json(self) -> dict[str, Any]:
        """As what `json.dumps` takes."""
        return {
            "name": self.name,
            "sizes": [size.model_dump(mode="json") for size in self.sizes],
            "source": None if self.source is None else self.source.to_json(),
            "overrides": dict(self.overrides),
            "gear": None if self.gear is None else list(self.gear),
            "epochs": None if self.epochs is None else list(self.epochs),
            "parameters": dict(self.parameters),
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """The other way; KeyError or TypeError for what is none."""
        source = document["source"]
        return cls(
            name=document["name"],
            sizes=tuple(Size.model_validate_json(json.dumps(one)) for one in document["sizes"]),
            source=None if source is None else GraphSource.from_json(source),
            overrides=document["overrides"],
            gear=None if document["gear"] is None else tuple(document["gear"]),
            epochs=None if document["epochs"] is None else tuple(document["epochs"]),
            parameters=document["parameters"],
        )


def judged_of(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """Each candidate and, after it, its smaller sizes."""
    return tuple(one for whole in candidates for one in (whole, *whole.smaller()))


def _parsed(size: Size) -> Config:
    config = with_nested_weights(size.config)
    return parse_config(size.architecture, config, DEFAULT_SAMPLE_RATE_HZ)


def _nested_sizes(size: Size) -> dict[str, Size]:
    """The widths nested in a network, by size name, the whole one last."""
    return {
        one.name: size.model_copy(
            update={"config": to_document(one.model)["config"], "widths": "full"}
        )
        for one in blank_networks(_parsed(size))
    }
