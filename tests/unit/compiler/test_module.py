"""The C file as a whole: the same bytes every time, and clean for every compiler that is here."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from triode.architectures import lower
from triode.compiler import ISAS, Compiler, emit_module, host_isas, known_compilers
from triode.compiler.toolchain import COMPILE_FLAGS
from triode.graph import Graph, parse_graph
from triode.nam.recurrent import LstmConfig
from unit.architectures.known import a1, a2, model, random_wavenet
from unit.graph.single import SINGLE_OPERATIONS, random_parameters, single_graph

LSTM = lower(LstmConfig(input_size=1, hidden_size=3, num_layers=2))

PRINT_DIGEST = """
import hashlib
from triode.architectures import lower
from triode.compiler import ISAS, emit_module
from unit.architectures.known import random_wavenet
sources = [emit_module(lower(random_wavenet(s)), ISAS["avx2"]).source for s in range(6)]
print(hashlib.sha256("".join(sources).encode()).hexdigest())
"""


def test_the_same_graph_gives_the_same_bytes_in_every_process(repository: Path) -> None:
    paths = os.pathsep.join([*sys.path, str(repository / "tests")])
    digests = set()
    for seed in ("0", "1", "4242"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": paths}
        done = subprocess.run(
            [sys.executable, "-c", PRINT_DIGEST],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        digests.add(done.stdout)
    assert len(digests) == 1


def test_the_code_depends_on_shapes_only() -> None:
    sources = {
        emit_module(lower(model(a2(3), seed).config), ISAS["avx512"]).source for seed in (1, 2)
    }
    assert len(sources) == 1
    assert emit_module(lower(a2(8)), ISAS["avx512"]).source not in sources


def test_weights_fill_their_places_and_rest_values_are_zero() -> None:
    module = emit_module(LSTM, ISAS["sse2"])
    parameters = random_parameters(LSTM, 1)
    packed = module.weights(parameters)
    assert packed.shape == (module.memory.weight_floats,)
    assert packed.dtype == np.float32
    cell = module.memory.cells["layer0"]
    hidden = parameters["layer0.initial_hidden"].astype(np.float32)
    np.testing.assert_array_equal(packed[cell.rest : cell.rest + 3], hidden)
    for ring in module.memory.rings:
        assert not packed[ring.rest : ring.rest + ring.channels].any()


def test_the_notice_that_lets_it_go_into_any_product() -> None:
    source = emit_module(LSTM, ISAS["scalar"], title="An amp").source
    assert source.startswith("/*\n * An amp\n")
    assert "SPDX-License-Identifier: MIT-0" in source


# --- compilers ------------------------------------------------------------------------------------


@pytest.fixture(params=["gcc", "clang"])
def compiler(request: pytest.FixtureRequest) -> Compiler:
    found = {one.origin: one for one in known_compilers()}
    if request.param not in found:
        pytest.skip(f"{request.param} is not here")
    return found[request.param]


def check_clean(graphs: dict[str, Graph], isa: str, compiler: Compiler, folder: Path) -> None:
    """Every graph compiles without a warning; -O1 finds unused variables as well as -O3 does."""
    for name, graph in graphs.items():
        file = folder / f"{hashlib.sha256(name.encode()).hexdigest()[:8]}.c"
        file.write_text(emit_module(graph, ISAS[isa]).source, encoding="utf-8")
        flags = [*COMPILE_FLAGS, "-O1", *ISAS[isa].flags]
        assert {"-Wall", "-Wextra", "-Werror", "-std=gnu11"} <= set(flags)
        compiler.run([*flags, "-c", file.name, "-o", "out.o"], folder)


PARTLY_USED = parse_graph(
    """
    input = input() channels=2
    one = slice(input) start=0 stop=1
    conv = conv(one) in_channels=1 out_channels=4 kernel_size=2
    act = activation(conv) kind='Tanh'
    two = slice(act) start=1 stop=2
    return two
    """
)
UNCHANGED = parse_graph(
    """
    input = input() channels=2
    return input
    """
)


def every_operation() -> dict[str, Graph]:
    return {name: single_graph(*of) for name, of in SINGLE_OPERATIONS.items()}


def test_the_code_is_clean(compiler: Compiler, tmp_path: Path) -> None:
    graphs = {
        "a1": lower(a1("nano")),
        "lstm": LSTM,
        "random": lower(random_wavenet(3)),
        "partly used": PARTLY_USED,
        "unchanged": UNCHANGED,
    }
    check_clean(graphs, host_isas()[0].name, compiler, tmp_path)


@pytest.mark.heavy
@pytest.mark.parametrize("isa", [isa.name for isa in host_isas()])
def test_the_code_of_every_operation_is_clean(isa: str, compiler: Compiler, tmp_path: Path) -> None:
    check_clean(every_operation(), isa, compiler, tmp_path)
    check_clean(
        {str(seed): lower(random_wavenet(seed)) for seed in range(8)}, isa, compiler, tmp_path
    )
