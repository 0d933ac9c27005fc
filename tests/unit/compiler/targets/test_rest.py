"""Values at rest: by playing the code, and by the interpreter."""

import numpy as np

from triode.architectures import networks
from triode.compiler import ISAS, emit_module, find_compiler
from triode.compiler.targets.rest import Rehearsal, interpreted_weights
from triode.compiler.targets.vectors import make_vectors
from triode.nam.model import Model
from unit.architectures.known import a2, model


def test_both_ways_to_the_state_at_rest_agree() -> None:
    network = networks(model(a2(3), 2))[-1]
    module = emit_module(network.graph, ISAS["scalar"])
    compiler = find_compiler()
    assert compiler is not None
    played = Rehearsal(network, module, ISAS["scalar"], compiler).weights
    computed = interpreted_weights(network, module)
    rest = slice(module.memory.rest_offset, None)
    np.testing.assert_array_equal(played[: rest.start], computed[: rest.start])
    assert np.abs(computed[rest]).max() > 0.01
    # Float32 rounding over 23 layers; a value taken a layer off is wrong by its whole size.
    np.testing.assert_allclose(played[rest], computed[rest], rtol=1e-4, atol=1e-6)


def test_vectors_of_another_machine_can_be_rehearsed(recurrent: Model) -> None:
    network = networks(recurrent)[-1]
    compiler = find_compiler()
    assert compiler is not None
    vectors = make_vectors(network)
    for isa in ("neon", "simd128", "avx512"):
        module = emit_module(network.graph, ISAS[isa])
        rehearsal = Rehearsal(network, module, ISAS[isa], compiler)
        error = vectors.error(rehearsal.play(vectors.signal))
        assert error <= vectors.tolerance
        again = vectors.error(rehearsal.play(vectors.signal))
        assert again == error


def test_the_start_is_silence_at_rest(small: Model) -> None:
    """From the first sample on, silence gives what it gives after a long time."""
    network = networks(small)[-1]
    compiler = find_compiler()
    assert compiler is not None
    module = emit_module(network.graph, ISAS["scalar"])
    rehearsal = Rehearsal(network, module, ISAS["scalar"], compiler)
    silent = rehearsal.play(np.zeros((network.graph.input_channels, 500), np.float32))
    np.testing.assert_array_equal(silent, np.repeat(silent[:, -1:], 500, axis=1))
