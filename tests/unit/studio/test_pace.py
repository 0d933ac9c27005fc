"""Seconds left, by a clock of the test's."""

from triode.studio.pace import Pace


def test_seconds_left_follow_the_pace_since_training_went_on() -> None:
    now = [100.0]
    pace = Pace(clock=lambda: now[0])
    assert (pace.share, pace.seconds_left) == (0.0, None)
    pace.start(60, 100)
    assert (pace.share, pace.seconds_left) == (0.6, None)
    now[0] += 10.0
    pace.step(80)
    assert (pace.share, pace.seconds_left) == (0.8, 10.0)
    pace.step(100)
    assert (pace.share, pace.seconds_left) == (1.0, 0.0)
