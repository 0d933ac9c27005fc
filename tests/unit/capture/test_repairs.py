"""What is put right without being asked, and what is refused with `repair=False`."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from triode.audio import resample
from triode.capture import examine, make_pair
from triode.capture.checks import RefusedError
from triode.errors import AudioError

RATE_HZ = 48_000


def write(
    folder: Path, dry: np.ndarray, wet: np.ndarray, wet_rate_hz: int = RATE_HZ
) -> tuple[Path, Path]:
    soundfile.write(folder / "dry.wav", dry, RATE_HZ, subtype="FLOAT")
    soundfile.write(folder / "wet.wav", wet, wet_rate_hz, subtype="FLOAT")
    return folder / "dry.wav", folder / "wet.wav"


@pytest.fixture(scope="module")
def rested(
    play: Callable[..., np.ndarray], amplify: Callable[..., np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Six seconds of playing between two seconds of silence."""
    rest = np.zeros(RATE_HZ, np.float32)
    playing = play(6.0)
    playing[-RATE_HZ // 2 :] *= np.linspace(1, 0, RATE_HZ // 2, dtype=np.float32)
    dry = np.concatenate([rest, playing, rest])
    return dry, amplify(dry, delay=200)


def test_nothing_to_repair(tmp_path: Path, dry: np.ndarray, wet: np.ndarray) -> None:
    assert make_pair(*write(tmp_path, dry, wet)).facts.repairs == ()


def test_offset_at_rest_is_removed(tmp_path: Path, rested: tuple[np.ndarray, np.ndarray]) -> None:
    dry, wet = rested
    paths = write(tmp_path, dry, wet + 0.03)
    repaired = make_pair(*paths)
    # The median of silence is the offset itself, to a rounding of float32.
    assert np.abs(repaired.wet[:10_000]).max() < 1e-6
    assert any("+0.0300" in one for one in repaired.facts.repairs)
    kept = make_pair(*paths, repair=False)
    assert kept.facts.repairs == ()
    assert kept.wet[:10_000].mean() == pytest.approx(0.03, abs=1e-6)
    assert any("DC offset of +0.03" in one for one in kept.facts.warnings)


def test_an_offset_of_the_gear_is_kept(
    tmp_path: Path, rested: tuple[np.ndarray, np.ndarray]
) -> None:
    dry, wet = rested
    one_sided = np.where(wet > 0, wet, 0.6 * wet).astype(np.float32)
    pair = make_pair(*write(tmp_path, dry, one_sided))
    assert not any("DC offset" in one for one in pair.facts.repairs)
    (offset,) = [one for one in pair.facts.findings if one.check == "offset"]
    assert offset.severity.value == "note"
    assert "in pauses it is not" in offset.summary


def test_silence_at_the_end_is_padded(
    tmp_path: Path, rested: tuple[np.ndarray, np.ndarray]
) -> None:
    dry, wet = rested
    paths = write(tmp_path, dry, wet[:-5_000])
    padded = make_pair(*paths)
    assert len(padded.dry) == len(dry)
    assert any("samples of silence" in one for one in padded.facts.repairs)
    advance = padded.facts.alignment.advance_samples
    assert len(make_pair(*paths, repair=False).dry) == len(dry) - 5_000 - advance


def test_wrong_speed(tmp_path: Path, dry: np.ndarray, wet: np.ndarray) -> None:
    # What was recorded at 44.1 kHz, and is in a file that says 48 kHz.
    paths = write(tmp_path, dry, resample(wet, 48_000, 44_100))
    pair = make_pair(*paths)
    # What ends at 22.05 kHz rings before it answers, and the first arrival is what counts.
    assert -4 <= pair.facts.alignment.delay_samples - 300 <= 1
    assert any("from 44100 Hz, its true rate" in one for one in pair.facts.repairs)
    assert any("taken at 44100 Hz" in one for one in pair.facts.warnings)
    with pytest.raises(RefusedError, match=r"wrong speed.*44100 Hz.*--no-repair"):
        make_pair(*paths, repair=False)


def test_different_rates_are_brought_together(
    tmp_path: Path, dry: np.ndarray, wet: np.ndarray
) -> None:
    paths = write(tmp_path, dry, resample(wet, 48_000, 44_100), 44_100)
    pair = make_pair(*paths)
    assert pair.rate_hz == 48_000
    assert any("resampled to 48000 Hz" in one for one in pair.facts.repairs)
    with pytest.raises(RefusedError, match=r"different sample rates.*--rate"):
        make_pair(*paths, repair=False)


def test_the_only_channel_with_sound(tmp_path: Path, dry: np.ndarray, wet: np.ndarray) -> None:
    paths = write(tmp_path, dry, np.stack([np.zeros_like(wet), wet], axis=1))
    pair = make_pair(*paths)
    assert any("channel 2 was taken" in one for one in pair.facts.repairs)
    with pytest.raises(AudioError, match="2 channels, and they differ"):
        make_pair(*paths, repair=False)


def test_the_wrong_channel_is_told(tmp_path: Path, dry: np.ndarray, wet: np.ndarray) -> None:
    hiss = 0.01 * np.random.default_rng(2).standard_normal(len(wet))
    result = examine(*write(tmp_path, dry, np.stack([hiss, wet], axis=1)), channel=1)
    assert not result.usable
    (finding,) = result.findings
    assert finding.check == "channel"
    assert finding.advice == ("Pass --channel 2.",)


def test_what_is_refused_is_examined_all_the_same(
    tmp_path: Path, dry: np.ndarray, amplify: Callable[..., np.ndarray]
) -> None:
    # Swapped beyond doubt: the answer comes first, and the gear would expand.
    result = examine(*write(tmp_path, amplify(dry, delay=300, drive=20.0), dry))
    assert not result.usable
    assert result.notable[0].check == "order"
    assert len(result.findings) > 10
