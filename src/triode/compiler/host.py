"""What this machine's processor is and which instruction sets it runs."""

import functools
import platform

import numpy as np

from triode.compiler.isa import ISAS, Isa

__all__ = ["host_cpu", "host_isas"]

_X86 = {"amd64", "x86_64", "x86"}
_ARM = {"arm64", "aarch64"}


@functools.lru_cache
def host_isas() -> tuple[Isa, ...]:
    """The instruction sets that code for this machine may use, widest first, scalar last.

    NumPy knows: it chooses its own loops by the same features.
    """
    features = set(_features())
    names = []
    machine = platform.machine().lower()
    if machine in _X86:
        if features & {"X86_V4", "AVX512_SKX"}:
            names.append("avx512")
        if "X86_V3" in features or features >= {"AVX2", "FMA3"}:
            names.append("avx2")
        names.append("sse2")
    elif machine in _ARM:
        names.append("neon")
    return tuple(ISAS[name] for name in (*names, "scalar"))


@functools.lru_cache
def host_cpu() -> str:
    """The kind of processor and its features: what was compiled for it may not run on another."""
    return " ".join((platform.machine(), *_features()))


def _features() -> tuple[str, ...]:
    extensions = np.show_config(mode="dicts")["SIMD Extensions"]
    return tuple(sorted({*extensions.get("baseline", ()), *extensions.get("found", ())}))
