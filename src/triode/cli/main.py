"""The `triode` command: registers one verb per file, prints errors, chooses exit codes."""

import sys
import warnings
from typing import TextIO

import typer

from triode import __version__
from triode.cli.batch import batch
from triode.cli.bench import bench
from triode.cli.build import build
from triode.cli.capture import capture
from triode.cli.check import check
from triode.cli.compare import compare
from triode.cli.demo import demo
from triode.cli.distill import distill
from triode.cli.doctor import doctor
from triode.cli.export import export
from triode.cli.info import info
from triode.cli.lint import lint
from triode.cli.listen import listen
from triode.cli.play import play
from triode.cli.render import render
from triode.cli.report import report
from triode.cli.studio import studio
from triode.cli.study import study
from triode.cli.testset import testset
from triode.cli.train import train
from triode.errors import TriodeError

__all__ = ["application", "main"]

EXIT_ERROR = 2
EXIT_INTERRUPTED = 130

application = typer.Typer(
    name="triode",
    help="Capture, compile and study neural amps: two recordings in, a .nam out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for verb in (
    train,
    distill,
    batch,
    check,
    render,
    report,
    compare,
    play,
    info,
    export,
    lint,
    build,
    bench,
    doctor,
    demo,
    studio,
):
    application.command()(verb)
application.add_typer(capture, name="capture")
application.add_typer(study, name="study")
application.add_typer(listen, name="listen")
application.add_typer(testset, name="testset")


def _print_version(*, wanted: bool) -> None:
    if wanted:
        typer.echo(f"triode {__version__}")
        raise typer.Exit


@application.callback()
def _root(
    *,
    version: bool = typer.Option(
        False, "--version", callback=_print_version, is_eager=True, help="Print the version."
    ),
) -> None:
    del version


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Print a warning as a person reads it, without the place in the code."""
    del category, filename, lineno, line
    typer.echo(f"Warning: {message}", file=file, err=True)


def main() -> None:
    """Run the command line; errors raised on purpose become one message and exit code 2."""
    warnings.showwarning = _show_warning
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        application()
    except TriodeError as error:
        typer.echo(f"Error: {error}", err=True)
        sys.exit(EXIT_ERROR)
    except SystemExit as end:
        # This is what typer makes of Ctrl-C, without a word.
        if end.code == EXIT_INTERRUPTED:
            typer.echo("Interrupted.", err=True)
        raise


if __name__ == "__main__":
    main()
