"""Nothing that is sent tells which stimulus is the reference."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from triode.audio import read_audio, write_audio
from triode.errors import ListeningError
from triode.listening import AnswerStore, PreparedTest, Session
from triode.listening.prepared import MANIFEST, sha256_of
from web.listening.client import DESIGNS, answer_to, begin, client_of
from web.listening.made import RATE_HZ, TestOf, make_test


@pytest.mark.parametrize("design", DESIGNS)
def test_a_whole_session_tells_nothing(design: str, test_of: TestOf, store: AnswerStore) -> None:
    """Nothing that is sent holds the name of a system, piece of gear, clip or file."""
    test = test_of(design)
    client = client_of(test, store)
    token, address = begin(client)
    secrets = {one.file for one in test.manifest.stimuli}
    secrets |= {one.name for one in (*test.plan.systems, *test.plan.gear, *test.plan.clips)}
    secrets |= {test.digest, '"reference"', "truth"}
    answers = [client.get(one) for one in ("/listen", "/api/test", address)]
    state = answers[-1].json()
    pages = state["left"]
    sizes = set()
    while not state["finished"]:
        page = client.get(f"{address}/pages/{state['next']}")
        sound = client.get(f"{address}/pages/{state['next']}/sound")
        assert page.json()["design"] == design
        assert len(sound.content) == 3 * page.json()["frames"] * len(page.json()["stimuli"])
        sizes.add((len(page.content), len(sound.content), *sound.headers.items()))
        given = answer_to(page.json())
        answers += [page, client.put(f"{address}/answers/{state['next']}", json=given)]
        assert not [one for one in secrets if one in str(sound.headers)]
        state = answers[-1].json()
    for one in answers:
        told = f"{one.headers} {one.text}"
        assert not [secret for secret in secrets if secret in told], told
    # All passages are of one length here, so all sound looks the same from outside.
    assert len({size[1:] for size in sizes}) == 1
    assert (state["answered"], state["left"], state["next"]) == (pages, 0, None)
    assert len(store.answers(token, Session.of(test, 0))) == pages
    assert store.participant(token).notes["finished"]


def test_equal_stimuli_differ_in_their_last_bits(test_of: TestOf, store: AnswerStore) -> None:
    test = test_of("mushra")
    client = client_of(test, store)
    token, address = begin(client)
    page = Session.of(test, store.participant(token).number).pages[0]
    sound = client.get(f"{address}/pages/0/sound").content
    assert client.get(f"{address}/pages/0/sound").content == sound
    streams = np.split(np.frombuffer(sound, np.uint8), len(page.stimuli))
    sent = [_levels(one) for one in streams]
    for shown, levels in zip(page.stimuli, sent, strict=True):
        original = read_audio(test.folder / shown.file).samples.astype(np.float64) * 2**23
        error = levels - original
        # The files have 24 bits, so that the noise is all there is.
        assert np.abs(error).max() <= 1.0
        assert 0.5 < np.mean(np.abs(error)) < 0.8
    open_reference = sent[0]
    hidden = next(
        levels
        for shown, levels in zip(page.stimuli[1:], sent[1:], strict=True)
        if shown.file == page.stimuli[0].file
    )
    assert (open_reference != hidden).mean() > 0.5


def test_a_stimulus_of_another_length_is_refused(tmp_path: Path, store: AnswerStore) -> None:
    test = make_test(tmp_path / "test", "mushra")
    changed = test.manifest.stimuli[1]
    samples = read_audio(test.folder / changed.file).samples[:-1]
    write_audio(test.folder / changed.file, samples, RATE_HZ)
    manifest = test.folder / MANIFEST
    text = manifest.read_text(encoding="utf-8")
    new = text.replace(changed.sha256, sha256_of(test.folder / changed.file))
    manifest.write_text(new, encoding="utf-8")
    with pytest.raises(ListeningError, match="which would give it away"):
        client_of(PreparedTest.open(test.folder), store)


def _levels(packed: Any) -> Any:
    low, middle, high = packed.reshape(-1, 3).astype(np.int64).T
    levels = low | middle << 8 | high << 16
    return np.where(levels >= 2**23, levels - 2**24, levels)
