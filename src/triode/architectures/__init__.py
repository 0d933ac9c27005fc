"""What each architecture means: from a config to its graph, and between weights and parameters.

A new architecture option is a change here, and it then trains, plays, exports and is counted.
"""

from triode.architectures.chain import chain, chain_parameters
from triode.architectures.lower import lower
from triode.architectures.networks import (
    Network,
    blank_networks,
    networks,
    select,
    size_names,
    standalone,
)
from triode.architectures.parameters import parameters, with_parameters
from triode.architectures.slimmable import slim, slimming_steps

__all__ = [
    "Network",
    "blank_networks",
    "chain",
    "chain_parameters",
    "lower",
    "networks",
    "parameters",
    "select",
    "size_names",
    "slim",
    "slimming_steps",
    "standalone",
    "with_parameters",
]
