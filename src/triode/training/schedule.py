"""The learning rate of every step, from the recipe and the step's place alone."""

import math
from dataclasses import dataclass

from triode.training.recipe import Optimizer

__all__ = ["Round", "learning_rate", "round_ends", "round_of"]


@dataclass(frozen=True)
class Round:
    """Epochs over which the learning rate comes down once.

    Attributes:
        before: Epochs before its first.
        length: How many it has.
    """

    before: int
    length: int


def round_of(epoch: int, epochs: int, first: int) -> Round:
    """The round that an epoch belongs to.

    Args:
        epoch: Counted from 1.
        epochs: How many there will be at most; the last round takes what is left.
        first: Epochs of the first round; each next one has twice as many. 0 for a single round.
    """
    if not first:
        return Round(0, epochs)
    before, length = 0, first
    while epoch > before + length:
        before, length = before + length, 2 * length
    return Round(before, min(length, max(epochs, epoch) - before))


def round_ends(epochs: int, first: int) -> list[int]:
    """The last epochs of all whole rounds among the first `epochs`."""
    ends = []
    end, length = first, first
    while first and end <= epochs:
        ends.append(end)
        length *= 2
        end += length
    return ends


def learning_rate(optimizer: Optimizer, *, epoch: int, epochs: int, progress: float) -> float:
    """The learning rate of a step.

    Args:
        optimizer: The recipe's.
        epoch: Counted from 1.
        epochs: How many there will be.
        progress: Share of this epoch's steps that came before.
    """
    highest = optimizer.learning_rate
    if optimizer.schedule == "exponential":
        return float(highest * optimizer.decay_per_epoch ** (epoch - 1))
    now = round_of(epoch, epochs, optimizer.first_round_epochs)
    done = (epoch - 1 - now.before + progress) / now.length
    warm_up, final = optimizer.warm_up_share, optimizer.final_share
    if done < warm_up:
        return highest * done / warm_up
    place = (done - warm_up) / (1.0 - warm_up)
    return highest * (final + (1.0 - final) * 0.5 * (1.0 + math.cos(math.pi * place)))
