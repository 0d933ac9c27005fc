"""What an elementwise operation costs: nanoseconds, and multiply-adds that fit into its time.

Every activation, and every sum or product of signals, runs in a loop of its own over 1,024 samples
in the first-level cache, for each compiler found and each vector width of this processor; the
multiply-add peak is measured between them. Scalar code is left out: compilers turn a loop of it
into vectors.

python benchmarks/elementwise.py [PASSES]
"""

import ctypes
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from machine import write_result

from triode.compiler.artifact import compile_library
from triode.compiler.emit.vector_math import activation_function, vector_math
from triode.compiler.emit.vectors import vector_prologue
from triode.compiler.host import host_isas
from triode.compiler.isa import Isa
from triode.compiler.toolchain import Compiler, known_compilers

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
ARITHMETIC = {
    "add": "{0} + {1}",
    "mul": "{0} * {1}",
    "blend": "fma_({0}, {1} - {2}, {2})",
    "scale": "{0} * splat(0.3f)",
}
OPERANDS = 3
SIGNATURE = (
    '__attribute__((visibility("default"))) '
    "void {0}(const float *in, float *out, ptrdiff_t count, ptrdiff_t repeats)"
)


def source(isa: Isa) -> str:
    """One loop per operation, and `peak`: independent chains of multiply-adds in registers."""
    parts = [vector_prologue(isa), vector_math(KINDS)]
    formulas = {
        kind: activation_function(kind, constants).format("load(in + i)", "splat(0.3f)")
        for kind, constants in KINDS.items()
    }
    operands = [f"load(in + {n} * count + i)" for n in range(OPERANDS)]
    formulas |= {name: formula.format(*operands) for name, formula in ARITHMETIC.items()}
    for kind, call in formulas.items():
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


class Loops:
    """The compiled loops, ready to be timed.

    Args:
        compiler: What compiles them.
        isa: For which vectors.
    """

    def __init__(self, compiler: Compiler, isa: Isa) -> None:
        self._lanes = isa.lanes
        self._library = ctypes.CDLL(str(compile_library(source(isa), isa, compiler)))
        self._memory = np.zeros(((OPERANDS + 1) * SAMPLES + LINE,), np.float32)
        start = -(self._memory.ctypes.data // self._memory.itemsize) % LINE
        end = start + OPERANDS * SAMPLES
        self._memory[start:end] = np.tile(np.linspace(-6, 6, SAMPLES), OPERANDS)
        self._arrays = [
            ctypes.c_void_p(self._memory.ctypes.data + self._memory.itemsize * offset)
            for offset in (start, end)
        ]

    def element_seconds(self, name: str, passes: int) -> dict[str, float]:
        """Median and quartiles of the time of one element of an operation."""
        times = _seconds(self._caller(name, SAMPLES, REPEATS), passes)
        return {quantile: value / SAMPLES / REPEATS for quantile, value in times.items()}

    def multiply_add_seconds(self, passes: int) -> float:
        """The time of one multiply-add of one lane at the peak."""
        steps = _seconds(self._caller("peak", PEAK_STEPS, 1), passes)["median"]
        return steps / PEAK_STEPS / ACCUMULATORS / self._lanes

    def _caller(self, name: str, count: int, repeats: int) -> Callable[[], Any]:
        arguments = (*self._arrays, ctypes.c_ssize_t(count), ctypes.c_ssize_t(repeats))
        function = getattr(self._library, name)
        return lambda: function(*arguments)


def measure(compiler: Compiler, isa: Isa, passes: int) -> dict[str, Any]:
    """Times of all operations, and the median peak of the same run."""
    loops = Loops(compiler, isa)
    peak = loops.multiply_add_seconds(passes)
    operations = {}
    for name in (*KINDS, *ARITHMETIC):
        seconds = loops.element_seconds(name, passes)
        operations[name] = {
            "ns_per_element": seconds["median"] * 1e9,
            "ns_per_element_quartiles": [
                seconds["first_quartile"] * 1e9,
                seconds["third_quartile"] * 1e9,
            ],
            "multiply_adds": seconds["median"] / peak,
        }
    return {
        "compiler": compiler.version,
        "isa": isa.name,
        "peak_multiply_adds_per_second": 1.0 / peak,
        "operations": operations,
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
        print(f"{'operation':<14} {'ns/element':>10} {'multiply-adds':>14}")
        for kind, cost in run["operations"].items():
            print(f"{kind:<14} {cost['ns_per_element']:>10.4f} {cost['multiply_adds']:>14.1f}")
    print(f"\n{write_result('elementwise', {'passes': passes, 'runs': runs})}")


if __name__ == "__main__":
    main()
