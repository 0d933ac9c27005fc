"""The last phase of a training: less aliasing and cleaner decays at the same error.

Ordinary windows hold the ESR. Beside them come windows whose error counts relative to their own
level: steady tones, whose error is what of the answer is no harmonic, and quiet passages. All
losses enter by their logarithm, so a step that improves one by a tenth is worth the same whichever
it is, and however small it has become.
"""

import math
import time
from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor

from triode.graph.torch_mapping import TorchGraph
from triode.training.loop import (
    TrainingState,
    batch_loss,
    gentle_optimizer,
    refuse_divergence,
    validate,
)
from triode.training.loss import Target
from triode.training.material import Material
from triode.training.progress import EpochRecord, Progress
from triode.training.quiet import quiet_loss, quiet_windows
from triode.training.recipe import Recipe
from triode.training.tones import FRAME_SAMPLES, aliasing_loss, tones
from triode.training.windows import WindowPlan, cut

__all__ = ["fine_tune"]

_SEED_OF_CHOICE = 2

RelativeLoss = Callable[[TorchGraph], Tensor]
"""The loss of some windows of one step, a scalar, for whichever size plays them."""


def fine_tune(
    state: TrainingState,
    material: Material,
    recipe: Recipe,
    *,
    device: str,
    progress: Progress,
    save: Callable[[TrainingState], None],
) -> bool:
    """Fine-tune the best networks for `recipe.fine_tuning.epochs`, or what is left of them.

    The last networks become the best ones where their validation ESR has not risen by more than
    the recipe allows. Everything follows from the state and the epoch, so that a training resumed
    from a checkpoint ends with the same weights. One long function, as `fit` is.

    Args:
        state: After `fit`, or from a checkpoint.
        material: The recordings.
        recipe: The hyperparameters.
        device: Where to compute.
        progress: Told about every step and epoch, as of more epochs of `fit`; may ask to stop.
        save: Called after every epoch.

    Returns:
        True when it is done, False when stopped before; then the best networks are those before.

    Raises:
        TrainingError: A loss is not a number any more.
    """
    settings, samples = recipe.fine_tuning, recipe.windows.output_samples
    if not state.fine_history:
        for trainee in state.trainees:
            trainee.module.load_state_dict(trainee.best)
        state.optimizer = gentle_optimizer(state)
    dry = torch.from_numpy(material.dry).to(device)
    wet = torch.from_numpy(material.wet).to(device)
    run_in = max(trainee.run_in_samples for trainee in state.trainees)
    plan = WindowPlan(
        ranges=material.training,
        run_in_samples=run_in,
        output_samples=samples,
        batch_size=recipe.windows.batch_size,
        seed=recipe.seed,
    )
    steps, done = plan.steps_per_epoch, len(state.fine_history)
    last = [*state.history, *state.fine_history][-1]
    relative = _RelativeLosses(material, recipe, run_in, device)
    began = time.monotonic()
    for epoch in range(done + 1, settings.epochs + 1):
        number = len(state.history) + epoch
        loss_sums = dict.fromkeys(state.best_esr, 0.0)
        choice = np.random.default_rng((_SEED_OF_CHOICE, recipe.seed, number))
        for step, starts in enumerate(plan.batches(number)):
            if progress.should_stop():
                return False
            share = (epoch - 1 + step / steps) / settings.epochs
            rate = settings.learning_rate * 0.5 * (1.0 + math.cos(math.pi * share))
            for group in state.optimizer.param_groups:
                group["lr"] = rate
            target = Target.of(cut(wet, starts, 0, samples), recipe.loss)
            others = list(relative.of_step(choice))
            state.optimizer.zero_grad()
            for trainee in state.trainees:
                signal = cut(dry, starts, trainee.run_in_samples, samples)
                loss = batch_loss(trainee.module, signal[:, None], target, recipe.loss)
                (loss / loss.detach()).backward()  # type: ignore[no-untyped-call]
                loss_sums[trainee.name] += float(loss.detach())
                for other in others:
                    (settings.weight * other(trainee.module)).backward()  # type: ignore[no-untyped-call]
            state.optimizer.step()
            material.release()
            progress.on_step()
        refuse_divergence(loss_sums, number)
        record = EpochRecord(
            epoch=number,
            steps=last.steps + (epoch - done) * steps,
            seconds=round(last.seconds + time.monotonic() - began, 3),
            learning_rate=rate,
            loss={name: total / steps for name, total in loss_sums.items()},
            esr=validate(state, dry, wet, material, recipe),
        )
        state.fine_history.append(record)
        if epoch == settings.epochs:
            _accept(state, record, settings.most_esr_rise)
        save(state)
        progress.on_epoch(record, state.best_esr)
    return True


class _RelativeLosses:
    """What is trained on beside the ordinary windows."""

    def __init__(self, material: Material, recipe: Recipe, run_in: int, device: str) -> None:
        self._settings, self._run_in = recipe.fine_tuning, run_in
        signals, self._bins = tones(material.rate_hz, run_in)
        self._tones = signals.to(device)
        quiet, wet = quiet_windows(material, run_in, recipe.windows.output_samples)
        self._quiet, self._quiet_wet = quiet.to(device), wet.to(device)

    def of_step(self, choice: np.random.Generator) -> Iterator[RelativeLoss]:
        """The losses of as many tones and quiet windows as the recipe asks for."""
        some = choice.permutation(len(self._tones))[: self._settings.tones]
        if len(some):
            bins = [self._bins[one] for one in some]
            yield lambda module: aliasing_loss(
                _answers(module, self._tones[some], FRAME_SAMPLES), bins, self._run_in
            )
        few = choice.permutation(len(self._quiet))[: self._settings.quiet_windows]
        if len(few):
            wet = self._quiet_wet[few]
            yield lambda module: quiet_loss(_answers(module, self._quiet[few], wet.shape[-1]), wet)


def _answers(module: TorchGraph, signals: Tensor, samples: int) -> Tensor:
    played: Tensor = module(signals[:, None])
    return played[:, 0, -samples:]


def _accept(state: TrainingState, record: EpochRecord, most_rise: float) -> None:
    for trainee in state.trainees:
        esr = record.esr[trainee.name]
        if esr <= (1.0 + most_rise) * trainee.best_esr:
            trainee.keep(esr, record.epoch)
