"""The C that two layers become, whole: a change of the emitter shows as a difference to read.

One small file is kept, since everything else about the code is tested by what it plays.
"""

from collections.abc import Callable
from pathlib import Path

from triode.compiler import ISAS, emit_module
from triode.graph import parse_graph

TWO_LAYERS = """
    input = input() channels=1
    rechannel = conv(input) in_channels=1 out_channels=2 bias=False
    layer0.conv = conv(rechannel) in_channels=2 out_channels=2 kernel_size=3 dilation=1
    layer0.input_mixin = conv(input) in_channels=1 out_channels=2 bias=False
    layer0.sum = add(layer0.conv, layer0.input_mixin)
    layer0.activation = activation(layer0.sum) kind='Tanh'
    layer0.layer1x1 = conv(layer0.activation) in_channels=2 out_channels=2
    layer0.residual = add(rechannel, layer0.layer1x1)
    layer1.conv = conv(layer0.residual) in_channels=2 out_channels=2 kernel_size=3 dilation=2
    layer1.input_mixin = conv(input) in_channels=1 out_channels=2 bias=False
    layer1.sum = add(layer1.conv, layer1.input_mixin)
    layer1.activation = activation(layer1.sum) kind='Tanh'
    head_sum = add(layer0.activation, layer1.activation)
    head_rechannel = conv(head_sum) in_channels=2 out_channels=1
    head_scale = scale(head_rechannel)
    return head_scale
    """


def test_the_code_is_the_golden_one(golden: Callable[[str, str], None]) -> None:
    module = emit_module(parse_graph(TWO_LAYERS), ISAS["avx2"], title="two layers")
    golden("code/two-layers.c", module.source)


def test_no_golden_file_is_left_over() -> None:
    files = {path.name for path in (Path(__file__).parent / "code").iterdir()}
    assert files == {"two-layers.c"}
