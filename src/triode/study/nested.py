"""A conditioning network inside a config, which a file holds with its weights."""

from collections.abc import Mapping
from typing import Any

from triode.nam import parse_config, weight_count

__all__ = ["with_nested_weights"]

_KEY = "condition_dsp"
_VERSION = "0.7.0"


def with_nested_weights(config: Mapping[str, Any]) -> dict[str, Any]:
    """`config` with zeros where its conditioning network has no weights.

    A file's nested model is whole. One that is to be trained has no weights yet, and thousands of
    zeros have no place in a study file; training draws all of them anew.

    Raises:
        NamFileError: The nested config is wrong.
    """
    nested = config.get(_KEY)
    if not isinstance(nested, Mapping) or "weights" in nested:
        return dict(config)
    inner = with_nested_weights(nested.get("config", {}))
    parsed = parse_config(str(nested.get("architecture")), inner)
    zeros = [0.0] * weight_count(parsed)
    return {**config, _KEY: {"version": _VERSION, **nested, "config": inner, "weights": zeros}}
