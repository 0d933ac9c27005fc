"""What a study file says about its candidates: bases, single ones, grids and searches."""

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from triode.study.names import Name
from triode.training.table import Table

__all__ = ["CandidateEntry", "Grid", "NetworkEntry", "Range", "Search"]

Epochs = tuple[Annotated[int, Field(ge=1)], ...]
Settings = Mapping[str, Any]


class NetworkEntry(Table):
    """Where a network comes from: exactly one of `base`, `recipe`, `architecture` and `graph`.

    Attributes:
        base: One of the study's `bases`.
        recipe: A recipe, whose networks are taken.
        size: Which size of the recipe; without it all, which is a container.
        architecture: WaveNet, LSTM, ConvNet or Linear, with `config`.
        config: The `config` object of a `.nam` file. A `condition_dsp` needs no weights.
        graph: "module:function" that returns a `triode.graph.Graph`.
        arguments: What that function is called with.
        set: Values to change, by dotted path in `config` (`*` is every item of a list); paths
            that begin with `optimizer`, `loss` or `windows` change the training recipe, and
            `arguments.` those of `graph`. `widths` is that of a recipe's size: "random" trains
            the widths that `slimmable` allows.
    """

    base: Name | None = None
    recipe: str | None = None
    size: str | None = None
    architecture: str | None = None
    config: Mapping[str, Any] | None = None
    graph: str | None = None
    arguments: Mapping[str, Any] = Field(default_factory=dict)
    set: Settings = Field(default_factory=dict)

    @model_validator(mode="after")
    def _has_one_origin(self) -> Self:
        origins = ("base", "recipe", "architecture", "graph")
        given = [name for name in origins if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"exactly one of {', '.join(origins)}, not {given or 'none'}")
        if (self.architecture is None) != (self.config is None):
            raise ValueError("architecture and config together, or neither")
        if self.size is not None and self.recipe is None:
            raise ValueError("size together with recipe")
        return self


class CandidateEntry(NetworkEntry):
    """One candidate.

    Attributes:
        name: What it is called.
        gear: The gear it is trained on; all without it.
        epochs: Instead of the study's; several give a trial each.
    """

    name: Name
    gear: tuple[Name, ...] | None = None
    epochs: Epochs | None = None


class Grid(NetworkEntry):
    """Candidates for every combination of what its axes offer.

    Attributes:
        name: Their names, with the axes in braces: "{activation}-{width}".
        axes: For each axis what its labels set: `width.8 = { "layers.*.channels" = 8 }`.
        gear: As for one candidate.
        epochs: As for one candidate.
    """

    name: str
    axes: Annotated[Mapping[Name, Mapping[Name, Settings]], Field(min_length=1)]
    gear: tuple[Name, ...] | None = None
    epochs: Epochs | None = None


class Range(Table):
    """One thing that a search varies: whole numbers, numbers, or choices.

    Attributes:
        name: What it is called in results.
        paths: Where the value goes; all of them get the same.
        choices: What to choose from.
        low: The least number.
        high: The greatest.
        step: Only multiples of this above `low`; whole numbers have a step of 1.
        log: Whether ratios matter rather than differences.
    """

    name: Name
    paths: Annotated[tuple[str, ...], Field(min_length=1)]
    choices: Annotated[tuple[Any, ...], Field(min_length=1)] | None = None
    low: int | float | None = None
    high: int | float | None = None
    step: int | float | None = None
    log: bool = False

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        ends = (self.low is None) + (self.high is None)
        if (self.choices is None) == (ends == 2) or ends == 1:
            raise ValueError(f"range {self.name} with choices, or with low and high")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"range {self.name} with low not above high")
        if self.log and (self.step is not None or not self.low or self.low <= 0):
            raise ValueError(f"range {self.name} with log has low above 0 and no step")
        return self


class Search(NetworkEntry):
    """Candidates that Optuna proposes, for the lowest error and the lowest measured cost.

    Attributes:
        name: The candidates are called after it: `name-0001` and so on.
        candidates: How many.
        ranges: What varies.
        gear: The gear they are judged on.
        epochs: Instead of the study's.
        seed: Of the sampler.
        prune: Whether to end trials that fall among the worst quarter of their gear.
        unpruned_epochs: Epochs that every trial gets.
    """

    name: Name
    candidates: Annotated[int, Field(ge=1)]
    ranges: Annotated[tuple[Range, ...], Field(min_length=1)]
    gear: tuple[Name, ...] | None = None
    epochs: Annotated[int, Field(ge=1)] | None = None
    seed: Annotated[int, Field(ge=0)] = 0
    prune: bool = True
    unpruned_epochs: Annotated[int, Field(ge=1)] = 5
