"""Weights in the order in which the code reads them."""

import numpy as np
import pytest

from triode.compiler.emit.packing import PackedConv, PackedTensor, pack
from triode.graph import Conv


def test_a_convolution_block_by_block_tap_by_tap() -> None:
    conv = Conv(in_channels=2, out_channels=3, kernel_size=2)
    weight = np.array([[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]], [[9.0, 10.0], [11, 12]]])
    item = PackedConv("conv", conv, (2, 1))
    packed = item.pack({"conv.weight": weight, "conv.bias": np.array([0.1, 0.2, 0.3])})
    first = [0.1, 0.2, 1, 5, 3, 7, 2, 6, 4, 8]
    np.testing.assert_array_equal(packed, [*first, 0.3, 9, 11, 10, 12])
    assert item.size == len(packed)


def test_a_grouped_one_without_bias() -> None:
    conv = Conv(in_channels=4, out_channels=2, groups=2, bias=False)
    item = PackedConv("conv", conv, (1,))
    packed = item.pack({"conv.weight": np.array([[[1.0], [2.0]], [[3.0], [4.0]]])})
    np.testing.assert_array_equal(packed, [1, 2, 3, 4])
    assert item.size == 4


@pytest.mark.parametrize("blocks", [(6,), (3, 3), (1, 1, 2, 2)])
@pytest.mark.parametrize("groups", [1, 2])
def test_every_weight_once(blocks: tuple[int, ...], groups: int) -> None:
    outputs = sum(blocks) * groups
    conv = Conv(in_channels=4, out_channels=outputs, kernel_size=3, groups=groups)
    count = outputs * 4 // groups * 3
    numbers = np.arange(float(count + outputs))
    tensors = {
        "conv.weight": numbers[:count].reshape(outputs, -1, 3),
        "conv.bias": numbers[count:],
    }
    packed = PackedConv("conv", conv, blocks).pack(tensors)
    np.testing.assert_array_equal(np.sort(packed), numbers)


def test_tensors_and_padding() -> None:
    tensor = np.array([[1.0, 2.0], [3.0, 4.0]])
    items = (PackedTensor("t", 4), PackedTensor("t", 4, transposed=True))
    packed = pack(items, {"t": tensor}, 10)
    assert packed.dtype == np.float32
    np.testing.assert_array_equal(packed, [1, 2, 3, 4, 1, 3, 2, 4, 0, 0])


def test_nothing_is_padding_alone() -> None:
    np.testing.assert_array_equal(pack((), {}, 3), np.zeros(3))
