"""The sound of a page: all its stimuli in one answer, so that nothing about it tells them apart."""

import hashlib

import numpy as np

from triode.audio import inspect_audio, read_audio
from triode.errors import ListeningError
from triode.listening.page import Page
from triode.listening.prepared import PreparedTest

__all__ = ["frames_of", "page_sound", "require_equal_lengths"]

_FULL_SCALE = 2**23
_BYTES_PER_SAMPLE = 3


def page_sound(test: PreparedTest, page: Page, token: str) -> bytes:
    """All stimuli of a page in its order, mono, 24 bits a sample, the lowest byte first.

    Participants could compare bit by bit what they are sent, and find the hidden reference to be
    the open one. So every stimulus gets noise of its own in its last bit, some 138 dB below full
    scale: no two are equal, and none is more unequal than another.

    Args:
        test: Where the stimuli lie.
        page: The page.
        token: The participant; the same page again has the same noise, which cannot be averaged.
    """
    return b"".join(
        _packed(test, one.file, f"{token}/{page.index}/{one.label}") for one in page.stimuli
    )


def frames_of(test: PreparedTest, page: Page) -> int:
    """The length of each stimulus of a page."""
    return inspect_audio(test.folder / page.stimuli[0].file).frames


def require_equal_lengths(test: PreparedTest) -> None:
    """See that all stimuli of a passage are of one length, or their sizes would tell them apart.

    Raises:
        ListeningError: They are not.
    """
    lengths: dict[tuple[str, str], int] = {}
    for one in test.manifest.stimuli:
        frames = inspect_audio(test.folder / one.file).frames
        expected = lengths.setdefault((one.gear, one.clip), frames)
        if frames != expected:
            raise ListeningError(
                "a stimulus differs in length from the others, which would give it away",
                where=test.folder / one.file,
                expected=f"{expected} frames",
                got=frames,
                hint="Prepare the test anew with: triode listen new",
            )


def _packed(test: PreparedTest, file: str, key: str) -> bytes:
    samples = read_audio(test.folder / file).samples
    digest = hashlib.sha256(key.encode()).digest()
    noise = np.random.default_rng(int.from_bytes(digest)).integers(-1, 2, len(samples))
    levels = np.rint(samples * float(_FULL_SCALE)).astype(np.int64) + noise
    kept = np.clip(levels, -_FULL_SCALE, _FULL_SCALE - 1).astype("<i4")
    packed: bytes = kept.view(np.uint8).reshape(-1, 4)[:, :_BYTES_PER_SAMPLE].tobytes()
    return packed
