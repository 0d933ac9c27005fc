"""Taking one size out of a container."""

from dataclasses import replace

from triode.errors import NamFileError
from triode.nam.model import ContainerConfig, Model

__all__ = ["submodel"]

_MEASURED = ("loudness", "gain")


def submodel(model: Model, index: int) -> Model:
    """Size `index` of a container, counted from 0 for the smallest, as a model of its own.

    What its metadata lacks comes from the container's, and so does a missing sample rate. The
    container's loudness and gain were measured on its largest size, so only that one takes them.

    Raises:
        NamFileError: `model` is not a container, or has no such size.
    """
    if not isinstance(model.config, ContainerConfig):
        raise NamFileError(
            "only a container has sizes to take out",
            where="architecture",
            expected="SlimmableContainer",
            got=model.architecture,
        )
    sizes = model.config.submodels
    if not 0 <= index < len(sizes):
        raise NamFileError(
            "the container has no such size",
            where="config.submodels",
            expected=f"an index from 0 to {len(sizes) - 1}",
            got=index,
        )
    inner = sizes[index].model
    is_largest = index == len(sizes) - 1
    inherited = {
        key: value
        for key, value in model.metadata.items()
        if value is not None
        and inner.metadata.get(key) is None
        and (is_largest or key not in _MEASURED)
    }
    rate_hz = model.sample_rate_hz if inner.sample_rate_hz is None else inner.sample_rate_hz
    return replace(inner, metadata={**inner.metadata, **inherited}, sample_rate_hz=rate_hz)
