"""`triode testset`: models for builders of players, what came of playing them, all side by side."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from triode.study.testset.result import ModelResult, SetResult

__all__ = ["testset"]

testset = typer.Typer(
    help="Test sets for players: make one, play it anywhere, compare the results.",
    no_args_is_help=True,
)

Force = Annotated[bool, typer.Option("--force", help="Replace an existing output.")]


@testset.command()
def build(
    name: Annotated[str, typer.Argument(help="What the set is called.")],
    captures: Annotated[
        list[Path] | None, typer.Argument(help="Trained captures to put in, .nam files.")
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder to make.")] = Path(
        "set-1"
    ),
    number: Annotated[
        int | None,
        typer.Option(min=1, help="Which set of that name. Default: the folder's, as in set-2."),
    ] = None,
    option: Annotated[
        list[str] | None,
        typer.Option(help="An option under study, such as 'FiLM: *'. Default: all of them."),
    ] = None,
    random: Annotated[int, typer.Option(min=0, help="How many random mixtures to draw.")] = 24,
    seed: Annotated[int, typer.Option(min=0, help="Of all random weights.")] = 0,
    force: Force = False,
) -> None:
    """Make a set: models, signals to play, what has to come out, and how near it has to be."""
    from rich.console import Console

    from triode.study.testset.build import build_set, number_of

    console = Console(soft_wrap=True, highlight=False)
    with console.status("making models ...") as status:
        manifest = build_set(
            name,
            output,
            number=number_of(output) if number is None else number,
            captures=captures or (),
            options=option or (),
            random_count=random,
            seed=seed,
            force=force,
            progress=lambda made: status.update(f"made {made}"),
        )
    origins = [one.origin for one in manifest.models]
    console.print(
        f"{output}: {manifest.title}, {len(origins)} models "
        f"({origins.count('specimen')} specimens, {origins.count('random')} random, "
        f"{origins.count('trained')} trained)",
        markup=False,
    )
    console.print(f'Next: triode testset run "{output}" -o result.json', markup=False)


@testset.command()
def run(
    folder: Annotated[Path, typer.Argument(help="The set.")],
    engine: Annotated[
        str,
        typer.Option(help="triode, wasm-player, or a command with {model}, {in} and {out}."),
    ] = "triode",
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The result file to write.")
    ] = Path("result.json"),
    comment: Annotated[str, typer.Option(help="What whoever compares results shall know.")] = "",
    device: Annotated[
        str | None, typer.Option(help="What to call the machine. Default: its processor.")
    ] = None,
    seconds: Annotated[
        float, typer.Option(min=0.0, help="About how long to time each model; 0 to skip it.")
    ] = 0.5,
    timeout: Annotated[
        float, typer.Option(min=0.1, help="Seconds that one model may take to play.")
    ] = 60.0,
    npm: Annotated[
        Path | None, typer.Option(help="The folder with node_modules, for wasm-player.")
    ] = None,
    force: Force = False,
) -> None:
    """Play a set through an engine. Exits with 1 when a model does not come out right."""
    from rich.console import Console

    from triode.files import refuse_overwrite, require_suffix
    from triode.study.testset.engines import choose_engine
    from triode.study.testset.result import write_result
    from triode.study.testset.run import run_set

    require_suffix(output, ".json")
    refuse_overwrite(output, force=force)
    player = choose_engine(engine, timeout_seconds=timeout, npm=npm)
    console = Console(soft_wrap=True, highlight=False)
    console.print(f"{player.name}: {player.version}", markup=False)
    result = run_set(
        folder,
        player,
        timing_seconds=seconds,
        device=device,
        comment=comment,
        progress=lambda one: console.print(_line(one), markup=False),
    )
    write_result(result, output)
    console.print("\n".join(_summary(result)), markup=False)
    console.print(f"result: {output}", markup=False)
    if not all(one.status == "passed" for one in result.models):
        raise typer.Exit(1)


def _line(one: "ModelResult") -> str:
    error = "" if one.error is None else f"{one.error / one.tolerance:9.2g} of the tolerance"
    cost = "" if one.timing is None else f"{one.timing.ns_per_sample:9.1f} ns"
    message = f"  {one.message}" if one.message and not one.status.plays else ""
    return f"  {one.name:<40}{one.status:<12}{error:<26}{cost:>12}{message}".rstrip()


def _summary(result: "SetResult") -> list[str]:
    states = [one.status for one in result.models]
    counted = ", ".join(f"{states.count(one)} {one}" for one in dict.fromkeys(states))
    lines = [f"{len(states)} models: {counted}"]
    for one in result.failed_operations:
        how = "only nearly right" if one.approximate else "missing"
        sure = "" if one.certain else ", it seems"
        where = "; yet it works in some mixtures" if one.in_mixtures else ""
        lines.append(f"{how}{sure}: {one.option}{where}")
    if result.unexplained:
        lines.append(f"fails for no single option: {', '.join(result.unexplained)}")
    return lines


@testset.command()
def collect(
    results: Annotated[list[Path], typer.Argument(help="Result files of triode testset run.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The HTML page to write.")
    ] = None,
    csv: Annotated[Path | None, typer.Option(help="A table for programs to write.")] = None,
    constraints: Annotated[
        Path | None,
        typer.Option(help="A TOML file to write for studies: what every engine plays."),
    ] = None,
    force: Force = False,
) -> None:
    """Lay the results of many devices side by side. A result that was changed is refused."""
    from rich.console import Console

    from triode.files import refuse_overwrite, require_suffix, write_text_atomically
    from triode.study.testset.collect import collect_results
    from triode.study.testset.constraints import constraints_text
    from triode.study.testset.page import collection_page
    from triode.study.testset.table import csv_text

    for path, suffixes in (
        (output, (".html", ".htm")),
        (csv, (".csv",)),
        (constraints, (".toml",)),
    ):
        if path is not None:
            require_suffix(path, *suffixes)
            refuse_overwrite(path, force=force, inputs=results)
    collection = collect_results(results)
    console = Console(soft_wrap=True, highlight=False)
    for result in collection.results:
        played = sum(one.status.plays for one in result.models)
        console.print(f"{result.title}: {played} of {len(result.models)} models play", markup=False)
    for option in collection.options:
        engines = collection.lacked_by(option)
        if engines:
            console.print(f"lacking in {', '.join(engines)}: {option}", markup=False)
    for path, write in (
        (output, collection_page),
        (csv, csv_text),
        (constraints, constraints_text),
    ):
        if path is not None:
            write_text_atomically(path, write(collection))
            console.print(f"Written: {path}", markup=False)
