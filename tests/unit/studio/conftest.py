"""A library of a test's own, and two short recordings to put into it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from triode.audio import write_audio
from triode.studio.app import make_app
from triode.studio.studio import Studio
from triode.synthetic import amplify, performance

RATE_HZ = 16_000


@pytest.fixture(scope="session")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with dry.wav and wet.wav, six seconds each."""
    folder = tmp_path_factory.mktemp("recordings")
    dry = performance(6.0, rate_hz=RATE_HZ)
    write_audio(folder / "dry.wav", dry, RATE_HZ)
    write_audio(folder / "wet.wav", amplify(dry, RATE_HZ), RATE_HZ)
    return folder


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    """An empty library that is open."""
    opened = Studio(tmp_path / "library")
    yield opened
    opened.close()


@pytest.fixture
def client(studio: Studio) -> Iterator[TestClient]:
    """Whoever asks the library, without its guard."""
    with TestClient(make_app(studio)) as asking:
        yield asking
