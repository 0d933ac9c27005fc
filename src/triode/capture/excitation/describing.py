"""The signal in words: a table of every stretch, from the layout that makes it."""

from collections.abc import Iterator

from triode.capture.excitation.layout import Layout, Segment
from triode.capture.excitation.marker import click_seconds
from triode.capture.excitation.playing import PASSAGE_PEAKS_DBFS, PEAKS_DBFS, STYLES

__all__ = ["picture", "rows"]

_WIDTH = 90
_LETTERS = {
    "silence": " ",
    "marker": "|",
    "sweep": "s",
    "tones": "t",
    "noise": "n",
    "playing": "p",
    "passage": "R",
    "decay": "d",
}


def rows(layout: Layout) -> Iterator[tuple[str, str, str, str]]:
    """First sample, sample after the last, second at which it begins, and what it is."""
    for segment in layout.segments:
        start, stop = layout.span(segment)
        yield f"{start}", f"{stop}", f"{segment.start_seconds:.2f}", _meaning(segment, layout)


def picture(layout: Layout) -> str:
    """A line of letters, one for each equal stretch: what takes up most of it."""
    step = layout.frames / _WIDTH
    line = []
    for place in range(_WIDTH):
        shares: dict[str, float] = {}
        for segment in layout.segments:
            start, stop = layout.span(segment)
            share = min(stop, (place + 1) * step) - max(start, place * step)
            shares[segment.kind] = shares.get(segment.kind, 0.0) + max(0.0, share)
        line.append(_LETTERS[max(shares, key=lambda kind: shares[kind])])
    return "".join(line)


def _meaning(segment: Segment, layout: Layout) -> str:
    peak = f"peak {segment.peak_dbfs:g} dBFS"
    match segment.kind:
        case "silence":
            return "silence"
        case "marker":
            start = segment.start_seconds
            places = [
                round((start + seconds) * layout.rate_hz)
                for seconds in click_seconds(segment.number, layout.code)
            ]
            return f"marker {segment.number}: clicks at {', '.join(map(str, places))}"
        case "sweep":
            return f"exponential sweep, 20 Hz to 20 kHz, {peak}"
        case "tones":
            return f"25 sines at once, {peak}"
        case "noise":
            return f"burst of noise, {peak}"
        case "decay":
            return f"a chord that rings down to nothing, {peak}"
        case "passage":
            levels = ", ".join(f"{one:g}" for one in PASSAGE_PEAKS_DBFS)
            return f"the passage that is repeated; phrases peak at {levels} dBFS"
        case "playing":
            low, high = min(PEAKS_DBFS), max(PEAKS_DBFS)
            return f"{len(STYLES)} styles of playing; phrases peak at {low:g} to {high:g} dBFS"
