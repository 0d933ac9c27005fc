"""Sums of products over frames, in C, against NumPy in float64."""

import ctypes

import numpy as np
import pytest

from triode.compiler import ISAS, Isa, host_isas
from triode.compiler.emit.reduction import (
    correlation_blocks,
    correlation_limits,
    correlation_name,
    correlation_text,
    reduction_helpers,
    row_sum_name,
    row_sum_text,
)
from triode.compiler.emit.vectors import vector_prologue
from unit.compiler.segments import load_library, needs_compiler

SIZES = ((1, 1), (1, 2), (3, 1), (3, 2), (4, 2), (5, 2), (8, 2), (8, 3))
ROWS = (1, 3, 4, 8)
FRAMES = 192
PLANE = FRAMES + 32
REACH = 2 * 5
"""How far three taps with dilation 5 look back."""
# Of float32 sums of 192 products of numbers near 1: a rounding of 6e-8 of up to 20 for each step.
TOLERANCE = 2e-5

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float32]]


@pytest.fixture(scope="module", params=host_isas(), ids=lambda isa: isa.name)
def isa(request: pytest.FixtureRequest) -> Isa:
    found: Isa = request.param
    return found


@pytest.fixture(scope="module")
def library(isa: Isa) -> ctypes.CDLL:
    calls = [
        f"""EXPORT void {correlation_name(o, i)}_(const float *g, const float *x, float *sums)
{{
    {correlation_name(o, i)}(g, {PLANE}, x, {PLANE}, sums, {i}, 1, 1, 0, {FRAMES});
}}
"""
        for o, i in SIZES
    ]
    calls += [
        *(
            f"""EXPORT void {row_sum_name(rows)}_(const float *g, const float *x, float *sums)
{{
    (void)x;
    {row_sum_name(rows)}(g, {PLANE}, sums, {FRAMES});
}}
"""
            for rows in ROWS
        ),
        *(
            f"""EXPORT void slopes{count}(const float *g, const float *x, float *sums)
{{
    sum_negative(g, {PLANE}, x, {PLANE}, sums, 3, {count}, {FRAMES});
}}
"""
            for count in (1, 3)
        ),
    ]
    calls.append(
        f"""EXPORT void taps(const float *g, const float *x, float *sums)
{{
    {correlation_name(4, 2)}(g, {PLANE}, x + {REACH}, {PLANE}, sums, 6, 3, 3, 5, {FRAMES - 16});
}}
"""
    )
    export = '#define EXPORT __attribute__((visibility("default")))\n'
    texts = [correlation_text(o, i, isa) for o, i in SIZES]
    texts += [row_sum_text(rows, isa) for rows in ROWS]
    source = "\n".join([vector_prologue(isa), export, reduction_helpers(isa), *texts, *calls])
    # Exported functions need no declaration of their own here.
    return load_library(f'#pragma GCC diagnostic ignored "-Wmissing-prototypes"\n{source}', isa)


def summed(library: ctypes.CDLL, name: str, count: int, times: int = 1) -> np.ndarray:
    """What the function adds to `count` sums that begin at 1."""
    gradients, values = signals()
    sums = np.ones(count + 2, np.float32)
    arrays = [ctypes.c_void_p(one.ctypes.data) for one in (gradients, values, sums)]
    for _ in range(times):
        getattr(library, name)(*arrays)
    assert tuple(sums[count:]) == (1.0, 1.0), "it wrote behind the sums"
    return sums[:count].astype(np.float64) - 1.0


def signals() -> tuple[Floats, Floats]:
    """Rows of gradients and of values; what lies behind their frames is not a number."""
    rng = np.random.default_rng(7)
    both = rng.standard_normal((2, 8, PLANE)).astype(np.float32)
    both[..., FRAMES:] = np.nan
    return both[0], both[1]


@needs_compiler
@pytest.mark.parametrize(("outputs", "inputs"), SIZES)
def test_a_block_is_every_product_summed(library: ctypes.CDLL, outputs: int, inputs: int) -> None:
    gradients, values = (one[:, :FRAMES].astype(np.float64) for one in signals())
    wanted = (gradients[:outputs] @ values[:inputs].T).ravel()
    name = f"{correlation_name(outputs, inputs)}_"
    got = summed(library, name, outputs * inputs)
    np.testing.assert_allclose(got, wanted, rtol=0, atol=TOLERANCE)
    twice = summed(library, name, outputs * inputs, times=2)
    np.testing.assert_allclose(twice, 2.0 * wanted, rtol=0, atol=2.0 * TOLERANCE)
    # A neighbouring row would be another number altogether.
    other = (gradients[:outputs] @ values[1 : inputs + 1].T).ravel()
    assert np.max(np.abs(got - other)) > 1.0


@needs_compiler
def test_every_tap_has_its_own_delay(library: ctypes.CDLL) -> None:
    frames = FRAMES - 16
    gradients, values = (one.astype(np.float64) for one in signals())
    wanted = [
        [[g[:frames] @ x[5 * tap : 5 * tap + frames] for tap in range(3)] for x in values[:2]]
        for g in gradients[:4]
    ]
    got = summed(library, "taps", 24)
    np.testing.assert_allclose(got, np.ravel(wanted), rtol=0, atol=TOLERANCE)


@needs_compiler
@pytest.mark.parametrize("rows", ROWS)
def test_a_bias_gets_the_sum_of_its_row(library: ctypes.CDLL, rows: int) -> None:
    wanted = signals()[0][:rows, :FRAMES].astype(np.float64).sum(1)
    got = summed(library, f"{row_sum_name(rows)}_", rows)
    np.testing.assert_allclose(got, wanted, rtol=0, atol=TOLERANCE)


@needs_compiler
def test_slopes_get_the_negative_inputs(library: ctypes.CDLL) -> None:
    gradients, values = (one[:3, :FRAMES].astype(np.float64) for one in signals())
    wanted = (gradients * np.minimum(values, 0.0)).sum(1)
    got = summed(library, "slopes3", 3)
    np.testing.assert_allclose(got, wanted, rtol=0, atol=TOLERANCE)
    shared = summed(library, "slopes1", 3)
    np.testing.assert_allclose(shared, [wanted.sum(), 0.0, 0.0], rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("most", [1, 2, 4, 8])
@pytest.mark.parametrize("channels", [1, 2, 3, 7, 8, 9, 16, 23])
def test_blocks_cover_every_channel_once(channels: int, most: int) -> None:
    blocks = correlation_blocks(channels, most)
    covered = [channel for first, size in blocks for channel in range(first, first + size)]
    assert covered == list(range(channels))
    assert all(1 <= size <= most for _, size in blocks)


@pytest.mark.parametrize("name", sorted(ISAS))
def test_a_block_fits_the_registers(name: str) -> None:
    outputs, inputs = correlation_limits(ISAS[name])
    # The sums, one gradient at a time, and the inputs.
    assert outputs * inputs + 1 + inputs <= ISAS[name].registers
