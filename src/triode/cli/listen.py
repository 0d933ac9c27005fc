"""`triode listen`: what people hear, asked so that the answer can be believed."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["listen"]

listen = typer.Typer(
    help="Ask people what they hear, and what follows from their answers.",
    no_args_is_help=True,
    add_completion=False,
)

Folder = Annotated[Path, typer.Argument(help="A folder that `triode listen new` made.")]
Store = Annotated[
    str | None,
    typer.Option(
        "--storage",
        help="sqlite:///PATH or postgresql://USER@HOST/DATABASE. Default: a file in the folder.",
    ),
]


@listen.command()
def new(
    plan: Annotated[Path, typer.Argument(help="A plan (.toml).")],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The folder to make, for the server.")
    ],
) -> None:
    """Render a plan's stimuli, equally loud and aligned, with a manifest that pins them."""
    from triode.listening import load_plan
    from triode.listening.preparing import prepare

    console = _console()
    loaded, folder = load_plan(plan)
    test = prepare(loaded, folder, output, told=lambda text: console.print(text, markup=False))
    manifest = test.manifest
    console.print(
        f"{len(manifest.stimuli)} stimuli at {manifest.loudness_lufs:.1f} LUFS; the test is "
        f"{test.digest[:12]}.",
        markup=False,
    )
    for cue in manifest.cues:
        console.print(f"Mind: {cue}", markup=False)
    console.print(f"Written: {output}", markup=False)


@listen.command()
def schema() -> None:
    """Print the JSON schema of plans, for editors that know TOML."""
    import json

    from triode.listening import plan_json_schema

    typer.echo(json.dumps(plan_json_schema(), indent=1))


def _console() -> "Console":
    from rich.console import Console

    return Console(soft_wrap=True, highlight=False)
