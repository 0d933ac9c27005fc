"""`triode export`: one size of a capture as a file of its own."""

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["export"]


def export(
    model: Annotated[Path, typer.Argument(help="The capture, a .nam file with several sizes.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The .nam file to write.")],
    size: Annotated[str, typer.Option(help="lite, full, or a number from 0 to 1.")] = "full",
    force: Annotated[bool, typer.Option("--force", help="Replace an existing output.")] = False,
) -> None:
    """Write one size of a capture as a plain .nam file, for players without size support."""
    from triode.architectures import standalone
    from triode.files import refuse_overwrite
    from triode.nam import read, write

    refuse_overwrite(output, force=force, inputs=(model,))
    single = standalone(read(model), size)
    write(single, output, force=force)
    typer.echo(f"{output}: {single.architecture}, {single.weights.size} weights")
