"""The `.nam` file: read, checked, written, linted and repaired.

`read` and `parse` give a `Model` of typed configs or raise one `NamFileError` that names the
field; `write` and `to_document` go back without losing anything; `lint` lists what is odd and
`repair` mends what can be mended without changing the sound. Nothing here imports torch. The
typed metadata is in `triode.nam.metadata`, apart because it needs pydantic.
"""

from triode.nam.a2 import a2_config, is_a2
from triode.nam.activation import ACTIVATION_KINDS, Activation
from triode.nam.convolutional import CONVNET_KERNEL_SIZE, ConvNetConfig, LinearConfig
from triode.nam.layout import WeightSlot, weight_count, weight_layout
from triode.nam.linting import Finding, lint
from triode.nam.model import (
    DEFAULT_SAMPLE_RATE_HZ,
    Config,
    ContainerConfig,
    Model,
    Submodel,
)
from triode.nam.players import PlayerGeneration, player_support
from triode.nam.reader import parse, parse_config, read
from triode.nam.recurrent import LstmConfig
from triode.nam.repairing import repair
from triode.nam.submodels import submodel
from triode.nam.versions import lowest_version
from triode.nam.wavenet import (
    ArrayHead,
    Film,
    Films,
    Gating,
    Head1x1,
    Layer,
    Layer1x1,
    LayerArray,
    PostStackHead,
    WaveNetConfig,
)
from triode.nam.writer import to_bytes, to_document, write

__all__ = [
    "ACTIVATION_KINDS",
    "CONVNET_KERNEL_SIZE",
    "DEFAULT_SAMPLE_RATE_HZ",
    "Activation",
    "ArrayHead",
    "Config",
    "ContainerConfig",
    "ConvNetConfig",
    "Film",
    "Films",
    "Finding",
    "Gating",
    "Head1x1",
    "Layer",
    "Layer1x1",
    "LayerArray",
    "LinearConfig",
    "LstmConfig",
    "Model",
    "PlayerGeneration",
    "PostStackHead",
    "Submodel",
    "WaveNetConfig",
    "WeightSlot",
    "a2_config",
    "is_a2",
    "lint",
    "lowest_version",
    "parse",
    "parse_config",
    "player_support",
    "read",
    "repair",
    "submodel",
    "to_bytes",
    "to_document",
    "weight_count",
    "weight_layout",
    "write",
]
