"""What listeners get to hear: equally loud, at the same moment, under names that tell nothing."""

import re

import numpy as np
import pyloudnorm
import pytest
import soundfile

from triode.errors import ListeningError
from triode.listening import REFERENCE, Plan, PreparedTest
from triode.listening.lining_up import lag_of
from triode.listening.preparing import prepare
from unit.listening.conftest import RATE_HZ


def heard(test: PreparedTest, gear: str, clip: str, system: str) -> np.ndarray:
    path = test.folder / test.file(gear, clip, system)
    assert soundfile.info(path).subtype == "PCM_24"
    return soundfile.read(path, dtype="float32")[0]


def test_every_system_is_as_loud_as_the_reference(small_test: PreparedTest) -> None:
    meter = pyloudnorm.Meter(RATE_HZ)
    for gear in ("soft", "hard"):
        for system in (REFERENCE, *small_test.plan.systems_of(gear)):
            clips = [heard(small_test, gear, clip, system) for clip in ("first", "second")]
            loudness = meter.integrated_loudness(np.concatenate(clips).astype(np.float64))
            assert loudness == pytest.approx(small_test.manifest.loudness_lufs, abs=0.1)
            gains = {
                one.gain_db
                for one in small_test.manifest.stimuli
                if (one.gear, one.system) == (gear, system)
            }
            assert len(gains) == 1


def test_models_are_laid_over_the_reference_to_a_fraction_of_a_sample(
    small_test: PreparedTest,
) -> None:
    found = {
        (one.gear, one.system): one.moved_samples
        for one in small_test.manifest.stimuli
        if one.clip == "first"
    }
    # The filters are 1.5 and 3 samples late; curves and cabinet are the same moment for all.
    assert found["soft", "late"] - found["soft", "near"] == pytest.approx(1.5, abs=0.05)
    assert found["hard", "late"] - found["hard", "near"] == pytest.approx(3.0, abs=0.05)
    for gear in ("soft", "hard"):
        reference = heard(small_test, gear, "second", REFERENCE)
        lag = lag_of(reference, heard(small_test, gear, "second", "late"), RATE_HZ)
        assert abs(lag.samples) < 0.05
        assert lag.likeness > 0.9


def test_an_inverted_model_is_turned_round_and_that_is_told(small_test: PreparedTest) -> None:
    assert any("Polarity: late of hard was inverted" in one for one in small_test.manifest.cues)
    assert any(re.match("Latency: late of hard was [12]", one) for one in small_test.manifest.cues)


def test_the_static_curve_comes_near_to_what_is_one(small_test: PreparedTest) -> None:
    depths = {
        (one.gear, one.system): one.measures["esr_db"]
        for one in small_test.manifest.stimuli
        if one.clip == "second" and one.system in {"static", "near"}
    }
    assert depths["hard", "static"] < depths["hard", "near"] - 6.0


def test_the_low_pass_takes_away_what_lies_above(small_test: PreparedTest) -> None:
    reference = np.abs(np.fft.rfft(heard(small_test, "hard", "second", REFERENCE)))
    dull = np.abs(np.fft.rfft(heard(small_test, "hard", "second", "dull")))
    hertz = np.fft.rfftfreq(3 * RATE_HZ // 2, 1 / RATE_HZ)
    above, below = hertz > 4500.0, (hertz > 200.0) & (hertz < 3300.0)
    assert 10 * np.log10(np.sum(dull[above] ** 2) / np.sum(reference[above] ** 2)) < -50.0
    assert abs(10 * np.log10(np.sum(dull[below] ** 2) / np.sum(reference[below] ** 2))) < 0.3


def test_names_tell_nothing(small_test: PreparedTest) -> None:
    for one in small_test.manifest.stimuli:
        assert len(one.file) == len("audio/.wav") + 20
        assert not any(word in one.file for word in ("soft", "hard", "late", "first"))


@pytest.mark.heavy
def test_preparing_again_gives_the_same_bytes(
    small_test: PreparedTest, plan: Plan, tmp_path
) -> None:
    again = prepare(plan, small_test.folder.parent, tmp_path / "again")
    assert again.digest == small_test.digest
    for one in small_test.manifest.stimuli:
        first, second = (test.folder / one.file for test in (small_test, again))
        assert first.read_bytes() == second.read_bytes()


def test_the_same_plan_gives_the_same_bytes(plan: Plan, material, tmp_path) -> None:
    short = plan.model_copy(
        update={"gear": plan.gear[:1], "systems": plan.systems[:2], "clips": plan.clips[:1]}
    )
    first, second = (prepare(short, material, tmp_path / name) for name in ("one", "two"))
    assert first.digest == second.digest
    for one in first.manifest.stimuli:
        assert (first.folder / one.file).read_bytes() == (second.folder / one.file).read_bytes()


def test_a_test_is_not_written_over(small_test: PreparedTest, plan: Plan) -> None:
    with pytest.raises(ListeningError, match="a listening test in the folder already"):
        prepare(plan, small_test.folder.parent, small_test.folder)


def test_a_changed_stimulus_is_noticed(own_test: PreparedTest) -> None:
    path = own_test.folder / own_test.manifest.stimuli[3].file
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(ListeningError, match="has changed since the test was prepared"):
        PreparedTest.open(own_test.folder)


def test_a_clip_beyond_the_recording_is_refused(plan: Plan, material, tmp_path) -> None:
    clip = plan.clips[0].model_copy(update={"start_seconds": 7.5})
    beyond = plan.model_copy(update={"clips": (clip,), "gear": plan.gear[:1]})
    with pytest.raises(ListeningError, match=r"lies beyond the recordings.*7.5 s to 8.5 s"):
        prepare(beyond, material, tmp_path / "test")
