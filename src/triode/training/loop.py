"""The training loop: from initial networks to the best of each size."""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from triode.architectures import lower, size_names
from triode.errors import DivergenceError
from triode.graph import Graph, Parameters, receptive_field, settle_samples
from triode.graph.torch_mapping import TorchGraph
from triode.nam import Config
from triode.training.initialise import initial_parameters, with_offset
from triode.training.kernels import CompiledGraph
from triode.training.loss import Target, WindowLoss, training_loss
from triode.training.material import Material
from triode.training.module import trainable_module
from triode.training.nested import drawn_width, narrower_modules
from triode.training.progress import EpochRecord, Progress
from triode.training.recipe import Loss, Optimizer, Recipe
from triode.training.schedule import learning_rate
from triode.training.soap import Soap
from triode.training.validation import passage_esr
from triode.training.windows import WindowPlan, cut

__all__ = [
    "Trainee",
    "TrainingState",
    "batch_loss",
    "fit",
    "gentle_optimizer",
    "initial_state",
    "refuse_divergence",
    "state_of",
    "torch_settings",
    "train_step",
    "validate",
    "weight_generator",
]

_SEED_OF_WEIGHTS = 0


@dataclass(kw_only=True)
class Trainee:
    """One size in training.

    Attributes:
        name: Its size name.
        module: The network as it is now.
        run_in_samples: Context that each training window needs before its outputs.
        settle_samples: Context that validation gives before each segment.
        narrower: Modules of the widths nested in `module`, when steps draw one; see
            `triode.training.nested`.
        rate_factor: Its learning rate is this many times the optimizer's.
        best_esr: The best validation ESR so far.
        best_epoch: When that was; 0 for never.
        best: The module's state then.
    """

    name: str
    module: TorchGraph
    run_in_samples: int
    settle_samples: int
    narrower: tuple[TorchGraph, ...] = ()
    rate_factor: float = 1.0
    best_esr: float = math.inf
    best_epoch: int = 0
    best: dict[str, Tensor] = field(default_factory=dict)

    def keep_if_best(self, esr: float, epoch: int) -> None:
        """Remember the current network if `esr` is the lowest so far."""
        if esr < self.best_esr:
            self.keep(esr, epoch)

    def keep(self, esr: float, epoch: int) -> None:
        """Remember the current network."""
        self.best_esr, self.best_epoch = esr, epoch
        self.best = {
            name: value.detach().clone() for name, value in self.module.state_dict().items()
        }


@dataclass(kw_only=True)
class TrainingState:
    """Everything that changes while training.

    Attributes:
        trainees: The sizes, ascending.
        optimizer: Of all of them, each a group of its own; another one in fine-tuning.
        history: What every epoch said.
        fine_history: The same of fine-tuning.
    """

    trainees: list[Trainee]
    optimizer: torch.optim.Adam | Soap
    history: list[EpochRecord] = field(default_factory=list)
    fine_history: list[EpochRecord] = field(default_factory=list)

    @property
    def best_esr(self) -> dict[str, float]:
        """Best validation ESR so far by size."""
        return {trainee.name: trainee.best_esr for trainee in self.trainees}


def initial_state(
    configs: tuple[Config, ...],
    recipe: Recipe,
    rate_hz: float,
    device: str,
    start: Sequence[Parameters | None] | None = None,
    offset: float = 0.0,
) -> TrainingState:
    """All sizes with their initial weights and a fresh optimizer.

    The weights are those in `start`, one item per size; where there are none, those that the
    recipe's seed gives, with `offset` in the output.
    """
    given = start or [None] * len(configs)
    networks = []
    for index, config in enumerate(configs):
        graph = lower(config)
        drawn = initial_parameters(config, weight_generator(recipe, index))
        networks.append((graph, given[index] or with_offset(graph, drawn, offset)))
    state = state_of(networks, recipe, rate_hz, device)
    for trainee, config, size in zip(state.trainees, configs, recipe.sizes, strict=True):
        trainee.rate_factor = size.rate_factor
        if size.widths == "random":
            trainee.narrower = narrower_modules(config, trainee.module)
    return state


def weight_generator(recipe: Recipe, index: int) -> np.random.Generator:
    """What the initial weights of the size at `index` are drawn from."""
    return np.random.default_rng((_SEED_OF_WEIGHTS, recipe.seed, index))


def state_of(
    networks: Sequence[tuple[Graph, Parameters]], recipe: Recipe, rate_hz: float, device: str
) -> TrainingState:
    """Graphs, ascending in size, with the parameters they start from, and a fresh optimizer."""
    trainees = []
    for name, (graph, parameters) in zip(size_names(len(networks)), networks, strict=True):
        module = trainable_module(graph, parameters, device=device)
        trainees.append(
            Trainee(
                name=name,
                module=module,
                run_in_samples=_run_in_samples(graph, recipe),
                settle_samples=settle_samples(graph, rate_hz),
            )
        )
    return TrainingState(trainees=trainees, optimizer=_optimizer(trainees, recipe.optimizer))


def _optimizer(trainees: Sequence[Trainee], settings: Optimizer) -> torch.optim.Adam | Soap:
    """One for all sizes, a group of parameters for each."""
    betas, rate = (settings.beta1, settings.beta2), settings.learning_rate
    groups = [list(trainee.module.parameters()) for trainee in trainees]
    if settings.method == "soap":
        return Soap(groups, lr=rate, betas=betas, eps=settings.epsilon)
    named = [{"params": group} for group in groups]
    return torch.optim.Adam(named, lr=rate, betas=betas, eps=settings.epsilon, fused=True)


def gentle_optimizer(state: TrainingState) -> torch.optim.Adam:
    """A new optimizer for fine-tuning, which remembers no gradient."""
    trained = [one for trainee in state.trainees for one in trainee.module.parameters()]
    return torch.optim.Adam(trained, fused=True)


def fit(
    state: TrainingState,
    material: Material,
    recipe: Recipe,
    *,
    device: str,
    progress: Progress,
    save: Callable[[TrainingState], None],
    enough: Callable[[Sequence[EpochRecord]], bool] = lambda _: False,
) -> bool:
    """Train until the recipe's epochs are done or `progress` asks to stop; change `state`.

    The sizes see the same windows but share nothing else: the sum of their losses is minimised.
    When stopped amid an epoch, that epoch is not part of the history, but its networks count if
    they are the best so far. One long function on purpose: it is what a reader comes here for.

    Args:
        state: Where to start: fresh, or from a checkpoint.
        material: The recordings.
        recipe: The hyperparameters.
        device: Where to compute.
        progress: Told about every step and epoch.
        save: Called after every epoch, before `progress` hears of it.
        enough: Asked before every epoch whether the history so far is all that is wanted.

    Returns:
        True when all epochs that are wanted are done, False when stopped before.

    Raises:
        TrainingError: There is too little material, or the loss is not a number any more
            (`DivergenceError`).
    """
    dry = torch.from_numpy(material.dry).to(device)
    wet = torch.from_numpy(material.wet).to(device)
    plan = WindowPlan(
        ranges=material.training,
        run_in_samples=max(trainee.run_in_samples for trainee in state.trainees),
        output_samples=recipe.windows.output_samples,
        batch_size=recipe.windows.batch_size,
        seed=recipe.seed,
    )

    progress.on_start(
        epochs=recipe.epochs + recipe.fine_tuning.epochs,
        epochs_done=len(state.history) + len(state.fine_history),
        steps_per_epoch=plan.steps_per_epoch,
        best_esr=state.best_esr,
    )
    seconds_before = state.history[-1].seconds if state.history else 0.0
    began = time.monotonic()
    for epoch in range(len(state.history) + 1, recipe.epochs + 1):
        if state.fine_history or enough(state.history):
            break
        loss_sums = dict.fromkeys(state.best_esr, 0.0)
        for step, starts in enumerate(plan.batches(epoch)):
            if progress.should_stop():
                _keep_best(state, validate(state, dry, wet, material, recipe), epoch)
                return False
            rate = learning_rate(
                recipe.optimizer,
                epoch=epoch,
                epochs=recipe.epochs,
                progress=step / plan.steps_per_epoch,
            )
            for group, trainee in zip(state.optimizer.param_groups, state.trainees, strict=True):
                group["lr"] = rate * trainee.rate_factor
            losses = train_step(state, dry, wet, starts, recipe, epoch=epoch, step=step)
            for name, value in losses.items():
                loss_sums[name] += value
            material.release()
            progress.on_step()
        refuse_divergence(loss_sums, epoch)
        esr = validate(state, dry, wet, material, recipe)
        _keep_best(state, esr, epoch)
        record = EpochRecord(
            epoch=epoch,
            steps=epoch * plan.steps_per_epoch,
            seconds=round(seconds_before + time.monotonic() - began, 3),
            learning_rate=rate,
            loss={name: total / plan.steps_per_epoch for name, total in loss_sums.items()},
            esr=esr,
        )
        state.history.append(record)
        save(state)
        progress.on_epoch(record, state.best_esr)
    return True


def train_step(
    state: TrainingState,
    dry: Tensor,
    wet: Tensor,
    starts: npt.NDArray[np.int64],
    recipe: Recipe,
    *,
    epoch: int = 0,
    step: int = 0,
) -> dict[str, float]:
    """One optimizer step on the windows at `starts`; return the loss by size.

    The epoch and the step within it decide which of several nested widths it is for.
    """
    samples = recipe.windows.output_samples
    target = Target.of(cut(wet, starts, 0, samples), recipe.loss)
    losses = {}
    state.optimizer.zero_grad()
    for trainee in state.trainees:
        signal = cut(dry, starts, trainee.run_in_samples, samples)
        modules = (*trainee.narrower, trainee.module)
        width = drawn_width(len(modules), seed=recipe.seed, epoch=epoch, step=step)
        loss = batch_loss(modules[width], signal[:, None], target, recipe.loss)
        # Right after its own forward pass, so that only one size's activations are in memory.
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        if recipe.optimizer.clip_norm:
            torch.nn.utils.clip_grad_norm_(
                trainee.module.parameters(), recipe.optimizer.clip_norm, foreach=False
            )
        losses[trainee.name] = float(loss.detach())
    state.optimizer.step()
    return losses


def batch_loss(module: TorchGraph, signal: Tensor, target: Target, loss: Loss) -> Tensor:
    """The loss of what `module` answers to `signal`, (batch, 1, frames), a scalar."""
    samples = target.signal.shape[-1]
    if isinstance(module, CompiledGraph) and WindowLoss.fits(target, loss):
        return module.loss(signal, WindowLoss(target, loss))
    return training_loss(module(signal)[:, 0, -samples:], target, loss)


def _keep_best(state: TrainingState, esr: dict[str, float], epoch: int) -> None:
    for trainee in state.trainees:
        trainee.keep_if_best(esr[trainee.name], epoch)


def validate(
    state: TrainingState, dry: Tensor, wet: Tensor, material: Material, recipe: Recipe
) -> dict[str, float]:
    """Validation ESR of every size as it is now."""
    return {
        one.name: passage_esr(
            one.module, dry, wet, material.validation, one.settle_samples, recipe.validation
        )
        for one in state.trainees
    }


def refuse_divergence(losses: dict[str, float], epoch: int) -> None:
    """Raise `TrainingError` for a loss that is no number any more."""
    for name, value in losses.items():
        if not math.isfinite(value):
            raise DivergenceError(
                f"size {name} diverged in epoch {epoch}: its loss is not a number",
                hint="Use a recipe with a lower optimizer.learning_rate, or rate_factor of it.",
            )


def _run_in_samples(graph: Graph, recipe: Recipe) -> int:
    finite = receptive_field(graph) - 1
    return max(finite, recipe.windows.run_in_samples) if graph.settle_seconds else finite


@contextmanager
def torch_settings(*, device: str, threads: int | None) -> Iterator[None]:
    """Set up torch for a training, and restore what was there after it.

    The thread count; on the CPU, deterministic algorithms; on an NVIDIA card, convolutions and
    LSTMs in whole float32. TF32, which torch allows there by default, rounds each factor to 11
    bits, and no player does.
    """
    threads_before = torch.get_num_threads()
    deterministic_before = torch.get_deterministic_debug_mode()
    tf32_before = torch.backends.cudnn.allow_tf32, torch.backends.cuda.matmul.allow_tf32
    if threads is not None:
        torch.set_num_threads(threads)
    # What `use_deterministic_algorithms` does, without torch's compiler, which it would load.
    if device == "cpu":
        torch.set_deterministic_debug_mode("error")
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = False
    try:
        yield
    finally:
        torch.set_num_threads(threads_before)
        torch.set_deterministic_debug_mode(deterministic_before)
        torch.backends.cudnn.allow_tf32, torch.backends.cuda.matmul.allow_tf32 = tf32_before
