"""Writing audio: whole or not at all, never clipped in silence."""

import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from triode.audio import audio_writer, read_audio, write_audio
from triode.errors import AudioError, OutputError


@pytest.fixture
def noise() -> np.ndarray:
    return np.random.default_rng(2).uniform(-1.0, 1.0, 3000).astype(np.float32)


# One step of each format: full scale itself is clamped to the highest code.
@pytest.mark.parametrize(
    ("name", "subtype", "tolerance"),
    [
        ("a.wav", "FLOAT", 0.0),
        ("a.wav", "PCM_24", 2.0**-23),
        ("a.WAV", "PCM_16", 2.0**-15),
        ("a.wav", "PCM_32", 2.0**-24),
        ("a.flac", "PCM_24", 2.0**-23),
        ("a.flac", "PCM_16", 2.0**-15),
    ],
)
def test_round_trip(
    tmp_path: Path, noise: np.ndarray, name: str, subtype: str, tolerance: float
) -> None:
    write_audio(tmp_path / name, noise, 44_100, subtype)
    audio = read_audio(tmp_path / name)
    assert (audio.rate_hz, audio.subtype) == (44_100, subtype)
    assert np.abs(audio.samples - noise).max() <= tolerance


def test_blocks_make_the_same_file(tmp_path: Path, noise: np.ndarray) -> None:
    with audio_writer(tmp_path / "blocks.wav", 48_000, "PCM_24") as writer:
        for start in range(0, len(noise), 700):
            writer.write(noise[start : start + 700])
        assert writer.frames == 3000
    write_audio(tmp_path / "whole.wav", noise, 48_000, "PCM_24")
    assert (tmp_path / "blocks.wav").read_bytes() == (tmp_path / "whole.wav").read_bytes()


def test_the_same_samples_are_the_same_bytes_at_any_time(tmp_path: Path, noise: np.ndarray) -> None:
    """Whatever the clock says: libsndfile writes it into a float file."""
    for name, subtype in (("a.wav", "FLOAT"), ("b.wav", "PCM_24"), ("c.flac", "PCM_24")):
        write_audio(tmp_path / name, noise, 48_000, subtype)
        first = (tmp_path / name).read_bytes()
        time.sleep(1.1)
        write_audio(tmp_path / name, noise, 48_000, subtype)
        assert (tmp_path / name).read_bytes() == first, name


def test_float_keeps_what_is_beyond_full_scale(tmp_path: Path, noise: np.ndarray) -> None:
    write_audio(tmp_path / "loud.wav", 4 * noise, 48_000)
    assert np.array_equal(read_audio(tmp_path / "loud.wav").samples, 4 * noise)


def test_clipping_is_refused_and_leaves_nothing(tmp_path: Path, noise: np.ndarray) -> None:
    noise[[5, 7]] = 2.0
    with pytest.raises(AudioError, match=r"2 samples would clip in PCM_24.*\+6\.0 dBFS.*float"):
        write_audio(tmp_path / "loud.wav", noise, 48_000, "PCM_24")
    assert list(tmp_path.iterdir()) == []


def test_not_a_number_is_refused(tmp_path: Path, noise: np.ndarray) -> None:
    noise[5] = np.nan
    with pytest.raises(AudioError, match="1 samples to write are not finite"):
        write_audio(tmp_path / "nan.wav", noise, 48_000)
    assert list(tmp_path.iterdir()) == []


def test_interrupted_leaves_the_old_file(tmp_path: Path, noise: np.ndarray) -> None:
    path = tmp_path / "kept.wav"
    write_audio(path, noise, 48_000)
    before = path.read_bytes()

    def write_half() -> None:
        with audio_writer(path, 48_000) as writer:
            writer.write(noise[:100])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_half()
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("name", "subtype"),
    [("a.mp3", "FLOAT"), ("a.flac", "FLOAT"), ("a", "PCM_16"), ("a.wav", "ULAW")],
)
def test_unknown_format(tmp_path: Path, noise: np.ndarray, name: str, subtype: str) -> None:
    with pytest.raises(AudioError, match=f"cannot be written in this format.*{subtype}"):
        write_audio(tmp_path / name, noise, 48_000, subtype)
    assert list(tmp_path.iterdir()) == []


def test_missing_folder(tmp_path: Path, noise: np.ndarray) -> None:
    with pytest.raises(OutputError, match="cannot be written"):
        write_audio(tmp_path / "missing" / "a.wav", noise, 48_000)


def test_disk_full(tmp_path: Path, noise: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise soundfile.LibsndfileError(2)

    monkeypatch.setattr(soundfile.SoundFile, "write", fail)
    with pytest.raises(OutputError, match=r"could not be written whole.*the disk has room"):
        write_audio(tmp_path / "a.wav", noise, 48_000)
    assert list(tmp_path.iterdir()) == []


def test_lost_frames_are_noticed(
    tmp_path: Path, noise: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = soundfile.SoundFile.write
    monkeypatch.setattr(soundfile.SoundFile, "write", lambda file, data: whole(file, data[:-10]))
    with pytest.raises(OutputError, match="2990 of 3000 frames"):
        write_audio(tmp_path / "a.wav", noise, 48_000)
    assert list(tmp_path.iterdir()) == []
