"""Whether a model is off in time against this recording, which ruins every other number."""

import numpy as np
import numpy.typing as npt
from scipy.signal import correlate

from triode.report.evaluation import Evaluation

__all__ = ["lag_warnings"]

_REACH_SAMPLES = 256
_MUCH_BETTER = 0.5
_LOOKED_AT_SECONDS = 10.0


def lag_warnings(evaluation: Evaluation) -> list[str]:
    """One sentence per size that would match much better when moved by some samples."""
    recording = evaluation.recording
    wet = recording.judged(recording.wet)[: round(_LOOKED_AT_SECONDS * recording.rate_hz)]
    result = []
    for size in evaluation.sizes:
        lag, improvement = _best_lag(wet, recording.judged(size.output)[: len(wet)])
        if lag != 0 and improvement < _MUCH_BETTER:
            direction = "late" if lag > 0 else "early"
            result.append(
                f"{size.label} plays {abs(lag)} samples too {direction} for this recording, "
                "which makes its error look larger than it is. Was it trained on another "
                "recording, or with another delay?"
            )
    return result


def _best_lag(wet: npt.NDArray[np.float32], output: npt.NDArray[np.float32]) -> tuple[int, float]:
    """By how many samples `output` is late, and the error when moved there over the error now."""
    reach = min(_REACH_SAMPLES, len(wet) // 4)
    middle = output[reach : len(output) - reach].astype(np.float64)
    products = correlate(wet.astype(np.float64), middle, mode="valid", method="fft")
    energy = np.concatenate([[0.0], np.cumsum(np.square(wet, dtype=np.float64))])
    errors = energy[len(middle) :] - energy[: -len(middle)] - 2.0 * products + middle @ middle
    best = int(np.argmin(errors))
    now = max(float(errors[reach]), np.finfo(np.float64).tiny)
    return reach - best, float(errors[best]) / now
