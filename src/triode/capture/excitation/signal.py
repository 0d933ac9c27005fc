"""From the table to samples."""

from typing import Final

import numpy as np
import numpy.typing as npt

from triode.capture.excitation.layout import Layout, Segment
from triode.capture.excitation.marker import CLICK, click_seconds
from triode.capture.excitation.playing import PASSAGE_PEAKS_DBFS, decay, play
from triode.capture.excitation.sounds import noise, sweep, tones

__all__ = ["excitation_signal"]

# Each kind has its own stream of random numbers, so that a change to one leaves the others alone.
_STREAMS: Final = {"tones": 1, "noise": 2, "playing": 3, "passage": 4, "decay": 5}
_TO_LEVEL: Final = ("sweep", "tones", "noise", "decay")

Signal = npt.NDArray[np.float64]


def excitation_signal(minutes: float = 3.0, rate_hz: float = 48_000.0) -> npt.NDArray[np.float32]:
    """The signal to send through the gear, (frames,), within -1 dBFS.

    The same arguments give the same samples.

    Args:
        minutes: Its length, see `Layout.of`.
        rate_hz: Its sample rate.

    Raises:
        CaptureError: There is no signal of this length.
        AudioError: The rate is too low for a guitar.
    """
    layout = Layout.of(minutes, rate_hz)
    signal = np.zeros(layout.frames)
    for segment in layout.segments:
        start, stop = layout.span(segment)
        sound = _sound(segment, stop - start, layout)
        if segment.kind in _TO_LEVEL:
            sound *= 10.0 ** (segment.peak_dbfs / 20.0)
        signal[start:stop] = sound
    return signal.astype(np.float32)


def _sound(segment: Segment, frames: int, layout: Layout) -> Signal:
    rate_hz = layout.rate_hz
    generator = np.random.default_rng([_STREAMS.get(segment.kind, 0), segment.number])
    match segment.kind:
        case "silence":
            return np.zeros(frames)
        case "marker":
            signal = np.zeros(frames)
            start = round(segment.start_seconds * rate_hz)
            for seconds in click_seconds(segment.number, layout.code):
                signal[round((segment.start_seconds + seconds) * rate_hz) - start] = CLICK
            return signal
        case "sweep":
            return sweep(frames, rate_hz)
        case "tones":
            return tones(frames, rate_hz, generator)
        case "noise":
            return noise(frames, rate_hz, generator)
        case "decay":
            return decay(frames, rate_hz, generator)
        case "playing":
            return play(frames, rate_hz, generator)
        case "passage":
            return play(frames, rate_hz, generator, PASSAGE_PEAKS_DBFS)
