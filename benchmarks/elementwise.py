"""What an activation costs: nanoseconds per element, and multiply-adds that fit into its time.

Every activation runs in a loop of its own over 1,024 samples in the first-level cache, for each
compiler found and each vector width of this processor; the multiply-add peak is measured between
them. Scalar code is left out: compilers turn a loop of it into vectors.

python benchmarks/elementwise.py [PASSES]
"""

import ctypes
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from machine import write_result

from triode.compiler.emit.vector_math import activation_function, vector_math
from triode.compiler.emit.vectors import vector_prologue
from triode.compiler.host import host_isas
from triode.compiler.isa import Isa
from triode.compiler.toolchain import Compiler, build_shared_library, known_compilers

SAMPLES = 1024
LINE = 16  # floats in a cache line, to which the arrays are aligned
REPEATS = 40
PEAK_STEPS = 4096
ACCUMULATORS = 12
DEFAULT_PASSES = 400
KINDS: dict[str, tuple[float, ...]] = {
    "Tanh": (),
    "Fasttanh": (),
    "Sigmoid": (),
    "SiLU": (),
    "Exp": (),
    "Softsign": (),
    "Softsigmoid": (),
    "Hardswish": (),
    "Hardtanh": (-1.0, 1.0),
    "LeakyHardtanh": (-1.0, 1.0, 0.01, 0.01),
    "ReLU": (),
    "LeakyReLU": (0.01,),
    "PReLU": (),
}
SIGNATURE = (
    '__attribute__((visibility("default"))) '
    "void {0}(const float *in, float *out, ptrdiff_t count, ptrdiff_t repeats)"
)


def source(isa: Isa) -> str:
    """One loop per activation, and `peak`: independent chains of multiply-adds in registers."""
    parts = [vector_prologue(isa), vector_math(KINDS)]
    for kind, constants in KINDS.items():
        call = activation_function(kind, constants).format("load(in + i)", "splat(0.3f)")
        loop = f"for (ptrdiff_t i = 0; i < count; i += LANES) store(out + i, {call});"
        again = 'for (ptrdiff_t n = 0; n < repeats; n++) { __asm__ volatile("" ::: "memory");'
        parts.append(_function(kind, f"{again} {loop} }}"))
    names = [f"a{n}" for n in range(ACCUMULATORS)]
    start = " ".join(f"vec {name} = load(in + {n});" for n, name in enumerate(names))
    step = " ".join(f"{name} = fma_({name}, x, y);" for name in names)
    end = " ".join(f"store(out + {n} * LANES, {name});" for n, name in enumerate(names))
    loop = f"for (ptrdiff_t n = 0; n < count * repeats; n++) {{ {step} }}"
    parts.append(
        _function("peak", f"const vec x = load(in), y = load(in + 1); {start} {loop} {end}")
    )
    return "\n".join(parts)


def measure(compiler: Compiler, isa: Isa, passes: int) -> dict[str, Any]:
    """Times of all activations, and the median peak of the same run."""
    with tempfile.TemporaryDirectory(prefix="elementwise-") as folder:
        target = Path(folder) / "elementwise.so"
        build_shared_library(compiler, source(isa), isa.flags, target)
        library = ctypes.CDLL(str(target))
        memory = np.zeros((2 * SAMPLES + LINE,), np.float32)
        start = -(memory.ctypes.data // memory.itemsize) % LINE
        memory[start : start + SAMPLES] = np.linspace(-6, 6, SAMPLES)
        arrays = [
            ctypes.c_void_p(memory.ctypes.data + memory.itemsize * (start + offset))
            for offset in (0, SAMPLES)
        ]

        def caller(name: str, count: int, repeats: int) -> Callable[[], Any]:
            arguments = (*arrays, ctypes.c_ssize_t(count), ctypes.c_ssize_t(repeats))
            function = getattr(library, name)
            return lambda: function(*arguments)

        peak = _seconds(caller("peak", PEAK_STEPS, 1), passes)["median"] / PEAK_STEPS / ACCUMULATORS
        activations = {}
        for kind in KINDS:
            times = _seconds(caller(kind, SAMPLES, REPEATS), passes)
            per_element = {name: value / SAMPLES / REPEATS for name, value in times.items()}
            activations[kind] = {
                "ns_per_element": per_element["median"] * 1e9,
                "ns_per_element_quartiles": [
                    per_element["first_quartile"] * 1e9,
                    per_element["third_quartile"] * 1e9,
                ],
                "multiply_adds": per_element["median"] * isa.lanes / peak,
            }
    return {
        "compiler": compiler.version,
        "isa": isa.name,
        "peak_multiply_adds_per_second": isa.lanes / peak,
        "activations": activations,
    }


def _function(name: str, body: str) -> str:
    head = SIGNATURE.format(name)
    return f"{head};\n{head} {{ (void)count; {body} }}\n"


def _seconds(call: Callable[[], Any], passes: int) -> dict[str, float]:
    times = []
    for _ in range(passes):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    first, median, third = statistics.quantiles(times, n=4)
    return {"first_quartile": first, "median": median, "third_quartile": third}


def main() -> None:
    """Measure with every compiler, print a table, write the result."""
    passes = int(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_PASSES
    compilers = {Path(one.command[0]).resolve(): one for one in reversed(list(known_compilers()))}
    runs = [
        measure(compiler, isa, passes)
        for compiler in reversed(compilers.values())
        for isa in host_isas()
        if isa.lanes > 1
    ]
    for run in runs:
        peak = run["peak_multiply_adds_per_second"] / 1e9
        print(f"\n{run['compiler']}, {run['isa']}: peak {peak:.1f} G multiply-adds/s")
        print(f"{'activation':<14} {'ns/element':>10} {'multiply-adds':>14}")
        for kind, cost in run["activations"].items():
            print(f"{kind:<14} {cost['ns_per_element']:>10.4f} {cost['multiply_adds']:>14.1f}")
    print(f"\n{write_result('elementwise', {'passes': passes, 'runs': runs})}")


if __name__ == "__main__":
    main()
