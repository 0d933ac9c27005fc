"""Advice about levels, and the passage they are set with."""

import numpy as np
import pytest

from triode.capture.recording import Advice, Loop, advise, loudest_span


@pytest.mark.parametrize(
    ("peak_dbfs", "advice"),
    [
        (0.0, Advice.CLIPPING),
        (-1.0, Advice.DOWN),
        (-4.0, Advice.GOOD),
        (-17.0, Advice.GOOD),
        (-30.0, Advice.UP),
        (-90.0, Advice.SILENT),
    ],
)
def test_advice(peak_dbfs: float, advice: Advice) -> None:
    assert advise(10 ** (peak_dbfs / 20)) is advice
    assert advise(0.0) is Advice.SILENT


def test_the_loudest_passage() -> None:
    signal = np.full(480_000, 0.1, np.float32)
    signal[100_000:292_000] = -0.5
    assert loudest_span(signal, 48_000) == (100_000, 292_000)
    assert loudest_span(signal[:1000], 48_000) == (0, 1000)


def test_a_loop_goes_round() -> None:
    loop = Loop(np.arange(5, dtype=np.float32), keep_frames=4)
    played = [loop.play(np.full(3, block, np.float32), dropped=False) for block in range(3)]
    np.testing.assert_array_equal(np.concatenate(played), [0, 1, 2, 3, 4, 0, 1, 2, 3])
    np.testing.assert_array_equal(loop.recent, [1, 2, 2, 2])
