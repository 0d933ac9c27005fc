"""Audio players: short excerpts inside the page, at levels that can be compared."""

import base64
import html
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import soundfile

from triode.metrics import peak, rms_db
from triode.report.evaluation import Evaluation, SizeResult
from triode.report.numbers import db, span
from triode.report.passage import loudest_excerpt

__all__ = ["Clip", "clips", "data_uri", "excerpt", "excerpt_text", "players", "worst_players"]

Float32Array = npt.NDArray[np.float32]

_EXCERPT_SECONDS = 4.0
_MOST_CLIP_SECONDS = 60.0
# Sound is much of a page that is mailed around. 14 bits are quieter than any amplifier's own noise;
# a residual, which is boosted, is as fine with 12.
_BITS = 14
_RESIDUAL_BITS = 12
_PEAK_DBFS = -1.0
_MOST_BOOST_DB = 60.0


@dataclass(frozen=True, kw_only=True)
class Clip:
    """One thing to listen to.

    Attributes:
        key: Short name, unique on the page.
        title: What it is.
        note: What to listen for, as plain text.
        samples: (frames,), as recorded or played.
        gain_db: How much louder it is played.
        boost_db: How much louder than the gear's clip; None for what is not a residual.
    """

    key: str
    title: str
    note: str
    samples: Float32Array
    gain_db: float
    boost_db: float | None = None


def excerpt(evaluation: Evaluation) -> slice:
    """The loudest four seconds of the validation passage; fewer when there are many sizes.

    A file with many sizes would otherwise make a page too large to send.
    """
    recording = evaluation.recording
    clip_count = 2 + 2 * len(evaluation.sizes)
    length_seconds = min(_EXCERPT_SECONDS, _MOST_CLIP_SECONDS / clip_count)
    start, stop = recording.validation
    part = loudest_excerpt(
        recording.wet[start:stop], max(1, round(length_seconds * recording.rate_hz))
    )
    return slice(start + part.start, start + part.stop)


def clips(evaluation: Evaluation) -> tuple[Clip, ...]:
    """Gear, each size, dry, and each residual amplified.

    Gear and sizes share one gain, so that they can be compared; the dry signal and the residuals
    are brought to the same peak on their own.
    """
    recording, part = evaluation.recording, excerpt(evaluation)
    dry = recording.dry[part]
    compared = _compared(evaluation, evaluation.sizes, part)
    return (
        *(one for one in compared if one.boost_db is None),
        Clip(key="dry", title="Dry", note="What went in.", samples=dry, gain_db=_boost_db(dry)),
        *(one for one in compared if one.boost_db is not None),
    )


def _compared(evaluation: Evaluation, sizes: Sequence[SizeResult], part: slice) -> list[Clip]:
    """The gear, each size at the gear's gain, and each residual at its own."""
    wet = evaluation.recording.wet[part]
    outputs = [size.output[part] for size in sizes]
    shared_db = min(_boost_db(wet), *(_boost_db(output) for output in outputs))
    result = [
        Clip(
            key="gear", title="Gear", note="The recording to match.", samples=wet, gain_db=shared_db
        )
    ]
    for rank, (size, output) in enumerate(zip(sizes, outputs, strict=True)):
        residual = wet - output
        own_db = _boost_db(residual)
        result += [
            Clip(
                key=f"model{rank}",
                title=size.label,
                note="What the model plays.",
                samples=output,
                gain_db=shared_db,
            ),
            Clip(
                key=f"residual{rank}",
                title=f"Residual of {size.label}",
                note=f"Gear minus model, {_boost_text(own_db - shared_db)}."
                if residual.any()
                else "Nothing is left.",
                samples=residual,
                gain_db=own_db,
                boost_db=own_db - shared_db,
            ),
        ]
    return result


def _boost_text(boost_db: float) -> str:
    if boost_db >= 0.0:
        return f"boosted by {boost_db:.1f} dB over the others"
    return f"turned down by {-boost_db:.1f} dB below the others"


def players(evaluation: Evaluation) -> str:
    """The players of the loudest excerpt as HTML list items."""
    rate_hz = round(evaluation.recording.rate_hz)
    return "\n".join(_player(clip, rate_hz) for clip in clips(evaluation))


def worst_players(evaluation: Evaluation) -> str:
    """The players of the largest size's worst five seconds as HTML list items."""
    rate_hz = round(evaluation.recording.rate_hz)
    largest = evaluation.sizes[0]
    return "\n".join(
        _player(replace(clip, key=f"worst-{clip.key}"), rate_hz)
        for clip in _compared(evaluation, [largest], largest.worst)
    )


def data_uri(samples: Float32Array, rate_hz: int, *, bits: int = _BITS) -> str:
    """The samples, (frames,) within full scale, as FLAC in a data URI.

    FLAC leaves out the low bits where all are zero, so what is said to have 16 costs `bits`.
    """
    buffer = io.BytesIO()
    steps = np.float32(2.0 ** (bits - 1))
    coarse = np.round(samples * steps) / steps
    soundfile.write(buffer, coarse, rate_hz, format="FLAC", subtype="PCM_16", compression_level=1.0)
    return "data:audio/flac;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


def _player(clip: Clip, rate_hz: int) -> str:
    played = clip.samples * np.float32(10.0 ** (clip.gain_db / 20.0))
    title, key = html.escape(clip.title), html.escape(clip.key)
    gain = f"played {db(clip.gain_db, signed=True)}" if abs(clip.gain_db) >= 0.05 else "as recorded"
    highest = peak(clip.samples)
    boost = "" if clip.boost_db is None else f' data-boost-db="{max(0.0, clip.boost_db):.2f}"'
    peak_db = 20.0 * math.log10(highest) if highest > 0.0 else -math.inf
    bits = _BITS if clip.boost_db is None else _RESIDUAL_BITS
    return (
        f'<li class="player" id="listen-{key}">'
        f'<h3 id="title-{key}">{title}</h3>'
        f"<p>{html.escape(clip.note)}</p>"
        f'<audio controls preload="metadata" aria-labelledby="title-{key}"{boost} '
        f'src="{data_uri(played, rate_hz, bits=bits)}"></audio>'
        f'<p class="levels">Peak {db(peak_db)}FS, RMS {db(rms_db(clip.samples))}FS, {gain}</p>'
        "</li>"
    )


def excerpt_text(part: slice, rate_hz: float) -> str:
    """Which seconds of the recording are played, as plain text."""
    return span(part.start / rate_hz, part.stop / rate_hz)


def _boost_db(samples: Float32Array) -> float:
    """The gain that brings the peak to just below full scale; a silent signal gets none."""
    highest = float(np.abs(samples).max(initial=0.0))
    if highest == 0.0:
        return 0.0
    return min(_MOST_BOOST_DB, _PEAK_DBFS - 20.0 * math.log10(highest))
