"""`triode train`: two recordings in, a capture out."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from triode.training import Recipe, Result

__all__ = ["train"]


def _list_recipes(wanted: bool) -> None:
    if wanted:
        from triode.training import recipe_names

        names = recipe_names()
        for name, description in names.items():
            typer.echo(f"{name:<{max(map(len, names))}}  {description}")
        raise typer.Exit


def train(
    dry: Annotated[Path, typer.Argument(help="What was sent to the gear, WAV or FLAC.")],
    wet: Annotated[Path, typer.Argument(help="What came back from the gear, WAV or FLAC.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The .nam file to write.")],
    recipe: Annotated[
        str,
        typer.Option(
            help="A recipe's name, the path of a .toml file, or what a study found: "
            "study:NAME/best-under-30ns."
        ),
    ] = "a2",
    list_recipes: Annotated[  # noqa: ARG001 - acts in its callback
        bool,
        typer.Option(
            "--list-recipes", callback=_list_recipes, is_eager=True, help="Show the recipes."
        ),
    ] = False,
    epochs: Annotated[int | None, typer.Option(min=1, help="Instead of the recipe's.")] = None,
    until: Annotated[
        str | None,
        typer.Option(
            help="Stop earlier: good, best (when more epochs gain little), or an ESR such as 0.01."
        ),
    ] = None,
    start: Annotated[
        Path | None, typer.Option("--from", help="A capture to start from instead of from nothing.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Continue an interrupted training, exactly.")
    ] = False,
    seed: Annotated[int | None, typer.Option(min=0, help="Instead of the recipe's.")] = None,
    device: Annotated[str, typer.Option(help="cpu, cuda or mps.")] = "cpu",
    threads: Annotated[
        int | None, typer.Option(min=1, help="CPU threads. Default: torch decides.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing output.")] = False,
    rate: Annotated[
        int | None, typer.Option(help="Resample both to this rate in Hz. Default: their own.")
    ] = None,
    channel: Annotated[
        int | None, typer.Option(help="Which channel of a file with several to use, from 1.")
    ] = None,
    delay: Annotated[
        float | None,
        typer.Option(help="Delay of the wet file in samples, instead of measuring it."),
    ] = None,
    no_repair: Annotated[
        bool, typer.Option("--no-repair", help="Refuse or report what is otherwise put right.")
    ] = False,
    name: Annotated[str | None, typer.Option(help="What the capture is called.")] = None,
    modeled_by: Annotated[str | None, typer.Option(help="Who made it.")] = None,
    gear_make: Annotated[str | None, typer.Option(help="Maker of the gear.")] = None,
    gear_model: Annotated[str | None, typer.Option(help="Model of the gear.")] = None,
    gear_type: Annotated[
        str | None,
        typer.Option(help="amp, pedal, pedal_amp, amp_cab, amp_pedal_cab, preamp or studio."),
    ] = None,
    tone_type: Annotated[
        str | None, typer.Option(help="clean, overdrive, crunch, hi_gain or fuzz.")
    ] = None,
    input_level_dbu: Annotated[
        float | None, typer.Option(help="Level in dBu of a full-scale sine going in.")
    ] = None,
    output_level_dbu: Annotated[
        float | None, typer.Option(help="Level in dBu of a full-scale sine coming out.")
    ] = None,
) -> None:
    """Train a capture. Ctrl-C writes the best so far, a second one stops at once."""
    from rich.console import Console

    from triode.cli.train_screen import TrainScreen
    from triode.nam.metadata import Metadata
    from triode.training import train as run_training

    fields = {
        "name": name,
        "modeled_by": modeled_by,
        "gear_make": gear_make,
        "gear_model": gear_model,
        "gear_type": gear_type,
        "tone_type": tone_type,
        "input_level_dbu": input_level_dbu,
        "output_level_dbu": output_level_dbu,
    }
    metadata = Metadata.of(**{key: value for key, value in fields.items() if value is not None})
    console = Console(soft_wrap=True, highlight=False)
    with TrainScreen(console) as screen:
        result = run_training(
            dry,
            wet,
            output,
            recipe=_recipe(recipe),
            epochs=epochs,
            seed=seed,
            device=device,
            threads=threads,
            start=start,
            until=until,
            resume=resume,
            force=force,
            rate_hz=rate,
            channel=channel,
            delay_samples=delay,
            repair=not no_repair,
            metadata=metadata,
            progress=screen,
        )
    _print(console, result, dry, wet)


def _recipe(text: str) -> "Recipe | str":
    """What --recipe means."""
    prefix = "study:"
    if not text.startswith(prefix):
        return text
    from triode.study.best import best_recipe
    from triode.study.storage import default_url, open_to_read

    return best_recipe(open_to_read(default_url(Path("studies").resolve())), text[len(prefix) :])


def _print(console: "Console", result: "Result", dry: Path, wet: Path) -> None:
    from triode.capture import replicate_text
    from triode.cli.train_screen import esr_text

    for size in result.sizes:
        console.print(
            f"{size.name}: ESR {esr_text(size.esr)}, best after epoch {size.epoch}", markup=False
        )
    floor = result.facts.replicate_floor_esr
    if floor is not None:
        console.print(f"replicate floor: {replicate_text(floor)}", markup=False)
    if result.customary is not None:
        figures = ", ".join(f"{name} {esr_text(esr)}" for name, esr in result.customary.esr.items())
        remark = "; partly trained on, so it flatters" if result.customary.trained_on else ""
        console.print(
            f"on the customary validation of {result.customary.name}: ESR {figures}{remark}",
            markup=False,
        )
    console.print(f"capture: {result.model_path}", markup=False)
    console.print(f"log: {result.log_path}", markup=False)
    if result.checkpoint_path is not None:
        console.print(
            f"Stopped after epoch {result.epochs}. Run the same command with --resume to go on.",
            markup=False,
        )
    shown = [_quoted(path) for path in (result.model_path, dry, wet)]
    wav = _quoted(result.model_path.with_suffix(".wav"))
    page = _quoted(result.model_path.with_suffix(".html"))
    console.print("Next:", markup=False)
    console.print(f"  triode render {shown[0]} {shown[1]} -o {wav}", markup=False)
    console.print(f"  triode report {' '.join(shown)} -o {page}", markup=False)


def _quoted(path: Path) -> str:
    """The path as every shell takes it."""
    text = str(path)
    return f'"{text}"' if any(character in text for character in " &()'") else text
