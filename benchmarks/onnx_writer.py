"""A graph of convolutions, sums, products and LeakyReLU as ONNX.

Every convolution pads the past with zeros, so that all values have the same length and nothing has
to be cut: the fastest form for a runtime that sees the whole file. It equals the graph once the
receptive field is full of signal.
"""

import numpy as np
from onnx import NodeProto, TensorProto, checker, helper, numpy_helper

from triode.graph import Activation, Add, Conv, Graph, Input, Mul, Node, Parameters, Scale

__all__ = ["onnx_bytes"]

OPSET = 17
IR_VERSION = 10


def onnx_bytes(graph: Graph, parameters: Parameters) -> bytes:
    """The model: `input` (1, channels, frames) to `output`, float32.

    Raises:
        TypeError: The graph has an operation that A2 does not need.
    """
    names = {graph.input.name: "input", graph.output: "output"}
    nodes = [_node(node, names) for node in graph.nodes if not isinstance(node.operation, Input)]
    constants = [
        numpy_helper.from_array(np.asarray(parameters[one.name], np.float32), one.name)
        for one in graph.parameters
    ]
    values = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, channels, "frames"])
        for name, channels in (("input", graph.input_channels), ("output", graph.output_channels))
    ]
    body = helper.make_graph(nodes, "model", values[:1], values[1:], constants)
    imports = [helper.make_opsetid("", OPSET)]
    model = helper.make_model(body, opset_imports=imports, ir_version=IR_VERSION)
    checker.check_model(model)
    return bytes(model.SerializeToString())


def _node(node: Node, names: dict[str, str]) -> NodeProto:
    inputs = [names.get(name, name) for name in node.inputs]
    output = [names.get(node.name, node.name)]
    match node.operation:
        case Conv() as conv:
            weights = [f"{node.name}.weight"] + ([f"{node.name}.bias"] if conv.bias else [])
            return helper.make_node(
                "Conv",
                [*inputs, *weights],
                output,
                dilations=[conv.dilation],
                group=conv.groups,
                kernel_shape=[conv.kernel_size],
                pads=[conv.lookback, 0],
            )
        case Activation(kind="LeakyReLU", constants=(slope,)):
            return helper.make_node("LeakyRelu", inputs, output, alpha=slope)
        case Add():
            return helper.make_node("Add", inputs, output)
        case Mul():
            return helper.make_node("Mul", inputs, output)
        case Scale():
            return helper.make_node("Mul", [*inputs, f"{node.name}.value"], output)
    raise TypeError(f"no ONNX for {node.operation}")
