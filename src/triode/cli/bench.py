"""`triode bench`: what each size of a capture costs on this machine."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from triode.runtime.benchmark import Row

__all__ = ["bench"]

_HEADER = (
    f"  {'size':<6}{'block':>6}{'ns/smpl':>9} {'quartiles':>13}{'worst us':>9}"
    f"{'x real':>7}{'peak':>6}{'state':>10}{'weights':>9}"
)


def bench(
    models: Annotated[list[Path], typer.Argument(help="The captures, .nam files.")],
    block: Annotated[
        list[int] | None,
        typer.Option(min=1, help="Frames of a block; may be given several times. Default: 64."),
    ] = None,
    seconds: Annotated[float, typer.Option(min=0.0, help="About how long to time each row.")] = 2.0,
    worst: Annotated[
        bool, typer.Option("--worst", help="Time a million blocks, for the slowest of them.")
    ] = False,
    isa: Annotated[
        str | None, typer.Option(help="An instruction set. Default: the widest there is.")
    ] = None,
    json: Annotated[Path | None, typer.Option(help="Write everything into a JSON file.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing output.")] = False,
) -> None:
    """Time every size of captures, beside the machine's own multiply-add peak."""
    import json as json_format
    from dataclasses import asdict

    from rich.console import Console

    from triode.files import refuse_overwrite, write_text_atomically
    from triode.nam import read
    from triode.runtime.benchmark import benchmark_models, isa_named, this_machine

    if json is not None:
        refuse_overwrite(json, force=force)
    console = Console(soft_wrap=True, highlight=False)
    machine = this_machine()
    console.print(f"{machine.processor}, {machine.system}", markup=False)
    console.print(_HEADER, markup=False)
    rows = []
    for row in benchmark_models(
        [(path.name, read(path)) for path in models],
        blocks=tuple(block or (64,)),
        seconds=seconds,
        worst=worst,
        isa=None if isa is None else isa_named(isa),
    ):
        rows.append(row)
        if [one.model for one in rows].count(row.model) == 1:
            console.print(row.model, markup=False)
        console.print(_line(row), markup=False)
    console.print(
        f"{rows[0].isa}, {rows[0].compiler}; one core does "
        f"{rows[0].peak_macs_per_ns:.1f} G multiply-adds a second. The worst block is the slowest "
        f"of {min(row.blocks for row in rows):,} or more{_how_to_time_more(worst)}.",
        markup=False,
    )
    if json is not None:
        content = {"machine": asdict(machine), "rows": [row.to_json() for row in rows]}
        write_text_atomically(json, json_format.dumps(content, indent=2) + "\n")
        console.print(f"Written: {json}", markup=False)


def _how_to_time_more(worst: bool) -> str:
    return "" if worst else "; --worst times a million"


def _line(row: "Row") -> str:
    first, third = row.ns_per_sample_quartiles
    quartiles = f"{first:.1f}-{third:.1f}"
    return (
        f"  {row.size:<6}{row.block:>6}{row.ns_per_sample:>9.1f} {quartiles:>13}"
        f"{row.worst_block_ns / 1000:>9.0f}{row.realtime_factor:>7.0f}{row.peak_share:>6.0%}"
        f"{row.state_bytes:>10,}{row.weight_bytes:>9,}"
    )
