"""Small files to send."""

import io

import numpy as np
import soundfile

from triode.nam import LinearConfig, Model, to_bytes

__all__ = ["capture_file", "wav_file"]


def wav_file(seconds: float, peak: float = 0.5, rate_hz: int = 16_000, channels: int = 1) -> bytes:
    """A WAV file of noise whose highest sample is `peak`."""
    noise = np.random.default_rng(0).standard_normal((round(seconds * rate_hz), channels))
    file = io.BytesIO()
    samples = (peak * noise / np.abs(noise).max()).astype(np.float32)
    soundfile.write(file, samples, rate_hz, format="WAV", subtype="FLOAT")
    return file.getvalue()


def capture_file(**metadata: object) -> bytes:
    """A capture of two taps."""
    return to_bytes(
        Model(
            version="0.5.4",
            config=LinearConfig(receptive_field=2, bias=False),
            weights=np.array([0.5, 0.25], np.float32),
            sample_rate_hz=48_000.0,
            metadata=metadata,
        )
    )
