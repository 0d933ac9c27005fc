"""From what a study file says to its candidates, each with its whole config."""

import itertools
import string
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from triode.architectures import size_names
from triode.errors import RecipeError, StudyError, TriodeError
from triode.graph import settle_samples
from triode.nam import DEFAULT_SAMPLE_RATE_HZ
from triode.study.candidate import Candidate, judged_of
from triode.study.config import Study
from triode.study.custom import GraphSource
from triode.study.names import refuse_twins, refuse_unknown
from triode.study.paths import changed
from triode.study.space import Grid, NetworkEntry
from triode.training import Recipe, load_recipe
from triode.training.recipe import Size
from triode.training.table import did_you_mean

__all__ = ["candidates_of", "check_candidate", "network_candidate", "recipe_near"]

_RECIPE_TABLES = ("optimizer", "loss", "windows")
_WIDTHS = "widths"


def recipe_near(name_or_path: str, folder: Path) -> Recipe:
    """A shipped recipe, or one from a file whose path is relative to `folder`.

    Raises:
        RecipeError: There is none, or it is wrong, or has a phase that trials do not have.
    """
    file = name_or_path.endswith(".toml")
    recipe = load_recipe(folder / name_or_path if file else name_or_path)
    if recipe.fine_tuning.epochs:
        raise RecipeError(
            "a study does not fine-tune",
            where=name_or_path,
            expected="fine_tuning.epochs = 0",
            got=recipe.fine_tuning.epochs,
            hint="Leave the table fine_tuning out of the recipe.",
        )
    return recipe


def candidates_of(study: Study, folder: Path) -> tuple[Candidate, ...]:
    """Every candidate that is written down; those that searches will propose are not.

    Args:
        study: The study.
        folder: What its paths are relative to.

    Raises:
        StudyError: A candidate cannot be made or trained, two have one name, or a question or
            target names one that is not there.
    """
    found = list(_candidates(study, folder))
    names = [one.name for one in found]
    where = f"study {study.name}"
    refuse_twins(names, "candidates", where)
    recipe = recipe_near(study.training.recipe, folder)
    for one in found:
        check_candidate(one, recipe, study.training.context_samples, folder)
    names = [one.name for one in judged_of(found)]
    for question in study.questions:
        place = f"{where}, question {question.name}"
        refuse_unknown((*question.a, *question.b), names, place)
    for target in study.targets:
        wanted = filter(None, [target.candidate])
        refuse_unknown(wanted, names, f"{where}, target {target.name}")
    return tuple(found)


def network_candidate(
    name: str, entry: NetworkEntry, settings: Mapping[str, Any], study: Study, folder: Path
) -> Candidate:
    """A candidate from where its network comes from and what is set in it.

    Args:
        name: What to call it.
        entry: The network, with what it sets itself.
        settings: What is set beyond that.
        study: For its bases.
        folder: What paths are relative to.

    Raises:
        StudyError: The network cannot be made.
    """
    where = f"candidate {name}"
    origin = study.bases[entry.base] if entry.base is not None else entry
    for_config: dict[str, Any] = {}
    overrides: dict[str, Any] = {}
    arguments: dict[str, Any] = {}
    training: dict[str, Any] = {}
    layers = [origin.set, settings] if origin is entry else [origin.set, entry.set, settings]
    for path, value in itertools.chain.from_iterable(layer.items() for layer in layers):
        head, _, rest = path.partition(".")
        if head in _RECIPE_TABLES and rest:
            overrides[path] = value
        elif path == _WIDTHS:
            training[path] = value
        elif head == "arguments" and rest:
            arguments[rest] = value
        else:
            for_config[path] = value
    if origin.graph is not None:
        if for_config or training:
            raise StudyError(
                "a graph of its own has no config",
                where=where,
                got=", ".join({**for_config, **training}),
            )
        given = {**origin.arguments, **arguments}
        return Candidate(
            name=name,
            source=GraphSource(function=origin.graph, arguments=given),
            overrides=overrides,
        )
    sizes = tuple(
        size.model_copy(update={"config": changed(size.config, for_config, where), **training})
        for size in _sizes(origin, folder, where)
    )
    return Candidate(name=name, sizes=sizes, overrides=overrides)


def check_candidate(
    candidate: Candidate, recipe: Recipe, context_samples: int, folder: Path
) -> None:
    """See that a candidate can be trained and written, and looks back no further than it may.

    Args:
        candidate: The candidate.
        recipe: How it will be trained.
        context_samples: How far it may look back.
        folder: What paths are relative to.

    Raises:
        StudyError: It cannot or it does.
    """
    where = f"candidate {candidate.name}"
    try:
        # A recipe checks its networks, too: that they can be trained, written and played.
        candidate.recipe(recipe, epochs=1, seed=0)
        graphs = candidate.graphs(folder)
    except TriodeError as error:
        place = where if error.where is None or where in error.where else f"{where}, {error.where}"
        raise StudyError(
            error.problem, where=place, expected=error.expected, got=error.got, hint=error.hint
        ) from error
    need = max(settle_samples(graph, DEFAULT_SAMPLE_RATE_HZ) + 1 for graph in graphs)
    if need > context_samples:
        raise StudyError(
            "a candidate looks back further than the study's recordings are divided for",
            where=where,
            expected=f"at most training.context_samples = {context_samples}",
            got=need,
            hint=f"Set training.context_samples to {need} or more.",
        )


def _candidates(study: Study, folder: Path) -> Iterator[Candidate]:
    for entry in study.candidates:
        plain = network_candidate(entry.name, entry, {}, study, folder)
        yield replace(plain, gear=entry.gear, epochs=entry.epochs)
    for grid in study.grids:
        for name, settings in _combinations(grid):
            plain = network_candidate(name, grid, settings, study, folder)
            yield replace(plain, gear=grid.gear, epochs=grid.epochs)


def _combinations(grid: Grid) -> Iterator[tuple[str, dict[str, Any]]]:
    where = f"grid {grid.name}"
    named = {field for _, field, _, _ in string.Formatter().parse(grid.name) if field is not None}
    if named != set(grid.axes):
        raise StudyError(
            "the name of a grid has to name its axes, so that candidates differ in theirs",
            where=where,
            expected=" and ".join(f"{{{axis}}}" for axis in grid.axes),
            got=grid.name,
        )
    for labels in itertools.product(*grid.axes.values()):
        chosen = dict(zip(grid.axes, labels, strict=True))
        settings: dict[str, Any] = {}
        for axis, label in chosen.items():
            settings |= grid.axes[axis][label]
        yield grid.name.format(**chosen), settings


def _sizes(origin: NetworkEntry, folder: Path, where: str) -> tuple[Size, ...]:
    if origin.architecture is not None and origin.config is not None:
        return (Size(architecture=origin.architecture, config=origin.config),)
    try:
        recipe = recipe_near(str(origin.recipe), folder)
    except TriodeError as error:
        raise StudyError(
            error.problem, where=f"{where}, recipe", expected=error.expected, got=error.got
        ) from error
    if origin.size is None:
        return recipe.sizes
    names = size_names(len(recipe.sizes))
    if origin.size not in names:
        raise StudyError(
            f"recipe {origin.recipe} has no such size",
            where=where,
            expected=f"one of {', '.join(names)}",
            got=origin.size,
            hint=did_you_mean(origin.size, names),
        )
    size = recipe.sizes[names.index(origin.size)]
    return (size.model_copy(update={"max_value": 1.0}),)
