"""`triode report`: one HTML page that says how close a capture is to the gear."""

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["report"]


def report(
    model: Annotated[Path, typer.Argument(help="The capture, a .nam file.")],
    dry: Annotated[Path, typer.Argument(help="What was sent into the gear, WAV or FLAC.")],
    wet: Annotated[Path, typer.Argument(help="What came back, WAV or FLAC.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The HTML file to write.")],
    channel: Annotated[
        int | None, typer.Option(help="Which channel of the recordings to use, from 1.")
    ] = None,
    gear: Annotated[
        Path | None,
        typer.Option(help="The gear itself, when it is a .nam file: asked what recordings hide."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing output.")] = False,
) -> None:
    """Measure a capture against a recording and write a page to read, see and hear."""
    from rich.console import Console

    from triode.report.files import report_files

    facts = report_files(model, dry, wet, output, channel=channel, gear_path=gear, force=force)
    console = Console(soft_wrap=True, highlight=False)
    for warning in facts.warnings:
        console.print(f"Warning: {warning}", style="yellow", markup=False)
    for size in facts.sizes:
        console.print(
            f"{size.label}: ESR {size.validation.esr:.3g}, null depth "
            f"{size.validation.null_depth_db:.1f} dB. {size.verdict.grade.title}.",
            markup=False,
        )
    console.print(f"Report: {output}", markup=False)
