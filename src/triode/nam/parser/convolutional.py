"""Reading a ConvNet or a Linear."""

from triode.nam import limits
from triode.nam.convolutional import ConvNetConfig, LinearConfig
from triode.nam.parser.activation import parse_activation
from triode.nam.parser.values import Fields

__all__ = ["parse_convnet", "parse_linear"]


def parse_convnet(fields: Fields) -> ConvNetConfig:
    """The config of a ConvNet."""
    channels = fields.integer("channels", 1, limits.CHANNELS)
    dilations = fields.required("dilations").items(limits.LAYERS)
    groups = fields.integer("groups", 1, limits.CHANNELS, default=1)
    if groups != 1:
        fields.required("groups").refuse(
            "the groups do not fit the first block", "1, since the input is mono"
        )
    _check_mono(fields)
    config = ConvNetConfig(
        channels=channels,
        dilations=tuple(dilation.integer(1, limits.DILATION) for dilation in dilations),
        batchnorm=fields.boolean("batchnorm"),
        activation=parse_activation(fields.required("activation"), channels),
        groups=groups,
    )
    fields.close()
    return config


def parse_linear(fields: Fields) -> LinearConfig:
    """The config of a Linear."""
    length = fields.integer("receptive_field", 1, limits.RECEPTIVE_FIELD_SAMPLES)
    bias = fields.boolean("bias", default=False)
    fields.note_missing(bias=False)
    _check_mono(fields)
    fields.close()
    if length > 1:
        fields.notices.add(
            "linear-order",
            fields.path,
            "weights[0] meets the newest sample here and in players; the trainer reads a file's "
            "impulse response the other way round.",
        )
    return LinearConfig(receptive_field=length, bias=bias)


def _check_mono(fields: Fields) -> None:
    for key in ("in_channels", "out_channels"):
        fields.integer(key, 1, 1, default=1)
