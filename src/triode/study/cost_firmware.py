"""What candidates cost on a Cortex-M7, in executed instructions under QEMU.

An instruction count is no cycle count: it knows nothing of caches, stalls or dual issue. But it is
exact, the same on every machine, and tells where an activation without a vector unit stands.
"""

import re
import shlex
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from triode.compiler.targets import TARGETS, build_target, target_compiler
from triode.errors import CompileError, StudyError
from triode.study.candidate import Candidate
from triode.study.random_networks import random_largest
from triode.study.record import Cost
from triode.study.testset.engines.processes import run_program

__all__ = ["FIRMWARE_ENGINE", "firmware_compiler", "measure_firmware_costs"]

FIRMWARE_ENGINE = "cortex-m7-instructions"
_TARGET = TARGETS["cortex-m7"]
_TIMEOUT_SECONDS = 600.0
_COUNT = re.compile(r"^instructions_per_sample (\S+)$", re.MULTILINE)


def measure_firmware_costs(
    candidates: Sequence[Candidate], *, told: Callable[[str], None] = lambda _: None
) -> dict[str, Cost]:
    """Count instructions per sample of candidates, with random weights.

    Args:
        candidates: What to count: the largest size of each.
        told: Hears what is being done.

    Returns:
        A cost for each that fits the chip; its quartiles are the count itself.

    Raises:
        StudyError: The cross compiler, make or QEMU is missing, or the board's output is odd.
    """
    command = firmware_compiler()
    costs = {}
    for one in candidates:
        if one.source is None:
            told(f"{FIRMWARE_ENGINE}: {one.name}")
            count = _count(one, command)
            if count is not None:
                costs[one.name] = Cost(
                    engine=FIRMWARE_ENGINE,
                    ns_per_sample=count,
                    quartiles=(count, count),
                    peak_share=None,
                    block=_TARGET.block,
                    unit="instructions",
                )
    return costs


def firmware_compiler() -> str:
    """The cross compiler's command line, once everything that counting needs was found.

    Raises:
        StudyError: The cross compiler, make or QEMU is missing.
    """
    compiler = target_compiler(_TARGET)
    missing = [name for name in ("make", "qemu-system-arm") if shutil.which(name) is None]
    if compiler is None or missing:
        raise StudyError(
            "instructions of a Cortex-M7 cannot be counted here",
            expected="arm-none-eabi-gcc, make and qemu-system-arm",
            got=f"no {' and no '.join(missing or ['arm-none-eabi-gcc'])}",
            hint=f"On Debian: apt-get install make {' '.join(_TARGET.packages)}",
        )
    return shlex.join([*compiler.command, *compiler.flags])


def _count(candidate: Candidate, command: str) -> float | None:
    """Instructions per sample; None for what does not fit the chip."""
    with tempfile.TemporaryDirectory(prefix="triode-cost-") as name:
        folder = Path(name) / "built"
        try:
            build_target(random_largest(candidate), _TARGET, folder, name="amp")
        except CompileError:
            return None
        make = ["make", "-s", "-C", str(folder), "check", f"CC={command}"]
        ended = run_program(make, _TIMEOUT_SECONDS)
    found = _COUNT.search(ended.out)
    if found is None:
        raise StudyError(
            "the imitated board did not count",
            where=f"candidate {candidate.name}",
            expected="instructions_per_sample in its output",
            got=ended.said,
        )
    return float(found[1])
