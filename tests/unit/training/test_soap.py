"""The preconditioned optimizer does what the customary implementation does, and resumes exactly."""

from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch.nn import Parameter

from triode.training.soap import Soap, divided_states, joined_states

# The first gradient decides every axis; where it does not, eigenvectors are a matter of rounding.
SHAPES = [(8, 8, 6)] * 3 + [(8, 8, 1)] * 2 + [(8,)] * 3 + [(5, 5), (1,), (1, 3, 3), (300, 2)]
RATE = 3e-3
# The two add epsilon before and after correcting the bias of a mean.
TOLERANCE = 5e-6


def initial() -> list[Parameter]:
    generator = torch.Generator().manual_seed(0)
    return [Parameter(0.3 * torch.randn(shape, generator=generator)) for shape in SHAPES]


def gradients(steps: int) -> Iterator[list[torch.Tensor]]:
    """Gradients whose channels have different sizes and depend on each other."""
    generator = torch.Generator().manual_seed(1)
    mixes = [torch.randn(shape[0], shape[0], generator=generator) for shape in SHAPES]
    for _ in range(steps):
        yield [
            torch.tensordot(mix, torch.randn(shape, generator=generator), 1)
            for mix, shape in zip(mixes, SHAPES, strict=True)
        ]


def stepped(parameters: list[Parameter], optimizer: Any, steps: int, skip: int = 0) -> None:
    for number, some in enumerate(gradients(steps)):
        if number < skip:
            continue
        for parameter, gradient in zip(parameters, some, strict=True):
            parameter.grad = gradient.clone()
        optimizer.step()


def furthest(some: list[Parameter], others: list[Parameter]) -> float:
    pairs = zip(some, others, strict=True)
    return max(float((one - other).detach().abs().max()) for one, other in pairs)


def test_it_does_what_the_customary_implementation_does() -> None:
    library = pytest.importorskip("pytorch_optimizer")
    ours, theirs = initial(), initial()
    stepped(ours, Soap([ours], lr=RATE), 45)
    options = {"betas": (0.95, 0.95), "weight_decay": 0.0, "precondition_frequency": 10}
    # It has no bound between "all axes" and "none": 256, as ours.
    options["max_precondition_dim"] = 256
    stepped(theirs, library.SOAP(theirs, lr=RATE, **options), 45)
    assert furthest(ours, theirs) < TOLERANCE
    assert furthest(ours, initial()) > 1000 * TOLERANCE


def test_it_resumes_exactly() -> None:
    whole, first = initial(), initial()
    stepped(whole, Soap([whole], lr=RATE), 25)
    before = Soap([first], lr=RATE)
    stepped(first, before, 13)
    second = [Parameter(one.detach().clone()) for one in first]
    after = Soap([second], lr=RATE)
    after.load_state_dict(before.state_dict())
    stepped(second, after, 25, skip=13)
    assert furthest(whole, second) == 0.0
    assert furthest(whole, first) > 0.0


def test_each_group_has_its_own_rate_and_nothing_else_to_do_with_the_others() -> None:
    together, slow, fast = initial(), initial()[:6], initial()[6:]
    both = Soap([together[:6], together[6:]], lr=RATE)
    both.param_groups[1]["lr"] = 2 * RATE
    stepped(together, both, 25)
    for number, (some, rate) in enumerate(((slow, RATE), (fast, 2 * RATE))):
        alone = Soap([some], lr=rate)
        for of_all in gradients(25):
            for parameter, gradient in zip(some, of_all[6 * number :], strict=False):
                parameter.grad = gradient.clone()
            alone.step()
    assert furthest(together, slow + fast) == 0.0


def test_the_state_of_other_parameters_is_refused() -> None:
    state = Soap([initial()], lr=RATE).state_dict()
    with pytest.raises((RuntimeError, ValueError)):
        Soap([initial()[:3]], lr=RATE).load_state_dict(state)


def test_the_number_of_threads_changes_no_bit() -> None:
    found = []
    for threads in (1, 2, 4):
        torch.set_num_threads(threads)
        parameters = initial()
        stepped(parameters, Soap([parameters], lr=RATE), 25)
        found.append(parameters)
    assert furthest(found[0], found[1]) == furthest(found[0], found[2]) == 0.0


def test_a_parameter_without_a_gradient_stays() -> None:
    parameters = initial()
    optimizer = Soap([parameters], lr=RATE)
    for _ in range(3):
        optimizer.zero_grad()
        parameters[0].grad = torch.ones_like(parameters[0])
        optimizer.step()
    assert furthest(parameters[1:], initial()[1:]) == 0.0
    assert furthest(parameters[:1], initial()[:1]) > 0.0


def test_networks_side_by_side_are_what_each_is_alone() -> None:
    """Also when their optimizers are joined half way, and divided at the end."""
    networks = [initial() for _ in range(3)]
    optimizers = [Soap([one], lr=RATE) for one in networks]
    factors = (1.0, -0.3, 5.0)

    def step(number: int, some: list[torch.Tensor]) -> None:
        for parameter, gradient in zip(networks[number], some, strict=True):
            parameter.grad = factors[number] * gradient
        optimizers[number].step()

    beside: list[Parameter] = []
    joined = Soap([[Parameter(torch.zeros(1))]], lr=RATE)
    for steps, some in enumerate(gradients(25)):
        if steps == 7:
            beside = [
                Parameter(torch.stack(list(each)).detach()) for each in zip(*networks, strict=True)
            ]
            joined = Soap([beside], lr=RATE, networks=3)
            joined.load_state_dict(joined_states([one.state_dict() for one in optimizers]))
        for number in range(3):
            step(number, some)
        if steps >= 7:
            for parameter, gradient in zip(beside, some, strict=True):
                parameter.grad = torch.stack([factor * gradient for factor in factors])
            joined.step()
    for number, state in enumerate(divided_states(joined.state_dict(), 3)):
        alone = optimizers[number].state_dict()
        got = [Parameter(one[number].detach()) for one in beside]
        assert furthest(got, networks[number]) < TOLERANCE
        assert state["steps"] == alone["steps"] == 25
        for mine, other in zip(state["alike"], alone["alike"], strict=True):
            torch.testing.assert_close(mine, other, rtol=1e-3, atol=1e-4)
    assert furthest(networks[0], networks[1]) > 1000 * TOLERANCE
