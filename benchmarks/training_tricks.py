"""What was tried in training and is in no recipe; `recipe_runs.py` puts it into the loop."""

import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from triode.training import loop
from triode.training.material import Material
from triode.training.windows import WindowPlan

__all__ = ["TRICKS"]

Starts = npt.NDArray[np.int64]

_MEMORY = 0.99
"""Share of the averaged weights that a step keeps."""
_FIRST_SHARE = 0.3
"""Of the windows, the quietest, that a curriculum begins with."""


@dataclass
class _Training:
    """What of a running training the tricks look at."""

    state: loop.TrainingState | None = None
    material: Material | None = None
    epochs: int = 0
    averages: list[list[Tensor]] = field(default_factory=list)
    own: list[list[Tensor]] = field(default_factory=list)


@contextmanager
def _patched(**replacements: Any) -> Iterator[None]:
    """The loop with other functions in place of its own."""
    before = {name: getattr(loop, name) for name in replacements}
    for name, value in replacements.items():
        setattr(loop, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(loop, name, value)


def _remembering(training: _Training) -> Callable[..., bool]:
    fit = loop.fit

    def remembered(state: Any, material: Any, recipe: Any, **others: Any) -> bool:
        training.state, training.material, training.epochs = state, material, recipe.epochs
        return fit(state, material, recipe, **others)

    return remembered


@contextmanager
def _averaged() -> Iterator[None]:
    """Validate and keep an exponential average of the weights over the last 100 steps or so."""
    training = _Training()
    train_step, validate, keep_best = loop.train_step, loop.validate, loop._keep_best  # noqa: SLF001

    def parameters(state: loop.TrainingState) -> list[list[Tensor]]:
        return [[one.detach() for one in trainee.module.parameters()] for trainee in state.trainees]

    def stepped(state: loop.TrainingState, *others: Any, **more: Any) -> dict[str, float]:
        losses = train_step(state, *others, **more)
        now = parameters(state)
        if not training.averages:
            training.averages = [[one.clone() for one in some] for some in now]
        for averages, some in zip(training.averages, now, strict=True):
            torch._foreach_lerp_(averages, some, 1.0 - _MEMORY)
        return losses

    def exchanged(state: loop.TrainingState, values: list[list[Tensor]]) -> None:
        for some, given in zip(parameters(state), values, strict=True):
            torch._foreach_copy_(some, given)

    def validated(state: loop.TrainingState, *others: Any) -> dict[str, float]:
        training.own = [[one.clone() for one in some] for some in parameters(state)]
        exchanged(state, training.averages)
        return validate(state, *others)

    def kept(state: loop.TrainingState, *others: Any) -> None:
        keep_best(state, *others)
        exchanged(state, training.own)

    with _patched(train_step=stepped, validate=validated, _keep_best=kept):
        yield


def _with_windows(choose: Callable[[WindowPlan, _Training, int], Iterator[Starts]]) -> Any:
    """A context in which the windows of every epoch are those that `choose` yields."""

    @contextmanager
    def context() -> Iterator[None]:
        training = _Training()

        class Chosen(WindowPlan):
            def batches(self, epoch: int) -> Iterator[Starts]:
                return choose(self, training, epoch)

        with _patched(WindowPlan=Chosen, fit=_remembering(training)):
            yield

    return context


def _usual(plan: WindowPlan, epoch: int) -> Starts:
    return np.concatenate(list(WindowPlan.batches(plan, epoch)))


def _split(plan: WindowPlan, starts: Starts) -> Iterator[Starts]:
    for step in range(plan.steps_per_epoch):
        yield starts[step * plan.batch_size : (step + 1) * plan.batch_size]


def _hard(plan: WindowPlan, training: _Training, epoch: int) -> Iterator[Starts]:
    """Windows drawn by the root of what the largest network gets wrong in them just now."""
    starts = _usual(plan, epoch)
    state, material = training.state, training.material
    if epoch > 1 and state is not None and material is not None:
        trainee = state.trainees[-1]
        dry, wet = torch.from_numpy(material.dry), torch.from_numpy(material.wet)
        errors = []
        for start in map(int, starts):
            with torch.no_grad():
                signal = dry[start - trainee.run_in_samples : start + plan.output_samples]
                answer = trainee.module(signal[None, None])[0, 0, -plan.output_samples :]
                wanted = wet[start : start + plan.output_samples]
                errors.append(float((answer - wanted).square().mean()))
        weights = np.sqrt(np.array(errors))
        generator = np.random.default_rng((2, plan.seed, epoch))
        starts = generator.choice(starts, len(starts), p=weights / weights.sum())
    return _split(plan, starts)


def _quiet_first(plan: WindowPlan, training: _Training, epoch: int) -> Iterator[Starts]:
    """The quietest windows, again and again, at first; all of them from half of the epochs on."""
    starts = _usual(plan, epoch)
    share = min(1.0, _FIRST_SHARE + (1.0 - _FIRST_SHARE) * 2.0 * (epoch - 1) / training.epochs)
    if share < 1.0 and training.material is not None:
        wet = training.material.wet
        levels = [np.mean(np.square(wet[one : one + plan.output_samples])) for one in starts]
        quietest = starts[np.argsort(levels)[: max(1, round(share * len(starts)))]]
        generator = np.random.default_rng((3, plan.seed, epoch))
        starts = generator.permutation(np.resize(quietest, len(starts)))
    return _split(plan, starts)


def _growing(plan: WindowPlan, training: _Training, epoch: int) -> Iterator[Starts]:
    """Batches of one, two and four times the recipe's size in the thirds of the training."""
    together = 1 << min(2, 3 * (epoch - 1) // training.epochs)
    batches: Sequence[Starts] = list(WindowPlan.batches(plan, epoch))
    for first in range(0, len(batches), together):
        yield np.concatenate(batches[first : first + together])


@contextmanager
def _turning_often() -> Iterator[None]:
    """SOAP's coordinates follow the gradients every third step instead of every tenth."""
    with _patched(Soap=functools.partial(loop.Soap, every=3)):
        yield


TRICKS: dict[str, Callable[[], AbstractContextManager[None]]] = {
    "weight averaging": _averaged,
    "hard windows": _with_windows(_hard),
    "quiet first": _with_windows(_quiet_first),
    "axes turned often": _turning_often,
    "growing batches": _with_windows(_growing),
}
