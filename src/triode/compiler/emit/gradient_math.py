"""How a gradient passes each activation, in C over the vectors of `vectors.py`.

Formulas as `triode.graph.activations` defines them; `{0}` is the gradient of the output, `{1}` the
saved value (output or input, see `derivative_from_output`), `{2}` the slopes of a PReLU.
"""

import numpy as np

__all__ = ["GRADIENT_KINDS", "gradient_function", "gradient_math"]

_ONE = "splat(1.0f)"
_ZERO = "splat(0.0f)"

GRADIENT_KINDS: dict[str, tuple[str, ...]] = {"SiLU": ("Sigmoid",)}
"""Activations whose own C functions a gradient calls."""


_FAST_TANH = """\
/*
 * The derivative of the player's rational tanh N / D, an even function. Beyond the bound it is
 * below 1e-8, and the polynomials would leave the range of floats.
 */
static INLINE vec fast_tanh_slope(vec x)
{
    const vec a = splat(2.4555075f), b = splat(0.8932299f), c = splat(0.82122666f);
    const vec d = splat(2.4450663f), e = splat(0.81464273f);
    const vec m = smaller(larger(x, splat(0.0f) - x), splat(8192.0f)), u = m * m;
    const vec n = m * fma_(fma_(c, m, b), u, fma_(a, m, a));
    const vec n_slope = fma_(splat(4.0f) * c * u, m, fma_(splat(3.0f) * b, u, fma_(a + a, m, a)));
    const vec bend = fma_(e, u, m), base = d + u;
    const vec whole = fma_(base, bend, d);
    const vec slope = fma_(m + m, bend, base * fma_(e + e, m, splat(1.0f)));
    return fma_(n_slope, whole, splat(0.0f) - n * slope) / (whole * whole);
}
"""


def gradient_math(kinds: set[str]) -> str:
    """The C functions that the gradients of these activations call besides their own."""
    return _FAST_TANH if "Fasttanh" in kinds else ""


def _literal(value: float) -> str:
    return f"splat({np.float32(value)!s}f)"


def gradient_function(  # noqa: C901 - a table with one case per kind
    kind: str, constants: tuple[float, ...] = ()
) -> str:
    """The C expression of `gradient * derivative`, to be formatted with its operands.

    Raises:
        ValueError: There is none for `kind`.
    """
    numbers = [_literal(constant) for constant in constants]
    match kind:
        case "Tanh":
            return f"({{0}} * fma_({_ZERO} - {{1}}, {{1}}, {_ONE}))"
        case "Fasttanh":
            return "({0} * fast_tanh_slope({1}))"
        case "Sigmoid":
            return f"({{0}} * ({{1}} * ({_ONE} - {{1}})))"
        case "Softsign":
            slope = f"({_ONE} - larger({{1}}, {_ZERO} - {{1}}))"
            return f"({{0}} * ({slope} * {slope}))"
        case "Softsigmoid":
            sign = f"({{1}} + {{1}} - {_ONE})"
            slope = f"({_ONE} - larger({sign}, {_ZERO} - {sign}))"
            return f"({{0}} * {_literal(0.5)} * ({slope} * {slope}))"
        case "ReLU":
            return f"pick(greater({{1}}, {_ZERO}), {{0}}, {_ZERO})"
        case "LeakyReLU":
            return f"pick(greater({{1}}, {_ZERO}), {{0}}, {{0}} * {numbers[0]})"
        case "PReLU":
            return f"pick(greater({{1}}, {_ZERO}), {{0}}, {{0}} * {{2}})"
        case "SiLU":
            share = "v_sigmoid({1})"
            return f"({{0}} * ({share} * fma_({{1}}, {_ONE} - {share}, {_ONE})))"
        case "Hardswish":
            slope = f"(({{1}} + {{1}} + {_literal(3.0)}) * {_literal(1.0 / 6.0)})"
            inside = f"pick(greater({_literal(3.0)}, {{1}}), {slope}, {_ONE})"
            return f"({{0}} * pick(greater({{1}}, {_literal(-3.0)}), {inside}, {_ZERO}))"
        case "Hardtanh":
            low, high = numbers
            above = f"pick(greater({{1}}, {low}), {{0}}, {_ZERO})"
            return f"pick(greater({high}, {{1}}), {above}, {_ZERO})"
        case "LeakyHardtanh":
            low, high, low_slope, high_slope = numbers
            above = f"pick(greater({{1}}, {high}), {high_slope}, {_ONE})"
            return f"({{0}} * pick(greater({low}, {{1}}), {low_slope}, {above}))"
        case _:
            raise ValueError(f"no gradient for {kind}")
