"""Two files become a pair, or one clear error."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from triode.audio import SignalStore, read_audio, read_between, resample
from triode.capture import (
    Repeat,
    best_possible_esr,
    make_pair,
    replicate_floor_esr,
    replicate_text,
    split,
)
from triode.capture.checks import Severity
from triode.errors import AudioError, CaptureError
from triode.metrics import esr

RATE_HZ = 48_000
Amplify = Callable[..., np.ndarray]


class Folder:
    """Writes a dry and a wet file and makes a pair of them."""

    def __init__(self, path: Path) -> None:
        self.dry_path, self.wet_path = path / "dry \u00fc.wav", path / "wet.wav"

    def write(
        self, dry: np.ndarray, wet: np.ndarray, rate_hz: int = RATE_HZ, wet_rate_hz: int = 0
    ) -> "Folder":
        soundfile.write(self.dry_path, dry, rate_hz, subtype="FLOAT")
        soundfile.write(self.wet_path, wet, wet_rate_hz or rate_hz, subtype="FLOAT")
        return self

    def refused(self, message: str, **options: Any) -> None:
        with pytest.raises(CaptureError, match=message):
            make_pair(self.dry_path, self.wet_path, **options)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_a_good_pair(folder: Folder, dry: np.ndarray, wet: np.ndarray) -> None:
    folder.write(dry, wet)
    pair = make_pair(folder.dry_path, folder.wet_path)
    advance = pair.facts.alignment.advance_samples
    assert 298 <= advance <= 300
    assert pair.dry.dtype == pair.wet.dtype == np.float32
    assert np.array_equal(pair.dry, dry[: len(dry) - advance])
    assert np.array_equal(pair.wet, wet[advance:])
    assert (pair.rate_hz, pair.facts.frames) == (RATE_HZ, len(pair.dry))
    assert pair.facts.warnings == ()
    assert pair.facts.replicate_floor_esr is None
    assert pair.facts.customary is None
    facts = json.loads(json.dumps(pair.facts.to_json(), allow_nan=False))
    assert facts["alignment"]["polarity"] == 1
    assert facts["wet_levels"]["clipped_samples"] == 0


def test_a_pair_on_disk_is_the_pair_in_memory(
    folder: Folder, dry: np.ndarray, wet: np.ndarray, tmp_path: Path
) -> None:
    copy = dry.copy()
    copy[250_000:350_000] = dry[20_000:120_000]
    folder.write(copy, wet)
    store = SignalStore(tmp_path, longest_in_memory_frames=0)
    plain = make_pair(folder.dry_path, folder.wet_path)
    mapped = make_pair(folder.dry_path, folder.wet_path, store=store)
    assert isinstance(mapped.dry, np.memmap)
    assert np.array_equal(plain.dry, mapped.dry)
    assert np.array_equal(plain.wet, mapped.wet)
    assert len(plain.facts.repeats) == 1
    assert plain.facts == mapped.facts


def test_wrong_polarity_is_a_fact_and_kept(
    folder: Folder, dry: np.ndarray, wet: np.ndarray
) -> None:
    folder.write(dry, -wet)
    pair = make_pair(folder.dry_path, folder.wet_path)
    assert pair.facts.alignment.polarity == -1
    assert np.array_equal(pair.wet, -wet[pair.facts.alignment.advance_samples :])


def test_delayed_by_a_second(folder: Folder, dry: np.ndarray, amplify: Amplify) -> None:
    folder.write(dry, amplify(dry, delay=RATE_HZ))
    pair = make_pair(folder.dry_path, folder.wet_path)
    assert abs(pair.facts.alignment.delay_samples - RATE_HZ) <= 1
    assert pair.facts.seconds == pytest.approx(7.0, abs=0.001)


def test_replicate_floor(folder: Folder, dry: np.ndarray, amplify: Amplify) -> None:
    twice = np.concatenate([dry[:300_000], dry[:150_000]])
    noise = 1e-3 * np.random.default_rng(9).standard_normal(len(twice))
    wet = amplify(twice, delay=20)
    folder.write(twice, wet + noise)
    pair = make_pair(folder.dry_path, folder.wet_path)
    # Two takes of independent noise: twice the noise's energy over the signal's in the passage.
    expected = 2e-6 / np.mean(wet[300_000:].astype(np.float64) ** 2)
    assert pair.facts.replicate_floor_esr == pytest.approx(expected, rel=0.03)
    assert split(pair.dry, RATE_HZ, 6347, repeats=pair.facts.repeats).strategy == "repeat"


def test_gear_that_does_not_repeat_itself(
    folder: Folder, dry: np.ndarray, amplify: Amplify
) -> None:
    twice = np.concatenate([dry[:300_000], dry[:150_000]])
    tremolo = 1 + 0.3 * np.sin(2 * np.pi * 1.3 * np.arange(len(twice)) / RATE_HZ)
    folder.write(twice, tremolo * amplify(twice))
    warnings = make_pair(folder.dry_path, folder.wet_path).facts.warnings
    assert any("does not repeat itself" in one for one in warnings)


def test_resampled_pair_stays_aligned(folder: Folder, dry: np.ndarray) -> None:
    copy = dry.copy()
    copy[250_000:350_000] = dry[:100_000]
    folder.write(copy, 0.5 * np.concatenate([np.zeros(101), copy[:-101]]))
    pair = make_pair(folder.dry_path, folder.wet_path, rate_hz=44_100)
    assert pair.rate_hz == 44_100
    assert pair.facts.alignment.delay_samples == pytest.approx(101 * 0.91875, abs=0.05)
    assert len(pair.dry) == len(pair.wet) == pair.facts.frames
    # A sample or two at 48 kHz remain; the known delay is undone by hand to compare.
    left = 101 - round(pair.facts.alignment.advance_samples / 0.91875)
    assert 1 <= left <= 2
    expected = 0.5 * resample(
        np.concatenate([np.zeros(left, np.float32), copy[:-101]]), 48_000, 44_100
    )
    assert np.abs(pair.wet[100:-100] - expected[100 : len(pair.wet) - 100]).max() < 1e-4
    (repeat,) = pair.facts.repeats
    assert repeat.second + repeat.frames <= len(pair.dry)
    assert repeat.first + repeat.frames >= int(99_950 * 0.91875)


def test_different_rates(folder: Folder, dry: np.ndarray, wet: np.ndarray) -> None:
    folder.write(dry, resample(wet, 48_000, 44_100), 48_000, 44_100)
    folder.refused(r"different sample rates.*Got 48000 Hz dry, 44100 Hz wet.*--rate", repair=False)
    pair = make_pair(folder.dry_path, folder.wet_path, rate_hz=48_000)
    # What ends at 22.05 kHz rings before it answers, and the first arrival is what counts.
    assert -4 <= pair.facts.alignment.delay_samples - 300 <= 1


@pytest.mark.parametrize("rate_hz", [8_000, 11_025])
def test_low_rate(folder: Folder, dry: np.ndarray, wet: np.ndarray, rate_hz: int) -> None:
    folder.write(dry, wet, rate_hz)
    folder.refused(f"rate cannot be captured at. Expected 16000 to .*Got {rate_hz} Hz")
    folder.refused("rate cannot be captured at", rate_hz=48_000)


def test_lowish_rate_warns(folder: Folder, dry: np.ndarray, wet: np.ndarray) -> None:
    folder.write(dry, wet, 22_050)
    warnings = make_pair(folder.dry_path, folder.wet_path).facts.warnings
    (warning,) = [one for one in warnings if "is low" in one]
    assert "22050 Hz" in warning


def test_impossible_target_rate(folder: Folder, dry: np.ndarray, wet: np.ndarray) -> None:
    folder.write(dry, wet).refused("--rate: this sample rate cannot be captured at", rate_hz=0)


@pytest.mark.parametrize("which", ["dry", "wet"])
def test_silent(folder: Folder, dry: np.ndarray, wet: np.ndarray, which: str) -> None:
    silence = np.zeros_like(dry)
    folder.write(*((silence, wet) if which == "dry" else (dry, silence)))
    folder.refused(rf"{which}.*\.wav: the recording is silent.*Got a peak of -200\.0 dBFS")


def test_clipped(folder: Folder, dry: np.ndarray, wet: np.ndarray) -> None:
    folder.write(dry, np.clip(20 * wet, -1, 1))
    folder.refused(r"wet\.wav: the wet recording is clipped at full scale.*Turn the interface")


def test_slightly_clipped_warns(folder: Folder, dry: np.ndarray, wet: np.ndarray) -> None:
    level = np.quantile(np.abs(wet), 0.998)
    folder.write(np.clip(dry * 20, -1, 1), np.clip(wet / level, -1, 1))
    findings = make_pair(folder.dry_path, folder.wet_path).facts.findings
    clipped = {one.check: one for one in findings if "clipped at full scale" in one.summary}
    assert set(clipped) == {"clipping-dry", "clipping-wet"}
    # What was sent clipped is still what was sent.
    assert clipped["clipping-dry"].severity.value == "note"
    assert clipped["clipping-wet"].severity.value == "warning"


def test_clipped_and_turned_down_warns(folder: Folder, dry: np.ndarray, wet: np.ndarray) -> None:
    level = np.quantile(np.abs(wet), 0.99)
    folder.write(dry, 0.5 * np.clip(wet / level, -1, 1))
    (warning,) = make_pair(folder.dry_path, folder.wet_path).facts.warnings
    assert "clipped at -6.0 dBFS" in warning


def test_all_not_a_number(folder: Folder, dry: np.ndarray) -> None:
    folder.write(dry, np.full_like(dry, np.nan))
    with pytest.raises(AudioError, match=f"{len(dry)} samples are not a number"):
        make_pair(folder.dry_path, folder.wet_path)


def test_channel_concerns_only_files_with_several(
    folder: Folder, dry: np.ndarray, wet: np.ndarray
) -> None:
    folder.write(dry, np.stack([dry, wet], axis=1))
    with pytest.raises(AudioError, match=r"wet\.wav: the file has 2 channels, and they differ"):
        make_pair(folder.dry_path, folder.wet_path)
    pair = make_pair(folder.dry_path, folder.wet_path, channel=2)
    assert abs(pair.facts.alignment.delay_samples - 300) <= 1


@pytest.mark.parametrize(("cut", "word"), [(100_000, "shorter"), (-100_000, "longer")])
def test_lengths_differ(
    folder: Folder, dry: np.ndarray, wet: np.ndarray, cut: int, word: str
) -> None:
    resized = wet[:-cut] if cut > 0 else np.concatenate([wet, np.zeros(-cut, np.float32)])
    folder.write(dry, resized)
    pair = make_pair(folder.dry_path, folder.wet_path)
    assert len(pair.dry) == len(pair.wet)
    (warning,) = pair.facts.warnings
    assert f"{abs(cut) / RATE_HZ:.2f} s {word} than the dry one" in warning


def test_too_little_overlap(folder: Folder, dry: np.ndarray, wet: np.ndarray) -> None:
    folder.write(dry, wet[: 2 * RATE_HZ])
    folder.refused(r"lies over each other. Expected at least 3 s.*wet 2\.00 s")


def test_another_recording(
    folder: Folder, dry: np.ndarray, play: Amplify, amplify: Amplify
) -> None:
    folder.write(dry, amplify(play(8.0, seed=50)))
    folder.refused(r"does not follow the dry one.*another dry file")


def test_swapped_with_a_delay(folder: Folder, dry: np.ndarray, amplify: Amplify) -> None:
    folder.write(amplify(dry, delay=300, drive=20.0), dry)
    folder.refused(r"seem to be swapped.*30\d samples before.*differences.*Give the dry file")


def test_swapped_without_a_delay(folder: Folder, dry: np.ndarray) -> None:
    compressed = np.tanh(20 * dry.astype(np.float64))
    folder.write(compressed, dry)
    # Gear that expands would look the same.
    assert "may be swapped" in order_of(folder)


def test_cut_and_expanding_only_warns_if_the_peaks_do_not_say_so(
    folder: Folder, dry: np.ndarray
) -> None:
    # A combo with feedback: louder differences, rounder peaks.
    expanded = np.tanh(8 * dry.astype(np.float64)) * np.minimum(1, 30 * np.abs(dry))
    folder.write(dry, expanded[1000:])
    assert "may be swapped" in order_of(folder)


def order_of(folder: Folder) -> str:
    """What the check of the order says of a pair that is made."""
    findings = make_pair(folder.dry_path, folder.wet_path).facts.findings
    (order,) = [one for one in findings if one.check == "order"]
    assert order.severity in (Severity.FINE, Severity.WARNING)
    return order.summary


def test_cut_at_its_start_warns(folder: Folder, dry: np.ndarray) -> None:
    compressed = np.tanh(20 * dry.astype(np.float64))
    folder.write(dry, compressed[1000:])
    pair = make_pair(folder.dry_path, folder.wet_path)
    assert "starts 1000 samples before the dry one" in pair.facts.warnings[0]
    assert np.array_equal(pair.dry, dry[-pair.facts.alignment.advance_samples :][: len(pair.dry)])


def test_offset_without_a_pause_is_kept_and_noted(
    folder: Folder, dry: np.ndarray, wet: np.ndarray
) -> None:
    folder.write(dry, wet - 0.05)
    facts = make_pair(folder.dry_path, folder.wet_path).facts
    (offset,) = [one for one in facts.findings if one.check == "offset"]
    assert offset.severity.value == "note"
    assert "DC offset of -0.0" in offset.summary
    assert facts.repairs == ()


def test_customary_ranges_move_with_the_cut(folder: Folder) -> None:
    random = np.random.default_rng(8)
    dry = 0.1 * random.standard_normal(1_500_000)
    dry[432_000:576_000] = 0
    dry[[504_000, 552_000]] = 0.9
    dry[-432_000:] = dry[:432_000]
    folder.write(dry, np.tanh(3 * np.concatenate([np.zeros(500), dry[:-500]])))
    facts = make_pair(folder.dry_path, folder.wet_path).facts
    assert facts.customary is not None
    assert facts.customary.name == "NAM input v3"
    assert facts.customary.validation == (1_068_000, facts.frames)
    assert facts.frames == 1_500_000 - facts.alignment.advance_samples
    assert 497 <= facts.alignment.advance_samples <= 499


# ESR between the two recordings of V, from the recordings' own description.
FLOORS = {"bigmuff": 6e-7, "fuzzface": 4e-7, "spice-12ax7": 2.4e-6}


@pytest.mark.parametrize("name", FLOORS)
def test_real_floor(shared_data: Path, name: str) -> None:
    wet = read_audio(shared_data / "pairs" / f"{name}.flac").samples
    repeat = Repeat(first=120_000, second=5_222_400, frames=480_000)
    floor = replicate_floor_esr(wet, RATE_HZ, [repeat])
    # Known to one digit.
    assert floor == pytest.approx(FLOORS[name], rel=0.15)


def test_real_pair(shared_data: Path) -> None:
    pairs = shared_data / "pairs"
    facts = make_pair(pairs / "dry.flac", pairs / "spice-12ax7.flac").facts
    assert facts.replicate_floor_esr == pytest.approx(FLOORS["spice-12ax7"], rel=0.15)
    assert facts.alignment.advance_samples == 0
    assert facts.warnings == ()


def real_part(shared_data: Path, name: str) -> np.ndarray:
    audio = read_audio(shared_data / "pairs" / f"{name}.flac")
    return audio.samples[60 * RATE_HZ : 90 * RATE_HZ]


@pytest.mark.parametrize("name", ["jcm800-crunch", "studiopre-clean", "fuzzface", "spice-12ax7"])
def test_real_pair_swapped_warns(shared_data: Path, folder: Folder, name: str) -> None:
    folder.write(real_part(shared_data, name), real_part(shared_data, "dry"))
    assert "may be swapped" in order_of(folder)


@pytest.mark.parametrize("name", ["studiopre-clean", "chump-breakup"])
def test_real_pair_cut_at_its_start_is_made(shared_data: Path, folder: Folder, name: str) -> None:
    folder.write(real_part(shared_data, "dry"), real_part(shared_data, name)[2000:])
    order_of(folder)


def test_a_perfect_capture_is_half_the_floor_away() -> None:
    # Two takes of a sine, each with noise of its own; the capture is the sine itself.
    random = np.random.default_rng(7)
    sound = np.sin(np.arange(200_000, dtype=np.float32))
    first, second = (
        (sound + 0.01 * random.standard_normal(len(sound))).astype(np.float32) for _ in range(2)
    )
    takes = np.concatenate([first, second])
    floor = replicate_floor_esr(takes, RATE_HZ, [Repeat(first=0, second=200_000, frames=200_000)])
    assert floor is not None
    # Chance moves a mean of 200,000 squares by 0.3 %.
    assert best_possible_esr(floor) == pytest.approx(esr(second, sound), rel=0.02)
    assert f"allows is {floor / 2:.2g}" in replicate_text(floor)
    assert "to the last bit" in replicate_text(0.0)


@pytest.mark.heavy
def test_a_drifting_pair_with_a_gap_is_repaired_and_says_so(
    folder: Folder, play: Amplify, amplify: Amplify, tmp_path: Path
) -> None:
    dry = play(20.0)
    wet = amplify(dry, delay=200)
    broken = read_between(wet, 0.0, 1 / (1 + 9e-5), len(wet))
    folder.write(dry, np.delete(broken, slice(500_000, 500_700)))
    pair = make_pair(folder.dry_path, folder.wet_path)
    facts = pair.facts
    assert facts.alignment.drift_ppm == pytest.approx(90, abs=0.5)
    (jump,) = facts.alignment.jumps
    assert jump.shift_samples == -700
    assert any("drifted by +9" in text or "drifted by +8" in text for text in facts.repairs)
    assert any("700 samples were lost at 10.4" in text for text in facts.repairs)
    ((start, stop),) = facts.excluded
    assert start < 500_000 - 200 < stop
    # What is laid over is what was there before clock and driver spoiled it.
    offset = facts.alignment.advance_samples + facts.alignment.advance_fraction
    unspoiled = read_between(wet, offset, 1.0, len(pair.wet))
    for part in (slice(1000, start), slice(stop, len(pair.wet) - 2000)):
        error = np.sum((pair.wet[part] - unspoiled[part]) ** 2)
        # A twentieth of a sample at 5 kHz is -30 dB; playing has most of its energy below.
        assert error < 1e-3 * np.sum(unspoiled[part] ** 2)
    store = SignalStore(tmp_path, longest_in_memory_frames=0)
    on_disk = make_pair(folder.dry_path, folder.wet_path, store=store)
    assert np.array_equal(on_disk.wet, pair.wet)
    parts = split(pair.dry, RATE_HZ, 6347, repeats=facts.repeats, excluded=facts.excluded)
    for low, high in (*parts.train, parts.validation):
        assert high <= start or low >= stop
    folder.refused(r"which was refused.*8\d\.\d samples of drift, 1 place", repair=False)


def test_a_delay_that_is_given_is_obeyed(folder: Folder, dry: np.ndarray, wet: np.ndarray) -> None:
    folder.write(dry, wet)
    pair = make_pair(folder.dry_path, folder.wet_path, delay_samples=300.25)
    facts = pair.facts.alignment
    assert (facts.advance_samples, facts.advance_fraction) == (299, 0.25)
    assert (facts.given, facts.votes) == (True, ())
    assert np.abs(pair.wet - read_between(wet, 299.25, 1.0, len(pair.wet))).max() < 1e-6


def test_what_is_excluded_does_not_raise_the_floor(dry: np.ndarray) -> None:
    twice = np.concatenate([dry[:300_000], dry[:300_000]])
    spoiled = twice.copy()
    spoiled[60_000:61_000] = 0
    repeats = [Repeat(first=0, second=300_000, frames=300_000)]
    assert replicate_floor_esr(spoiled, RATE_HZ, repeats) > 1e-4
    for at in (60_000, 360_000):
        lost = (at, at + 1000)
        spoiled = twice.copy()
        spoiled[slice(*lost)] = 0
        assert replicate_floor_esr(spoiled, RATE_HZ, repeats, [lost]) == 0
