"""One renderer, many signals: each is played as if it were the first."""

import numpy as np
import pytest

from triode.architectures import networks
from triode.compiler import find_compiler
from triode.errors import CompileError, TriodeError
from triode.runtime import SlowPathWarning, render, renderer
from unit.architectures.known import model, random_wavenet


def test_every_signal_starts_from_rest(compiler: None) -> None:
    network = networks(model(random_wavenet(56)))[0]
    play = renderer(network)
    signal = np.random.default_rng(3).standard_normal(500).astype(np.float32)
    expected = render(network, signal)
    for _ in range(2):
        np.testing.assert_array_equal(play(signal), expected)


def test_without_a_compiler_it_warns_and_plays_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    network = networks(model(random_wavenet(56)))[0]
    signal = np.random.default_rng(3).standard_normal(500).astype(np.float32)
    expected = render(network, signal) if find_compiler() else None

    def fail(network: object) -> None:
        raise CompileError("no compiler")

    monkeypatch.setattr("triode.runtime.repeated.Engine", fail)
    with pytest.warns(SlowPathWarning, match="no compiler"):
        play = renderer(network)
    played = play(signal)
    if expected is not None:
        # Both compute in float32 in different orders.
        np.testing.assert_allclose(played, expected, atol=2e-6 * np.abs(expected).max())


def test_what_is_not_a_mono_signal_is_refused(compiler: None) -> None:
    play = renderer(networks(model(random_wavenet(56)))[0])
    with pytest.raises(TriodeError, match="cannot be played"):
        play(np.zeros(10))  # type: ignore[arg-type]
