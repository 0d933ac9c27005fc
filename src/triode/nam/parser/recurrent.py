"""Reading an LSTM."""

from triode.nam import limits
from triode.nam.parser.values import Fields
from triode.nam.recurrent import LstmConfig

__all__ = ["parse_lstm"]


def parse_lstm(fields: Fields) -> LstmConfig:
    """The config of an LSTM."""
    config = LstmConfig(
        input_size=fields.integer("input_size", 1, limits.CHANNELS),
        hidden_size=fields.integer("hidden_size", 1, limits.CHANNELS),
        num_layers=fields.integer("num_layers", 1, limits.LSTM_LAYERS),
    )
    fields.integer("in_channels", config.input_size, config.input_size, default=config.input_size)
    fields.integer("out_channels", 1, 1, default=1)
    fields.close()
    return config
