"""SOAP: Adam in the coordinates in which a layer's gradients are least correlated.

Vyas, Morwani, Zhao, Shapira, Brandfonbrener, Janson and Kakade 2024, "SOAP: Improving and
Stabilizing Shampoo using Adam". For every axis of a weight, output channels, input channels and
taps, a running mean of the gradient's products with itself along that axis is kept. Its
eigenvectors, followed by one step of power iteration every few steps, turn the gradient into the
coordinates in which Adam works. Weights with one axis, biases for example, see plain Adam.

The networks here have a hundred small weights of few shapes. Weights of one shape are treated side
by side, so that a step costs a millisecond or two.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from torch import Tensor

from triode.training.dealing import single_threaded

__all__ = ["Soap", "divided_states", "joined_states"]

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
        networks: The first axis of every parameter counts so many networks, which share nothing;
            None for parameters without such an axis.
    """

    def __init__(
        self,
        groups: Sequence[Iterable[torch.nn.Parameter]],
        *,
        lr: float,
        betas: tuple[float, float] = (0.95, 0.95),
        eps: float = 1e-8,
        every: int = 10,
        networks: int | None = None,
    ) -> None:
        self.param_groups: list[dict[str, Any]] = [{"lr": lr} for _ in groups]
        self._betas, self._eps, self._every = betas, eps, every
        alike: dict[tuple[int, torch.Size], list[torch.nn.Parameter]] = {}
        for number, parameters in enumerate(groups):
            for parameter in parameters:
                alike.setdefault((number, parameter.shape), []).append(parameter)
        self._group_of = [number for number, _ in alike]
        self._alike = [_Alike(some, networks) for some in alike.values()]
        self._steps = 0
        # Tensors, since a card repeats a step with whatever they hold by then; see `prepare`.
        like = self._alike[0].parameters[0]
        self._rates = like.new_zeros(len(self.param_groups), requires_grad=False)
        self._corrections = like.new_zeros(2, requires_grad=False)

    def zero_grad(self) -> None:
        """Forget the gradients."""
        for alike in self._alike:
            for parameter in alike.parameters:
                parameter.grad = None

    def step(self) -> None:
        """Change every parameter by its gradient."""
        with single_threaded():
            self.prepare()
            self.change()
            self.turn()

    def prepare(self) -> None:
        """Note what the step to come depends on, beside the gradients."""
        self._rates.copy_(torch.tensor([group["lr"] for group in self.param_groups]))
        powers = [beta ** max(1, self._steps) for beta in self._betas]
        self._corrections.copy_(torch.tensor([1.0 / (1.0 - power) for power in powers]))

    @torch.no_grad()
    def change(self) -> None:
        """The step itself, which a card can record and repeat; not the first one, which differs."""
        for number, alike in zip(self._group_of, self._alike, strict=True):
            gradient = alike.gradient()
            if self._steps:
                rate = self._rates[number]
                alike.descend(gradient, rate, self._betas, self._eps, self._corrections)
            alike.learn_axes(gradient, self._betas[1])

    @torch.no_grad()
    def turn(self) -> None:
        """End the step; every few steps, bring the coordinates up to date."""
        if self._steps % self._every == 0:
            for alike in self._alike:
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
    """Parameters of one shape, side by side: tensors are (parameters, *shape).

    Those of several networks lie parameter by parameter, and within each network by network.
    """

    def __init__(self, parameters: list[torch.nn.Parameter], networks: int | None) -> None:
        self.parameters = parameters
        like = parameters[0]
        shape = like.shape if networks is None else like.shape[1:]
        count = len(parameters) * (networks or 1)
        self._mean = like.new_zeros((count, *shape), requires_grad=False)
        self._squares = torch.zeros_like(self._mean)
        turning = [axis for axis, size in enumerate(shape) if 1 < size <= _LONGEST_AXIS]
        self._axes = turning if len(shape) > 1 else []
        self._products = [like.new_zeros((count, shape[axis], shape[axis])) for axis in self._axes]
        # Columns are the new coordinates; none before the first gradient.
        self._bases = [torch.zeros_like(products) for products in self._products]

    def gradient(self) -> Tensor:
        gradients = [
            torch.zeros_like(one) if one.grad is None else one.grad for one in self.parameters
        ]
        return torch.stack(gradients).view_as(self._mean)

    def descend(
        self,
        gradient: Tensor,
        rate: Tensor,
        betas: tuple[float, float],
        eps: float,
        corrections: Tensor,
    ) -> None:
        """Adam's step in the turned coordinates; `corrections` take away the means' bias."""
        self._mean.lerp_(gradient, 1.0 - betas[0])
        self._squares.lerp_(self._turned(gradient).square(), 1.0 - betas[1])
        mean = self._turned(self._mean) * corrections[0]
        root = (self._squares * corrections[1]).sqrt()
        change = rate * self._turned(mean / (root + eps), back=True)
        changes = change.reshape(len(self.parameters), *self.parameters[0].shape)
        for parameter, one in zip(self.parameters, changes, strict=True):
            parameter.sub_(one)

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
                # A network whose gradient is no number is lost, but may not take others with it.
                sound = products.nan_to_num(0.0, 0.0, 0.0)
                basis.copy_(torch.linalg.eigh(sound)[1].flip(-1))
                continue
            reached = products @ basis
            order = (basis * reached).sum(1).argsort(descending=True, stable=True)
            columns = order[:, None].expand_as(reached)
            basis.copy_(torch.linalg.qr(reached.gather(2, columns))[0])
            # The squares belong to coordinates, which have a new order.
            squares = _rows(self._squares, axis)
            moved = squares.gather(1, order[..., None].expand_as(squares))
            self._squares.copy_(_from_rows(moved, axis, self._squares.shape))

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


def joined_states(states: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The state of one optimizer of several networks, from that of one for each."""
    joined: dict[str, Any] = _by_tensor(lambda some: torch.stack(some, 1).flatten(0, 1), states)
    return joined


def divided_states(state: dict[str, Any], networks: int) -> list[dict[str, Any]]:
    """The reverse of `joined_states`."""

    def part(number: int) -> dict[str, Any]:
        own: dict[str, Any] = _by_tensor(lambda some: some[0][number::networks], [state])
        return own

    return [part(number) for number in range(networks)]


def _by_tensor(make: Callable[[list[Tensor]], Tensor], states: Sequence[Any]) -> Any:
    """The same nest of lists and dicts, each tensor made of those in its place."""
    first = states[0]
    if isinstance(first, Tensor):
        return make(list(states))
    if isinstance(first, dict):
        return {key: _by_tensor(make, [one[key] for one in states]) for key in first}
    if isinstance(first, list):
        return [_by_tensor(make, list(some)) for some in zip(*states, strict=True)]
    return first


def _rows(values: Tensor, axis: int) -> Tensor:
    """(count, size of the axis, everything else)."""
    return values.movedim(axis + 1, 1).flatten(2)


def _from_rows(rows: Tensor, axis: int, shape: torch.Size) -> Tensor:
    """The reverse of `_rows` for values of `shape`."""
    others = [size for number, size in enumerate(shape[1:]) if number != axis]
    return rows.reshape(shape[0], shape[axis + 1], *others).movedim(1, axis + 1).contiguous()
