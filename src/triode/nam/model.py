"""What a `.nam` file holds, as typed objects."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from triode.nam.convolutional import ConvNetConfig, LinearConfig
from triode.nam.recurrent import LstmConfig
from triode.nam.wavenet import WaveNetConfig

__all__ = ["DEFAULT_SAMPLE_RATE_HZ", "Config", "ContainerConfig", "Model", "Submodel"]

DEFAULT_SAMPLE_RATE_HZ = 48000.0


@dataclass(frozen=True, kw_only=True)
class Submodel:
    """One size of a container: chosen for sizes below `max_value`; the last takes the rest."""

    max_value: float
    model: "Model"


@dataclass(frozen=True, kw_only=True)
class ContainerConfig:
    """A SlimmableContainer: whole models, ascending in `max_value`, the last one at least 1."""

    submodels: tuple[Submodel, ...]


Config = WaveNetConfig | LstmConfig | ConvNetConfig | LinearConfig | ContainerConfig

_ARCHITECTURES: dict[type, str] = {
    WaveNetConfig: "WaveNet",
    LstmConfig: "LSTM",
    ConvNetConfig: "ConvNet",
    LinearConfig: "Linear",
    ContainerConfig: "SlimmableContainer",
}


@dataclass(frozen=True, kw_only=True)
class Model:
    """One `.nam` object.

    Attributes:
        version: File format version, as read or as it will be written.
        config: The normalised config; its class decides `architecture`.
        weights: (n,) float32, in file order; empty in a container.
        sample_rate_hz: As the file says, or None when it says nothing.
        metadata: The file's metadata object, kept as JSON values.
        document: The JSON object this was read from, so that nothing is lost on a round trip;
            None for a model made in memory.
        warnings: What the reader found odd, one sentence each.
    """

    version: str
    config: Config
    weights: npt.NDArray[np.float32]
    sample_rate_hz: float | None = None
    metadata: Mapping[str, object] = field(default_factory=dict)
    document: Mapping[str, object] | None = None
    warnings: tuple[str, ...] = ()

    @property
    def architecture(self) -> str:
        """The name the file uses: WaveNet, LSTM, ConvNet, Linear or SlimmableContainer."""
        return _ARCHITECTURES[type(self.config)]

    @property
    def rate_hz(self) -> float:
        """The sample rate to play at: the file's own, or 48 kHz when it names none."""
        return DEFAULT_SAMPLE_RATE_HZ if self.sample_rate_hz is None else self.sample_rate_hz
