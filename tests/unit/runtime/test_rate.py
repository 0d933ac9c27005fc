"""Streams at another rate: the delay is what is said, and every block is answered in full."""

import numpy as np
import numpy.typing as npt
import pytest

from triode.runtime.rate import AtOtherRate, converted

Float32Array = npt.NDArray[np.float32]


def tone(frames: int, rate_hz: float) -> Float32Array:
    """A burst of 500 Hz that begins and ends softly."""
    time = np.arange(frames) / rate_hz
    return (np.sin(2 * np.pi * 500 * time) * np.hanning(frames)).astype(np.float32)


def blocks(signal: Float32Array, length: int) -> list[Float32Array]:
    return [signal[start : start + length] for start in range(0, len(signal), length)]


@pytest.mark.parametrize(
    ("rate_hz", "inner_hz", "length"),
    [(44_100, 48_000, 64), (96_000, 48_000, 128), (48_000, 44_100, 100)],
)
def test_the_delay_is_what_is_said(rate_hz: float, inner_hz: float, length: int) -> None:
    signal = tone(16_384, rate_hz)
    seen: list[Float32Array] = []

    def double(block: Float32Array) -> Float32Array:
        seen.append(block)
        return 2 * block

    stream = AtOtherRate(double, rate_hz, inner_hz, length)
    parts = blocks(np.pad(signal, (0, stream.delay_samples)), length)
    answers = [stream.process(part) for part in parts]
    assert [len(answer) for answer in answers] == [len(part) for part in parts]
    assert stream.missing_samples == 0
    out = np.concatenate(answers)
    late = out[stream.delay_samples :]
    # The resampler's quick quality has 16 bits: some 1e-5 of full scale, twice, doubled.
    np.testing.assert_allclose(late, 2 * signal, rtol=0, atol=1e-3)
    assert 0 < stream.delay_samples / rate_hz < 0.025
    inner_frames = sum(map(len, seen))
    assert inner_frames == pytest.approx(len(out) * inner_hz / rate_hz, rel=0.1)


def test_blocks_longer_than_usual_are_answered_in_full() -> None:
    stream = AtOtherRate(lambda block: block, 44_100, 48_000, 64)
    for length in (64, 5000, 1, 64, 0, 3000):
        assert len(stream.process(np.ones(length, np.float32))) == length


@pytest.mark.parametrize("rates", [(48_000, 48_000), (44_100, 48_000)])
def test_a_stream_there_and_back_is_itself(rates: tuple[int, int]) -> None:
    signal = tone(10_000, rates[0])
    there = converted(iter(blocks(signal, 999)), *rates)
    back = np.concatenate(list(converted(there, rates[1], rates[0])))
    assert abs(len(back) - len(signal)) <= 1
    shared = min(len(back), len(signal))
    # Very high quality keeps 28 bits; float32 has 24.
    np.testing.assert_allclose(back[:shared], signal[:shared], rtol=0, atol=2e-6)
