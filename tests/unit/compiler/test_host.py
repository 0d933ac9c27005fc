"""Which instruction sets a machine is said to run."""

import platform
from collections.abc import Iterator

import numpy as np
import pytest

from triode.compiler.host import host_cpu, host_isas


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    host_isas.cache_clear()
    host_cpu.cache_clear()
    yield
    host_isas.cache_clear()
    host_cpu.cache_clear()


def pretend(monkeypatch: pytest.MonkeyPatch, machine: str, *found: str) -> None:
    facts = {"SIMD Extensions": {"baseline": ["BASE"], "found": list(found), "not found": ["MORE"]}}
    monkeypatch.setattr(np, "show_config", lambda mode: facts)
    monkeypatch.setattr(platform, "machine", lambda: machine)


@pytest.mark.parametrize(
    ("machine", "found", "names"),
    [
        ("x86_64", ["AVX2", "FMA3", "AVX512_SKX"], ["avx512", "avx2", "sse2", "scalar"]),
        ("AMD64", ["X86_V3", "X86_V4"], ["avx512", "avx2", "sse2", "scalar"]),
        ("x86_64", ["AVX2", "FMA3"], ["avx2", "sse2", "scalar"]),
        ("x86_64", ["AVX2"], ["sse2", "scalar"]),
        ("x86_64", [], ["sse2", "scalar"]),
        ("arm64", ["ASIMDDP"], ["neon", "scalar"]),
        ("aarch64", [], ["neon", "scalar"]),
        ("riscv64", [], ["scalar"]),
    ],
)
def test_instruction_sets(
    machine: str, found: list[str], names: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(monkeypatch, machine, *found)
    assert [isa.name for isa in host_isas()] == names


def test_processors_with_other_features_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, "x86_64", "AVX2", "FMA3")
    first = host_cpu()
    host_cpu.cache_clear()
    pretend(monkeypatch, "x86_64", "AVX2", "FMA3", "AVX512_SKX")
    assert host_cpu() != first
    assert "MORE" not in first
