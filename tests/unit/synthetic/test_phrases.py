import numpy as np
import pytest

from triode.synthetic import PHRASES


@pytest.mark.parametrize("style", PHRASES)
def test_phrases_are_playable_on_a_guitar(style: str) -> None:
    for seed in range(30):
        phrase = PHRASES[style](np.random.default_rng(seed))
        assert 0.2 < phrase.seconds < 12.0
        assert bool(phrase.strokes) == (style != "silence")
        for stroke in phrase.strokes:
            assert 0.0 <= stroke.start_seconds <= phrase.seconds
            assert 80.0 < stroke.note.frequency_hz < 1100.0
            assert 0.0 < stroke.note.strength <= 1.0
            assert stroke.note.seconds > 0.05
        assert all(0.0 <= level <= 1.0 for _, level in phrase.volume)


def test_styles_differ_as_their_names_say() -> None:
    def draw(style: str) -> list:
        return [PHRASES[style](np.random.default_rng(seed)) for seed in range(20)]

    assert any(
        stroke.note.bend_cents for phrase in draw("single notes") for stroke in phrase.strokes
    )
    muted = [stroke.note.damping for phrase in draw("palm mutes") for stroke in phrase.strokes]
    assert np.median(muted) > 0.5
    assert all(phrase.volume[0][1] < 0.5 for phrase in draw("turned down"))
    assert all(len(phrase.volume) > 2 for phrase in draw("volume swell"))
    assert all(len(phrase.strokes) >= 8 for phrase in draw("chords"))
