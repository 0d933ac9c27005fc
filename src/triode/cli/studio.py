"""`triode studio`: captures in the browser."""

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["studio"]


def studio(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="The port; 0 takes any that is free.")
    ] = 8765,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the page in the default browser.")
    ] = True,
    library: Annotated[
        Path | None,
        typer.Option(help="The folder that keeps captures. Default: your data folder."),
    ] = None,
    host: Annotated[
        str,
        typer.Option(help="The address; any that other machines reach demands a password."),
    ] = "127.0.0.1",
    name: Annotated[
        list[str] | None,
        typer.Option(help="A further host name under which the page is opened; may be repeated."),
    ] = None,
    password_file: Annotated[
        Path | None,
        typer.Option(help="A file whose first line is the password that opens the page."),
    ] = None,
) -> None:
    """Make, keep and play captures in the browser, on this machine; Ctrl-C ends it."""
    from triode.studio import default_library, run_studio

    folder = default_library() if library is None else library
    run_studio(
        folder,
        host=host,
        port=port,
        password=None if password_file is None else _password(password_file),
        names=tuple(name or ()),
        open_browser=browser,
        announce=lambda address: typer.echo(f"library: {folder}\nopen: {address}"),
    )


def _password(file: Path) -> str:
    from triode.errors import WebError

    try:
        return file.read_text(encoding="utf-8").partition("\n")[0].strip()
    except (OSError, UnicodeDecodeError) as error:
        raise WebError(
            "the password file cannot be read",
            where=file,
            got=getattr(error, "strerror", None) or error,
        ) from error
