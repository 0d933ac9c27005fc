"""`triode listen serve` and `invite`: a listening test in the browser."""

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["invite", "serve"]

Folder = Annotated[Path, typer.Argument(help="The prepared test: what `triode listen new` made.")]
Storage = Annotated[
    str | None,
    typer.Option(
        help="sqlite:///PATH or postgresql://USER@HOST/DATABASE. Default: a file in the folder."
    ),
]


def serve(
    folder: Folder,
    host: Annotated[str, typer.Option(help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 for a free one.")] = 8790,
    password: Annotated[
        str | None,
        typer.Option(
            envvar="TRIODE_PASSWORD",
            help="The experimenter's password; needed for any address but this machine's own.",
        ),
    ] = None,
    storage: Storage = None,
    open: Annotated[  # noqa: A002 - the option's name
        bool, typer.Option("--open", help="Let anyone take part, without an invitation.")
    ] = False,
    most: Annotated[
        int, typer.Option(min=1, help="How many may take part without an invitation.")
    ] = 200,
    address: Annotated[
        str | None,
        typer.Option(help="Where participants reach a proxy before this server: https://…"),
    ] = None,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open your page in the browser.")
    ] = True,
) -> None:
    """Serve a listening test to any number of participants; Ctrl-C ends, and nothing is lost."""
    from triode.web import require_server

    require_server("listen")
    from triode.listening.serve import Serving, run

    serving = Serving(
        host=host,
        port=port,
        password=password,
        address=address,
        open_to_all=open,
        most_participants=most,
        open_browser=browser,
    )
    run(folder, storage, serving, typer.echo)


def invite(
    folder: Folder,
    count: Annotated[int, typer.Option(min=1, max=500, help="How many links.")] = 1,
    address: Annotated[
        str, typer.Option(help="Where participants reach the server.")
    ] = "http://127.0.0.1:8790",
    storage: Storage = None,
) -> None:
    """Print links for participants, one a line, each good for one person."""
    from triode.web import require_server

    require_server("listen")
    from triode.listening import AnswerStore, PreparedTest
    from triode.listening.serve import invite as make
    from triode.listening.serve import public_address

    test = PreparedTest.open(folder)
    store = AnswerStore(storage or test.default_store_url)
    for link in make(test, store, public_address(address), count):
        typer.echo(link)
    store.close()
