"""The weights of random documents, tensor by tensor in the order of the format description.

Their count so does not depend on Triode's own layout.
"""

from collections.abc import Iterable

import numpy as np

__all__ = ["Weights"]


class Weights:
    """A weight list in the making: normal numbers, scaled so that signals keep their level."""

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        self.values: list[float] = []

    def conv(
        self, out: int, inputs: int, kernel: int = 1, *, groups: int = 1, bias: bool = True
    ) -> None:
        """A convolution's, sized so that unit variance stays unit variance, and its bias's."""
        fan_in = inputs // groups * kernel
        self.normal(out * fan_in, 1.0 / np.sqrt(fan_in))
        if bias:
            self.normal(out, 0.2)

    def film(self, width: int, condition: int, *, shift: bool, groups: int) -> None:
        """Those of a FiLM slot, whose scale is near one."""
        self.normal((1 + shift) * width * (condition // groups), 0.3 / np.sqrt(condition))
        self.normal(width, 0.2, mean=1.0)
        if shift:
            self.normal(width, 0.2)

    def normal(self, count: int, deviation: float, mean: float = 0.0) -> None:
        """`count` normal numbers."""
        self.add(mean + deviation * self._rng.standard_normal(count))

    def uniform(self, count: int, low: float, high: float) -> None:
        """`count` numbers from `low` to `high`."""
        self.add(self._rng.uniform(low, high, count))

    def add(self, values: Iterable[float]) -> None:
        """These numbers, as float32."""
        self.values.extend(float(np.float32(value)) for value in values)
