"""`triode study`: what buys accuracy per unit of measured cost."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from triode.cli.study_report import report

if TYPE_CHECKING:
    from rich.console import Console

    from triode.batch.executor import Executor
    from triode.study.driver import Ending
    from triode.study.opened import OpenedStudy
    from triode.study.storage import Storage

__all__ = ["study"]

EXIT_FAILED = 1
EXIT_STOPPED = 130

study = typer.Typer(
    help="Find out what buys accuracy per unit of measured cost.",
    no_args_is_help=True,
    add_completion=False,
)

study.command()(report)

Folder = Annotated[Path, typer.Option(help="Where studies and their files are kept.")]
StorageUrl = Annotated[
    str | None,
    typer.Option(
        help="sqlite:///PATH or postgresql://USER@HOST/DATABASE. Default: a file in the folder."
    ),
]
On = Annotated[
    str,
    typer.Option(
        help="local, or ray://HOST:PORT of a Ray cluster; ?cpus=0.5&gpus=0.25 is a trial's share."
    ),
]
Budget = Annotated[
    str | None, typer.Option(help="How long to train at most, such as 90s, 20m or 8h.")
]
Workers = Annotated[
    int | None,
    typer.Option(min=1, help="Trials at a time, or groups of them. Default: one for every core."),
]
Device = Annotated[
    str,
    typer.Option(help="cpu, or cuda or mps, where all trials of a candidate train at once."),
]
Seconds = Annotated[float, typer.Option(min=0.01, help="About how long to time each candidate.")]
File = Annotated[str, typer.Argument(help="A study file (.toml), or the name of a shipped one.")]
Name = Annotated[str, typer.Argument(help="A study's name, see `triode study status`.")]
_FOLDER = Path("studies")


@study.command()
def run(
    file: File,
    budget: Budget = None,
    on: On = "local",
    workers: Workers = None,
    device: Device = "cpu",
    storage: StorageUrl = None,
    folder: Folder = _FOLDER,
    no_cost: Annotated[
        bool, typer.Option("--no-cost", help="Do not measure costs before training.")
    ] = False,
) -> None:
    """Measure the candidates' costs and train all trials; the same command again goes on.

    Ctrl-C stops trials at their last epoch, a second one at once. Exits with 1 when a trial failed.
    """
    from triode.study.opened import OpenedStudy

    opened = OpenedStudy.of_file(file)
    _check_device(device, on)
    kept = _storage(storage, folder)
    _run(opened, kept, folder, on, workers, device, budget, measure=not no_cost)


@study.command()
def resume(
    name: Name,
    budget: Budget = None,
    on: On = "local",
    workers: Workers = None,
    device: Device = "cpu",
    storage: StorageUrl = None,
    folder: Folder = _FOLDER,
) -> None:
    """Go on with a study that is in the storage, without its file."""
    from triode.study.opened import OpenedStudy

    _check_device(device, on)
    kept = _kept(storage, folder)
    opened = OpenedStudy.of_stored(kept.study(name))
    _run(opened, kept, folder, on, workers, device, budget, measure=True)


@study.command()
def status(
    name: Annotated[str | None, typer.Argument(help="A study; all of them without it.")] = None,
    pruning: Annotated[
        bool,
        typer.Option(
            "--pruning", help="Also what a search's pruning would have done to the full trials."
        ),
    ] = False,
    storage: StorageUrl = None,
    folder: Folder = _FOLDER,
) -> None:
    """Show how far studies are."""
    from triode.cli.study_screen import pruning_lines, status_lines
    from triode.study.storage import default_url, is_there

    console = _console()
    nothing = name is None and not is_there(storage or default_url(folder.resolve()))
    names = []
    if not nothing:
        kept = _kept(storage, folder)
        names = [name] if name else list(kept.names())
    if not names:
        console.print("No studies. Begin one with: triode study run FILE", markup=False)
    for one in names:
        console.print("\n".join(status_lines(kept, one)), markup=False)
        if pruning:
            console.print("\n".join(pruning_lines(kept, one)), markup=False)


@study.command()
def stop(name: Name, storage: StorageUrl = None, folder: Folder = _FOLDER) -> None:
    """Ask the driver of a study, on whatever machine, to stop."""
    kept = _kept(storage, folder)
    stored = kept.study(name)
    console = _console()
    if not stored.driven:
        console.print(f"Nobody is at work on {name}.", markup=False)
        return
    kept.ask_to_stop(name, stop=True)
    console.print(
        f"Asked {stored.driver} to stop; its trials will go on with: triode study resume {name}",
        markup=False,
    )


@study.command()
def cost(
    file: File,
    seconds: Seconds = 1.0,
    breakdown: Annotated[
        str | None,
        typer.Option(help="Also what each kind of operation of this candidate costs."),
    ] = None,
    json: Annotated[Path | None, typer.Option(help="Write everything into a JSON file.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing output.")] = False,
) -> None:
    """Time the candidates on this machine, without any training."""
    from triode.cli.study_screen import breakdown_lines, cost_lines, write_costs
    from triode.files import refuse_overwrite
    from triode.study.costing import measured_candidates
    from triode.study.opened import OpenedStudy

    if json is not None:
        refuse_overwrite(json, force=force)
    opened = OpenedStudy.of_file(file)
    console = _console()
    told = partial(console.print, markup=False)
    records = measured_candidates(
        opened.study, opened.judged, opened.folder, seconds=seconds, told=told
    )
    console.print("\n".join(cost_lines(opened.study, records)), markup=False)
    if breakdown is not None:
        lines = breakdown_lines(opened, breakdown, seconds)
        console.print("\n".join(lines), markup=False)
    if json is not None:
        write_costs(json, records)
        console.print(f"Written: {json}", markup=False)


@study.command()
def measure(
    name: Name,
    seconds: Seconds = 1.0,
    storage: StorageUrl = None,
    folder: Folder = _FOLDER,
) -> None:
    """Time all candidates of a study anew, those of searches too, and keep the costs."""
    from triode.cli.study_screen import cost_lines
    from triode.study.lease import DriverLease
    from triode.study.measuring import measure_anew
    from triode.study.opened import OpenedStudy

    kept = _kept(storage, folder)
    opened = OpenedStudy.of_stored(kept.study(name))
    console = _console()
    told = partial(console.print, markup=False)
    with DriverLease(kept, name):
        records = measure_anew(opened, kept, seconds=seconds, told=told)
    console.print("\n".join(cost_lines(opened.study, records)), markup=False)


@study.command()
def schema() -> None:
    """Print the JSON schema of study files, for editors that know TOML."""
    import json as json_format

    from triode.study.config import study_json_schema

    typer.echo(json_format.dumps(study_json_schema(), indent=1))


@study.command("export")
def export_(
    name: Name,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The file: .jsonl, or .jsonl.gz compressed.")
    ],
    force: Annotated[bool, typer.Option("--force", help="Replace an existing output.")] = False,
    storage: StorageUrl = None,
    folder: Folder = _FOLDER,
) -> None:
    """Write a study's records into one file."""
    from triode.files import refuse_overwrite
    from triode.study.exchange import export_study

    refuse_overwrite(output, force=force)
    count = export_study(_kept(storage, folder), name, output)
    _console().print(f"{count} trials written: {output}", markup=False)


@study.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="What `triode study export` wrote.")],
    paths: Annotated[
        Path, typer.Option(help="What the study's paths are relative to on this machine.")
    ] = Path(),
    storage: StorageUrl = None,
    folder: Folder = _FOLDER,
) -> None:
    """Take in a study's records, to report on or to go on from."""
    from triode.study.exchange import import_study

    name, count = import_study(_storage(storage, folder), file, paths.resolve())
    _console().print(f"{name}: {count} new trials", markup=False)


def _run(
    opened: "OpenedStudy",
    storage: "Storage",
    folder: Path,
    on: str,
    workers: int | None,
    device: str,
    budget: str | None,
    *,
    measure: bool,
) -> None:
    from triode.cli.study_screen import StudyScreen, status_lines
    from triode.study.duration import parse_duration
    from triode.study.running import run_study

    seconds = None if budget is None else parse_duration(budget)
    console = _console()
    with StudyScreen(console) as screen:
        ending = run_study(
            opened,
            storage,
            _executor(on, workers, device),
            folder.resolve(),
            budget_seconds=seconds,
            measure=measure,
            listener=screen,
        )
    name = opened.study.name
    console.print("\n".join(status_lines(storage, name)), markup=False)
    _finish(console, name, ending, failed=screen.failed)


def _check_device(device: str, on: str) -> None:
    """Before a storage is made."""
    from triode.errors import StudyError
    from triode.training.run import check_device

    check_device(device)
    if device != "cpu" and on != "local":
        raise StudyError(
            "a cluster's cards are asked for in another way",
            where="--device",
            got=device,
            hint="Leave --device away, and write --on 'ray://HOST:PORT?gpus=0.25'.",
        )


def _executor(on: str, workers: int | None, device: str) -> "Executor":
    from triode.batch.executor import open_executor, usable_cores
    from triode.study.executor_together import TogetherExecutor

    if device == "cpu":
        return open_executor("triode.study.worker", on, workers)
    return TogetherExecutor(device, workers or usable_cores())


def _finish(console: "Console", name: str, ending: "Ending", *, failed: int) -> None:
    if failed:
        console.print(f"{failed} trials failed; they begin again with the next run.", markup=False)
        raise typer.Exit(EXIT_FAILED)
    if ending.left:
        why = "The time is up." if ending.reason == "budget" else "Stopped."
        console.print(f"{why} Go on with: triode study resume {name}", markup=False)
    if ending.reason == "stopped":
        raise typer.Exit(EXIT_STOPPED)


def _storage(url: str | None, folder: Path) -> "Storage":
    from triode.study.storage import default_url, open_storage

    return open_storage(url or default_url(folder.resolve()))


def _kept(url: str | None, folder: Path) -> "Storage":
    """A storage that has to be there."""
    from triode.study.storage import default_url, open_to_read

    return open_to_read(url or default_url(folder.resolve()))


def _console() -> "Console":
    from rich.console import Console

    return Console(soft_wrap=True, highlight=False)
