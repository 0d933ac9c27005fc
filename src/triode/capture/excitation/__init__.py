"""The signal that Triode sends through gear: one table that makes it, documents it and finds it.

Clicks for the delay, sweeps, tones and noise at several levels, a guitar in many styles at many
levels, silences and a decay for the noise floor, and one passage that is played three times: for
the replicate floor, and for validation that is never trained on.
"""

from triode.capture.excitation.floor import noise_floor_dbfs
from triode.capture.excitation.layout import Layout, Segment
from triode.capture.excitation.recognising import recognise_excitation
from triode.capture.excitation.signal import excitation_signal

__all__ = [
    "Layout",
    "Segment",
    "excitation_signal",
    "noise_floor_dbfs",
    "recognise_excitation",
]
