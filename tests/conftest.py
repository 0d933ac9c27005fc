"""What every test may use."""

import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is no failure, so hypothesis times nothing.
settings.register_profile("triode", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("triode")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the one way in which golden files change."""
    parser.addoption("--update-goldens", action="store_true", help="rewrite tests/golden files")


REPOSITORY = Path(__file__).resolve().parent.parent


def pytest_configure() -> None:
    """Commands under test hear Ctrl-C, even where a script began the tests in the background.

    A shell then has them ignore it, and what they start would ignore it as well.
    """
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the checkout."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real recordings and captures beside the checkout; the test is skipped without them."""
    folder = REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the real recordings and captures are not beside this checkout")
    return folder
