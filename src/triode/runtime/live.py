"""What happens to each block of live audio: amp, cabinet, levels, load. Knows no audio device."""

import time
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from triode.runtime.amp import Amp
from triode.runtime.convolution import PartitionedConvolver
from triode.runtime.rate import AtOtherRate

__all__ = ["LiveChain", "Meters"]

Float32Array = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Meters:
    """What happened since the meters were read last.

    Attributes:
        input_peak: Highest magnitude that came in; 1 is full scale.
        output_peak: Highest magnitude that went out.
        load: Share of the time that the computer took for the blocks, on average.
        worst_load: The same of the slowest block.
        blocks: How many there were.
    """

    input_peak: float = 0.0
    output_peak: float = 0.0
    load: float = 0.0
    worst_load: float = 0.0
    blocks: int = 0


class LiveChain:
    """The amp, then the cabinet, at the audio device's sample rate.

    One thread calls `process`; another may call `read_meters` and set the amp's size.

    Args:
        amp: A mono amp.
        rate_hz: The device's sample rate; when it is not the amp's, the amp's part is resampled.
        block_frames: The device's usual block.
        cabinet: An impulse response, (frames,) float32 at `rate_hz`.
    """

    def __init__(
        self, amp: Amp, *, rate_hz: float, block_frames: int, cabinet: Float32Array | None = None
    ) -> None:
        self._rate_hz = rate_hz
        self._play = amp.process
        self.delay_samples = 0
        if rate_hz != amp.rate_hz:
            resampled = AtOtherRate(amp.process, rate_hz, amp.rate_hz, block_frames)
            self._play = resampled.process
            self.delay_samples = resampled.delay_samples
        self._cabinet = None if cabinet is None else PartitionedConvolver(cabinet)
        self._input_peak = self._output_peak = 0.0
        self._busy_seconds = self._worst_load = 0.0
        self._frames = self._blocks = 0

    @property
    def delay_seconds(self) -> float:
        """By how much resampling delays the sound; 0 without it."""
        return self.delay_samples / self._rate_hz

    def process(self, block: Float32Array) -> Float32Array:
        """Play one block, (frames,) float32, into a new one."""
        began = time.perf_counter()
        out = self._play(block)
        if self._cabinet is not None:
            out = self._cabinet.process(out)
        self._input_peak = max(self._input_peak, _peak(block))
        self._output_peak = max(self._output_peak, _peak(out))
        busy = time.perf_counter() - began
        self._busy_seconds += busy
        self._worst_load = max(self._worst_load, busy * self._rate_hz / max(1, len(block)))
        self._frames += len(block)
        self._blocks += 1
        return out

    def read_meters(self) -> Meters:
        """The meters, which start again from nothing."""
        meters = Meters(
            input_peak=self._input_peak,
            output_peak=self._output_peak,
            load=self._busy_seconds * self._rate_hz / max(1, self._frames),
            worst_load=self._worst_load,
            blocks=self._blocks,
        )
        self._input_peak = self._output_peak = 0.0
        self._busy_seconds = self._worst_load = 0.0
        self._frames = self._blocks = 0
        return meters


def _peak(block: Float32Array) -> float:
    return float(np.nan_to_num(np.abs(block)).max(initial=0.0))
