"""Many trainings of one network at once, on different recordings or from different seeds.

What a graphics card takes for a step of one small network is mostly the way there. Networks that
differ in nothing but their weights go it together: every operation is asked once for all. Each is
trained as it would be alone, but for rounding: it has its own windows, loss, gradient, optimizer
state, validation, best epoch and checkpoint, with which it can also go on alone.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from triode.errors import DivergenceError
from triode.graph.torch_stacked import StackedGraph, can_be_stacked
from triode.training.loop import TrainingState, refuse_divergence, validate
from triode.training.loss import Target, training_loss
from triode.training.material import Material
from triode.training.progress import EpochRecord, Progress
from triode.training.recipe import Recipe
from triode.training.schedule import learning_rate
from triode.training.soap import Soap, divided_states, joined_states
from triode.training.windows import WindowPlan

__all__ = ["Member", "can_train_together", "fit_together"]


@dataclass(kw_only=True, eq=False)
class Member:
    """One of several trainings.

    Attributes:
        state: Where it starts: fresh, or from a checkpoint. It is changed.
        material: Its recordings.
        recipe: Its hyperparameters, the same for all members but for the seed.
        progress: Told about its steps and epochs; one that asks to stop stops all.
        save: Called after every epoch, before `progress` hears of it.
        failure: Why it ended before the others; None while it has not.
    """

    state: TrainingState
    material: Material
    recipe: Recipe
    progress: Progress
    save: Callable[[TrainingState], None]
    failure: DivergenceError | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """What members have to have in common: epochs that are done, and steps in each."""
        return len(self.state.history), self.plan.steps_per_epoch

    @property
    def plan(self) -> WindowPlan:
        """Its windows."""
        return WindowPlan(
            ranges=self.material.training,
            run_in_samples=self.state.trainees[0].run_in_samples,
            output_samples=self.recipe.windows.output_samples,
            batch_size=self.recipe.windows.batch_size,
            seed=self.recipe.seed,
        )


def can_train_together(state: TrainingState, recipe: Recipe) -> bool:
    """Whether `fit_together` takes such trainings.

    It takes those of one size of full width, by SOAP without a limit of the gradient's length,
    without fine-tuning, unless the network holds an LSTM or batchnorm.
    """
    return (
        len(state.trainees) == 1
        and not state.trainees[0].narrower
        and can_be_stacked(state.trainees[0].module.graph)
        and isinstance(state.optimizer, Soap)
        and not recipe.optimizer.clip_norm
        and not recipe.fine_tuning.epochs
    )


def fit_together(members: Sequence[Member], *, device: str) -> bool:
    """Train all members until the recipe's epochs are done, or one of them asks to stop.

    A member whose loss is no number any more leaves the others with its `failure`.

    Args:
        members: Of one `shape`.
        device: Where to compute.

    Returns:
        True when all epochs are done. False when stopped: what followed the last epoch is lost.

    Raises:
        TrainingError: There is too little material.
    """
    for one in members:
        done, steps = one.shape
        one.progress.on_start(
            epochs=one.recipe.epochs,
            epochs_done=done,
            steps_per_epoch=steps,
            best_esr=one.state.best_esr,
        )
    left = list(members)
    for epoch in range(members[0].shape[0] + 1, members[0].recipe.epochs + 1):
        if not left:
            break
        began = time.monotonic()
        signals = _Signals(left, device)
        losses = _epoch(left, signals, epoch)
        if losses is None:
            return False
        errors = [
            _validated(one, signals, number, epoch=epoch, loss=loss)
            for number, (one, loss) in enumerate(zip(left, losses, strict=True))
        ]
        seconds = (time.monotonic() - began) / len(left)
        for one, loss, esr in zip(left, losses, errors, strict=True):
            if one.failure is None:
                _end_epoch(one, epoch, loss, esr, seconds)
        left = [one for one in left if one.failure is None]
    return True


class _Signals:
    """The recordings of several members on the device."""

    def __init__(self, members: Sequence[Member], device: str) -> None:
        self.each = [
            tuple(torch.from_numpy(np.asarray(one)).to(device) for one in (m.dry, m.wet))
            for m in (member.material for member in members)
        ]
        # Behind a shorter recording lie zeros, which no window reaches.
        self.dry, self.wet = (
            torch.nn.utils.rnn.pad_sequence(list(some), batch_first=True)
            for some in zip(*self.each, strict=True)
        )


def _epoch(members: Sequence[Member], signals: _Signals, epoch: int) -> list[float] | None:
    """Train for an epoch and return the mean losses; None when asked to stop."""
    recipe, first = members[0].recipe, members[0].state.trainees[0]
    networks = StackedGraph([one.state.trainees[0].module for one in members])
    optimizer = _joined_optimizer(members, networks)
    plans = [one.plan.batches(epoch) for one in members]
    steps = members[0].shape[1]
    # (steps, networks, batch): one way to the device instead of one for each step.
    starts = torch.from_numpy(np.array([list(some) for some in zip(*plans, strict=True)]))
    starts = starts.to(signals.dry.device)
    samples = recipe.windows.output_samples
    sums = torch.zeros(len(members), device=signals.dry.device)
    for step in range(steps):
        if any(one.progress.should_stop() for one in members):
            return None
        rate = learning_rate(
            recipe.optimizer, epoch=epoch, epochs=recipe.epochs, progress=step / steps
        )
        optimizer.param_groups[0]["lr"] = rate * first.rate_factor
        optimizer.zero_grad()
        signal = _cut(signals.dry, starts[step], first.run_in_samples, samples)
        target = Target.of(_cut(signals.wet, starts[step], 0, samples), recipe.loss)
        estimate = networks(signal[:, :, None])[:, :, 0, -samples:]
        losses = training_loss(estimate, target, recipe.loss)
        losses.sum().backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        optimizer.step()
        sums += losses.detach()
        for one in members:
            one.progress.on_step()
    networks.write_back()
    states = divided_states(optimizer.state_dict(), len(members))
    for one, state in zip(members, states, strict=True):
        one.state.optimizer.load_state_dict(state)
    return [total / steps for total in sums.tolist()]


def _joined_optimizer(members: Sequence[Member], networks: StackedGraph) -> Soap:
    settings = members[0].recipe.optimizer
    optimizer = Soap(
        [networks.parameters.values()],
        lr=settings.learning_rate,
        betas=(settings.beta1, settings.beta2),
        eps=settings.epsilon,
        networks=len(members),
    )
    optimizer.load_state_dict(joined_states([one.state.optimizer.state_dict() for one in members]))
    return optimizer


def _cut(signals: Tensor, starts: Tensor, before: int, after: int) -> Tensor:
    """(networks, batch, before + after) of (networks, frames), around (networks, batch) starts."""
    places = starts[..., None] + torch.arange(-before, after, device=starts.device)
    return signals.gather(1, places.flatten(1)).view(places.shape)


def _validated(
    member: Member, signals: _Signals, number: int, *, epoch: int, loss: float
) -> dict[str, float]:
    """Its validation ESR, which it keeps if it is the best; a loss that is no number ends it."""
    trainee = member.state.trainees[0]
    try:
        refuse_divergence({trainee.name: loss}, epoch)
    except DivergenceError as error:
        member.failure = error
        return {}
    dry, wet = signals.each[number]
    esr = validate(member.state, dry, wet, member.material, member.recipe)
    trainee.keep_if_best(esr[trainee.name], epoch)
    return esr


def _end_epoch(
    member: Member, epoch: int, loss: float, esr: dict[str, float], seconds: float
) -> None:
    """Enter the epoch in its history, save it, and tell; `seconds` are its share of the time."""
    history, name = member.state.history, member.state.trainees[0].name
    steps = member.shape[1]
    recipe = member.recipe
    last = learning_rate(
        recipe.optimizer, epoch=epoch, epochs=recipe.epochs, progress=(steps - 1) / steps
    )
    record = EpochRecord(
        epoch=epoch,
        steps=epoch * steps,
        seconds=round((history[-1].seconds if history else 0.0) + seconds, 3),
        learning_rate=last,
        loss={name: loss},
        esr=esr,
    )
    history.append(record)
    member.save(member.state)
    member.progress.on_epoch(record, member.state.best_esr)
