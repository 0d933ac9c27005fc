"""Whole folders: what is in them, what is refused, and that they come out the same twice."""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from triode.architectures import networks
from triode.compiler.targets import MARKER, TARGETS, build_target, find_target, target_compiler
from triode.compiler.targets import build as building
from triode.compiler.targets import writer as writing
from triode.compiler.targets.vectors import make_vectors
from triode.errors import CompileError, OutputError, TriodeError
from triode.graph import counts
from triode.nam.model import Model
from unit.architectures.known import a1, a2, model

C_FILES = {
    "LICENSE",
    "Makefile",
    "README.md",
    "main.c",
    "triode.json",
    "vectors.h",
    "vectors/expected.f32",
    "vectors/input.f32",
    "vectors/vectors.txt",
}


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_portable_build_is_whole(tmp_path: Path, small: Model) -> None:
    facts = build_target(small, TARGETS["portable-c"], tmp_path / "out", name="My Amp!")
    made = files(tmp_path / "out")
    assert set(made) == C_FILES | {"my_amp.c", "my_amp.h", "my_amp_weights.h"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert facts.error is not None
    assert facts.error <= facts.tolerance
    assert json.loads(made[MARKER])["state_bytes"] == facts.state_bytes
    assert f"{facts.state_bytes:,} bytes".encode() in made["README.md"]
    assert f"{facts.macs_per_sample:,}".encode() in made["README.md"]
    assert f"MY_AMP_STATE_BYTES {facts.state_bytes}\n".encode() in made["my_amp.h"]
    assert b"MY_AMP_RATE_HZ 44100\n" in made["my_amp.h"]
    for name, text in made.items():
        assert re.search(rb"@[A-Z_]+@", text) is None or name.endswith(".f32"), name
        if name.endswith((".c", ".h")) and name not in {"my_amp_weights.h", "vectors.h"}:
            assert b"SPDX-License-Identifier: MIT-0" in text, name


def test_the_vectors_are_the_definition(tmp_path: Path, small: Model) -> None:
    build_target(small, TARGETS["portable-c"], tmp_path / "out", name="amp")
    vectors = make_vectors(networks(small)[-1])
    folder = tmp_path / "out" / "vectors"
    for name, expected in (("input", vectors.signal), ("expected", vectors.expected)):
        stored = np.fromfile(folder / f"{name}.f32", "<f4")
        np.testing.assert_array_equal(stored, expected.ravel())
    assert f"frames {vectors.frames}\n" in (folder / "vectors.txt").read_text()


def test_the_same_capture_gives_the_same_bytes(tmp_path: Path, small: Model) -> None:
    for name in ("one", "two"):
        build_target(small, TARGETS["cortex-m7"], tmp_path / name, name="amp")
    assert files(tmp_path / "one") == files(tmp_path / "two")


def test_a_native_build_has_a_file_per_instruction_set(tmp_path: Path, small: Model) -> None:
    build_target(small, TARGETS["native"], tmp_path / "out", name="amp")
    made = set(files(tmp_path / "out"))
    sets = ("avx512", "avx2", "sse2", "neon")
    own = {f"amp_{isa}{end}" for isa in sets for end in (".c", "_weights.h")}
    assert made == C_FILES | own | {"amp.c", "amp.h", "amp_code.h"}


def test_a_size_can_be_chosen(tmp_path: Path, two_sizes: Model) -> None:
    target = TARGETS["portable-c"]
    lite = build_target(two_sizes, target, tmp_path / "lite", name="amp", size="lite")
    full = build_target(two_sizes, target, tmp_path / "full", name="amp")
    assert (lite.size, full.size) == ("lite", "full")
    assert lite.macs_per_sample < full.macs_per_sample
    with pytest.raises(TriodeError, match="no such size"):
        build_target(two_sizes, target, tmp_path / "none", name="amp", size="huge")


@pytest.mark.parametrize(("name", "what"), [("ram_bytes", "RAM"), ("flash_bytes", "flash")])
def test_a_model_too_large_for_the_chip_is_refused_by_how_much(
    tmp_path: Path, small: Model, name: str, what: str
) -> None:
    facts = build_target(small, TARGETS["cortex-m7"], tmp_path / "fits", name="amp")
    flash = facts.weight_bytes + (facts.code_bytes or 0)
    room = (facts.state_bytes if what == "RAM" else flash) - 10
    with pytest.raises(CompileError, match=rf"too large for the target's {what}.*, 10 too many"):
        build_target(small, TARGETS["cortex-m7"], tmp_path / "no", name="amp", **{name: room})
    assert not (tmp_path / "no").exists()


def test_the_chip_of_the_record_counts_when_nothing_is_said(tmp_path: Path, small: Model) -> None:
    tiny = replace(TARGETS["cortex-m33"], ram_bytes=64)
    with pytest.raises(CompileError, match="too large"):
        build_target(small, tiny, tmp_path / "out", name="amp")
    build_target(small, tiny, tmp_path / "out", name="amp", ram_bytes=1 << 20)


@pytest.mark.parametrize("config", [a2(8), a2(3), a1("standard"), a1("nano")])
@pytest.mark.parametrize("target", ["cortex-m7", "cortex-m33"])
def test_firmware_remembers_little_more_than_the_past(config: object, target: str) -> None:
    """DESIGN.md: at most 1.1 times the receptive-field bytes."""
    network = networks(model(config))[-1]  # type: ignore[arg-type]
    module = building._module(network, TARGETS[target], "scalar", "")
    assert module.memory.state_floats <= 1.1 * counts(network.graph).state_samples
    assert module.memory.chunk % module.memory.tile == 0
    assert 48 % module.memory.chunk == 0


def test_a_network_without_past_computes_in_whole_blocks(recurrent: Model) -> None:
    module = building._module(networks(recurrent)[-1], TARGETS["cortex-m7"], "scalar", "")
    assert module.memory.chunk == 48
    assert module.memory.state_floats < 1024


def test_an_existing_folder_is_replaced_only_by_force(tmp_path: Path, small: Model) -> None:
    out = tmp_path / "out"
    target = TARGETS["portable-c"]
    build_target(small, target, out, name="one")
    with pytest.raises(OutputError, match="exists already"):
        build_target(small, target, out, name="two")
    assert (out / "one.c").exists()
    build_target(small, target, out, name="two", force=True)
    assert not (out / "one.c").exists()
    assert (out / "two.c").exists()


def test_code_that_plays_something_else_is_refused(
    tmp_path: Path, small: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    true = writing.Rehearsal.play
    monkeypatch.setattr(
        writing.Rehearsal, "play", lambda self, signal: true(self, signal) * np.float32(1.0001)
    )
    with pytest.raises(CompileError, match="does not play what its definition says"):
        build_target(small, TARGETS["portable-c"], tmp_path / "out", name="amp")
    assert list(tmp_path.iterdir()) == []


def test_without_any_compiler_a_wavenet_is_built_all_the_same(
    tmp_path: Path, small: Model, recurrent: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "find_compiler", lambda: None)
    monkeypatch.setattr(writing, "target_compiler", lambda _: None)
    facts = build_target(small, TARGETS["portable-c"], tmp_path / "out", name="amp")
    assert facts.code_bytes is None
    assert facts.error is None
    assert "not measured here" in (tmp_path / "out" / "README.md").read_text()
    with pytest.raises(CompileError, match="only be found by running its code"):
        build_target(recurrent, TARGETS["portable-c"], tmp_path / "lstm", name="amp")


def test_a_missing_compiler_for_the_web_says_how_to_get_it(tmp_path: Path, small: Model) -> None:
    nowhere = replace(TARGETS["wasm"], compilers=(("no-such-compiler",),))
    assert target_compiler(nowhere) is None
    with pytest.raises(CompileError, match="no compiler for wasm"):
        build_target(small, nowhere, tmp_path / "out", name="amp")
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_target_names_the_known_ones() -> None:
    with pytest.raises(CompileError, match=r"native, portable-c, wasm.*Got z80"):
        find_target("z80")
