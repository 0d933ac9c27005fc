"""Whether the return is the send: a cable, a monitor path, anything but gear."""

import numpy as np
import numpy.typing as npt
import scipy.fft

from triode.capture.recording.setting import loudest_span

__all__ = ["is_plain_copy"]

_OVERSAMPLING = 8
_REACH_SECONDS = 0.02
_SAME = 0.999

Float32Array = npt.NDArray[np.float32]


def is_plain_copy(dry: Float32Array, wet: Float32Array, rate_hz: float) -> bool:
    """Whether `wet` is `dry` but for level, sign and a delay of up to 20 ms, to 99.9 %.

    The correlation of the loudest passage with what came back, at every eighth of a sample. No
    amplifier gets near 1: it distorts or filters, and a converter's own filters take less than a
    thousandth.

    Args:
        dry: What was sent, (frames,).
        wet: What came back, (frames,), the answer beginning at about the same sample.
        rate_hz: The rate of both.
    """
    frames = min(len(dry), len(wet))
    reach = round(_REACH_SECONDS * rate_hz)
    start, stop = loudest_span(dry[:frames], rate_hz)
    question, answer = dry[start:stop], wet[start:stop]
    size = scipy.fft.next_fast_len(len(question) + reach, real=True)
    sent, heard = scipy.fft.rfft(question, size), scipy.fft.rfft(answer, size)
    fine = np.zeros(_OVERSAMPLING * size // 2 + 1, np.complex128)
    fine[: len(sent)] = heard * np.conj(sent)
    products = _OVERSAMPLING * scipy.fft.irfft(fine, _OVERSAMPLING * size)
    near = np.concatenate([products[: _OVERSAMPLING * reach], products[-_OVERSAMPLING * reach :]])
    norms = float(np.linalg.norm(question.astype(np.float64)))
    norms *= float(np.linalg.norm(answer.astype(np.float64)))
    return bool(norms > 0 and np.abs(near).max() > _SAME * norms)
