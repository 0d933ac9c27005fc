"""Which trials a study consists of, in the order in which they are begun."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from triode.study.candidate import Candidate
from triode.study.config import Study
from triode.study.gear import Gear
from triode.study.record import TrialKey

__all__ = ["Planned", "planned_trials", "trials_of"]


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A trial to come: its key, what is trained, on which gear."""

    key: TrialKey
    candidate: Candidate
    gear: Gear


def planned_trials(
    study: Study, candidates: Sequence[Candidate], recipe_epochs: int
) -> tuple[Planned, ...]:
    """Every trial of the candidates that are written down.

    Piece of gear by piece of gear, first seeds first: whenever a study is stopped, whatever it
    has of a piece, it mostly has of all candidates. `recipe_epochs` counts where the study names
    no epochs.
    """
    all_ = [one for candidate in candidates for one in trials_of(study, candidate, recipe_epochs)]
    gear = {one.name: place for place, one in enumerate(study.gear)}
    names = {one.name: place for place, one in enumerate(candidates)}

    def order(one: Planned) -> tuple[int, int, int, int]:
        seeds = one.gear.seeds or study.seeds
        key = one.key
        return seeds.index(key.seed), gear[key.gear], key.epochs, names[key.candidate]

    return tuple(sorted(all_, key=order))


def trials_of(
    study: Study, candidate: Candidate, recipe_epochs: int, *, seeds: tuple[int, ...] | None = None
) -> Iterator[Planned]:
    """The trials of one candidate.

    Args:
        study: The study.
        candidate: What is trained.
        recipe_epochs: Those of the recipe.
        seeds: Instead of the study's and the gear's.
    """
    for gear in study.gear:
        if candidate.gear is not None and gear.name not in candidate.gear:
            continue
        for epochs in candidate.epochs or study.training.epochs or (recipe_epochs,):
            for seed in seeds or gear.seeds or study.seeds:
                key = TrialKey(candidate=candidate.name, gear=gear.name, seed=seed, epochs=epochs)
                yield Planned(key=key, candidate=candidate, gear=gear)
