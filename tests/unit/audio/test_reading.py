"""Reading audio: every format, every way to be unusable."""

import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

from triode.audio import audio_blocks, inspect_audio, read_audio
from triode.errors import AudioError


@pytest.fixture
def noise() -> np.ndarray:
    return np.random.default_rng(1).uniform(-0.9, 0.9, 5000).astype(np.float32)


# Half a step of each format, and float32's own rounding of a 32-bit integer.
@pytest.mark.parametrize(
    ("suffix", "subtype", "bits", "tolerance"),
    [
        (".wav", "PCM_16", 16, 2.0**-15),
        (".wav", "PCM_24", 24, 2.0**-23),
        (".wav", "PCM_32", 32, 2.0**-23),
        (".wav", "FLOAT", 32, 0.0),
        (".wav", "DOUBLE", 64, 0.0),
        (".flac", "PCM_16", 16, 2.0**-15),
        (".flac", "PCM_24", 24, 2.0**-23),
    ],
)
@pytest.mark.parametrize("rate_hz", [44_100, 48_000, 96_000, 22_255])
def test_formats_and_rates(
    tmp_path: Path,
    noise: np.ndarray,
    suffix: str,
    subtype: str,
    bits: int,
    tolerance: float,
    rate_hz: int,
) -> None:
    path = tmp_path / f"Gr\u00fcner Amp{suffix}"
    soundfile.write(path, noise, rate_hz, subtype=subtype)
    audio = read_audio(path)
    assert audio.samples.dtype == np.float32
    assert audio.samples.shape == (5000,)
    assert (audio.rate_hz, audio.bits, audio.subtype) == (rate_hz, bits, subtype)
    assert audio.channels == 1
    assert np.abs(audio.samples - noise).max() <= tolerance


def test_same_channels_become_one(tmp_path: Path, noise: np.ndarray) -> None:
    path = tmp_path / "both.wav"
    soundfile.write(path, np.stack([noise, noise], axis=1), 48_000, subtype="FLOAT")
    audio = read_audio(path)
    assert np.array_equal(audio.samples, noise)
    assert audio.channels == 2


def test_different_channels_need_a_choice(tmp_path: Path, noise: np.ndarray) -> None:
    path = tmp_path / "stereo.wav"
    other = noise.copy()
    other[-1] += 1e-4
    soundfile.write(path, np.stack([noise, other], axis=1), 48_000, subtype="FLOAT")
    with pytest.raises(
        AudioError, match=r"2 channels, and they differ.*--channel 1 to --channel 2"
    ):
        read_audio(path)
    assert np.array_equal(read_audio(path, 1).samples, noise)
    assert np.array_equal(read_audio(path, 2).samples, other)
    for channel in (0, 3):
        with pytest.raises(AudioError, match=f"no such channel.*from 1 to 2.*Got {channel}"):
            read_audio(path, channel)


def test_blocks_are_the_file(tmp_path: Path, noise: np.ndarray) -> None:
    path = tmp_path / "long.flac"
    soundfile.write(path, noise, 48_000, subtype="PCM_24")
    blocks = list(audio_blocks(path, 1024))
    assert [len(block) for block in blocks] == [1024, 1024, 1024, 1024, 904]
    assert np.array_equal(np.concatenate(blocks), read_audio(path).samples)
    with pytest.raises(AudioError, match="frames >= 1"):
        list(audio_blocks(path, 0))


def test_not_a_number_is_counted_and_placed(tmp_path: Path, noise: np.ndarray) -> None:
    path = tmp_path / "nan.wav"
    noise[480] = np.nan
    noise[4800] = np.inf
    soundfile.write(path, noise, 48_000, subtype="FLOAT")
    with pytest.raises(
        AudioError, match=r"2 samples are not a number.*sample 480\).*sample 4800\)"
    ):
        read_audio(path)


def test_blocks_count_samples_from_the_start_of_the_file(tmp_path: Path, noise: np.ndarray) -> None:
    path = tmp_path / "nan.wav"
    noise[4800] = np.inf
    soundfile.write(path, noise, 48_000, subtype="FLOAT")
    blocks = audio_blocks(path, 4096)
    assert len(next(blocks)) == 4096
    with pytest.raises(AudioError, match=r"1 sample is.*sample 4800\)"):
        next(blocks)


def test_all_not_a_number(tmp_path: Path) -> None:
    path = tmp_path / "nan.wav"
    stereo = np.full((700, 2), np.nan, np.float32)
    soundfile.write(path, stereo, 48_000, subtype="FLOAT")
    with pytest.raises(AudioError, match="700 samples are not a number"):
        read_audio(path)


def test_missing(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match="there is no such file"):
        read_audio(tmp_path / "missing.wav")


def test_folder(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match="this is a folder"):
        read_audio(tmp_path)


def test_empty(tmp_path: Path) -> None:
    path = tmp_path / "empty.wav"
    path.touch()
    with pytest.raises(AudioError, match=r"the file is empty \(0 bytes\)"):
        read_audio(path)


def test_no_samples(tmp_path: Path) -> None:
    path = tmp_path / "nothing.wav"
    soundfile.write(path, np.zeros(0, np.float32), 48_000)
    with pytest.raises(AudioError, match="holds no samples"):
        read_audio(path)


@pytest.mark.parametrize("content", [b"this is text, not audio", b"RIFF\x00\x00", b"\x00" * 4096])
def test_not_audio(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "text.wav"
    path.write_bytes(content)
    with pytest.raises(AudioError, match="not an audio file that can be read"):
        read_audio(path)


def test_lossy_is_refused(tmp_path: Path, noise: np.ndarray) -> None:
    path = tmp_path / "telephone.wav"
    soundfile.write(path, noise, 8_000, subtype="ULAW")
    with pytest.raises(AudioError, match=r"loses too much.*Got WAV, ULAW"):
        read_audio(path)


@pytest.mark.parametrize("suffix", [".wav", ".flac"])
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_truncated(tmp_path: Path, noise: np.ndarray, suffix: str, share: float) -> None:
    path = tmp_path / f"short{suffix}"
    soundfile.write(path, np.tile(noise, 20), 48_000, subtype="PCM_24")
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(AudioError, match="truncated"):
        read_audio(path)


def test_unknown_length_from_a_pipe_is_read(tmp_path: Path, noise: np.ndarray) -> None:
    path = tmp_path / "piped.wav"
    soundfile.write(path, noise, 48_000, subtype="PCM_16")
    content = bytearray(path.read_bytes())
    place = content.index(b"data") + 4
    content[place : place + 4] = b"\xff\xff\xff\xff"
    path.write_bytes(content)
    assert len(read_audio(path).samples) == 5000


def test_unreadable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "private.wav"
    soundfile.write(path, np.zeros(10), 48_000)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(AudioError, match=r"may not be read.*Got Permission denied"):
        read_audio(path)


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the administrator may read everything"
)
def test_unreadable_by_permission(tmp_path: Path) -> None:
    path = tmp_path / "private.wav"
    soundfile.write(path, np.zeros(10), 48_000)
    path.chmod(0)
    with pytest.raises(AudioError, match="may not be read"):
        read_audio(path)


def test_header_facts(tmp_path: Path, noise: np.ndarray) -> None:
    path = tmp_path / "facts.flac"
    soundfile.write(path, noise, 44_100, subtype="PCM_16")
    info = inspect_audio(path)
    assert (info.rate_hz, info.frames, info.channels, info.bits) == (44_100, 5000, 1, 16)
    assert info.seconds == pytest.approx(5000 / 44_100, rel=1e-12)
