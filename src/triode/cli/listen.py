"""`triode listen`: what people hear, asked so that the answer can be believed."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from triode.cli.listen_serve import invite, serve

if TYPE_CHECKING:
    from rich.console import Console

    from triode.listening import PreparedTest, StoredAnswer

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


listen.command()(serve)
listen.command()(invite)


@listen.command()
def analyse(
    folder: Folder,
    json: Annotated[
        bool, typer.Option("--json", help="Print everything as JSON instead of sentences.")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Also write the JSON into a file, for studies."),
    ] = None,
    csv: Annotated[Path | None, typer.Option(help="Also tables, as CSV files in a folder.")] = None,
    html: Annotated[Path | None, typer.Option(help="Also one page that works offline.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace existing outputs.")] = False,
    storage: Store = None,
) -> None:
    """Say what the answers show: means, pairs, screening, power, and how sure that is."""
    from json import dumps

    from triode.files import make_folder, refuse_overwrite, require_suffix, write_text_atomically
    from triode.listening.analysis import analyse as work_out
    from triode.listening.analysis.exports import analysis_csv, analysis_json
    from triode.listening.report import analysis_page, lines_of

    for path, suffixes in ((output, (".json",)), (html, (".html", ".htm"))):
        if path is not None:
            require_suffix(path, *suffixes)
            refuse_overwrite(path, force=force)
    test, answers = _answers(folder, storage)
    analysis = work_out(test, answers)
    text = dumps(analysis_json(analysis), indent=1)
    console = _console()
    if json:
        typer.echo(text)
    else:
        for line in lines_of(analysis):
            console.print(line, markup=False)
    written = []
    if output is not None:
        write_text_atomically(output, text + "\n")
        written.append(output)
    if csv is not None:
        make_folder(csv)
        for name, content in analysis_csv(analysis).items():
            refuse_overwrite(csv / name, force=force)
            write_text_atomically(csv / name, content)
        written.append(csv)
    if html is not None:
        write_text_atomically(html, analysis_page(analysis))
        written.append(html)
    if not json:
        for path in written:
            console.print(f"Written: {path}", markup=False)


@listen.command("export")
def export_(
    folder: Folder,
    webmushra: Annotated[
        Path,
        typer.Option(help="The folder to make: a configuration (YAML) and the sounds it names."),
    ],
) -> None:
    """Write a test for webMUSHRA, for laboratories that use it."""
    from triode.listening import PreparedTest
    from triode.listening.webmushra import export_webmushra

    test = PreparedTest.open(folder)
    path = export_webmushra(test, webmushra)
    _console().print(f"Written: {path}", markup=False)


@listen.command()
def schema() -> None:
    """Print the JSON schema of plans, for editors that know TOML."""
    import json

    from triode.listening import plan_json_schema

    typer.echo(json.dumps(plan_json_schema(), indent=1))


def _answers(folder: Path, storage: str | None) -> "tuple[PreparedTest, tuple[StoredAnswer, ...]]":
    """The test, and its answers if there are any: reading makes no database."""
    from triode.listening import AnswerStore, PreparedTest

    test = PreparedTest.open(folder)
    if storage is None and not (test.folder / "answers.sqlite").exists():
        return test, ()
    store = AnswerStore(storage or test.default_store_url)
    try:
        return test, store.all_answers(test)
    finally:
        store.close()


def _console() -> "Console":
    from rich.console import Console

    return Console(soft_wrap=True, highlight=False)
