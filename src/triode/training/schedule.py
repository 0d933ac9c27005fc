"""The learning rate of every step, from the recipe and the step's place alone."""

import math

from triode.training.recipe import Optimizer

__all__ = ["learning_rate"]


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
    done = (epoch - 1 + progress) / epochs
    warm_up, final = optimizer.warm_up_share, optimizer.final_share
    if done < warm_up:
        return highest * done / warm_up
    place = (done - warm_up) / (1.0 - warm_up)
    return highest * (final + (1.0 - final) * 0.5 * (1.0 + math.cos(math.pi * place)))
