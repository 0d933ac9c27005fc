"""The table from which the excitation signal is made, documented and recognised again.

Everything begins on a multiple of 10 ms, which is a whole number of samples at every usual rate,
so that the passage that is played three times repeats to the sample even after resampling.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Final, Literal

from triode.capture.excitation.marker import LONGEST_CODE, MARKER_SECONDS, click_seconds
from triode.capture.repeats import Repeat
from triode.errors import CaptureError

__all__ = ["LONGEST_MINUTES", "SHORTEST_MINUTES", "STEP_MINUTES", "Kind", "Layout", "Segment"]

Kind = Literal["silence", "marker", "sweep", "tones", "noise", "playing", "passage", "decay"]

STEP_MINUTES: Final = 0.5
SHORTEST_MINUTES: Final = 1.0
LONGEST_MINUTES: Final = STEP_MINUTES * LONGEST_CODE

_GRID_SECONDS = 0.01
_USUAL_SECONDS = 180.0
_SWEEP_SECONDS = 2.0
_SWEEP_PEAKS_DBFS = (-1.0, -12.0, -24.0, -36.0)
_TONES_SECONDS = 0.5
_TONES_PEAKS_DBFS = (-1.0, -8.0, -16.0, -24.0, -32.0, -42.0)
_NOISE_SECONDS = 0.35
_NOISE_PEAKS_DBFS = (-36.0, -24.0, -12.0, -1.0, -18.0, -30.0)
_GAP_SECONDS = 0.15
_EDGE_SECONDS = 0.5
_FLOOR_SECONDS = 1.5
_DECAY_SECONDS = 5.0
_BLOCK_SECONDS = 12.0
_PASSAGE_SHARE = 0.05
_PASSAGE_SECONDS = (3.0, 9.0)
# What sounds before a silence may ring on into it; the rest of it is the gear's own noise.
_RINGING_SECONDS = 0.4
_LOUDEST_DBFS = -1.0


@dataclass(frozen=True, kw_only=True)
class Segment:
    """One stretch of the signal.

    Attributes:
        start_seconds: Where it begins.
        seconds: How long it is.
        kind: What it is made of.
        peak_dbfs: Its highest peak; 0 where it has none.
        number: Which of its kind, from 0; chooses the music, the noise and the marker's code.
    """

    start_seconds: float
    seconds: float
    kind: Kind
    peak_dbfs: float = 0.0
    number: int = 0


@dataclass(frozen=True, kw_only=True)
class Layout:
    """The whole table, in the samples of one rate, seen from one recording of the signal.

    Attributes:
        minutes: Length of the signal, a multiple of `STEP_MINUTES`.
        rate_hz: The rate at which samples count.
        offset: Where the recording has the signal's first sample; negative when it lacks its
            beginning.
        frames: Length of the recording.
    """

    minutes: float
    rate_hz: float
    offset: int
    frames: int

    @classmethod
    def of(cls, minutes: float, rate_hz: float) -> "Layout":
        """The layout of the signal itself.

        Raises:
            CaptureError: The length is not one that the markers can tell.
        """
        steps = minutes / STEP_MINUTES
        if not (SHORTEST_MINUTES <= minutes <= LONGEST_MINUTES and steps == round(steps)):
            raise CaptureError(
                "the signal does not come in this length",
                where="minutes",
                expected=f"{SHORTEST_MINUTES:g} to {LONGEST_MINUTES:g} in steps of "
                f"{STEP_MINUTES:g}",
                got=minutes,
            )
        frames = round(60.0 * minutes * rate_hz)
        return cls(minutes=minutes, rate_hz=rate_hz, offset=0, frames=frames)

    def scaled(self, ratio: float, frames: int) -> "Layout":
        """The same recording after resampling by `ratio` to `frames` samples."""
        return Layout(
            minutes=self.minutes,
            rate_hz=self.rate_hz * ratio,
            offset=round(self.offset * ratio),
            frames=frames,
        )

    @property
    def segments(self) -> tuple[Segment, ...]:
        """Everything the signal is made of, without gaps, in order."""
        return tuple(_segments(60.0 * self.minutes))

    @property
    def code(self) -> int:
        """How the markers call the length."""
        return round(self.minutes / STEP_MINUTES)

    def span(self, segment: Segment) -> tuple[int, int]:
        """The samples [start, stop) of a segment, within the recording or beyond its ends."""
        return (
            self._sample(segment.start_seconds),
            self._sample(segment.start_seconds + segment.seconds),
        )

    @property
    def markers(self) -> tuple[tuple[int, int, int], ...]:
        """The samples of the three clicks of each marker that the recording has as a whole."""
        found = []
        for one in self._of_kind("marker"):
            first, second, third = (
                self._sample(one.start_seconds + seconds)
                for seconds in click_seconds(one.number, self.code)
            )
            if first >= 0 and third < self.frames:
                found.append((first, second, third))
        return tuple(found)

    @property
    def clicks(self) -> tuple[int, ...]:
        """All of these clicks, one by one."""
        return tuple(click for marker in self.markers for click in marker)

    @property
    def passages(self) -> tuple[tuple[int, int], ...]:
        """Where the passage that is repeated lies, each time it is there as a whole."""
        return self.spans("passage")

    @property
    def repeats(self) -> tuple[Repeat, ...]:
        """Every two occurrences of it, as much as the recording has of both."""
        found = []
        for one, other in combinations(self._of_kind("passage"), 2):
            (first, stop), (second, _) = self.span(one), self.span(other)
            lost = max(0, -first)
            frames = min(stop - first, self.frames - second) - lost
            if frames > 0:
                found.append(Repeat(first=first + lost, second=second + lost, frames=frames))
        return tuple(sorted(found, key=lambda repeat: -repeat.frames))

    @property
    def silences(self) -> tuple[tuple[int, int], ...]:
        """Where nothing is sent and nothing rings any more: the gear's own noise."""
        ringing = round(_RINGING_SECONDS * self.rate_hz)
        spans = ((start + ringing, stop) for start, stop in self.spans("silence"))
        return tuple((start, stop) for start, stop in spans if start < stop)

    def _of_kind(self, kind: Kind) -> Iterator[Segment]:
        return (one for one in self.segments if one.kind == kind)

    def spans(self, kind: Kind) -> tuple[tuple[int, int], ...]:
        """Where the segments of a kind lie that the recording has as a whole."""
        spans = (self.span(one) for one in self._of_kind(kind))
        return tuple(one for one in spans if one[0] >= 0 and one[1] <= self.frames)

    def _sample(self, seconds: float) -> int:
        return self.offset + round(seconds * self.rate_hz)


def _segments(total_seconds: float) -> Iterator[Segment]:
    """Lay the parts one after the other; the playing fills what the rest leaves."""
    parts = list(_parts(total_seconds, blocks=0, playing_seconds=0.0))
    left = total_seconds - sum(part.seconds for part in parts)
    blocks = max(2, round(left / (_BLOCK_SECONDS + MARKER_SECONDS)))
    position = 0.0
    for part in _parts(total_seconds, blocks, left - blocks * MARKER_SECONDS):
        start = round(position, 3)
        yield Segment(
            start_seconds=start,
            seconds=part.seconds,
            kind=part.kind,
            peak_dbfs=part.peak_dbfs,
            number=part.number,
        )
        position += part.seconds


@dataclass(frozen=True)
class _Part:
    kind: Kind
    seconds: float
    peak_dbfs: float = 0.0
    number: int = 0


def _parts(total_seconds: float, blocks: int, playing_seconds: float) -> Iterator[_Part]:
    scale = min(1.0, total_seconds / _USUAL_SECONDS)
    shortest, longest = _PASSAGE_SECONDS
    passage_seconds = _on_grid(min(max(shortest, _PASSAGE_SHARE * total_seconds), longest))
    passage = _Part("passage", passage_seconds, _LOUDEST_DBFS)
    markers = iter(_Part("marker", MARKER_SECONDS, 0.0, number) for number in range(1000))
    yield _Part("silence", _EDGE_SECONDS)
    yield next(markers)
    yield passage
    yield next(markers)
    yield from _probes("sweep", scale * _SWEEP_SECONDS, _SWEEP_PEAKS_DBFS)
    yield from _probes("tones", scale * _TONES_SECONDS, _TONES_PEAKS_DBFS)
    yield from _probes("noise", scale * _NOISE_SECONDS, _NOISE_PEAKS_DBFS)
    edges = [_on_grid(playing_seconds * block / max(1, blocks)) for block in range(blocks + 1)]
    for block in range(blocks):
        yield next(markers)
        if block == blocks // 2:
            yield passage
            yield next(markers)
        seconds = round(edges[block + 1] - edges[block], 3)
        yield _Part("playing", seconds, _LOUDEST_DBFS, block)
    if not blocks:
        yield passage
        yield next(markers)
    yield _Part("decay", _on_grid(scale * _DECAY_SECONDS), _LOUDEST_DBFS)
    yield _Part("silence", _FLOOR_SECONDS)
    yield next(markers)
    yield passage
    yield next(markers)
    yield _Part("silence", _EDGE_SECONDS)


def _probes(kind: Kind, seconds: float, peaks_dbfs: tuple[float, ...]) -> Iterator[_Part]:
    for number, peak_dbfs in enumerate(peaks_dbfs):
        yield _Part(kind, _on_grid(seconds), peak_dbfs, number)
        yield _Part("silence", _GAP_SECONDS)


def _on_grid(seconds: float) -> float:
    return round(math.floor(seconds / _GRID_SECONDS + 1e-6) * _GRID_SECONDS, 3)
