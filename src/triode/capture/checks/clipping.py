"""Flat tops: a converter, or a plugin, that ran out of room.

Tops that are flat to the last bit, all at one height, entered at full slope: a converter makes
such tops. Saturating gear makes round ones (the last step into them is small beside the one before
it), and behind a coupling capacitor sloping ones. A waveshaper in software with a corner, and no
filter after it, cannot be told from a converter that was turned down afterwards.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from triode.audio import Audio, blocks_of
from triode.audio.store import BLOCK_FRAMES
from triode.capture.checks.finding import Finding, Plot, Series, Severity
from triode.capture.checks.subject import Subject

__all__ = ["Plateaus", "check_dry_clipping", "check_wet_clipping", "find_plateaus"]

_SHORTEST_RUN = 3
_SHARP_STEPS = 8.0
_SHARP_SHARE = 0.22
_FEWEST_TOPS = 3
_FULL_SCALE = 0.985
_HEAVY_SHARE = 0.01
_SHOWN_SECONDS = 0.01
_FLOAT_BITS = 24


@dataclass(frozen=True, kw_only=True)
class Plateaus:
    """Flat tops of one signal.

    `level`: the height, 0 to 1. `tops`: how many. `samples`: how many samples lie in them.
    `longest`: the longest, in samples. `where`: the first sample of the longest. `corner`: how
    large the step into a top is beside the step before it, the median; 0.5 where a straight line
    is cut off, near 0 where the top is round.
    """

    level: float
    tops: int
    samples: int
    longest: int
    where: int
    corner: float


def find_plateaus(samples: npt.NDArray[np.float32], bits: int) -> Plateaus | None:
    """Look for flat tops at the highest or the lowest value of `samples`, (frames,).

    Returns:
        None where there are none with corners.
    """
    highest = max(float(block.max()) for block in blocks_of(samples))
    lowest = min(float(block.min()) for block in blocks_of(samples))
    step = 2.0 ** (1 - min(bits, _FLOAT_BITS))
    found = [
        (one, level)
        for sign, level in ((1.0, highest), (-1.0, -lowest))
        if level > 0 and (one := _runs(samples, sign, level, step)) is not None
    ]
    if not found:
        return None
    starts = np.concatenate([one[0] for one, _ in found])
    lengths = np.concatenate([one[1] for one, _ in found])
    corners = np.concatenate([one[2] for one, _ in found])
    longest = int(np.argmax(lengths))
    return Plateaus(
        level=max(level for _, level in found),
        tops=len(starts),
        samples=int(lengths.sum()),
        longest=int(lengths[longest]),
        where=int(starts[longest]),
        corner=float(np.median(corners)),
    )


def _runs(
    samples: npt.NDArray[np.float32], sign: float, level: float, step: float
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float64]] | None:
    """Start, length and corner of every flat top on one side, unless they are round."""
    touching = [
        place * BLOCK_FRAMES + np.flatnonzero(sign * block >= level - step)
        for place, block in enumerate(blocks_of(samples))
    ]
    where = np.concatenate(touching)
    edges = np.flatnonzero(np.diff(where) > 1) + 1
    starts = where[np.concatenate([[0], edges])]
    lengths = where[np.concatenate([edges - 1, [len(where) - 1]])] - starts + 1
    inside = (lengths >= _SHORTEST_RUN) & (starts >= 2)
    starts, lengths = starts[inside], lengths[inside]
    if len(starts) < _FEWEST_TOPS:
        return None
    last = level - sign * samples[starts - 1].astype(np.float64)
    before = level - sign * samples[starts - 2].astype(np.float64)
    corners = last / np.maximum(before - last, step)
    if float(np.median(last)) < _SHARP_STEPS * step or float(np.median(corners)) < _SHARP_SHARE:
        return None
    return starts, lengths, corners


def check_wet_clipping(subject: Subject) -> Finding:
    """Whether the recording side clipped; heavily clipped recordings are refused."""
    finding, plateaus = _check("clipping-wet", subject.wet_file, "wet")
    if plateaus is None:
        return finding
    share = plateaus.samples / len(subject.wet_file.samples)
    full = plateaus.level >= _FULL_SCALE
    heavy = full and share > _HEAVY_SHARE
    return Finding(
        check=finding.check,
        severity=Severity.ERROR if heavy else Severity.WARNING,
        summary=finding.summary,
        evidence=finding.evidence,
        causes=(
            "The interface's input gain was too high for the loudest notes."
            if full
            else "The recording was clipped and then turned down, by a fader or by normalising.",
            "A converter, limiter or plugin between the gear and the file ran out of room.",
            "The gear is a plugin that cuts off with a sharp corner and filters nothing after it.",
        ),
        advice=(
            (
                "Turn the interface's input down until the loudest note peaks at -6 dBFS, and "
                "record again."
            ),
            "If the gear is such a plugin, nothing is wrong: go on.",
        ),
        plot=finding.plot,
    )


def check_dry_clipping(subject: Subject) -> Finding:
    """Whether the dry file is clipped: harmless, since that is what was sent."""
    finding, plateaus = _check("clipping-dry", subject.dry_file, "dry")
    if plateaus is None:
        return finding
    return Finding(
        check=finding.check,
        severity=Severity.NOTE,
        summary=f"{finding.summary} It is what was sent, so the pair is still true.",
        evidence=finding.evidence,
        causes=("The guitar was recorded too hot.", "The file was made louder than full scale."),
        advice=("Nothing need be done; for the next capture, use a dry file with some room.",),
        plot=finding.plot,
    )


def _check(check: str, audio: Audio, side: str) -> tuple[Finding, Plateaus | None]:
    plateaus = find_plateaus(audio.samples, audio.bits)
    if plateaus is None:
        fine = Finding(
            check=check,
            severity=Severity.FINE,
            summary=f"The {side} recording has no flat tops.",
        )
        return fine, None
    share = plateaus.samples / len(audio.samples)
    level_db = 20 * np.log10(plateaus.level)
    place = "at full scale" if plateaus.level >= _FULL_SCALE else f"at {level_db:.1f} dBFS"
    finding = Finding(
        check=check,
        severity=Severity.WARNING,
        summary=f"The {side} recording is clipped {place}: {plateaus.tops} flat tops hold "
        f"{plateaus.samples} samples ({100 * share:.2g} %).",
        evidence={
            "level_dbfs": float(level_db),
            "tops": plateaus.tops,
            "samples": plateaus.samples,
            "share": share,
            "longest_samples": plateaus.longest,
            "longest_at_seconds": plateaus.where / audio.rate_hz,
            "corner": plateaus.corner,
        },
        plot=_plot(audio, plateaus, side),
    )
    return finding, plateaus


def _plot(audio: Audio, plateaus: Plateaus, side: str) -> Plot:
    around = round(_SHOWN_SECONDS * audio.rate_hz)
    start = max(0, plateaus.where + plateaus.longest // 2 - around // 2)
    part = audio.samples[start : start + around]
    seconds = (start + np.arange(len(part))) / audio.rate_hz
    return Plot(
        title="The longest flat top",
        x_label="Time, s",
        y_label="Sample value",
        series=(Series(name=side.capitalize(), x=seconds, y=part, role=side),),
    )
