"""The LSTM config of a `.nam` file."""

from dataclasses import dataclass

__all__ = ["LstmConfig"]


@dataclass(frozen=True, kw_only=True)
class LstmConfig:
    """`num_layers` stacked LSTM layers of `hidden_size`, then a linear head to one output."""

    input_size: int
    hidden_size: int
    num_layers: int
