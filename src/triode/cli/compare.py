"""`triode compare`: several captures, and all their sizes, side by side."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from triode.report.comparison import Comparison

__all__ = ["compare"]


def compare(
    files: Annotated[
        list[Path],
        typer.Argument(help="Captures (.nam), then the dry recording, then the wet one if any."),
    ],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The HTML file to write.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
    channel: Annotated[
        int | None, typer.Option(help="Which channel of the recordings to use, from 1.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing output.")] = False,
) -> None:
    """Measure several captures on one recording: a table, and a page to see and hear."""
    import json as json_format

    from rich.console import Console

    from triode.report import comparison as comparing

    captures, dry, wet = comparing.sorted_inputs(files)
    if output is not None:
        from triode.report.compare import check_comparison_path

        check_comparison_path(output, force=force)
    found = comparing.compare(captures, dry, wet, channel=channel)
    if output is not None:
        from triode.report.compare import comparison_page, write_comparison

        write_comparison(output, comparison_page(found), force=force)
    if json:
        from triode.report.measures import comparison_json

        typer.echo(json_format.dumps(comparison_json(found), indent=2, allow_nan=False))
        return
    console = Console(highlight=False)
    for warning in found.warnings:
        console.print(f"Warning: {warning}", style="yellow", markup=False, soft_wrap=True)
    if found.reference is not None:
        console.print(
            f"No recording of the gear: held against {found.reference}.",
            markup=False,
            soft_wrap=True,
        )
    console.print(_table(found))
    if output is not None:
        console.print(f"Comparison: {output}", markup=False, soft_wrap=True)


def _table(found: "Comparison") -> "Table":
    from rich.box import ASCII
    from rich.table import Table
    from rich.text import Text

    from triode.report.measures import MEASURES, best

    table = Table(box=ASCII, caption="* best; less is better in every row")
    table.add_column("Measure")
    for size in found.evaluation.sizes:
        table.add_column(Text(size.label), justify="right")
    for measure in MEASURES:
        values = [float(measure.value(size, found.evaluation)) for size in found.evaluation.sizes]
        winners = best(values)
        table.add_row(
            measure.title,
            *(
                f"{'* ' if index in winners else ''}{_shown(measure.unit, value)}"
                for index, value in enumerate(values)
            ),
        )
    return table


def _shown(unit: str, value: float) -> str:
    if value != value:
        return "?"
    if unit == "dB":
        return f"{value:.1f} dB"
    return f"{value:,.0f}" if unit == "count" else f"{value:.3g}"
