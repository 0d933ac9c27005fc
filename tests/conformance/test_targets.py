"""Built folders do what they promise: their own harness passes, on every kind of machine.

A folder's harness compares with the float64 interpreter and with itself for two ways of cutting
the signal; here it is compiled and run for every target. What needs a compiler or an emulator that
is not installed says "skipped"; `tools/debian-packages` installs them.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from conformance.target_runs import checked, compiled_with, skip_without
from triode.compiler import known_compilers
from triode.compiler.targets import TARGETS, build_target
from triode.nam import read
from triode.nam.activation import Activation
from triode.nam.convolutional import ConvNetConfig, LinearConfig
from triode.nam.model import Model
from triode.nam.recurrent import LstmConfig
from unit.architectures.known import a2, model, random_wavenet

MODELS: dict[str, Model] = {
    "a2-lite": model(a2(3), 1),
    "wavenet": model(random_wavenet(11), 11, rate_hz=44100.0),
    "stereo": model(next(c for c in map(random_wavenet, range(99)) if c.in_channels == 2), 4),
    "lstm": model(LstmConfig(input_size=1, hidden_size=5, num_layers=2), 5),
    "convnet": model(
        ConvNetConfig(
            channels=3, dilations=(1, 2, 4), batchnorm=False, activation=Activation(kind="Tanh")
        ),
        6,
    ),
    "linear": model(LinearConfig(receptive_field=1500, bias=True), 7),
}

CAPTURES = (("core-A2", "lite"), ("core-A2", "full"), ("core-lstm", "full"))

CAPTURE_LIMIT = 3e-6
"""Of the peak, on vectors louder than any guitar; without fused multiply-adds 2.3e-6 was seen."""

UNSEEN = "-O2 -ffp-contract=off"
"""The flags of builders who did not read ours, without our warnings."""


@pytest.fixture(scope="module", autouse=True)
def _cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Rehearsals are compiled once, into a folder of this run."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("artifacts")
        folder.chmod(0o700)
        patch.setenv("TRIODE_CACHE", str(folder))
        yield


def check(amp: Model, name: str, folder: Path) -> None:
    """The harness of the target `name` is content with `amp`."""
    target = TARGETS[name]
    skip_without(target)
    result = checked(amp, target, folder)
    assert result.passed, result.output
    assert result.number("tolerance") == pytest.approx(result.facts.tolerance, rel=1e-3)
    if target.board is not None:
        assert result.number("instructions_per_sample") > result.facts.macs_per_sample


@pytest.mark.parametrize("target", ["portable-c", "wasm"])
def test_a_representative_model_passes_its_own_check(target: str, tmp_path: Path) -> None:
    check(MODELS["wavenet"], target, tmp_path / "out")


@pytest.mark.heavy
@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("target", TARGETS)
def test_every_architecture_passes_on_every_target(target: str, name: str, tmp_path: Path) -> None:
    check(MODELS[name], target, tmp_path / "out")


@pytest.mark.heavy
@pytest.mark.parametrize(("capture", "size"), CAPTURES)
@pytest.mark.parametrize("target", TARGETS)
def test_captures_agree_with_the_interpreter(
    target: str, capture: str, size: str, shared_data: Path, tmp_path: Path
) -> None:
    skip_without(TARGETS[target])
    amp = read(shared_data / "nam" / f"{capture}.nam")
    result = checked(amp, TARGETS[target], tmp_path / "out", size=size)
    assert result.passed, result.output
    expected = np.fromfile(tmp_path / "out" / "vectors" / "expected.f32", "<f4")
    assert result.number("max_error") <= CAPTURE_LIMIT * np.abs(expected).max()


def test_a_harness_sees_a_wrong_weight(tmp_path: Path) -> None:
    skip_without(TARGETS["portable-c"])
    result = checked(MODELS["wavenet"], TARGETS["portable-c"], tmp_path / "out")
    assert result.passed
    weights = tmp_path / "out" / "amp_weights.h"
    text = weights.read_text()
    first = re.search(r"-?0x1\.\w+p", text)
    assert first is not None
    weights.write_text(text.replace(first[0], "0x1.8p", 1))
    assert compiled_with(tmp_path / "out", TARGETS["portable-c"]).rstrip().endswith("FAIL")


@pytest.mark.parametrize("origin", ["gcc", "clang", "the ziglang package"])
def test_portable_c_is_c11_for_every_compiler(origin: str, tmp_path: Path) -> None:
    """Strictly, warnings as errors; and with GNU spellings taken away, as C11 alone."""
    compiler = next((one for one in known_compilers() if one.origin == origin), None)
    if compiler is None:
        pytest.skip(f"{origin} is not installed")
    folder = tmp_path / "out"
    build_target(MODELS["wavenet"], TARGETS["portable-c"], folder, name="amp")
    strict = ["-std=c11", "-pedantic-errors"]
    warned = [*strict, "-Wall", "-Wextra", "-Werror", "-Wshadow", "-Wstrict-prototypes"]
    compiler.run([*warned, "-O2", "-c", "amp.c", "-o", "amp.o"], folder)
    if origin != "the ziglang package":  # whose own headers need __GNUC__
        compiler.run([*strict, "-U__GNUC__", "-U__SSE2__", "-c", "amp.c", "-o", "iso.o"], folder)


@pytest.mark.heavy
@pytest.mark.parametrize("isa", ["sse2", "avx2", "avx512"])
@pytest.mark.parametrize("origin", ["gcc", "clang", "the ziglang package"])
def test_each_instruction_set_of_a_native_build_passes(
    origin: str, isa: str, tmp_path: Path
) -> None:
    from triode.compiler import host_isas

    if isa not in {one.name for one in host_isas()}:
        pytest.skip(f"this processor has no {isa}")
    compiler = next((one for one in known_compilers() if one.origin == origin), None)
    if compiler is None:
        pytest.skip(f"{origin} is not installed")
    target = replace(TARGETS["native"], compilers=((*compiler.command, *compiler.flags),))
    skip_without(target)
    result = checked(
        MODELS["a2-lite"], target, tmp_path / "out", f"CFLAGS={UNSEEN} -DAMP_ISA={isa}"
    )
    assert result.passed, result.output


@pytest.mark.heavy
@pytest.mark.parametrize("processor", ["Nehalem", "Haswell"])
def test_a_native_build_runs_on_older_processors(processor: str, tmp_path: Path) -> None:
    """A processor without AVX, and one without AVX-512: an illegal instruction would end it."""
    if shutil.which("qemu-x86_64") is None:
        pytest.skip("qemu-x86_64 is not installed")
    target = TARGETS["native"]
    skip_without(target)
    result = checked(
        MODELS["a2-lite"], target, tmp_path / "out", f"RUN=qemu-x86_64 -cpu {processor}"
    )
    assert result.passed, result.output


@pytest.mark.heavy
@pytest.mark.parametrize("system", ["x86_64-windows-gnu", "aarch64-macos", "x86_64-macos"])
def test_a_native_build_compiles_for_other_systems(system: str, tmp_path: Path) -> None:
    """As a shared library, with the compiler that Triode brings; nothing here can run it."""
    zig = next((one for one in known_compilers() if one.origin == "the ziglang package"), None)
    if zig is None:
        pytest.skip("the ziglang package is not installed")
    folder = tmp_path / "out"
    build_target(MODELS["a2-lite"], TARGETS["native"], folder, name="amp")
    sources = sorted(path.name for path in folder.glob("amp*.c"))
    flags = ["-target", system, "-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", "-shared"]
    replace(zig, flags=()).run([*flags, *sources, "-o", "amp.library"], folder)
    start = (folder / "amp.library").read_bytes()[:4]
    assert start[:2] == b"MZ" if "windows" in system else start == b"\xcf\xfa\xed\xfe"


def test_the_audio_worklet_plays_and_resets(tmp_path: Path) -> None:
    skip_without(TARGETS["wasm"])
    facts = build_target(MODELS["a2-lite"], TARGETS["wasm"], tmp_path / "out", name="amp")
    done = subprocess.run(
        ["node", str(Path(__file__).with_name("worklet.mjs")), str(tmp_path / "out")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    heard = json.loads(done.stdout)
    assert heard["names"] == ["amp"]
    assert heard["first"] <= facts.tolerance
    assert heard["second"] == heard["first"]
    assert np.isfinite(heard["unconnected"])


@pytest.mark.heavy
@pytest.mark.parametrize("name", ["cortex-m7", "cortex-m33"])
def test_firmware_can_be_placed_in_sections(name: str, tmp_path: Path) -> None:
    target = TARGETS[name]
    skip_without(target)
    places = {
        "AMP_CODE_SECTION": ".itcm",
        "AMP_WEIGHTS_SECTION": ".qspi",
        "STATE_SECTION": ".dtcm",
    }
    defines = " ".join(
        f"'-D{macro}=__attribute__((section(\"{section}\")))'" for macro, section in places.items()
    )
    result = checked(MODELS["a2-lite"], target, tmp_path / "out", f"PLACES={defines}")
    assert result.passed, result.output
    symbols = subprocess.run(
        ["arm-none-eabi-objdump", "-t", "harness.elf"],
        cwd=tmp_path / "out",
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    where = {line.split()[-1]: line.split()[0] for line in symbols.splitlines() if " .data" in line}
    assert any(symbol.startswith("stage") for symbol in where), "no code was copied to RAM"
    assert re.search(r" \.text\s+\w+ packed_weights", symbols)
    assert re.search(r" \.bss\s+\w+ memory", symbols)


@pytest.mark.heavy
def test_instructions_do_not_depend_on_the_machine_that_counts(tmp_path: Path) -> None:
    """What is counted is executed instructions: the same in every run, to the counter's grain."""
    target = TARGETS["cortex-m7"]
    skip_without(target)
    first = checked(MODELS["lstm"], target, tmp_path / "out")
    again = compiled_with(tmp_path / "out", target)
    assert first.passed
    assert replace(first, output=again).number("instructions_per_sample") == pytest.approx(
        first.number("instructions_per_sample"), rel=1e-3
    )
