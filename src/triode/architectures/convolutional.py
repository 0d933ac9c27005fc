"""ConvNet and Linear configs to graphs."""

from triode.architectures.activation import activation_operation
from triode.graph import BatchNorm, Conv, Fir, Graph, GraphBuilder
from triode.nam.convolutional import CONVNET_KERNEL_SIZE, ConvNetConfig, LinearConfig

__all__ = ["convnet_graph", "linear_graph"]


def convnet_graph(config: ConvNetConfig) -> Graph:
    """The graph of a ConvNet: per block convolution, perhaps batchnorm, activation; linear head."""
    builder = GraphBuilder()
    signal = builder.input(1)
    width = 1
    for index, dilation in enumerate(config.dilations):
        name = f"block{index}"
        conv = Conv(
            in_channels=width,
            out_channels=config.channels,
            kernel_size=CONVNET_KERNEL_SIZE,
            dilation=dilation,
            groups=config.groups,
            bias=not config.batchnorm,
        )
        signal = builder.add(f"{name}.conv", conv, signal)
        if config.batchnorm:
            signal = builder.add(f"{name}.batchnorm", BatchNorm(channels=config.channels), signal)
        activation = activation_operation(config.activation)
        signal = builder.add(f"{name}.activation", activation, signal)
        width = config.channels
    return builder.build(builder.add("head", Conv(in_channels=width, out_channels=1), signal))


def linear_graph(config: LinearConfig) -> Graph:
    """The graph of an impulse response."""
    builder = GraphBuilder()
    signal = builder.input(1)
    fir = Fir(taps=config.receptive_field, bias=config.bias)
    return builder.build(builder.add("fir", fir, signal))
