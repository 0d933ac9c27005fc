"""`triode build`: a capture as code that a builder adds to a product."""

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["build"]


def build(
    model: Annotated[Path, typer.Argument(help="The capture, a .nam file.")],
    target: Annotated[
        str,
        typer.Option(
            help="native, portable-c, wasm, aarch64-linux, cortex-m7 or cortex-m33.",
        ),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder to make.")],
    size: Annotated[
        str | None, typer.Option(help="lite, full, or a number from 0 to 1. Default: the largest.")
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="Prefix of the code's names. Default: the file's name.")
    ] = None,
    ram_kib: Annotated[
        int | None, typer.Option(min=1, help="RAM that the chip has for the model, in KiB.")
    ] = None,
    flash_kib: Annotated[
        int | None, typer.Option(min=1, help="Flash that the chip has for the model, in KiB.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace a folder that an earlier build made.")
    ] = False,
) -> None:
    """Compile a capture to code for plugins, pedals or web pages, with tests and figures."""
    from rich.console import Console

    from triode.compiler.targets import build_target, find_target
    from triode.nam import read

    facts = build_target(
        read(model),
        find_target(target),
        output,
        name=name or model.stem,
        size=size,
        force=force,
        ram_bytes=None if ram_kib is None else ram_kib << 10,
        flash_bytes=None if flash_kib is None else flash_kib << 10,
    )
    console = Console()
    for warning in facts.warnings:
        console.print(f"Warning: {warning}", style="yellow", markup=False)
    code = "code not measured" if facts.code_bytes is None else f"code {facts.code_bytes:,} bytes"
    console.print(
        f"{output}: {facts.name} for {facts.target}, size {facts.size}, {facts.rate_hz} Hz; "
        f"{facts.macs_per_sample:,} multiply-adds a sample, RAM {facts.state_bytes:,} bytes, "
        f"weights {facts.weight_bytes:,} bytes, {code}",
        markup=False,
    )
    console.print(f"Start with {output / 'README.md'}", markup=False)
