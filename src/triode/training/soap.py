"""SOAP: Adam in the coordinates in which a layer's gradients are least correlated.

Vyas, Morwani, Zhao, Shapira, Brandfonbrener, Janson and Kakade 2024, "SOAP: Improving and
Stabilizing Shampoo using Adam". For every axis of a weight, output channels, input channels and
taps, a running mean of the gradient's products with itself along that axis is kept. Its
eigenvectors, followed by one step of power iteration every few steps, turn the gradient into the
coordinates in which Adam works. Weights with one axis, biases for example, see plain Adam.

The networks here have a hundred small weights of few shapes. Weights of one shape are treated side
by side, so that a step costs a millisecond or two.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor

from triode.training.dealing import single_threaded

__all__ = ["Soap"]

_LONGEST_AXIS = 256
"""Axes longer than this keep their own coordinates, since turning costs their square."""


class Soap:
    """Changes parameters by their gradients; used as torch's optimizers are.

    The first step only looks at the gradient. A parameter without a gradient stays as it is.

    Args:
        groups: What to train; each group has a learning rate of its own in `param_groups`.
        lr: Learning rate of all groups to begin with.
        betas: How much of the mean gradient, and of the mean squares and products, is kept.
        eps: Added to the square root that is divided by.
        every: Steps from one turn of the coordinates to the next.
    """

    def __init__(
        self,
        groups: Sequence[Iterable[torch.nn.Parameter]],
        *,
        lr: float,
        betas: tuple[float, float] = (0.95, 0.95),
        eps: float = 1e-8,
        every: int = 10,
    ) -> None:
        self.param_groups: list[dict[str, Any]] = [{"lr": lr} for _ in groups]
        self._betas, self._eps, self._every = betas, eps, every
        alike: dict[tuple[int, torch.Size], list[torch.nn.Parameter]] = {}
        for number, parameters in enumerate(groups):
            for parameter in parameters:
                alike.setdefault((number, parameter.shape), []).append(parameter)
        self._group_of = [number for number, _ in alike]
        self._alike = [_Alike(some) for some in alike.values()]
        self._steps = 0

    def zero_grad(self) -> None:
        """Forget the gradients."""
        for alike in self._alike:
            for parameter in alike.parameters:
                parameter.grad = None

    @torch.no_grad()
    def step(self) -> None:
        """Change every parameter by its gradient."""
        with single_threaded():
            for number, alike in zip(self._group_of, self._alike, strict=True):
                gradient = alike.gradient()
                if self._steps:
                    rate = self.param_groups[number]["lr"]
                    alike.descend(gradient, rate, self._betas, self._eps, self._steps)
                alike.learn_axes(gradient, self._betas[1])
                if self._steps % self._every == 0:
                    alike.turn()
        self._steps += 1

    def state_dict(self) -> dict[str, Any]:
        """All that the next step depends on."""
        return {"steps": self._steps, "alike": [one.state() for one in self._alike]}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from a `state_dict` of an optimizer of the same parameters.

        Raises:
            ValueError: It has other parameters.
            KeyError, RuntimeError: It is none.
        """
        for alike, saved in zip(self._alike, state["alike"], strict=True):
            alike.restore(saved)
        self._steps = state["steps"]


class _Alike:
    """Parameters of one shape, side by side: tensors are (parameters, *shape)."""

    def __init__(self, parameters: list[torch.nn.Parameter]) -> None:
        self.parameters = parameters
        shape = parameters[0].shape
        like, count = parameters[0], len(parameters)
        self._mean = like.new_zeros((count, *shape), requires_grad=False)
        self._squares = torch.zeros_like(self._mean)
        turning = [axis for axis, size in enumerate(shape) if 1 < size <= _LONGEST_AXIS]
        self._axes = turning if len(shape) > 1 else []
        self._products = [like.new_zeros((count, shape[axis], shape[axis])) for axis in self._axes]
        # Columns are the new coordinates; none before the first gradient.
        self._bases = [torch.zeros_like(products) for products in self._products]

    def gradient(self) -> Tensor:
        return torch.stack(
            [torch.zeros_like(one) if one.grad is None else one.grad for one in self.parameters]
        )

    def descend(
        self, gradient: Tensor, rate: float, betas: tuple[float, float], eps: float, steps: int
    ) -> None:
        """Adam's step in the turned coordinates."""
        self._mean.lerp_(gradient, 1.0 - betas[0])
        self._squares.lerp_(self._turned(gradient).square(), 1.0 - betas[1])
        mean = self._turned(self._mean) / (1.0 - betas[0] ** steps)
        root = (self._squares / (1.0 - betas[1] ** steps)).sqrt()
        change = self._turned(mean / (root + eps), back=True)
        for parameter, one in zip(self.parameters, change, strict=True):
            parameter.sub_(one, alpha=rate)

    def learn_axes(self, gradient: Tensor, beta: float) -> None:
        """Update the mean products along every axis."""
        for axis, products in zip(self._axes, self._products, strict=True):
            rows = _rows(gradient, axis)
            products.lerp_(rows @ rows.mT, 1.0 - beta)

    def turn(self) -> None:
        """Bring the bases up to date: eigenvectors at first, then a step of power iteration."""
        for number, (axis, products) in enumerate(zip(self._axes, self._products, strict=True)):
            basis = self._bases[number]
            if not basis.any():
                self._bases[number] = torch.linalg.eigh(products)[1].flip(-1).contiguous()
                continue
            reached = products @ basis
            order = (basis * reached).sum(1).argsort(descending=True, stable=True)
            columns = order[:, None].expand_as(reached)
            turned = torch.linalg.qr(reached.gather(2, columns))[0]
            self._bases[number] = turned.contiguous()
            # The squares belong to coordinates, which have a new order.
            squares = _rows(self._squares, axis)
            moved = squares.gather(1, order[..., None].expand_as(squares))
            self._squares = _from_rows(moved, axis, self._squares.shape)

    def _turned(self, values: Tensor, *, back: bool = False) -> Tensor:
        for axis, basis in zip(self._axes, self._bases, strict=True):
            turned = (basis if back else basis.mT) @ _rows(values, axis)
            values = _from_rows(turned, axis, values.shape)
        return values

    def state(self) -> dict[str, Any]:
        return {
            "mean": self._mean,
            "squares": self._squares,
            "products": self._products,
            "bases": self._bases,
        }

    def restore(self, state: dict[str, Any]) -> None:
        self._mean.copy_(state["mean"])
        self._squares.copy_(state["squares"])
        for kept, saved in ((self._products, state["products"]), (self._bases, state["bases"])):
            for to, value in zip(kept, saved, strict=True):
                to.copy_(value)


def _rows(values: Tensor, axis: int) -> Tensor:
    """(count, size of the axis, everything else)."""
    return values.movedim(axis + 1, 1).flatten(2)


def _from_rows(rows: Tensor, axis: int, shape: torch.Size) -> Tensor:
    """The reverse of `_rows` for values of `shape`."""
    others = [size for number, size in enumerate(shape[1:]) if number != axis]
    return rows.reshape(shape[0], shape[axis + 1], *others).movedim(1, axis + 1).contiguous()
