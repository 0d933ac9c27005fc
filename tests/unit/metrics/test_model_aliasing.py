"""The same aliasing whether a function, a network or a file is asked."""

from pathlib import Path

import numpy as np
import pytest

from triode.architectures import networks
from triode.errors import TriodeError
from triode.metrics import asr
from triode.nam import write
from triode.nam.activation import Activation
from triode.nam.convolutional import ConvNetConfig
from triode.runtime import interpreter_executor
from unit.architectures.known import model


def test_function_network_and_file_agree(tmp_path: Path) -> None:
    config = ConvNetConfig(
        channels=2, dilations=(1, 2), batchnorm=False, activation=Activation(kind="ReLU")
    )
    capture = model(config)
    network = networks(capture)[0]
    write(capture, tmp_path / "amp.nam")
    execute = interpreter_executor(network)
    by_file = asr(tmp_path / "amp.nam")
    by_network = asr(network)
    by_function = asr(lambda signal: execute(signal[None])[0], 48000.0)
    np.testing.assert_array_equal(by_file.asr_db, by_network.asr_db)
    # Compiled code rounds elsewhere than the interpreter; what matters lies above -100 dB.
    heard = by_function.asr_db > -100.0
    assert heard.mean() > 0.2
    np.testing.assert_allclose(by_file.asr_db[heard], by_function.asr_db[heard], atol=0.1)
    with pytest.raises(TriodeError, match="no such size"):
        asr(tmp_path / "amp.nam", size="lite")


def test_a_real_capture_aliases_less_when_played_softly(shared_data: Path) -> None:
    result = asr(shared_data / "nam" / "core-A2.nam", size="lite")
    assert result.asr_db.shape == (3, 88)
    soft, ordinary, hard = np.median(result.asr_db, axis=1)
    assert soft < ordinary < hard
    assert result.twice_the_rate_median_db < result.median_db < -20.0
