"""The table adds up at every length and rate, and says where everything lies."""

from itertools import pairwise

import pytest

from triode.capture import Layout
from triode.capture.excitation.layout import LONGEST_MINUTES, SHORTEST_MINUTES
from triode.errors import CaptureError


@pytest.mark.parametrize("minutes", [SHORTEST_MINUTES, 1.5, 3.0, 7.5, LONGEST_MINUTES])
@pytest.mark.parametrize("rate_hz", [44_100, 48_000, 96_000])
def test_segments_fill_the_signal(minutes: float, rate_hz: int) -> None:
    layout = Layout.of(minutes, rate_hz)
    spans = [layout.span(segment) for segment in layout.segments]
    assert spans[0][0] == 0
    assert spans[-1][1] == layout.frames == round(60 * minutes * rate_hz)
    assert all(one[1] == other[0] for one, other in pairwise(spans))
    assert all(start < stop for start, stop in spans)


@pytest.mark.parametrize("minutes", [1.0, 3.0, 10.0])
def test_the_passage_comes_at_the_start_in_the_middle_and_at_the_end(minutes: float) -> None:
    layout = Layout.of(minutes, 48_000)
    first, middle, last = layout.passages
    lengths = {stop - start for start, stop in layout.passages}
    assert len(lengths) == 1
    assert lengths.pop() >= 3 * 48_000
    assert first[0] < 0.05 * layout.frames
    assert abs(middle[0] / layout.frames - 0.5) < 0.2
    assert last[1] > 0.95 * layout.frames
    assert len(layout.repeats) == 3


@pytest.mark.parametrize("rate_hz", [44_100, 48_000, 88_200, 96_000])
def test_repeats_are_whole_samples_apart_at_every_rate(rate_hz: int) -> None:
    for minutes in (1.0, 2.5, 3.0):
        layout = Layout.of(minutes, rate_hz)
        for segment in layout.segments:
            start = segment.start_seconds * rate_hz
            assert start == pytest.approx(round(start), abs=1e-6)


def test_a_recording_that_begins_late_and_ends_early() -> None:
    whole = Layout.of(1.0, 48_000)
    start = whole.passages[0][0] + 1000
    part = Layout(minutes=1.0, rate_hz=48_000, offset=-start, frames=whole.frames - 2 * start)
    assert len(part.passages) < 3
    for repeat in part.repeats:
        assert repeat.first >= 0
        assert repeat.second + repeat.frames <= part.frames
    # What is left of the cut passage is still known as a repeat, so it is not trained on.
    assert min(one.first for one in part.repeats) == 0
    assert all(0 <= click < part.frames for click in part.clicks)


@pytest.mark.parametrize("minutes", [0.0, 0.5, 1.2, 15.5, float("nan"), float("inf")])
def test_other_lengths_are_refused(minutes: float) -> None:
    with pytest.raises(CaptureError, match=r"does not come in this length.*1 to 15"):
        Layout.of(minutes, 48_000)
