"""The activations in C, over the vectors of `vectors.py`: accurate, without branches or tables.

Every function is exact to a few units in the last place over all finite inputs (the tests state
the bounds); a result below the smallest normal float may become zero, and so may a SiLU below
1.1e-36. Where the processor flushes denormals, inputs below 1e-33 lose digits. A NaN comes out as
some number or NaN.

- tanh(x) = x (1/8 + R(x^2) / Q(x^2)) up to where float32 rounds it to one: a minimax fraction by
  `benchmarks/fit_tanh.py`, relative error 2.2e-8, with an exact eighth taken out, since for large x
  the rounding errors of the rest then weigh little (3.9 ulp instead of 6). The limit is an input
  for which all roundings, with and without fused multiply-add, give exactly one.
- exp: x = n ln 2 + r, a minimax polynomial of r from the same script, 2^n made from bits.
- sigmoid(x) = 1 / (1 + exp(-x)) keeps its relative accuracy on both sides.
- A quotient with AVX-512 is the reciprocal estimate and one correction, as accurate as the slow
  divider; narrower dividers hide behind the other arithmetic.

Made for `-ffp-contract=off` and without -ffast-math, whose reassociation would undo the rounding.
"""

from collections.abc import Iterable

import numpy as np

__all__ = [
    "EXP_COEFFICIENTS",
    "LIBM_KINDS",
    "TANH_DENOMINATOR",
    "TANH_NUMERATOR",
    "activation_function",
    "vector_math",
]

TANH_NUMERATOR = (0.875, 0.07543186, 0.00026191265, -2.0470645e-05, -8.399384e-08)
TANH_DENOMINATOR = (1.0, 0.46716008, 0.025884362, 0.00032885175, 7.790251e-07)
_TANH_LIMIT = 9.01
LIBM_KINDS = frozenset({"Tanh", "Sigmoid", "SiLU"})
"""The activations for which a C library has a function."""

EXP_COEFFICIENTS = (1.0, 1.0, 0.5, 0.16666578, 0.041666556, 0.008363173, 0.0013926176)


def _literal(value: float) -> str:
    """The shortest C literal that is `value` rounded to float32."""
    return f"{np.float32(value)!s}f"


def _horner(coefficients: tuple[float, ...], variable: str) -> str:
    """The polynomial with these coefficients, constant term first, as nested multiply-adds."""
    text = f"splat({_literal(coefficients[-1])})"
    for coefficient in reversed(coefficients[:-1]):
        text = f"fma_({text}, {variable}, splat({_literal(coefficient)}))"
    return text


_UNSIGNED = """\
#if LANES == 1
typedef uint32_t uvec;
#else
typedef uint32_t uvec __attribute__((vector_size(4 * LANES)));
#endif
"""

_MAGNITUDE = """\
static INLINE vec magnitude(vec x) { return vec_of(bits_of(x) & isplat(0x7fffffff)); }
"""

# The range instruction's 2: of the two magnitudes the smaller, with the sign of the first.
_BOUNDED = """\
static INLINE vec bounded(vec x, float limit) {
#if LANES == 16 && defined(__AVX512DQ__)
    return (vec)_mm512_range_ps((__m512)x, (__m512)splat(limit), 2);
#else
    return larger(smaller(x, splat(limit)), splat(-limit));
#endif
}
"""

# The estimate of a reciprocal is good to 14 bits and exact for powers of two, so that a tiny a,
# whose residual would underflow, needs no correction wherever b is then a power of two.
_DIVIDE = """\
/* a / b for 1 <= b <= 2^126 */
static INLINE vec v_divide(vec a, vec b) {
#if LANES == 16 && defined(__AVX512F__)
    const vec reciprocal = (vec)_mm512_rcp14_ps((__m512)b);
    const vec estimate = a * reciprocal;
    return fma_(fma_(-b, estimate, a), reciprocal, estimate);
#else
    return a / b;
#endif
}
"""

_TANH = f"""\
static INLINE vec v_tanh(vec x) {{
    const vec z = bounded(x, {_literal(_TANH_LIMIT)});
    const vec u = z * z;
    const vec numerator = {_horner(TANH_NUMERATOR, "u")};
    const vec denominator = {_horner(TANH_DENOMINATOR, "u")};
    return fma_(z, splat(0.125f), v_divide(z * numerator, denominator));
}}
"""

# Adding 1.5 * 2^23 rounds to an integer; its low bits, 127 more, are the exponent field of 2^n.
# 355/512 has nine bits, so its product with n is exact even without a fused multiply-add.
_EXP = f"""\
static INLINE vec v_exp(vec x) {{
    const vec z = larger(smaller(x, splat(89.0f)), splat(-104.0f));
    const vec shifted = fma_(z, splat(1.442695f), splat(12582912.0f));
    const vec n = shifted - splat(12582912.0f);
    const vec r = fma_(n, splat(2.1219444e-4f), fma_(n, splat(-0.693359375f), z));
    const vec power = {_horner(EXP_COEFFICIENTS, "r")};
    const ivec whole = bits_of(shifted) - isplat(0x4b400000);
    const ivec half = whole >> 1;
    const vec first = vec_of((half + 127) << 23);
    const vec second = vec_of((whole - half + 127) << 23);
    return power * first * second;
}}
"""

# At the limit exp(-x) passes 2^126, whose reciprocal is the smallest normal float.
_ONE_PLUS_EXP = f"""\
#define EXP_LIMIT 87.33655f
/* 1 + exp(-x), and 1 + exp(+-EXP_LIMIT) beyond */
static INLINE vec one_plus_exp_of_minus(vec x) {{
    const vec z = bounded(x, EXP_LIMIT);
    const vec shifted = fma_(z, splat(-1.442695f), splat(12583039.0f));
    const vec n = shifted - splat(12583039.0f);
    const vec r = fma_(n, splat(-2.1219444e-4f), fma_(n, splat(0.693359375f), z));
    const vec power = {_horner(tuple(c * (-1) ** i for i, c in enumerate(EXP_COEFFICIENTS)), "r")};
    return fma_(power, vec_of((ivec)((uvec)bits_of(shifted) << 23)), splat(1.0f));
}}
"""

_SIGMOID = """\
static INLINE vec v_sigmoid(vec x) {
    const vec one_or_zero = pick(greater(x, splat(-EXP_LIMIT)), splat(1.0f), splat(0.0f));
    return v_divide(one_or_zero, one_plus_exp_of_minus(x));
}
"""

_SILU = """\
static INLINE vec v_silu(vec x) {
    const vec x_or_zero = pick(greater(x, splat(-EXP_LIMIT)), x, splat(0.0f));
    return v_divide(x_or_zero, one_plus_exp_of_minus(x));
}
"""

_SOFTSIGN = """\
static INLINE vec v_softsign(vec x) {
    const vec z = bounded(x, 0x1p126f);
    return v_divide(z, splat(1.0f) + magnitude(z));
}
"""

# One quotient instead of 1 + x / (1 + |x|), whose terms cancel for large negative x.
_SOFTSIGMOID = """\
static INLINE vec v_softsigmoid(vec x) {
    const vec z = bounded(x, 0x1p126f);
    return v_divide(splat(0.5f) + larger(z, splat(0.0f)), splat(1.0f) + magnitude(z));
}
"""

# Both polynomials grow with the fourth power: the bound keeps them finite where the quotient has
# long reached its limit.
_FASTTANH = """\
static INLINE vec v_fasttanh(vec x) {
    const vec z = bounded(x, 0x1p26f);
    const vec a = magnitude(z);
    const vec u = z * z;
    const vec low = fma_(a, splat(2.45550750702956f), splat(2.45550750702956f));
    const vec high = fma_(a, splat(0.821226666969744f), splat(0.893229853513558f));
    const vec factor = fma_(u, splat(0.814642734961073f), a);
    const vec constant = splat(2.44506634652299f);
    return v_divide(z * fma_(high, u, low), fma_(constant + u, factor, constant));
}
"""

_RELU = """\
static INLINE vec v_relu(vec x) { return larger(x, splat(0.0f)); }
"""

_LEAKY_RELU = """\
/* for 0 <= slope <= 1 */
static INLINE vec v_leaky_relu(vec x, float slope) { return larger(x, splat(slope) * x); }
"""

_PRELU = """\
static INLINE vec v_prelu(vec x, vec slope) {
    return pick(greater(x, splat(0.0f)), x, slope * x);
}
"""

_HARDTANH = """\
static INLINE vec v_hardtanh(vec x, float low, float high) {
    return larger(smaller(x, splat(high)), splat(low));
}
"""

_LEAKY_HARDTANH = """\
/* one slope on both sides */
static INLINE vec v_leaky_hardtanh(vec x, float low, float high, float slope) {
    const vec inside = v_hardtanh(x, low, high);
    return fma_(splat(slope), x - inside, inside);
}

static INLINE vec v_leaky_hardtanh_uneven(
    vec x, float low, float high, float low_slope, float high_slope) {
    const vec inside = v_hardtanh(x, low, high);
    const vec slope = pick(greater(x, splat(high)), splat(high_slope), splat(low_slope));
    return fma_(slope, x - inside, inside);
}
"""

_HARDSWISH = """\
static INLINE vec v_hardswish(vec x) {
    return x * (v_hardtanh(x + splat(3.0f), 0.0f, 6.0f) * splat(0.16666667f));
}
"""

# One call for every lane, as code does that leaves these functions to the C library.
_LIBM = """\
float tanhf(float x);
float expf(float x);

static INLINE vec v_tanh(vec x) {
    float lanes[LANES];
    store(lanes, x);
    for (int lane = 0; lane < LANES; ++lane)
        lanes[lane] = tanhf(lanes[lane]);
    return load(lanes);
}

static INLINE vec v_sigmoid(vec x) {
    float lanes[LANES];
    store(lanes, x);
    for (int lane = 0; lane < LANES; ++lane)
        lanes[lane] = 1.0f / (1.0f + expf(-lanes[lane]));
    return load(lanes);
}

static INLINE vec v_silu(vec x) { return x * v_sigmoid(x); }
"""

# Each text with the kinds that need it, in an order in which everything is defined before its use.
_PARTS: tuple[tuple[str, frozenset[str]], ...] = (
    (_UNSIGNED, frozenset({"Sigmoid", "SiLU"})),
    (_MAGNITUDE, frozenset({"Softsign", "Softsigmoid", "Fasttanh"})),
    (_BOUNDED, frozenset({"Tanh", "Sigmoid", "SiLU", "Softsign", "Softsigmoid", "Fasttanh"})),
    (_DIVIDE, frozenset({"Tanh", "Sigmoid", "SiLU", "Softsign", "Softsigmoid", "Fasttanh"})),
    (_EXP, frozenset({"Exp"})),
    (_ONE_PLUS_EXP, frozenset({"Sigmoid", "SiLU"})),
    (_TANH, frozenset({"Tanh"})),
    (_SIGMOID, frozenset({"Sigmoid"})),
    (_SILU, frozenset({"SiLU"})),
    (_SOFTSIGN, frozenset({"Softsign"})),
    (_SOFTSIGMOID, frozenset({"Softsigmoid"})),
    (_FASTTANH, frozenset({"Fasttanh"})),
    (_RELU, frozenset({"ReLU"})),
    (_PRELU, frozenset({"PReLU", "LeakyReLU"})),
    (_LEAKY_RELU, frozenset({"LeakyReLU"})),
    (_HARDTANH, frozenset({"Hardtanh", "LeakyHardtanh", "Hardswish"})),
    (_LEAKY_HARDTANH, frozenset({"LeakyHardtanh"})),
    (_HARDSWISH, frozenset({"Hardswish"})),
)


def vector_math(kinds: Iterable[str], *, libm: bool = False) -> str:
    """The C functions that the activations `kinds` need, each once, in an order that compiles.

    Beside the kinds of `triode.graph.ACTIVATIONS`, "Exp" brings `v_exp`. With `libm` the C
    library's scalar functions take the place of ours in Tanh, Sigmoid and SiLU, so that a study
    can tell what these cost where code does that.
    """
    wanted = frozenset(kinds)
    from_libm = wanted & LIBM_KINDS if libm else frozenset()
    parts = [_LIBM] if from_libm else []
    parts += [text for text, users in _PARTS if users & (wanted - from_libm)]
    return "\n".join(parts)


def activation_function(kind: str, constants: tuple[float, ...] = ()) -> str:
    """The C expression that applies the activation `kind`, to be formatted with its operands.

    Args:
        kind: One of `triode.graph.ACTIVATIONS`, or "Exp".
        constants: The kind's, in the order of `triode.graph.ACTIVATIONS`.

    Returns:
        A template: `{0}` is the vector; `{1}`, in PReLU only, the vector of slopes.
    """
    match kind:
        case "PReLU":
            return "v_prelu({0}, {1})"
        case "LeakyReLU" if not 0.0 <= constants[0] <= 1.0:
            return f"v_prelu({{0}}, splat({_literal(constants[0])}))"
        case "LeakyHardtanh" if constants[2] != constants[3]:
            name = "v_leaky_hardtanh_uneven"
        case "LeakyHardtanh":
            name, constants = "v_leaky_hardtanh", constants[:3]
        case "LeakyReLU":
            name = "v_leaky_relu"
        case _:
            name = f"v_{kind.lower()}"
    return f"{name}({', '.join(['{0}', *map(_literal, constants)])})"
