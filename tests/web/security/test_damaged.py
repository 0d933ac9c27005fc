"""Sound files with some bytes changed: looked at, refused or taken, and never more than that."""

import io
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from triode.errors import AudioError, NamFileError
from triode.studio.tasks.examine import facts_of

KINDS = {"WAV": "PCM_24", "FLAC": "PCM_16", "AIFF": "PCM_16", "RF64": "FLOAT", "W64": "PCM_16"}


def sound(kind: str) -> bytes:
    """A tenth of a second of noise."""
    noise = 0.1 * np.random.default_rng(0).standard_normal((4_800, 2))
    file = io.BytesIO()
    soundfile.write(file, noise.astype(np.float32), 48_000, format=kind, subtype=KINDS[kind])
    return file.getvalue()


FILES = {kind: sound(kind) for kind in KINDS}
changes = st.lists(st.tuples(st.integers(0, 200), st.integers(0, 255)), min_size=1, max_size=8)


@pytest.mark.heavy
@pytest.mark.parametrize("kind", KINDS)
@settings(
    max_examples=400,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(changes=changes, kept=st.integers(0, 30_000))
def test_damage_is_refused_or_survived(
    tmp_path: Path, kind: str, changes: list[tuple[int, int]], kept: int
) -> None:
    content = bytearray(FILES[kind])
    for place, value in changes:
        content[place % len(content)] = value
    path = tmp_path / "file"
    path.write_bytes(content[:kept])
    try:
        facts = facts_of(path)
    except (AudioError, NamFileError):
        return
    assert facts["kind"] in {"audio", "nam"}
    assert facts["rate_hz"] > 0
