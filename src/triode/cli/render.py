"""`triode render`: play a recording through a capture."""

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["render"]


def render(
    model: Annotated[Path, typer.Argument(help="The capture, a .nam file.")],
    dry: Annotated[Path, typer.Argument(help="The dry recording, WAV or FLAC.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The WAV or FLAC to write.")],
    size: Annotated[
        str | None, typer.Option(help="lite, full, or a number from 0 to 1. Default: the largest.")
    ] = None,
    channel: Annotated[
        int | None, typer.Option(help="Which channel of the recording to use, from 1.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing output.")] = False,
) -> None:
    """Play a dry recording through a capture and write what comes out."""
    from rich.console import Console

    from triode.nam import read
    from triode.runtime.files import render_file

    facts = render_file(read(model), dry, output, size=size, channel=channel, force=force)
    console = Console(soft_wrap=True, highlight=False)
    for warning in facts.warnings:
        console.print(f"Warning: {warning}", style="yellow", markup=False)
    console.print(
        f"{output}: {facts.seconds:.1f} s at {facts.rate_hz} Hz, size {facts.size}, "
        f"peak {facts.peak_dbfs:.1f} dBFS",
        markup=False,
    )
