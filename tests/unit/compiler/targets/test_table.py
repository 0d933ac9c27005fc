"""The records agree with what they name."""

from pathlib import Path

import pytest

from triode.compiler import ISAS
from triode.compiler.targets import TARGETS, Target
from triode.compiler.targets.compilers import command_text


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_a_record_is_complete(target: Target) -> None:
    assert TARGETS[target.name] is target
    assert set(target.isas) <= set(ISAS)
    assert target.summary
    assert target.block > 0
    if target.board is not None:
        assert target.sections
        assert target.ram_bytes
        assert target.flash_bytes
    assert command_text(target)


def test_the_packages_of_the_tests_are_those_of_the_records(repository: Path) -> None:
    script = (repository / "tools" / "debian-packages").read_text()
    line = next(line for line in script.splitlines() if line.startswith("rest="))
    for target in TARGETS.values():
        assert set(target.packages) <= set(line.partition('"')[2].strip('"').split())


def test_only_native_chooses_when_it_runs() -> None:
    several = [target.name for target in TARGETS.values() if len(target.isas) > 1]
    assert several == ["native"]
