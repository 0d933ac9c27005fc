"""Average spectra of chosen stretches of a signal."""

from collections.abc import Iterable
from itertools import islice

import numpy as np
import numpy.typing as npt
import scipy.fft
import scipy.signal

__all__ = ["stretch_spectra"]


def stretch_spectra(
    signal: npt.NDArray[np.float32],
    stretches: Iterable[tuple[int, int]],
    window: int,
    most: int | None = None,
) -> npt.NDArray[np.complex128]:
    """Hann spectra of every half-overlapping window that fits into a stretch.

    Args:
        signal: (frames,).
        stretches: Ranges of samples.
        window: Length of a window in samples.
        most: No more windows than this; the first ones.

    Returns:
        (windows, window // 2 + 1), scaled so that |.|^2 sums to the mean square under the window.
        The mean of each window is taken out first.
    """
    shape = scipy.signal.windows.hann(window, sym=False)
    shape *= np.sqrt(2.0 / (window * float(np.sum(shape**2))))
    places = (
        at for start, stop in stretches for at in range(start, stop - window + 1, window // 2)
    )
    parts = [signal[at : at + window].astype(np.float64) for at in islice(places, most)]
    if not parts:
        return np.empty((0, window // 2 + 1), np.complex128)
    stacked = np.stack(parts)
    stacked -= stacked.mean(axis=1, keepdims=True)
    return np.asarray(scipy.fft.rfft(stacked * shape, axis=1), np.complex128)
