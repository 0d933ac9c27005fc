"""Rendering files: a recording in, what the capture makes of it out, a block at a time."""

import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from triode.architectures import networks, select
from triode.audio import AudioInfo, audio_blocks, audio_writer, inspect_audio
from triode.files import refuse_overwrite
from triode.nam.model import Model
from triode.runtime.player import Player, best_player
from triode.runtime.rate import converted

__all__ = ["RenderFacts", "render_file"]

_BLOCK_FRAMES = 1 << 16


@dataclass(frozen=True, kw_only=True)
class RenderFacts:
    """What was rendered: the size's name, length, output rate, peak, and what to know about it."""

    size: str
    seconds: float
    rate_hz: int
    peak_dbfs: float
    warnings: tuple[str, ...]


def render_file(
    model: Model,
    dry: str | os.PathLike[str],
    output: str | os.PathLike[str],
    *,
    size: str | float | None = None,
    channel: int | None = None,
    force: bool = False,
) -> RenderFacts:
    """Play the recording `dry` through one size of `model` into the file `output`.

    A recording at another rate than the model's is resampled on the way in and back on the way
    out, so the output always has the recording's rate and length. A `.wav` is written as 32-bit
    float, a `.flac` with 24 bits.

    Raises:
        AudioError: The recording cannot be used, or a FLAC's samples would clip.
        OutputError: `output` exists and `force` is not set, or cannot be written.
        TriodeError: The model has no such size, or is not mono.
    """
    refuse_overwrite(output, force=force, inputs=(dry,))
    network = select(networks(model), size)
    info = inspect_audio(dry)
    warnings = list(model.warnings)
    rate_hz = info.rate_hz
    if rate_hz != network.model.rate_hz:
        warnings.append(
            f"the recording has {rate_hz} Hz and the model {network.model.rate_hz:g} Hz: "
            "it is resampled on the way in and out"
        )
    player = best_player(network)
    if player.warning is not None:
        warnings.append(player.warning)
    subtype = "PCM_24" if Path(output).suffix.lower() == ".flac" else "FLOAT"
    peak, frames = 0.0, 0
    with audio_writer(output, rate_hz, subtype) as writer:
        for block in _rendered(player, network.model.rate_hz, dry, channel, info):
            writer.write(block)
            peak = max(peak, float(np.abs(block).max(initial=0.0)))
            frames += len(block)
    return RenderFacts(
        size=network.name,
        seconds=frames / rate_hz,
        rate_hz=rate_hz,
        peak_dbfs=20.0 * math.log10(max(peak, float(np.finfo(np.float32).tiny))),
        warnings=tuple(warnings),
    )


def _rendered(
    player: Player,
    model_rate_hz: float,
    dry: str | os.PathLike[str],
    channel: int | None,
    info: AudioInfo,
) -> Iterator[npt.NDArray[np.float32]]:
    """The output at the recording's rate, exactly as long as the recording."""
    blocks = audio_blocks(dry, _BLOCK_FRAMES, channel)
    at_model_rate = converted(blocks, info.rate_hz, model_rate_hz)
    back = converted(player.play(at_model_rate), model_rate_hz, info.rate_hz)
    left = info.frames
    for block in back:
        if left and len(block):
            yield block[:left]
            left -= len(block[:left])
    if left:
        yield np.zeros(left, np.float32)
