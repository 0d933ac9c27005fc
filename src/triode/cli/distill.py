"""`triode distill`: a small capture that does what a big one does."""

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["distill"]


def distill(
    teacher: Annotated[Path, typer.Argument(help="The capture to learn from, a .nam file.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The .nam file to write.")],
    recipe: Annotated[
        str, typer.Option(help="A recipe's name, or the path of a .toml file.")
    ] = "a2-lite",
    dry: Annotated[
        Path | None,
        typer.Option(help="What the teacher plays. Default: two minutes made of formulas."),
    ] = None,
    size: Annotated[
        str | None, typer.Option(help="Which size of the teacher. Default: the largest.")
    ] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="Instead of the recipe's.")] = None,
    until: Annotated[
        str | None,
        typer.Option(
            help="Stop earlier: good, best (when more epochs gain little), or an ESR such as 0.01."
        ),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Continue an interrupted training, exactly.")
    ] = False,
    seed: Annotated[int | None, typer.Option(min=0, help="Instead of the recipe's.")] = None,
    device: Annotated[str, typer.Option(help="cpu, cuda or mps.")] = "cpu",
    threads: Annotated[
        int | None, typer.Option(min=1, help="CPU threads. Default: torch decides.")
    ] = None,
    channel: Annotated[
        int | None, typer.Option(help="Which channel of a dry file with several, from 1.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing output.")] = False,
) -> None:
    """Train a capture on another capture's sound. Ctrl-C writes the best so far."""
    from rich.console import Console

    from triode.cli.train_screen import TrainScreen, esr_text
    from triode.training.distill import distill as run_distillation

    console = Console(soft_wrap=True, highlight=False)
    with TrainScreen(console) as screen:
        result = run_distillation(
            teacher,
            output,
            recipe=recipe,
            dry_path=dry,
            size=size,
            epochs=epochs,
            until=until,
            resume=resume,
            seed=seed,
            device=device,
            threads=threads,
            channel=channel,
            force=force,
            progress=screen,
        )
    for one in result.sizes:
        console.print(
            f"{one.name}: ESR {esr_text(one.esr)} against {teacher.name}, best after epoch "
            f"{one.epoch}",
            markup=False,
        )
    console.print(f"capture: {result.model_path}", markup=False)
    console.print(f"log: {result.log_path}", markup=False)
    if result.checkpoint_path is not None:
        console.print(
            f"Stopped after epoch {result.epochs}. Run the same command with --resume to go on.",
            markup=False,
        )
