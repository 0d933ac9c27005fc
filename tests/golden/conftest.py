"""Golden files: compared byte for byte, changed only by `--update-goldens`."""

from collections.abc import Callable
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a text with the golden file of that name, or replace the file when told to."""

    def check(name: str, text: str) -> None:
        path = FOLDER / name
        if request.config.getoption("--update-goldens"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        hint = "look at the change, then run pytest tests/golden --update-goldens"
        assert path.is_file(), f"{name} is missing: {hint}"
        assert text == path.read_text(encoding="utf-8"), f"{name} differs: {hint}"

    return check
