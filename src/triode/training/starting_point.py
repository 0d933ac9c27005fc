"""A recipe's starting point: learned weights of all its sizes, as package data.

`recipes/make_starting_point.py` learns them. The file holds the parameters of each size, one after
another, in half precision, which is as good a start as single precision and half as long.
"""

import io
from collections.abc import Sequence
from importlib.resources.abc import Traversable

import numpy as np
import numpy.typing as npt

from triode.errors import RecipeError
from triode.graph import Parameters

__all__ = ["pack", "read_starting_point"]


def pack(sizes: Sequence[Parameters]) -> bytes:
    """The file for the parameters of a recipe's sizes, in the order of the recipe."""
    values = [np.ravel(value) for parameters in sizes for value in parameters.values()]
    buffer = io.BytesIO()
    np.save(buffer, np.concatenate(values).astype(np.float16))
    return buffer.getvalue()


def read_starting_point(
    file: Traversable, sizes: Sequence[Parameters]
) -> list[dict[str, npt.NDArray[np.float32]]]:
    """The parameters in a file that `pack` made.

    Args:
        file: The file.
        sizes: Parameters of the same names and shapes.

    Raises:
        RecipeError: The file cannot be read, or holds another number of parameters.
    """
    try:
        loaded = np.load(io.BytesIO(file.read_bytes()), allow_pickle=False)
        values = np.asarray(loaded, np.float16).astype(np.float32)
    except (OSError, ValueError, EOFError) as error:
        raise RecipeError(
            "the recipe's starting point cannot be read", where=file.name, got=error
        ) from error
    count = sum(np.size(value) for parameters in sizes for value in parameters.values())
    if values.shape != (count,):
        raise RecipeError(
            "the recipe's starting point is another network's",
            where=file.name,
            expected=f"{count} numbers",
            got=f"{values.size}",
        )
    found, start = [], 0
    for parameters in sizes:
        given: dict[str, npt.NDArray[np.float32]] = {}
        for name, value in parameters.items():
            shape = np.shape(value)
            given[name] = values[start : start + np.size(value)].reshape(shape)
            start += np.size(value)
        found.append(given)
    return found
