"""Audio files to 1-D float32 arrays and back, whole or in blocks, with resampling and levels.

WAV, AIFF and FLAC of 16 bits or more at any rate come in; one channel of them comes out. What a
file lacks (samples, a second half, permission, finite numbers) is one `AudioError` that says so.
"""

from triode.audio.levels import Levels, measure_levels, rms_db
from triode.audio.reading import Audio, audio_blocks, read_audio
from triode.audio.resampling import resample
from triode.audio.source import AudioInfo, inspect_audio
from triode.audio.store import (
    BLOCK_FRAMES,
    IN_MEMORY,
    SignalStore,
    blocks_of,
    peak_at,
    peak_of,
    release,
)
from triode.audio.warping import read_between
from triode.audio.writing import AudioWriter, audio_writer, write_audio

__all__ = [
    "BLOCK_FRAMES",
    "IN_MEMORY",
    "Audio",
    "AudioInfo",
    "AudioWriter",
    "Levels",
    "SignalStore",
    "audio_blocks",
    "audio_writer",
    "blocks_of",
    "inspect_audio",
    "measure_levels",
    "peak_at",
    "peak_of",
    "read_audio",
    "read_between",
    "release",
    "resample",
    "rms_db",
    "write_audio",
]
