import numpy as np

from triode.synthetic import AmplifierSettings, demo_pair, performance


def test_the_pair_fits_together() -> None:
    dry, wet = demo_pair(3.0)
    np.testing.assert_array_equal(dry, performance(3.0))
    assert dry.dtype == wet.dtype == np.float32
    assert dry.shape == wet.shape == (144000,)
    assert 0.1 < np.max(np.abs(wet)) < 1.0


def test_knobs_reach_the_amplifier_and_the_seed_the_guitar() -> None:
    dry, wet = demo_pair(1.0, seed=1)
    same_dry, cleaner = demo_pair(1.0, seed=1, settings=AmplifierSettings(gain=0.0))
    np.testing.assert_array_equal(dry, same_dry)
    assert np.std(cleaner) < np.std(wet)
    assert not np.array_equal(demo_pair(1.0, seed=2)[0], dry)
