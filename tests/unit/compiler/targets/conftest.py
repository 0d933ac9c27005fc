"""What the tests of targets share."""

from collections.abc import Iterator

import pytest

from triode.nam.model import Model
from triode.nam.recurrent import LstmConfig
from unit.architectures.known import a2, container, model, random_wavenet


@pytest.fixture(scope="session", autouse=True)
def _cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Compiled rehearsals go to a folder of this run."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("artifacts")
        folder.chmod(0o700)
        patch.setenv("TRIODE_CACHE", str(folder))
        yield


@pytest.fixture(scope="session")
def small() -> Model:
    """A WaveNet that compiles in no time."""
    return model(random_wavenet(3, slimmable=True), 3, rate_hz=44100.0)


@pytest.fixture(scope="session")
def two_sizes() -> Model:
    """A container of two sizes of very different cost."""
    return container(a2(1), a2(3))


@pytest.fixture(scope="session")
def recurrent() -> Model:
    """A small LSTM."""
    return model(LstmConfig(input_size=1, hidden_size=3, num_layers=2), 5)
