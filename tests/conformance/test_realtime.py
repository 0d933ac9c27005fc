"""Playing allocates nothing, locks nothing and asks the system for nothing."""

import signal
import sys

import numpy as np
import numpy.typing as npt
import pytest

from conformance.compiled import INSTRUCTION_SETS, defined, examples, host_compiler
from conformance.native_program import NativeProgram, build
from conformance.ours import distance

NO_FILTER = 7
TOLERANCE = 2e-5
"""Of the peak. How near exactly is for test_compiled.py: this is to see that it played."""

EXAMPLES = examples()

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"),
    reason="the interposed allocator is glibc's and the filter of system calls is Linux's",
)


@pytest.fixture(scope="module", params=["a2-lite", "lstm", "convnet", "wavenet", "chain"])
def program(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> NativeProgram:
    folder = tmp_path_factory.mktemp("realtime")
    network, isa = EXAMPLES[request.param], INSTRUCTION_SETS[0]
    return build(
        network,
        isa,
        host_compiler(),
        "nothing_forbidden.c",
        folder,
        libraries=("-ldl", "-lpthread"),
    )


def run(
    program: NativeProgram, dry: npt.NDArray[np.float32], forbidden: str, wrong: str = "nothing"
) -> tuple[int, str]:
    done = program.run(dry, forbidden, wrong)
    if done.returncode == NO_FILTER:
        pytest.skip("this system does not let a process filter its system calls")
    return done.returncode, done.stderr


@pytest.mark.parametrize("forbidden", ["allocator", "system-calls"])
def test_playing_does_nothing_forbidden(
    program: NativeProgram, forbidden: str, dry: npt.NDArray[np.float32]
) -> None:
    assert run(program, dry, forbidden) == (0, "")
    wanted = defined(program.network, dry)
    assert distance(program.output().astype(np.float64), wanted) <= TOLERANCE


@pytest.mark.parametrize(
    ("wrong", "called"),
    [("malloc", "malloc"), ("free", "free"), ("mmap", "mmap"), ("lock", "pthread_mutex_lock")],
)
def test_the_allocator_and_locks_are_watched(
    program: NativeProgram, wrong: str, called: str, dry: npt.NDArray[np.float32]
) -> None:
    status, said = run(program, dry[:10], "allocator", wrong)
    assert status == -signal.SIGABRT
    assert said == f"{called} was called while playing\n"


def test_system_calls_are_watched(program: NativeProgram, dry: npt.NDArray[np.float32]) -> None:
    status, _ = run(program, dry[:10], "system-calls", "system-call")
    assert status == -signal.SIGSYS
