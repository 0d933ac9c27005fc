"""LSTM config to graph."""

from triode.graph import Conv, Graph, GraphBuilder, Lstm
from triode.nam.recurrent import LstmConfig

__all__ = ["lstm_graph"]

_SETTLE_SECONDS = 0.5
"""Players feed this much silence after loading the file's initial state."""


def lstm_graph(config: LstmConfig) -> Graph:
    """The graph of stacked LSTM layers and their linear head."""
    builder = GraphBuilder()
    signal = builder.input(config.input_size)
    width = config.input_size
    for index in range(config.num_layers):
        layer = Lstm(input_size=width, hidden_size=config.hidden_size)
        signal = builder.add(f"layer{index}", layer, signal)
        width = config.hidden_size
    head = Conv(in_channels=config.hidden_size, out_channels=1)
    return builder.build(builder.add("head", head, signal), settle_seconds=_SETTLE_SECONDS)
