"""`triode batch`: many captures in one go."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from triode.batch import Outcome, Row, Watcher

__all__ = ["batch"]

EXIT_FAILED = 1
EXIT_STOPPED = 130


def batch(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="A manifest (.csv), or a dry file and the wet files made of it."),
    ] = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The folder for captures, logs and tables.")
    ] = Path("captures"),
    watch: Annotated[
        Path | None,
        typer.Option(help="Capture every wet file that comes into this folder, until Ctrl-C."),
    ] = None,
    dry: Annotated[
        Path | None, typer.Option(help="The dry file of the wet files that --watch finds.")
    ] = None,
    recipe: Annotated[
        str, typer.Option(help="A recipe's name, or the path of a .toml file.")
    ] = "a2",
    epochs: Annotated[int | None, typer.Option(min=1, help="Instead of the recipe's.")] = None,
    until: Annotated[
        str | None, typer.Option(help="Stop each earlier: good, best, or an ESR such as 0.01.")
    ] = None,
    start: Annotated[
        Path | None, typer.Option("--from", help="A capture that all start from.")
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Instead of the recipe's.")] = None,
    device: Annotated[str, typer.Option(help="cpu, cuda or mps.")] = "cpu",
    cores: Annotated[
        int | None, typer.Option(min=1, help="How many cores to use. Default: all.")
    ] = None,
    rate: Annotated[
        int | None, typer.Option(help="Resample all to this rate in Hz. Default: their own.")
    ] = None,
    channel: Annotated[
        int | None, typer.Option(help="Which channel of a file with several to use, from 1.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Train every row anew and replace what is there.")
    ] = False,
) -> None:
    """Train a capture of every row; the same command again goes on where it was ended.

    Ctrl-C writes the best so far of every row in training. Exits with 1 when a row failed.
    """
    from rich.console import Console

    from triode.batch import BatchSettings, Status, run_batch, table_paths
    from triode.cli.batch_screen import BatchScreen

    rows, watcher = _work(files or [], watch, dry)
    settings = BatchSettings(
        recipe=recipe,
        epochs=epochs,
        until=until,
        start=None if start is None else str(start),
        seed=seed,
        device=device,
        rate_hz=rate,
        channel=channel,
    )
    console = Console(soft_wrap=True, highlight=False)
    with BatchScreen(console, watching=watch) as screen:
        outcomes = run_batch(
            rows, output, settings, force=force, cores=cores, listener=screen, more=watcher
        )
    console.print("\n".join(_lines(outcomes)), markup=False)
    console.print(f"table: {' and '.join(map(str, table_paths(output)))}", markup=False)
    found = {outcome.status for outcome in outcomes.values()}
    if Status.FAILED in found:
        raise typer.Exit(EXIT_FAILED)
    if found & {Status.STOPPED, Status.WAITING}:
        console.print("Stopped. Run the same command again to go on.", markup=False)
        raise typer.Exit(EXIT_STOPPED)


def _work(
    files: list[Path], watch: Path | None, dry: Path | None
) -> "tuple[Sequence[Row], Watcher | None]":
    """The rows to begin with, and where more come from."""
    from triode.batch import Watcher, read_manifest, rows_of_files
    from triode.errors import BatchError

    if watch is not None:
        if dry is None or files:
            raise BatchError(
                "it is not clear what to do",
                where="--watch",
                expected="--dry with the dry file, and no other files",
                got=f"{len(files)} other files" if files else "no --dry",
            )
        return (), Watcher(watch, dry)
    if dry is not None:
        files = [dry, *files]
    if len(files) == 1 and files[0].suffix.lower() == ".csv":
        return read_manifest(files[0]), None
    if len(files) < 2:
        raise BatchError(
            "there is nothing to do",
            expected="a manifest (.csv), or a dry file and at least one wet file, or --watch",
            got=files[0] if files else "no files",
        )
    return rows_of_files(files[0], files[1:]), None


def _lines(outcomes: "Mapping[Row, Outcome]") -> list[str]:
    from triode.cli.train_screen import esr_text

    lines = []
    for row, outcome in outcomes.items():
        figures = ", ".join(f"{size.name} {esr_text(size.esr)}" for size in outcome.sizes)
        text = outcome.error or (f"ESR {figures}" if figures else "")
        lines.append(f"{row.stem}: {outcome.status}{'; ' if text else ''}{text}")
    return lines
