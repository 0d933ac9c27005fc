"""A capture as a folder that a builder adds to a product."""

import os

from triode.architectures import Network, networks, select
from triode.compiler.emit import Module, emit_module
from triode.compiler.emit.module import DEFAULT_CHUNK_FRAMES
from triode.compiler.isa import ISAS
from triode.compiler.targets.facts import BuildFacts
from triode.compiler.targets.folder import atomic_folder
from triode.compiler.targets.source import identifier, state_bytes
from triode.compiler.targets.target import Target
from triode.compiler.targets.writer import MARKER, FolderWriter
from triode.errors import CompileError
from triode.graph import counts
from triode.nam.model import Model

__all__ = ["build_target"]

_CHUNKS = (48, 24, 16, 12, 8, 4)
"""Whole parts of firmware's usual block, and whole tiles of its schedule."""

_MOST_STATE = 1.1
_SPARE_STATE_BYTES = 4096
"""A network that remembers next to nothing still needs room to compute in."""


def build_target(
    model: Model,
    target: Target,
    output: str | os.PathLike[str],
    *,
    name: str,
    size: str | float | None = None,
    force: bool = False,
    ram_bytes: int | None = None,
    flash_bytes: int | None = None,
) -> BuildFacts:
    """Write the folder `output` with one size of `model` for `target`.

    Args:
        model: The capture.
        target: What it is for.
        output: The folder to make.
        name: What to call the model; becomes a C identifier.
        size: A size's name, a number from 0 to 1, or None for the largest.
        force: Replace a folder that an earlier build made.
        ram_bytes: The chip's memory for the state, instead of the target's own figure.
        flash_bytes: The chip's memory for code and weights, likewise.

    Raises:
        CompileError: The model is too large for the chip, or a compiler is missing or failed.
        OutputError: `output` exists, or cannot be written.
        TriodeError: The model has no such size.
    """
    network = select(networks(model), size)
    prefix = identifier(name)
    title = f"{prefix}, size {network.name}, a {network.model.architecture}"
    modules = {isa: _module(network, target, isa, title) for isa in target.isas}
    _refuse_large("RAM", max(map(state_bytes, modules.values())), ram_bytes or target.ram_bytes)
    with atomic_folder(output, marker=MARKER, force=force) as folder:
        writer = FolderWriter(
            folder, network, target, prefix, title, modules, tuple(model.warnings)
        )
        facts = writer.write()
        flash = facts.weight_bytes + (facts.code_bytes or 0)
        _refuse_large("flash", flash, flash_bytes or target.flash_bytes)
    return facts


def _module(network: Network, target: Target, isa: str, title: str) -> Module:
    """The code for one instruction set; for little memory with the longest chunk that fits it."""
    remembered = counts(network.graph).state_samples
    chunks = _CHUNKS if target.compact else (DEFAULT_CHUNK_FRAMES,)
    made = []
    for chunk in chunks:
        module = emit_module(
            network.graph,
            ISAS[isa],
            rule=target.rule,
            chunk=chunk,
            compact=target.compact,
            title=title,
        )
        made.append(module)
        if module.memory.state_floats <= _MOST_STATE * remembered:
            return module
    spare = remembered + _SPARE_STATE_BYTES // 4
    return next((one for one in made if one.memory.state_floats <= spare), made[-1])


def _refuse_large(what: str, needed: int, available: int | None) -> None:
    if available is not None and needed > available:
        raise CompileError(
            f"the model is too large for the target's {what}",
            expected=f"at most {available:,} bytes",
            got=f"{needed:,} bytes, {needed - available:,} too many",
            hint=f"Choose a smaller size with --size, or say how much the chip has with "
            f"--{what.lower()}-kib.",
        )
