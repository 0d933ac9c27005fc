"""Numbers and figures as text that plotly reads and HTML cannot trip over."""

import base64
import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Figure", "array", "byte_array", "figure_json"]

Figure = dict[str, Any]
"""A plotly figure, `data` and `layout`; a colour is "@name" for the page's CSS variable --name."""


def array(values: npt.ArrayLike) -> Figure:
    """Plotly's typed-array form of `values`, float32, any shape; infinite becomes a gap."""
    numbers = np.asarray(values, dtype="<f4")
    return _typed(np.where(np.isfinite(numbers), numbers, np.float32(np.nan)), "f4")


def byte_array(values: npt.NDArray[np.int8]) -> Figure:
    """Plotly's typed-array form of whole numbers from -128 to 127, any shape."""
    return _typed(values, "i1")


def _typed(numbers: npt.NDArray[Any], kind: str) -> Figure:
    encoded = {
        "dtype": kind,
        "bdata": base64.b64encode(np.ascontiguousarray(numbers).tobytes()).decode("ascii"),
    }
    if numbers.ndim > 1:
        encoded["shape"] = ", ".join(str(size) for size in numbers.shape)
    return dict(encoded)


def figure_json(figure: Mapping[str, object]) -> str:
    """The figure as JSON that is safe inside a script element: no `<`, `>` or `&` in it."""
    text = json.dumps(_finite(figure), separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _finite(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _finite(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
