"""The worst passage is the one with the highest ratio, quiet ones aside."""

import numpy as np

from triode.metrics import worst_passage

RATE_HZ = 1000.0


def test_the_worst_is_found_and_quiet_ones_do_not_count() -> None:
    gear = np.random.default_rng(0).standard_normal(30_000)
    gear[25_000:] *= 0.01
    model = gear.copy()
    model[12_000:17_000] *= 0.5  # wrong by -6 dB
    model[25_000:] = 0.0  # wrong by 0 dB, but in a quiet passage
    model[3_000:8_000] *= 0.8
    found = worst_passage(gear, model, RATE_HZ)
    assert found == slice(12_000, 17_000)


def test_a_short_signal_is_taken_whole() -> None:
    gear = np.ones(2000)
    assert worst_passage(gear, gear, RATE_HZ) == slice(0, 2000)
    assert worst_passage(gear, 0 * gear, RATE_HZ, seconds=0.5).stop == 500
