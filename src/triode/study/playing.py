"""Which options of a candidate are not known to play wherever test sets were played."""

from collections.abc import Collection, Mapping
from typing import Any

from triode.errors import NamFileError
from triode.nam import parse_config
from triode.study.nested import with_nested_weights
from triode.study.testset.options import config_options

__all__ = ["unplayed_options"]


def unplayed_options(network: Mapping[str, Any], allowed: Collection[str]) -> tuple[str, ...]:
    """The options of a candidate that are not among `allowed`, sorted.

    Args:
        network: `architecture` and `config`, as `CandidateRecord.config` has them.
        allowed: Names of options, as `triode testset collect --constraints` writes them.
    """
    return tuple(sorted(set(_options(network)) - set(allowed)))


def _options(network: Mapping[str, Any]) -> tuple[str, ...]:
    config = network["config"]
    if "submodels" in config:
        inner = (one for part in config["submodels"] for one in _options(part["model"]))
        return ("architecture: SlimmableContainer", *inner)
    name = str(network["architecture"])
    try:
        return config_options(parse_config(name, with_nested_weights(config)))
    except NamFileError:
        # A graph of somebody's own, which no file holds.
        return (f"architecture: {name}",)
