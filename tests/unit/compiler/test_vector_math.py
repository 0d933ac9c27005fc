"""The C activations against float64, in units in the last place, for every vector width here."""

import ctypes
import importlib.util
import platform
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from triode.compiler.emit import vector_math as module
from triode.compiler.emit.vector_math import activation_function, vector_math
from triode.compiler.emit.vectors import vector_prologue
from triode.compiler.isa import ISAS, Isa
from triode.graph.activations import ACTIVATIONS, apply_activation

SMALLEST = float(np.finfo(np.float32).tiny)
LARGEST = float(np.finfo(np.float32).max)
# Below 87.34 times the smallest normal float a SiLU may become zero.
SILU_FLUSH = 1.1e-36
# With denormals flushed, products inside the formulas vanish a little above the smallest float.
SMALLEST_FLUSHED_INPUT = 1e-33
PER_BINADE = 200

FLAGS = ("-std=gnu11", "-O3", "-ffp-contract=off", "-fno-math-errno")
STRICT = ("-Wall", "-Wextra", "-Werror")
COMPILERS = tuple(name for name in ("gcc", "clang") if shutil.which(name))
ON_X86 = platform.machine().lower() in ("x86_64", "amd64")
# Four lanes without intrinsics: what a processor unknown to the prologue gets.
PLAIN = Isa(name="plain4", lanes=4, registers=16, flags=("-U__SSE2__", "-U__ARM_NEON"))
FUSED_SCALAR = replace(ISAS["scalar"], name="scalar-fma", flags=("-mfma",))
NEEDS = {"avx512": ("avx512dq", "avx512vl"), "avx2": ("avx2", "fma"), "scalar-fma": ("fma",)}

# Every kind with constants that reach every branch of the emission.
CASES: dict[str, tuple[str, tuple[float, ...]]] = {
    **{
        kind: (kind, ())
        for kind in ("Exp", "Tanh", "Fasttanh", "Sigmoid", "SiLU", "Softsign", "Softsigmoid")
    },
    "ReLU": ("ReLU", ()),
    "Hardswish": ("Hardswish", ()),
    "LeakyReLU": ("LeakyReLU", (0.01,)),
    "LeakyReLU_steep": ("LeakyReLU", (1.5,)),
    "LeakyReLU_falling": ("LeakyReLU", (-0.25,)),
    "PReLU": ("PReLU", (0.3,)),
    "Hardtanh": ("Hardtanh", (-0.5, 2.0)),
    "LeakyHardtanh": ("LeakyHardtanh", (-1.0, 1.0, 0.01, 0.01)),
    "LeakyHardtanh_uneven": ("LeakyHardtanh", (-1.0, 2.0, 0.01, 0.3)),
}

# Tanh, Sigmoid, SiLU and Exp: what is promised. The others: half a unit for each rounding of the
# formula, doubled where a sum just above a power of two is divided into a result just below one.
LIMITS = {
    "Exp": 4.0,
    "Tanh": 4.0,
    "Sigmoid": 4.0,
    "SiLU": 4.0,
    "Fasttanh": 8.0,
    "Softsign": 3.0,
    "Softsigmoid": 3.0,
    "ReLU": 0.0,
    "Hardtanh": 0.0,
    "LeakyReLU": 0.5,
    "LeakyReLU_steep": 0.5,
    "LeakyReLU_falling": 0.5,
    "PReLU": 0.5,
    "LeakyHardtanh": 2.0,
    "LeakyHardtanh_uneven": 2.0,
    "Hardswish": 3.0,
}

Floats = np.ndarray[tuple[int], np.dtype[np.float32]]
Doubles = np.ndarray[tuple[int], np.dtype[np.float64]]


def source(isa: Isa) -> str:
    """One `run_CASE(input, output, count)` per case; `flush(on)` sets flush-to-zero on x86."""
    parts = [vector_prologue(isa), vector_math({*ACTIVATIONS, "Exp"})]
    for name, (kind, constants) in CASES.items():
        slopes = "splat(0.3f)" if kind == "PReLU" else ""
        call = activation_function(kind, constants).format("load(in + i)", slopes)
        head = f"void run_{name}(const float *in, float *out, ptrdiff_t count)"
        loop = f"for (ptrdiff_t i = 0; i < count; i += LANES) store(out + i, {call});"
        parts.append(f"{head};\n{head} {{\n    {loop}\n}}\n")
    if ON_X86:
        set_control = "__builtin_ia32_ldmxcsr(on ? 0x9fc0u : 0x1f80u);"
        parts.append(f"void flush(int on);\nvoid flush(int on) {{ {set_control} }}\n")
    return "\n".join(parts)


def compile_c(compiler: str, text: str, folder: Path, *flags: str) -> Path:
    """Compile as strictly as the project promises; the compiler's words on failure."""
    file = folder / "vector math.c"
    file.write_text(text, encoding="utf-8")
    made = folder / "made"
    done = subprocess.run(
        [compiler, *FLAGS, *STRICT, *flags, "-o", str(made), str(file)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return made


@dataclass(frozen=True)
class Library:
    """The compiled cases for one instruction set."""

    name: str
    binary: ctypes.CDLL

    def run(self, case: str, x: Floats, *, flushed: bool = False) -> Floats:
        padded = np.zeros(-(-len(x) // 16) * 16, np.float32)
        padded[: len(x)] = x
        out = np.empty_like(padded)
        pointers = [ctypes.c_void_p(one.ctypes.data) for one in (padded, out)]
        if flushed:
            self.binary.flush(1)
        getattr(self.binary, f"run_{case}")(*pointers, ctypes.c_ssize_t(len(padded)))
        if flushed:
            self.binary.flush(0)
        return out[: len(x)]


def available() -> Iterator[Isa]:
    """The instruction sets that this processor runs."""
    if not ON_X86:
        arm = platform.machine().lower() in ("aarch64", "arm64")
        yield from (ISAS["neon"], ISAS["scalar"], PLAIN) if arm else (ISAS["scalar"], PLAIN)
        return
    information = Path("/proc/cpuinfo")
    words = information.read_text(encoding="utf-8").split() if information.is_file() else []
    for isa in (ISAS["avx512"], ISAS["avx2"], ISAS["sse2"], ISAS["scalar"], FUSED_SCALAR, PLAIN):
        if set(NEEDS.get(isa.name, ())) <= set(words):
            yield isa


PAIRS = [(compiler, isa) for compiler in COMPILERS for isa in available()]


@pytest.fixture(
    scope="module",
    params=PAIRS,
    ids=[f"{compiler}-{isa.name}" for compiler, isa in PAIRS],
)
def library(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Library:
    compiler, isa = request.param
    folder = tmp_path_factory.mktemp("vector math")
    made = compile_c(compiler, source(isa), folder, "-fPIC", "-shared", *isa.flags)
    return Library(isa.name, ctypes.CDLL(str(made)))


@cache
def every_exponent() -> Floats:
    """Zeros, both signs of every exponent, the thresholds with their neighbours, and the middle."""
    generator = np.random.default_rng(3)
    exponents = np.repeat(np.arange(255, dtype=np.uint32), PER_BINADE)
    fractions = generator.integers(0, 1 << 23, len(exponents), dtype=np.uint32)
    fractions[::PER_BINADE] = 0
    fractions[1::PER_BINADE] = (1 << 23) - 1
    positive = (exponents << 23 | fractions).view(np.float32)
    thresholds = np.array(
        [0.5, 1, 2, 3, 9.01, 9.02, 87.33655, 88.02969, 88.72284, 91.9, 103.97, 104, 2.0**24],
        np.float32,
    )
    near = (thresholds.view(np.int32)[:, None] + np.arange(-40, 41, dtype=np.int32)).ravel()
    middle = np.linspace(0, 10, 40001, dtype=np.float32)
    wide = np.linspace(0, 110, 15001, dtype=np.float32)
    half = np.concatenate([positive, near.view(np.float32), middle, wide])
    return np.concatenate([half, -half])


def reference(case: str, x: Floats) -> Doubles:
    """The case in float64, in forms that lose nothing where the graph's own would cancel."""
    kind, constants = CASES[case]
    wide = x.astype(np.float64)
    rounded = [float(np.float32(value)) for value in constants]
    formulas: dict[str, Callable[[Doubles], Doubles]] = {
        "Exp": np.exp,
        "Sigmoid": lambda x: 1.0 / (1.0 + np.exp(-x)),
        "SiLU": lambda x: x / (1.0 + np.exp(-x)),
        "Softsigmoid": lambda x: (0.5 + np.maximum(x, 0.0)) / (1.0 + np.abs(x)),
    }
    with np.errstate(over="ignore"):
        if kind in formulas:
            return formulas[kind](wide)
        return apply_activation(kind, wide, *rounded)


def units(got: Floats, want: Doubles, flush: float = SMALLEST) -> Doubles:
    """|got - want| in units in the last place of float32 at `want`; infinite where nonsensical.

    Where |want| is below `flush`, anything of that size counts as right; where it is beyond the
    largest float, only infinity does.
    """
    _, exponent = np.frexp(want)
    spacing = np.ldexp(1.0, np.maximum(exponent, -125) - 24)
    with np.errstate(invalid="ignore"):
        result = np.abs(got.astype(np.float64) - want) / spacing
    size = np.abs(want)
    result[(size <= flush) & (np.abs(got) <= flush)] = 0.0
    result[(size > LARGEST) & (got == np.copysign(np.inf, want))] = 0.0
    return np.where(np.isnan(result), np.inf, result)


@cache
def every_reference(case: str) -> Doubles:
    """`reference` at `every_exponent()`; the float64 functions take longer than the C."""
    return reference(case, every_exponent())


def check(case: str, got: Floats, x: Floats, want: Doubles | None = None) -> None:
    if want is None:
        want = reference(case, x)
    error = units(got, want, SILU_FLUSH if case == "SiLU" else SMALLEST)
    worst = int(np.argmax(error))
    message = f"{case}({x[worst]!r}) = {got[worst]!r}: {error[worst]:.2f} ulp"
    assert error[worst] <= LIMITS[case], message


@pytest.mark.parametrize("case", CASES)
def test_every_finite_input(library: Library, case: str) -> None:
    x = every_exponent()
    check(case, library.run(case, x), x, every_reference(case))


@pytest.mark.skipif(not ON_X86, reason="sets the x86 control register")
@pytest.mark.parametrize("case", CASES)
def test_flushing_denormals_changes_nothing_else(library: Library, case: str) -> None:
    here = np.abs(every_exponent()) >= SMALLEST_FLUSHED_INPUT
    x = every_exponent()[here]
    check(case, library.run(case, x, flushed=True), x, every_reference(case)[here])


def test_tanh_saturates_exactly_and_is_odd(library: Library) -> None:
    x = every_exponent()
    y = library.run("Tanh", x)
    assert np.abs(y).max() == 1.0
    assert np.array_equal(y[np.abs(x) >= 9.02], np.sign(x[np.abs(x) >= 9.02]))
    assert np.array_equal(library.run("Tanh", -x), -y)


def test_far_tails_are_zero(library: Library) -> None:
    x = np.array([-88, -100, -1e10, -LARGEST], np.float32)
    for case in ("Sigmoid", "SiLU"):
        assert np.array_equal(library.run(case, x), np.zeros(4))


def test_same_bits_in_every_lane(library: Library) -> None:
    """A lane's result depends on its input alone, whatever the others hold."""
    x = np.full(16, 0.7, np.float32)
    for case in CASES:
        alone = library.run(case, x)
        for lane in range(16):
            mixed = np.array([-LARGEST, 1e-40, 5.0, -90.0] * 4, np.float32)
            mixed[lane] = x[lane]
            assert library.run(case, mixed)[lane] == alone[lane]


def test_not_a_number_and_infinity_do_not_trap(library: Library) -> None:
    for case in CASES:
        library.run(case, np.array([np.nan, np.inf, -np.inf, -np.nan], np.float32))


@pytest.mark.parametrize("compiler", COMPILERS)
def test_no_undefined_behaviour(compiler: str, tmp_path: Path) -> None:
    """A stride through all bit patterns, NaN included, with checks that trap."""
    calls = "".join(f"        run_{name}(&x, &y, 1);\n" for name in CASES)
    loop = f"""
int main(void) {{
    for (uint64_t bits = 0; bits < 0x100000000u; bits += 0x10cd1) {{
        const uint32_t low = (uint32_t)bits;
        float x, y;
        __builtin_memcpy(&x, &low, 4);
{calls}    }}
    return 0;
}}
"""
    made = compile_c(
        compiler,
        source(ISAS["scalar"]) + loop,
        tmp_path,
        "-fsanitize=undefined",
        "-fsanitize-undefined-trap-on-error",
    )
    assert subprocess.run([str(made)], check=False).returncode == 0


@pytest.mark.skipif(not COMPILERS, reason="no C compiler")
@pytest.mark.parametrize("kind", [*ACTIVATIONS, "Exp"])
def test_each_kind_brings_what_it_needs(kind: str, tmp_path: Path) -> None:
    constants = next((c for k, c in CASES.values() if k == kind), ())
    call = activation_function(kind, constants).format("x", "splat(0.5f)")
    text = vector_prologue(ISAS["scalar"]) + vector_math({kind})
    text += f"vec apply(vec x);\nvec apply(vec x) {{ return {call}; }}\n"
    compile_c(COMPILERS[0], text, tmp_path, "-c", *PLAIN.flags)


def test_cases_cover_every_kind() -> None:
    assert {kind for kind, _ in CASES.values()} == {*ACTIVATIONS, "Exp"}
    assert set(LIMITS) == set(CASES)


def test_only_what_is_asked_for_is_emitted() -> None:
    assert vector_math(set()) == ""
    assert "v_tanh" not in vector_math({"ReLU"})
    assert vector_math(["Tanh", "SiLU"]) == vector_math({"SiLU", "Tanh"})


def test_expressions() -> None:
    assert activation_function("Tanh") == "v_tanh({0})"
    assert activation_function("LeakyReLU", (0.01,)) == "v_leaky_relu({0}, 0.01f)"
    assert activation_function("LeakyReLU", (2,)) == "v_prelu({0}, splat(2.0f))"
    assert activation_function("PReLU") == "v_prelu({0}, {1})"
    assert activation_function("Hardtanh", (-1, 1)) == "v_hardtanh({0}, -1.0f, 1.0f)"


def test_constants_are_what_the_script_fits(repository: Path) -> None:
    """One part in a million: float32 rounding is 6e-8, the emitted errors are measured above."""
    pytest.importorskip("mpmath")
    specification = importlib.util.spec_from_file_location(
        "fit_tanh", repository / "benchmarks" / "fit_tanh.py"
    )
    assert specification is not None
    assert specification.loader is not None
    fit = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(fit)
    numerator, denominator, error = fit.fit_tanh()
    assert error < 2.3e-8
    for emitted, fitted in (
        (module.TANH_NUMERATOR, numerator),
        (module.TANH_DENOMINATOR, denominator),
        (module.EXP_COEFFICIENTS, fit.fit_exp()[0]),
    ):
        assert emitted == pytest.approx([float(value) for value in fitted], rel=1e-6, abs=0)


def test_the_comparison_rejects_worse_functions() -> None:
    x = np.linspace(-12, 12, 4001, dtype=np.float32)
    right = np.tanh(x.astype(np.float64)).astype(np.float32)
    check("Tanh", right, x)
    off = (right.view(np.int32) + 5).view(np.float32)
    nan = np.where(x > 11, np.float32(np.nan), right)
    fast = apply_activation("Fasttanh", x.astype(np.float64)).astype(np.float32)
    for wrong in (off, nan, fast):
        with pytest.raises(AssertionError, match="ulp"):
            check("Tanh", wrong, x)
    huge = np.array([100.0], np.float32)
    with pytest.raises(AssertionError, match="ulp"):
        check("Exp", np.array([LARGEST], np.float32), huge)
    check("Exp", np.array([np.inf], np.float32), huge)
