import numpy as np
import pytest

from triode.synthetic.oversampling import Downsampler, Upsampler, anti_alias_filter

NOISE = np.random.default_rng(0).standard_normal(5000)


def response_db(frequency_hz: float) -> float:
    taps = anti_alias_filter(8)
    turns = np.exp(-2j * np.pi * frequency_hz / 384000.0 * np.arange(taps.size))
    return float(20.0 * np.log10(abs(np.dot(taps, turns))))


def test_the_filter_keeps_the_audible_and_stops_the_rest() -> None:
    assert all(abs(response_db(frequency_hz)) < 0.05 for frequency_hz in (0.0, 1e3, 1e4, 2e4))
    assert all(response_db(frequency_hz) < -70.0 for frequency_hz in (25e3, 30e3, 60e3, 190e3))


def test_it_hardly_delays() -> None:
    taps = anti_alias_filter(8)
    assert np.sum(taps * np.arange(taps.size)) / 8.0 < 4.0


@pytest.mark.parametrize("factor", [1, 2, 8])
def test_there_and_back_is_a_short_delay(factor: int) -> None:
    frames = np.arange(4000)
    sine = np.sin(2.0 * np.pi * 0.02 * frames)
    back = Downsampler(factor)(Upsampler(factor)(sine))
    basis = np.stack([sine, np.cos(2.0 * np.pi * 0.02 * frames)])[:, 1000:]
    amounts = np.linalg.lstsq(basis.T, back[1000:], rcond=None)[0]
    # The filter's passband ripple is below 0.01 dB.
    assert np.hypot(*amounts) == pytest.approx(1.0, abs=2e-3)
    np.testing.assert_allclose(back[1000:], amounts @ basis, atol=1e-3)


@pytest.mark.parametrize("cut", [1, 7, 64, 65, 999])
def test_pieces_give_the_same_samples(cut: int) -> None:
    def there_and_back(pieces: list[np.ndarray]) -> np.ndarray:
        up, down = Upsampler(8), Downsampler(8)
        return np.concatenate([down(up(piece)) for piece in pieces])

    whole = there_and_back([NOISE])
    pieces = there_and_back([NOISE[i : i + cut] for i in range(0, NOISE.size, cut)])
    # The same products, added in another order at most.
    np.testing.assert_allclose(pieces, whole, atol=1e-12)


def test_nothing_comes_before_it_is_sent() -> None:
    impulse = np.zeros(300)
    impulse[100] = 1.0
    back = Downsampler(8)(Upsampler(8)(impulse))
    assert np.all(back[:100] == 0.0)
    assert np.max(np.abs(back)) > 0.5
