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
import numpy.typing as npt
import torch
from torch import Tensor

from triode.errors import DivergenceError
from triode.graph.torch_stacked import StackedGraph, can_be_stacked
from triode.training.loop import TrainingState, refuse_divergence
from triode.training.loss import Target, training_loss
from triode.training.material import Material
from triode.training.progress import EpochRecord, Progress
from triode.training.recipe import Recipe
from triode.training.schedule import learning_rate
from triode.training.soap import Soap, divided_states, joined_states
from triode.training.validation import passage_esrs
from triode.training.windows import WindowPlan, cut_together

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
    group = _Group(members, device)
    for epoch in range(members[0].shape[0] + 1, members[0].recipe.epochs + 1):
        began = time.monotonic()
        results = group.epoch(epoch)
        if results is None:
            return False
        seconds = (time.monotonic() - began) / len(group.members)
        for one, (loss, esr) in zip(group.members, results, strict=True):
            _end_epoch(one, epoch, loss, esr, seconds)
        left = [one for one in group.members if one.failure is None]
        if not left:
            break
        group = group if len(left) == len(group.members) else _Group(left, device)
    return True


class _Group:
    """Members that are still at it, side by side on the device."""

    def __init__(self, members: Sequence[Member], device: str) -> None:
        self.members = members
        self._recipe, self._first = members[0].recipe, members[0].state.trainees[0]
        materials = [one.material for one in members]
        self._dry = _beside([one.dry for one in materials], device)
        self._wet = _beside([one.wet for one in materials], device)
        self._passages = [one.validation for one in materials]
        self._networks = StackedGraph([one.state.trainees[0].module for one in members])
        settings = self._recipe.optimizer
        self._optimizer = Soap(
            [self._networks.parameters.values()],
            lr=settings.learning_rate,
            betas=(settings.beta1, settings.beta2),
            eps=settings.epsilon,
            networks=len(members),
        )
        states = [one.state.optimizer.state_dict() for one in members]
        self._optimizer.load_state_dict(joined_states(states))
        self._repeated: _Repeated | None = None

    def epoch(self, epoch: int) -> list[tuple[float, float]] | None:
        """Train for an epoch; mean loss and validation ESR of each, or None when asked to stop."""
        plans = [one.plan.batches(epoch) for one in self.members]
        steps = self.members[0].shape[1]
        # (steps, networks, batch): one way to the device instead of one for each step.
        starts = torch.from_numpy(np.array([list(some) for some in zip(*plans, strict=True)]))
        starts = starts.to(self._dry.device)
        sums = torch.zeros(len(self.members), device=self._dry.device)
        for step in range(steps):
            if any(one.progress.should_stop() for one in self.members):
                return None
            rate = learning_rate(
                self._recipe.optimizer,
                epoch=epoch,
                epochs=self._recipe.epochs,
                progress=step / steps,
            )
            self._optimizer.param_groups[0]["lr"] = rate * self._first.rate_factor
            sums += self._step(starts[step])
            for one in self.members:
                one.progress.on_step()
        self._networks.write_back()
        states = divided_states(self._optimizer.state_dict(), len(self.members))
        for one, state in zip(self.members, states, strict=True):
            one.state.optimizer.load_state_dict(state)
        errors = passage_esrs(
            self._networks,
            self._dry,
            self._wet,
            self._passages,
            self._first.settle_samples,
            self._recipe.validation,
        )
        return list(zip((sums / steps).tolist(), errors, strict=True))

    def _step(self, starts: Tensor) -> Tensor:
        """Change the networks by one step; the losses before it, (networks,)."""
        self._optimizer.prepare()
        change = self._repeated or self._change
        losses = change(starts)
        self._optimizer.turn()
        if self._repeated is None and starts.is_cuda:
            # After a step by hand, in which libraries got ready and the optimizer began.
            self._repeated = _Repeated(self._change, starts)
        return losses

    def _change(self, starts: Tensor) -> Tensor:
        samples = self._recipe.windows.output_samples
        self._optimizer.zero_grad()
        signal = cut_together(self._dry, starts, self._first.run_in_samples, samples)
        target = Target.of(cut_together(self._wet, starts, 0, samples), self._recipe.loss)
        estimate = self._networks(signal[:, :, None])[:, :, 0, -samples:]
        losses = training_loss(estimate, target, self._recipe.loss)
        losses.sum().backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        self._optimizer.change()
        return losses.detach()


class _Repeated:
    """A function recorded on a card and asked for as a whole, instead of operation by operation.

    Args:
        function: What to record: it does the same with the same tensors every time.
        example: Of its argument's shape.
    """

    def __init__(self, function: Callable[[Tensor], Tensor], example: Tensor) -> None:
        self._argument = example.clone()
        self._graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self._graph):
            self._result = function(self._argument)

    def __call__(self, argument: Tensor) -> Tensor:
        self._argument.copy_(argument)
        self._graph.replay()
        return self._result


def _beside(signals: Sequence[npt.NDArray[np.float32]], device: str) -> Tensor:
    """(networks, frames); behind a shorter recording lie zeros, which no window reaches."""
    tensors = [torch.from_numpy(one) for one in signals]
    return torch.nn.utils.rnn.pad_sequence(tensors, batch_first=True).to(device)


def _end_epoch(member: Member, epoch: int, loss: float, esr: float, seconds: float) -> None:
    """Enter the epoch in its history, save it, and tell; a loss that is no number ends it.

    `seconds` are its share of the time.
    """
    history, trainee = member.state.history, member.state.trainees[0]
    try:
        refuse_divergence({trainee.name: loss}, epoch)
    except DivergenceError as error:
        member.failure = error
        return
    trainee.keep_if_best(esr, epoch)
    steps, recipe = member.shape[1], member.recipe
    last = (steps - 1) / steps
    rate = learning_rate(recipe.optimizer, epoch=epoch, epochs=recipe.epochs, progress=last)
    record = EpochRecord(
        epoch=epoch,
        steps=epoch * steps,
        seconds=round((history[-1].seconds if history else 0.0) + seconds, 3),
        learning_rate=rate,
        loss={trainee.name: loss},
        esr={trainee.name: esr},
    )
    history.append(record)
    member.save(member.state)
    member.progress.on_epoch(record, member.state.best_esr)
