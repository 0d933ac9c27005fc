"""Reading how much an object file brings."""

from pathlib import Path

import pytest

from triode.compiler.targets import TARGETS, target_compiler
from triode.compiler.targets.sections import loaded_bytes

SOURCE = """\
const char constants[1000] = {1};
char initial[200] = {1};
char zero[5000];
"""


@pytest.mark.parametrize("name", ["aarch64-linux", "cortex-m7"])
def test_constants_and_initial_values_count_and_zeros_do_not(tmp_path: Path, name: str) -> None:
    target = TARGETS[name]
    compiler = target_compiler(target)
    if compiler is None:
        pytest.skip(f"nothing here compiles for {name}")
    (tmp_path / "a.c").write_text(SOURCE)
    compiler.run([*target.flags, "-c", "a.c", "-o", "a.o"], tmp_path)
    measured = loaded_bytes(tmp_path / "a.o")
    assert measured is not None
    assert 1200 <= measured < 1264  # alignment, and an empty .text


def test_another_format_is_not_measured(tmp_path: Path) -> None:
    (tmp_path / "a.o").write_bytes(b"MZ" + bytes(100))
    assert loaded_bytes(tmp_path / "a.o") is None
