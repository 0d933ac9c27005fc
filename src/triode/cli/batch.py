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
LOSSES_ON_A_CLUSTER = 2


def batch(
    files: Annotated[
        list[str] | None,
        typer.Argument(
            help="A manifest (.csv), or a dry file and the wet files made of it; paths or URLs."
        ),
    ] = None,
    output: Annotated[
        str,
        typer.Option(
            "--output", "-o", help="The folder for captures, logs and tables; s3://... and so on."
        ),
    ] = "captures",
    on: Annotated[
        str,
        typer.Option(
            help="local, or ray://HOST:PORT of a Ray cluster; ?cpus=1&gpus=0.25 is a row's share."
        ),
    ] = "local",
    watch: Annotated[
        Path | None,
        typer.Option(help="Capture every wet file that comes into this folder, until Ctrl-C."),
    ] = None,
    dry: Annotated[
        str | None, typer.Option(help="The dry file of the wet files that --watch finds.")
    ] = None,
    recipe: Annotated[
        str, typer.Option(help="A recipe's name, or the path of a .toml file.")
    ] = "a2",
    epochs: Annotated[int | None, typer.Option(min=1, help="Instead of the recipe's.")] = None,
    until: Annotated[
        str | None, typer.Option(help="Stop each earlier: good, best, or an ESR such as 0.01.")
    ] = None,
    start: Annotated[
        str | None, typer.Option("--from", help="A capture that all start from.")
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Instead of the recipe's.")] = None,
    device: Annotated[str, typer.Option(help="cpu, cuda or mps.")] = "cpu",
    cores: Annotated[
        int | None,
        typer.Option(min=1, help="How many cores, or rows at a time on Ray. Default: all."),
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

    from triode.batch import (
        WORKER_MODULE,
        BatchSettings,
        Status,
        open_executor,
        run_batch,
        table_paths,
    )
    from triode.cli.batch_screen import BatchScreen

    rows, watcher = _work(files or [], watch, dry)
    settings = BatchSettings(
        recipe=recipe,
        epochs=epochs,
        until=until,
        start=start,
        seed=seed,
        device=device,
        rate_hz=rate,
        channel=channel,
    )
    console = Console(soft_wrap=True, highlight=False)
    with BatchScreen(console, watching=watch) as screen:
        outcomes = run_batch(
            rows,
            output,
            settings,
            force=force,
            executor=open_executor(WORKER_MODULE, on, cores),
            again=0 if on == "local" else LOSSES_ON_A_CLUSTER,
            listener=screen,
            more=watcher,
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
    files: list[str], watch: Path | None, dry: str | None
) -> "tuple[Sequence[Row], Watcher | None]":
    """The rows to begin with, and where more come from."""
    from triode.batch import Watcher, location, read_manifest, rows_of_files
    from triode.errors import BatchError

    if watch is not None:
        if dry is None or files:
            raise BatchError(
                "it is not clear what to do",
                where="--watch",
                expected="--dry with the dry file, and no other files",
                got=f"{len(files)} other files" if files else "no --dry",
            )
        return (), Watcher(watch, Path(dry))
    places = [location(one) for one in ([dry, *files] if dry else files)]
    if len(places) == 1 and places[0].suffix.lower() == ".csv":
        return read_manifest(places[0]), None
    if len(places) < 2:
        raise BatchError(
            "there is nothing to do",
            expected="a manifest (.csv), or a dry file and at least one wet file, or --watch",
            got=places[0] if places else "no files",
        )
    return rows_of_files(places[0], places[1:]), None


def _lines(outcomes: "Mapping[Row, Outcome]") -> list[str]:
    from triode.cli.train_screen import esr_text

    lines = []
    for row, outcome in outcomes.items():
        figures = ", ".join(f"{size.name} {esr_text(size.esr)}" for size in outcome.sizes)
        text = outcome.error or (f"ESR {figures}" if figures else "")
        lines.append(f"{row.stem}: {outcome.status}{'; ' if text else ''}{text}")
    return lines
