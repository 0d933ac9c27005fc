"""The shortest signal, made once."""

import numpy as np
import pytest

from triode.capture import excitation_signal

RATE_HZ = 48_000


@pytest.fixture(scope="session")
def signal() -> np.ndarray:
    made = excitation_signal(1.0, RATE_HZ)
    made.flags.writeable = False
    return made
