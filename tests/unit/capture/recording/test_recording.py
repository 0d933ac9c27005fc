"""Takes over a virtual interface: the cut, the guards, and what is said about a bad one."""

from collections.abc import Callable

import numpy as np
import pytest

from triode.audio import resample
from triode.capture.recording import Connection, Progress, Recording, record
from triode.capture.recording import recording as recording_module
from triode.errors import AudioError, CaptureError
from unit.capture.recording.conftest import crunch
from unit.capture.recording.virtual import RATE_HZ, Interface

Connect = Callable[..., Interface]
MARGIN = 32


@pytest.fixture(scope="module")
def short() -> np.ndarray:
    """Two seconds of noise that comes and goes, for tests that need no known signal."""
    random = np.random.default_rng(4)
    swell = np.sin(np.linspace(0.0, 9.0, 2 * RATE_HZ))
    return (0.2 * swell * random.standard_normal(2 * RATE_HZ)).astype(np.float32)


def take(dry: np.ndarray, **settings: object) -> Recording:
    return record(dry, Connection(rate_hz=RATE_HZ), **settings)  # type: ignore[arg-type]


@pytest.mark.parametrize("delay", [0, 1, 700, 40_000])
def test_what_comes_back_is_cut_to_the_signal(
    connect: Connect, short: np.ndarray, delay: int
) -> None:
    connect(delay=delay)
    result = take(short)
    # The stream itself takes one block longer.
    assert result.round_trip_samples == delay + 512
    assert result.stopped is None
    assert result.wet.shape == short.shape
    wanted = crunch(short).astype(np.float32)
    np.testing.assert_array_equal(result.wet[MARGIN:], wanted[:-MARGIN])
    assert (result.clipped, result.reported, result.dropouts) == ((), (), ())
    assert not result.plain_copy


def test_the_clicks_are_heard_through_noise(connect: Connect, short: np.ndarray) -> None:
    connect(noise=0.01)
    # In noise the beginning of a click is known to a few samples.
    assert take(short).round_trip_samples == pytest.approx(1212, abs=3)


@pytest.mark.parametrize("noise", [0.0, 0.05])
def test_nothing_comes_back(connect: Connect, short: np.ndarray, noise: float) -> None:
    connect(amplifier=np.zeros_like, noise=noise)
    with pytest.raises(CaptureError, match=r"clicks that were sent did not come back.*channels"):
        take(short)


def test_the_wrong_channel(connect: Connect, short: np.ndarray) -> None:
    connect(heard=1)
    with pytest.raises(CaptureError, match="Got silence"):
        record(short, Connection(rate_hz=RATE_HZ, input_channel=2, output_channel=2))
    result = record(short, Connection(rate_hz=RATE_HZ, input_channel=2))
    assert result.round_trip_samples == 1212


def test_clipping_ends_the_take(connect: Connect, short: np.ndarray) -> None:
    connect(amplifier=lambda sound: 1.05 * sound + 0.7 * (np.abs(sound) > 0.5) * (sound < 0.85))
    result = take(short)
    assert result.stopped == "the input clips"
    assert len(result.clipped) > 3
    assert 0 < len(result.wet) < len(short)
    allowed = take(short, allow_clipping=True)
    assert allowed.stopped is None
    assert len(allowed.wet) == len(short)
    loud = np.flatnonzero(np.abs(allowed.wet) >= 0.999)
    assert set(loud) <= set(allowed.clipped)


@pytest.mark.parametrize("gain", [1.0, -0.3])
def test_a_cable_is_told_from_gear(connect: Connect, short: np.ndarray, gain: float) -> None:
    connect(amplifier=lambda sound: gain * sound)
    assert take(short).plain_copy


def test_a_cable_behind_other_converters(short: np.ndarray) -> None:
    # Without what lies near half the rate, where converters end.
    short = np.convolve(short, np.hanning(9) / 4, mode="same").astype(np.float32)
    there = resample(short, RATE_HZ, 2 * RATE_HZ)
    back = resample(np.concatenate([np.zeros(7, np.float32), there]), 2 * RATE_HZ, RATE_HZ)
    assert recording_module.is_plain_copy(short, back[: len(short)], RATE_HZ)


@pytest.mark.parametrize("reported", [True, False])
@pytest.mark.parametrize("samples", [-480, 64])
def test_a_dropout_is_located(
    connect: Connect, signal: np.ndarray, samples: int, reported: bool
) -> None:
    at = 20 * RATE_HZ
    connect(jumps={at: samples}, reported=reported)
    result = take(signal)
    (found,) = result.dropouts
    assert found.shift_samples == samples
    # The frame counts from the start of the stream; the clicks before the signal take 2.2 s.
    wanted = at - round(2.2 * RATE_HZ) - 1212
    assert found.earliest < wanted < found.latest
    # A report comes with a block, and without one the place is sought in the sound itself.
    assert found.position == pytest.approx(wanted, abs=1300)
    assert bool(result.reported) == reported


def test_a_good_take_has_no_dropouts(connect: Connect, signal: np.ndarray) -> None:
    connect(noise=0.001)
    assert take(signal).dropouts == ()


def test_ctrl_c_keeps_what_there_is(connect: Connect, short: np.ndarray) -> None:
    connect(holds_at=3 * RATE_HZ)

    def interrupt(progress: Progress) -> None:
        assert progress.total_seconds == 2.0
        if progress.seconds > 0.7:
            raise KeyboardInterrupt

    result = take(short, on_progress=interrupt)
    assert result.stopped == "interrupted"
    assert 0.5 * RATE_HZ < len(result.wet) < RATE_HZ
    wanted = crunch(short).astype(np.float32)
    np.testing.assert_array_equal(result.wet[MARGIN:], wanted[: len(result.wet) - MARGIN])


def test_ctrl_c_at_once_keeps_nothing(connect: Connect, short: np.ndarray) -> None:
    connect(holds_at=RATE_HZ // 2)

    def interrupt(_: Progress) -> None:
        raise KeyboardInterrupt

    result = take(short, on_progress=interrupt)
    assert (result.stopped, len(result.wet)) == ("interrupted", 0)


def test_a_device_that_goes_away(
    connect: Connect, short: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording_module, "_STALLED_SECONDS", 0.3)
    connect(holds_at=3 * RATE_HZ)
    assert take(short).stopped == "the sound device stopped"


def test_devices_that_cannot_be_used(connect: Connect, short: np.ndarray) -> None:
    connect(rates=(44_100,))
    with pytest.raises(AudioError, match=r"does not run at this rate.*48000 Hz.*--rate 44100"):
        take(short)
    with pytest.raises(AudioError, match=r"no such channel.*1 to 2.*Got 3"):
        record(short, Connection(rate_hz=44_100, input_channel=3))
    with pytest.raises(AudioError, match="no such output device"):
        record(short, Connection(rate_hz=44_100, output_device="Banjo"))
