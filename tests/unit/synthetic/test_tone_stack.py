"""The symbolic tone stack against a nodal solution of the same circuit."""

import numpy as np
import pytest

from triode.synthetic.tone_stack import tone_stack_analog, tone_stack_digital

SETTINGS = [(0.5, 0.5, 0.5), (0.1, 0.9, 0.3), (0.9, 0.2, 0.8), (1.0, 1.0, 1.0), (0.01, 0.01, 0.01)]


def nodal(bass: float, middle: float, treble: float, frequency_hz: float) -> complex:
    """Kirchhoff's current law at six nodes, the input driven with 1 V.

    Nodes: 0 treble top, 1 treble wiper (output), 2 treble bottom, 3 behind the slope resistor,
    4 top of the middle control, 5 its wiper.
    """
    s = 2j * np.pi * frequency_hz
    admittances = np.zeros((6, 6), dtype=complex)
    currents = np.zeros(6, dtype=complex)

    def branch(
        first: int | None, second: int | None, admittance: complex, *, driven: bool = False
    ) -> None:
        for node in (first, second):
            if node is not None:
                admittances[node, node] += admittance
        if first is not None and second is not None:
            admittances[first, second] -= admittance
            admittances[second, first] -= admittance
        if driven and first is not None:
            currents[first] += admittance

    branch(0, None, s * 250e-12, driven=True)
    branch(3, None, 1 / 56e3, driven=True)
    branch(0, 1, 1 / ((1 - treble) * 250e3 + 1e-3))
    branch(1, 2, 1 / (treble * 250e3 + 1e-3))
    branch(3, 2, s * 20e-9)
    branch(2, 4, 1 / (bass * 1e6 + 1e-3))
    branch(3, 5, s * 20e-9)
    branch(4, 5, 1 / ((1 - middle) * 25e3 + 1e-3))
    branch(5, None, 1 / (middle * 25e3 + 1e-3))
    return complex(np.linalg.solve(admittances, currents)[1])


@pytest.mark.parametrize("controls", SETTINGS)
def test_it_is_the_circuit(controls: tuple[float, float, float]) -> None:
    numerator, denominator = tone_stack_analog(*controls)
    for frequency_hz in (20.0, 100.0, 500.0, 2000.0, 10000.0):
        s = 2j * np.pi * frequency_hz
        ours = np.polyval(numerator, s) / np.polyval(denominator, s)
        # The nodal solution keeps a milliohm where a control is at its end.
        assert abs(ours - nodal(*controls, frequency_hz)) < 1e-6


def test_the_comparison_can_fail() -> None:
    numerator, denominator = tone_stack_analog(0.5, 0.5, 0.5)
    s = 2j * np.pi * 100.0
    assert (
        abs(np.polyval(numerator, s) / np.polyval(denominator, s) - nodal(0.5, 0.6, 0.5, 100.0))
        > 1e-3
    )


def test_the_digital_filter_follows_the_analog_one() -> None:
    rate_hz = 384000.0
    analog = tone_stack_analog(0.4, 0.6, 0.7)
    digital = tone_stack_digital(0.4, 0.6, 0.7, rate_hz)
    for frequency_hz in (50.0, 1000.0, 20000.0):
        s, z = 2j * np.pi * frequency_hz, np.exp(-2j * np.pi * frequency_hz / rate_hz)
        ours = np.polyval(digital[0][::-1], z) / np.polyval(digital[1][::-1], z)
        theirs = np.polyval(analog[0], s) / np.polyval(analog[1], s)
        # The bilinear transform bends 20 kHz by 0.9 % at this rate.
        assert abs(ours - theirs) < 0.01 * abs(theirs)


@pytest.mark.parametrize("controls", SETTINGS)
def test_it_is_stable_and_passive(controls: tuple[float, float, float]) -> None:
    numerator, denominator = tone_stack_digital(*controls, 384000.0)
    assert np.max(np.abs(np.roots(denominator))) < 1.0
    response = np.fft.rfft(numerator, 4096) / np.fft.rfft(denominator, 4096)
    assert np.max(np.abs(response)) <= 1.0 + 1e-9
    assert abs(response[0]) < 1e-6
