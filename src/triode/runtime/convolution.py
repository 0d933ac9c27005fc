"""Convolution of a stream with a long impulse response, block by block, without delay.

Uniformly partitioned overlap-save (Stockham 1966; partitions in a delay line of spectra as in
Kulp 1988): every partition of the response is transformed once, every partition of the signal
once it is full; one inverse transform sums all products. The newest partition is transformed again
while it fills up, so an output never waits for a partition to be complete.
"""

import numpy as np
import numpy.typing as npt
import scipy.fft

from triode.errors import AudioError

__all__ = ["PartitionedConvolver"]

Float32Array = npt.NDArray[np.float32]


class PartitionedConvolver:
    """Convolves a mono stream with `impulse`.

    Args:
        impulse: (frames,) float32, finite, at the stream's sample rate.
        partition: Frames of a partition, at least 1; the same order as the blocks is quickest.

    Raises:
        AudioError: The impulse response is empty or not finite.
    """

    def __init__(self, impulse: Float32Array, partition: int = 256) -> None:
        if impulse.ndim != 1 or len(impulse) == 0 or not np.isfinite(impulse).all():
            raise AudioError(
                "the impulse response cannot be used",
                expected="at least one sample, all of them finite, in one channel",
                got=f"shape {impulse.shape}",
            )
        self._partition = partition
        count = -(-len(impulse) // partition)
        padded = np.pad(impulse.astype(np.float32), (0, count * partition - len(impulse)))
        self._response = scipy.fft.rfft(padded.reshape(count, partition), 2 * partition)
        self._spectra = np.zeros_like(self._response)
        self._signal = np.zeros(2 * partition, np.float32)
        self._earlier = np.zeros_like(self._response[0])
        self._filled = 0

    def reset(self) -> None:
        """Forget the signal."""
        self._spectra[:] = 0.0
        self._signal[:] = 0.0
        self._earlier[:] = 0.0
        self._filled = 0

    def process(self, block: Float32Array) -> Float32Array:
        """The convolution of the next frames, (frames,) float32, frame for frame."""
        out = np.empty(len(block), np.float32)
        size = self._partition
        done = 0
        while done < len(block):
            start = size + self._filled
            frames = min(len(block) - done, size - self._filled)
            self._signal[start : start + frames] = block[done : done + frames]
            newest = scipy.fft.rfft(self._signal)
            both = scipy.fft.irfft(newest * self._response[0] + self._earlier, 2 * size)
            out[done : done + frames] = both[start : start + frames]
            self._filled += frames
            done += frames
            if self._filled == size:
                self._advance(newest)
        return out

    def _advance(self, complete: npt.NDArray[np.complex64]) -> None:
        """Begin a partition: what all earlier ones add to it is known now."""
        size = self._partition
        self._spectra[1:] = self._spectra[:-1]
        self._spectra[0] = complete
        self._earlier = (self._spectra[:-1] * self._response[1:]).sum(axis=0)
        self._signal[:size] = self._signal[size:]
        self._signal[size:] = 0.0
        self._filled = 0
