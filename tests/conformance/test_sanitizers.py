"""The generated C under AddressSanitizer and UndefinedBehaviorSanitizer."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from conformance.compiled import INSTRUCTION_SETS, Executable, defined, engine, examples
from conformance.native_program import SANITIZING, NativeProgram, build, sanitizing_compiler
from conformance.ours import distance
from conformance.strategies import random_wavenet, seeded
from triode.compiler import Compiler, Isa
from triode.errors import TriodeError
from triode.runtime.engine import Engine

EXAMPLES = examples()
CACHE_LINE_BYTES = 64
TOLERANCE = 2e-5
"""Of the peak. How near exactly is for test_compiled.py: this is to see that it played."""

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the sanitizers' programs are POSIX C")


@pytest.fixture(scope="module")
def sanitizing(tmp_path_factory: pytest.TempPathFactory) -> Compiler:
    return sanitizing_compiler(tmp_path_factory.mktemp("probe"))


def sanitized(network: Executable, isa: Isa, compiler: Compiler, folder: Path) -> NativeProgram:
    return build(network, isa, compiler, "exact_buffers.c", folder, flags=SANITIZING)


def check(program: NativeProgram, dry: npt.NDArray[np.float32]) -> None:
    done = program.run(dry, "0")
    assert (done.returncode, done.stderr) == (0, "")
    wanted = defined(program.network, dry)
    assert distance(program.output().astype(np.float64), wanted) <= TOLERANCE


CI = (("a2-lite", 0), ("lstm", -2), ("chain", -1))  # the chain is a WaveNet and a long response


@pytest.mark.parametrize(("name", "isa"), CI)
def test_nothing_is_reported(
    name: str, isa: int, sanitizing: Compiler, tmp_path: Path, dry: npt.NDArray[np.float32]
) -> None:
    network = EXAMPLES[name]
    check(sanitized(network, INSTRUCTION_SETS[isa], sanitizing, tmp_path), dry[:1700])


@pytest.mark.heavy
@pytest.mark.parametrize("isa", INSTRUCTION_SETS, ids=lambda isa: isa.name)
@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_nothing_is_reported_anywhere(
    name: str, isa: Isa, sanitizing: Compiler, tmp_path: Path, dry: npt.NDArray[np.float32]
) -> None:
    check(sanitized(EXAMPLES[name], isa, sanitizing, tmp_path), dry[:1700])


@pytest.mark.heavy
@pytest.mark.parametrize("seed", range(8))
def test_nothing_is_reported_of_random_wavenets(
    seed: int, sanitizing: Compiler, tmp_path: Path, dry: npt.NDArray[np.float32]
) -> None:
    candidates = (Executable.of(random_wavenet(seeded(300 + 20 * seed + i))) for i in range(20))
    # Instrumented, a hundred nodes take minutes to compile.
    network = next(one for one in candidates if 30 < len(one.graph.nodes) < 70)
    isa = INSTRUCTION_SETS[seed % len(INSTRUCTION_SETS)]
    check(sanitized(network, isa, sanitizing, tmp_path), dry[:1700])


def test_weights_one_cache_line_short_are_caught(
    sanitizing: Compiler, tmp_path: Path, dry: npt.NDArray[np.float32]
) -> None:
    program = sanitized(EXAMPLES["linear"], INSTRUCTION_SETS[0], sanitizing, tmp_path)
    check(program, dry[:500])
    done = program.run(dry[:500], str(CACHE_LINE_BYTES))
    assert done.returncode != 0
    assert "heap-buffer-overflow" in done.stderr


# --- before any native call -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def player(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("artifacts")
        folder.chmod(0o700)
        patch.setenv("TRIODE_CACHE", str(folder))
        yield engine(EXAMPLES["linear"])


@pytest.mark.parametrize(
    "block",
    [
        np.zeros(8, np.float64),
        np.zeros(8, np.int16),
        np.zeros((2, 8), np.float32),
        np.zeros((8, 1), np.float32),
        np.zeros((1, 1, 8), np.float32),
        np.zeros((), np.float32),
    ],
    ids=lambda block: f"{block.dtype} {block.shape}",
)
def test_a_block_of_the_wrong_kind_is_refused(player: Engine, block: npt.NDArray[Any]) -> None:
    with pytest.raises(TriodeError, match="the block does not fit the model"):
        player.process(block)


def test_weights_of_another_size_are_refused(player: Engine) -> None:
    other = engine(EXAMPLES["lstm"]).artifact
    mixed = replace(player.artifact, library=other.library)
    with pytest.raises((TriodeError, ValueError)):
        Engine(EXAMPLES["linear"], mixed)  # type: ignore[arg-type]
