"""The recording that a report judges a model on."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

__all__ = ["Recording"]

Float32Array = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Recording:
    """A dry and a wet signal, aligned, and what is known about them.

    Attributes:
        dry: What was sent into the gear, (frames,).
        wet: What came back, (frames,), delay already removed.
        rate_hz: Sample rate of both.
        validation: The passage that training leaves out, from the first frame up to the second.
        replicate_floor: ESR between two takes of the same passage, or None.
        facts: What else is worth showing, by name.
        warnings: What is odd about the recording, one sentence each.
    """

    dry: Float32Array
    wet: Float32Array
    rate_hz: float
    validation: tuple[int, int]
    replicate_floor: float | None = None
    facts: Mapping[str, object] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @property
    def validation_seconds(self) -> tuple[float, float]:
        """Where the validation passage starts and stops, in seconds."""
        return self.validation[0] / self.rate_hz, self.validation[1] / self.rate_hz

    def judged(self, signal: Float32Array) -> Float32Array:
        """The validation passage of `signal`."""
        return signal[self.validation[0] : self.validation[1]]
