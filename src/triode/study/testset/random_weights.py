"""Random weights for any config, sized so that signals keep their level from layer to layer."""

import math
import zlib

import numpy as np
import numpy.typing as npt

from triode.nam import (
    DEFAULT_SAMPLE_RATE_HZ,
    Config,
    Model,
    WaveNetConfig,
    WeightSlot,
    lowest_version,
    weight_layout,
)

__all__ = ["random_model", "seed_of"]

_BATCHNORM_EPSILON = 1e-5


def random_model(config: Config, seed: int) -> Model:
    """A model of `config` with weights drawn from `seed`, at 48 kHz.

    A convolution's are normal with variance 1/inputs, biases have a deviation of 0.2, FiLM scales
    lie about one. Nested models keep the weights they have.
    """
    generator = np.random.default_rng(seed)
    values = [_draw(slot, config, generator).ravel() for slot in weight_layout(config)]
    return Model(
        version=lowest_version(config),
        config=config,
        weights=np.concatenate([np.zeros(0), *values]).astype(np.float32),
        sample_rate_hz=DEFAULT_SAMPLE_RATE_HZ,
    )


def seed_of(name: str, seed: int) -> int:
    """A seed of its own for each name, so that adding a model changes no other."""
    return zlib.crc32(f"{seed} {name}".encode())


def _draw(
    slot: WeightSlot, config: Config, generator: np.random.Generator
) -> npt.NDArray[np.float64]:
    part = slot.name.rpartition(".")[2]
    film = "_film." in slot.name
    noise = generator.standard_normal(slot.shape)
    match part:
        case "weight" if len(slot.shape) == 1:
            # A scale of batchnorm, or an impulse response.
            return 1.0 + 0.2 * noise if "batchnorm" in slot.name else noise / math.sqrt(slot.size)
        case "weight":
            # Gates of an LSTM squeeze what comes in, so it comes in louder.
            gain = 0.3 if film else 2.0 if len(slot.shape) == 2 else 1.0
            return gain * noise / math.sqrt(math.prod(slot.shape[1:]))
        case "bias" if film:
            scales = slot.size // 2 if _has_shift(slot.name, config) else slot.size
            return np.where(np.arange(slot.size) < scales, 1.0, 0.0) + 0.2 * noise
        case "value":
            return np.ones(slot.shape)
        case "eps":
            return np.full(slot.shape, _BATCHNORM_EPSILON)
        case "running_var":
            return np.asarray(generator.uniform(0.5, 1.5, slot.shape))
    return 0.2 * noise


def _has_shift(name: str, config: Config) -> bool:
    """Whether the FiLM that `name` belongs to, "array0.layer1.conv_pre_film.bias", has a shift."""
    array, _, film, _ = name.split(".")
    assert isinstance(config, WaveNetConfig)
    films = config.layer_arrays[int(array.removeprefix("array"))].films
    return dict(films.active())[film].shift
