"""The virtual interface in place of the sound system."""

import sys
from collections.abc import Callable

import numpy as np
import pytest

from unit.capture.recording.virtual import Interface


def crunch(sound: np.ndarray) -> np.ndarray:
    return 0.5 * (np.tanh(5.0 * sound + 0.1) - np.tanh(0.1))


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Interface]:
    """Plug in an interface with a distorting amplifier, or with what is given."""

    def plug(**settings: object) -> Interface:
        interface = Interface(**{"amplifier": crunch, **settings})  # type: ignore[arg-type]
        monkeypatch.setitem(sys.modules, "sounddevice", interface.module())  # type: ignore[arg-type]
        return interface

    return plug
