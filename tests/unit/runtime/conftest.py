"""What the tests of playing share."""

import pytest

from triode.compiler import find_compiler


@pytest.fixture
def compiler() -> None:
    """Skips where nothing can compile."""
    if find_compiler() is None:
        pytest.skip("there is no compiler here")
