"""Signals on disk are the signals that were given, and leave nothing behind."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from triode.audio import (
    BLOCK_FRAMES,
    SignalStore,
    blocks_of,
    measure_levels,
    peak_at,
    peak_of,
    read_audio,
    release,
    resample,
)
from triode.errors import OutputError

RATE_HZ = 8000


@pytest.fixture
def store(tmp_path: Path) -> SignalStore:
    """A store in which nothing is short."""
    return SignalStore(tmp_path, longest_in_memory_frames=0)


def noise(frames: int) -> npt.NDArray[np.float32]:
    return np.random.default_rng(0).uniform(-1.0, 1.0, frames).astype(np.float32)


def test_what_is_kept_comes_back_from_the_disk_and_no_file_is_seen(
    store: SignalStore, tmp_path: Path
) -> None:
    signal = noise(100_000)
    kept = store.keep(blocks_of(signal, 7000), len(signal))
    assert isinstance(kept, np.memmap)
    assert list(tmp_path.iterdir()) == []
    assert np.array_equal(kept, signal)
    release(kept)
    release(kept[5000:])
    assert np.array_equal(kept, signal)
    assert np.array_equal(np.concatenate(list(blocks_of(kept[11:], 999))), signal[11:])


def test_short_signals_and_those_without_a_folder_stay_in_memory(tmp_path: Path) -> None:
    for store in (SignalStore(), SignalStore(tmp_path, longest_in_memory_frames=10)):
        kept = store.keep(iter([noise(4), noise(6)]), 10)
        assert not isinstance(kept, np.memmap)
        assert np.array_equal(kept, [*noise(4), *noise(6)])
    assert not SignalStore(tmp_path).holds_in_memory(1 << 23)


def test_released_memory_is_given_back(store: SignalStore) -> None:
    status = Path("/proc/self/status")
    if not status.is_file():
        pytest.skip("the system does not tell what is resident")

    def mapped_bytes() -> int:
        lines = status.read_text().splitlines()
        return next(1024 * int(line.split()[1]) for line in lines if line.startswith("RssFile"))

    kept = store.keep(iter([np.zeros(1 << 24, np.float32)]), 1 << 24)
    before = mapped_bytes()
    assert float(kept.sum()) == 0.0
    touched = mapped_bytes() - before
    release(kept)
    # 64 MiB were looked at; other mappings of the process may move by a few at the same time.
    assert touched > 32 << 20
    assert mapped_bytes() - before < 16 << 20


def test_a_folder_that_cannot_hold_it_is_one_error(tmp_path: Path) -> None:
    store = SignalStore(tmp_path / "none", longest_in_memory_frames=0)
    with pytest.raises(OutputError, match=r"kept on disk.*Make room"):
        store.keep(iter([noise(10)]), 10)


def test_a_file_is_read_into_the_store(store: SignalStore, tmp_path: Path) -> None:
    signal = noise(3 << 18)
    soundfile.write(tmp_path / "a.wav", signal, RATE_HZ, subtype="FLOAT")
    audio = read_audio(tmp_path / "a.wav", store=store)
    assert isinstance(audio.samples, np.memmap)
    assert np.array_equal(audio.samples, signal)


@pytest.mark.parametrize("to_hz", [11025, 5000])
def test_resampling_in_blocks_is_resampling_at_once(store: SignalStore, to_hz: int) -> None:
    signal = noise(600_000)
    whole = resample(signal, RATE_HZ, to_hz)
    stored = resample(signal, RATE_HZ, to_hz, store)
    assert isinstance(stored, np.memmap)
    assert len(stored) == len(whole)
    # Float32 arithmetic in another order of blocks.
    np.testing.assert_allclose(stored, whole, rtol=0, atol=1e-6)


def test_levels_do_not_depend_on_where_blocks_end() -> None:
    border = 1 << 18
    signal = 0.5 * noise(3 * border)
    signal[border - 2 : border + 1] = 0.75
    signal[2 * border - 2 : 2 * border] = 0.75
    signal[-4:] = -0.75
    levels = measure_levels(signal)
    # Three in a row over a border count, two before a border do not, nor does it matter that the
    # last run meets the end.
    assert levels.clipped_samples == 7
    assert levels.peak_dbfs == pytest.approx(20.0 * np.log10(0.75), abs=1e-9)
    assert levels.dc == pytest.approx(float(signal.mean(dtype=np.float64)), abs=1e-12)
    assert peak_of(signal) == np.float32(0.75)


@pytest.mark.parametrize(
    "places", [(3,), (BLOCK_FRAMES - 1,), (BLOCK_FRAMES, 5), (7, BLOCK_FRAMES), (BLOCK_FRAMES + 4,)]
)
def test_the_peak_is_found_in_whatever_block_it_lies(places: tuple[int, ...]) -> None:
    signal = np.full(BLOCK_FRAMES + 10, 0.5, np.float32)
    signal[list(places)] = -0.75
    assert peak_at(signal) == min(places)
    assert peak_at(np.zeros(4, np.float32)) == peak_at(np.empty(0, np.float32)) == 0
