"""Playing a signal through gear and recording the answer, with level setting and calibration.

Needs the `live` extra. A `Player` makes blocks, a `Duplex` runs it over a `Connection`, `record`
does the whole of a take and says what to think of it.
"""

from triode.capture.recording.calibration import (
    Calibration,
    calibration_path,
    read_calibration,
    tone,
    tone_level_dbfs,
    write_calibration,
)
from triode.capture.recording.dropouts import Dropout, find_dropouts
from triode.capture.recording.duplex import Connection, Duplex
from triode.capture.recording.players import Loop, Take
from triode.capture.recording.recording import Progress, Recording, record
from triode.capture.recording.setting import Advice, advise, loudest_span

__all__ = [
    "Advice",
    "Calibration",
    "Connection",
    "Dropout",
    "Duplex",
    "Loop",
    "Progress",
    "Recording",
    "Take",
    "advise",
    "calibration_path",
    "find_dropouts",
    "loudest_span",
    "read_calibration",
    "record",
    "tone",
    "tone_level_dbfs",
    "write_calibration",
]
