"""C text: names, constants, and the emitted code made private."""

import ctypes
import re

import numpy as np
import pytest

from triode.architectures import networks
from triode.compiler import ISAS, compile_graph, emit_module
from triode.compiler.targets import TARGETS
from triode.compiler.targets.source import (
    array_text,
    identifier,
    model_source,
    state_bytes,
    weights_source,
)
from triode.errors import CompileError
from triode.nam.model import Model


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("core-A2", "core_a2"),
        ("Tweed Deluxe (bright)", "tweed_deluxe_bright"),
        ("59 Bassman", "amp_59_bassman"),
        ("ÄÖ", "amp"),
        ("", "amp"),
        ("*/ #include <x>", "include_x"),
    ],
)
def test_any_file_name_gives_an_identifier(name: str, expected: str) -> None:
    assert identifier(name) == expected


def test_constants_keep_every_bit() -> None:
    smallest = np.finfo(np.float32).smallest_subnormal
    values = np.array([0.1, -1 / 3, smallest, 3.4e38, 0.0, 1.0, -2.5, 7.0, 9.0], np.float32)
    text = array_text("const float x[]", values)
    numbers = re.findall(r"-?0x[0-9a-f.]+p[+-]\d+(?=f)|0\.0(?=f)", text)
    read = np.array([float.fromhex(number) for number in numbers], np.float32)
    np.testing.assert_array_equal(read, values)


@pytest.mark.parametrize("isa", ["scalar", "sse2"])
def test_the_documented_state_is_the_real_one(small: Model, recurrent: Model, isa: str) -> None:
    for amp in (small, recurrent):
        graph = networks(amp)[-1].graph
        artifact = compile_graph(graph, isa=ISAS["scalar"])
        library = ctypes.CDLL(str(artifact.library))
        library.triode_state_bytes.restype = ctypes.c_size_t
        assert state_bytes(emit_module(graph, isa=ISAS["scalar"])) == library.triode_state_bytes()
        assert state_bytes(emit_module(graph, ISAS[isa])) % 64 == 0


def test_nothing_but_the_public_functions_is_public(small: Model) -> None:
    module = emit_module(networks(small)[-1].graph, ISAS["scalar"])
    text = model_source(module, TARGETS["cortex-m7"], "amp", "amp_weights.h")
    assert "visibility" not in text
    assert text.count("#define EXPORT static __attribute__((unused)) AMP_CODE_SECTION") == 1
    assert text.count("#define NOINLINE __attribute__((noinline)) AMP_CODE_SECTION") == 1
    public = re.findall(r"^(?:void|uint64_t|size_t) (amp_\w+)\(", text, re.MULTILINE)
    assert public == ["amp_reset", "amp_process", "amp_nonfinite"]
    weights = weights_source("amp", np.ones(3, np.float32), TARGETS["cortex-m7"])
    assert "static AMP_WEIGHTS_SECTION const float packed_weights[3]" in weights


def test_a_change_of_the_emitted_code_is_noticed(small: Model) -> None:
    module = emit_module(networks(small)[-1].graph, ISAS["scalar"])
    object.__setattr__(module, "source", module.source.replace("#define NOINLINE", "#define OTHER"))
    with pytest.raises(CompileError, match="not laid out"):
        model_source(module, TARGETS["portable-c"], "amp", "amp_weights.h")
