"""From a config to its graph: the one table of architectures."""

from triode.architectures.convolutional import convnet_graph, linear_graph
from triode.architectures.recurrent import lstm_graph
from triode.architectures.wavenet import wavenet_graph
from triode.errors import GraphError
from triode.graph import Graph
from triode.nam.convolutional import ConvNetConfig, LinearConfig
from triode.nam.model import Config
from triode.nam.recurrent import LstmConfig
from triode.nam.wavenet import WaveNetConfig

__all__ = ["lower"]


def lower(config: Config) -> Graph:
    """The graph of one size.

    Raises:
        GraphError: `config` is a container, which holds several graphs, or its parts do not fit.
    """
    match config:
        case WaveNetConfig():
            return wavenet_graph(config)
        case LstmConfig():
            return lstm_graph(config)
        case ConvNetConfig():
            return convnet_graph(config)
        case LinearConfig():
            return linear_graph(config)
        case _:
            raise GraphError(
                "a container has one graph per size",
                expected="the config of one submodel",
                hint="Use triode.architectures.networks(model) for all of them.",
            )
