"""The slopes of the activations in C against their definition in float64."""

import ctypes

import numpy as np
import pytest

from triode.compiler import Isa, host_isas
from triode.compiler.emit.gradient_math import (
    GRADIENT_KINDS,
    gradient_function,
    gradient_math,
)
from triode.compiler.emit.vector_math import vector_math
from triode.compiler.emit.vectors import vector_prologue
from triode.graph import (
    ACTIVATIONS,
    apply_activation,
    apply_derivative,
    derivative_from_output,
)
from unit.compiler.segments import load_library, needs_compiler

# Every kind, with constants that turn signs and order around.
CASES: dict[str, tuple[str, tuple[float, ...]]] = {
    **{kind: (kind, ()) for kind, about in ACTIVATIONS.items() if not about.constants},
    "LeakyReLU": ("LeakyReLU", (0.01,)),
    "LeakyReLU_flat": ("LeakyReLU", (0.0,)),
    "LeakyReLU_steep": ("LeakyReLU", (1.5,)),
    "LeakyReLU_falling": ("LeakyReLU", (-0.25,)),
    "Hardtanh": ("Hardtanh", (-0.5, 2.0)),
    "Hardtanh_above": ("Hardtanh", (0.25, 0.75)),
    "LeakyHardtanh": ("LeakyHardtanh", (-1.0, 0.5, 0.01, 0.3)),
    "LeakyHardtanh_falling": ("LeakyHardtanh", (-1.0, 0.5, -0.7, -1.5)),
}
SLOPE = -0.3  # of PReLU
# A few roundings of numbers near 1. Fasttanh is a difference of two products of up to 30 times the
# result; a SiLU multiplies the rounding of 1 - sigmoid by up to 8.
LIMITS = {"Fasttanh": 4e-6, "SiLU": 1e-6}
LIMIT = 5e-7
EXTREMES = (20.0, 88.0, 100.0, 1e4, 7e4, 3e5, 1e9, 1e18, 3e38)

Floats = np.ndarray[tuple[int], np.dtype[np.float32]]


@pytest.fixture(scope="module", params=host_isas(), ids=lambda isa: isa.name)
def library(request: pytest.FixtureRequest) -> ctypes.CDLL:
    isa: Isa = request.param
    kinds = {kind for kind, _ in CASES.values()}
    kinds |= {other for kind in kinds for other in GRADIENT_KINDS.get(kind, ())}
    parts = [vector_prologue(isa), vector_math(kinds), gradient_math(kinds)]
    for name, (kind, constants) in CASES.items():
        call = gradient_function(kind, constants).format(
            "load(g + i)", "load(x + i)", f"splat({SLOPE}f)"
        )
        head = f"void run_{name}(const float *g, const float *x, float *out, unsigned count)"
        loop = f"for (unsigned i = 0; i < count; i += LANES) store(out + i, {call});"
        export = '__attribute__((visibility("default")))'
        parts.append(f"{export} {head};\n{head} {{ {loop} }}\n")
    return load_library("\n".join(parts), isa)


def run(library: ctypes.CDLL, case: str, gradient: Floats, value: Floats) -> Floats:
    count = -(-len(value) // 16) * 16
    arrays = [np.zeros(count, np.float32) for _ in range(3)]
    arrays[0][: len(gradient)], arrays[1][: len(value)] = gradient, value
    pointers = [ctypes.c_void_p(one.ctypes.data) for one in arrays]
    getattr(library, f"run_{case}")(*pointers, ctypes.c_uint(count))
    result: Floats = arrays[2][: len(value)]
    return result


def values(case: str, inputs: Floats) -> Floats:
    """What the gradient pass is given for these inputs: them, or the activation's outputs."""
    kind, constants = CASES[case]
    if not derivative_from_output(kind, constants):
        return inputs
    with np.errstate(over="ignore"):
        return apply_activation(kind, inputs.astype(np.float64), *constants).astype(np.float32)


def defined(case: str, value: Floats) -> np.ndarray:
    kind, constants = CASES[case]
    rounded = [float(np.float32(constant)) for constant in constants]
    if kind == "PReLU":
        rounded = [float(np.float32(SLOPE))]
    with np.errstate(over="ignore"):
        return apply_derivative(kind, value.astype(np.float64), *rounded)


@needs_compiler
@pytest.mark.parametrize("case", CASES)
def test_a_slope_is_its_definition(library: ctypes.CDLL, case: str) -> None:
    # Among them every kink and its neighbours: multiples of 1/64.
    inputs = np.linspace(-8.0, 8.0, 1025, dtype=np.float32)
    near = np.nextafter(inputs, np.float32(np.inf)), np.nextafter(inputs, np.float32(-np.inf))
    value = values(case, np.concatenate([inputs, *near]))
    wanted = defined(case, value)
    got = run(library, case, np.ones_like(value), value)
    limit = LIMITS.get(CASES[case][0], LIMIT)
    np.testing.assert_allclose(got, wanted, rtol=0, atol=limit)
    # The gradient of the output multiplies it.
    turned = run(library, case, np.full_like(value, -2.0), value)
    np.testing.assert_allclose(turned, -2.0 * wanted, rtol=0, atol=2.0 * limit)


@needs_compiler
@pytest.mark.parametrize("case", CASES)
def test_a_slope_far_out_is_finite(library: ctypes.CDLL, case: str) -> None:
    inputs = np.array([sign * one for one in EXTREMES for sign in (1, -1)], np.float32)
    value = values(case, inputs)
    got = run(library, case, np.ones_like(value), value)
    assert np.isfinite(got).all()
    wanted = np.nan_to_num(defined(case, value), nan=0.0)  # float64 overflows for Fasttanh
    np.testing.assert_allclose(got, wanted, rtol=0, atol=LIMITS.get(CASES[case][0], LIMIT))


@needs_compiler
def test_no_gradient_stays_none(library: ctypes.CDLL) -> None:
    """Frames that hold leftovers are multiplied by zero: the result has to be zero."""
    value = np.linspace(-50.0, 50.0, 101, dtype=np.float32)
    for case in CASES:
        got = run(library, case, np.zeros_like(value), values(case, value))
        np.testing.assert_array_equal(got, 0.0)


@needs_compiler
def test_the_comparison_notices_a_wrong_slope(library: ctypes.CDLL) -> None:
    value = np.linspace(-0.9, 0.9, 32, dtype=np.float32)
    got = run(library, "Tanh", np.ones_like(value), value)
    assert np.max(np.abs(got - defined("Sigmoid", value))) > 0.1


def test_every_kind_has_a_slope() -> None:
    assert {kind for kind, _ in CASES.values()} == set(ACTIVATIONS)
    with pytest.raises(ValueError, match="no gradient for Swoosh"):
        gradient_function("Swoosh")


def test_only_what_is_called_is_emitted() -> None:
    assert gradient_math({"Tanh", "SiLU"}) == ""
    assert "fast_tanh_slope" in gradient_math({"Fasttanh"})
