"""Short impulse responses become convolutions, long ones a convolution and a delayed rest."""

import numpy as np
import pytest

from triode.compiler.passes import split_fir
from triode.compiler.passes.split_fir import DIRECT_TAPS, FIR_BLOCK
from triode.graph import parse_graph
from unit.compiler.passes.before_after import check_rewrite


@pytest.mark.parametrize("taps", [1, 2, DIRECT_TAPS])
def test_a_short_one_is_convolved_directly(taps: int) -> None:
    check_rewrite(
        split_fir,
        f"""
        input = input() channels=1
        ir = fir(input) taps={taps} bias=True
        return ir
        """,
        f"""
        input = input() channels=1
        ir = conv(input) in_channels=1 out_channels=1 kernel_size={taps} bias=True
        return ir
        """,
    )


@pytest.mark.parametrize("taps", [DIRECT_TAPS + 1, 2000])
def test_a_long_one_keeps_a_delayed_rest(taps: int) -> None:
    rewrite = check_rewrite(
        split_fir,
        f"""
        input = input() channels=1
        ir = fir(input) taps={taps} bias=True
        return ir
        """,
        f"""
        input = input() channels=1
        ir = conv(input) in_channels=1 out_channels=1 kernel_size={FIR_BLOCK} bias=True
        ir.tail = fir(input) taps={taps - FIR_BLOCK} delay={FIR_BLOCK}
        ir.whole = add(ir, ir.tail)
        return ir.whole
        """,
    )
    response = np.arange(1.0, taps + 1.0)
    folded = rewrite.apply({"ir.weight": response, "ir.bias": np.zeros(1)})
    newest_last = folded["ir.weight"][0, 0]
    whole = np.concatenate([newest_last[::-1], folded["ir.tail.weight"]])
    np.testing.assert_array_equal(whole, response)


def test_readers_of_a_long_one_read_the_whole() -> None:
    check_rewrite(
        split_fir,
        """
        input = input() channels=1
        first = fir(input) taps=900
        second = fir(first) taps=3
        sum = add(first, second)
        return sum
        """,
        f"""
        input = input() channels=1
        first = conv(input) in_channels=1 out_channels=1 kernel_size={FIR_BLOCK} bias=False
        first.tail = fir(input) taps={900 - FIR_BLOCK} delay={FIR_BLOCK}
        first.whole = add(first, first.tail)
        second = conv(first.whole) in_channels=1 out_channels=1 kernel_size=3 bias=False
        sum = add(first.whole, second)
        return sum
        """,
    )


def test_what_was_split_stays() -> None:
    graph = parse_graph(
        """
        input = input() channels=1
        ir = fir(input) taps=900
        return ir
        """
    )
    once = split_fir(graph).graph
    assert split_fir(once).graph == once
