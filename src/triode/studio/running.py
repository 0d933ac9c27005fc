"""Serving a library until it is stopped."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

from triode.web import access_for, bind, require_server, serve

__all__ = ["default_library", "run_studio"]


def default_library() -> Path:
    """Where the library is when nobody says otherwise: the user's own data folder."""
    import platformdirs

    return Path(platformdirs.user_data_dir("triode", appauthor=False)) / "studio"


def run_studio(
    library: str | os.PathLike[str],
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    password: str | None = None,
    names: tuple[str, ...] = (),
    open_browser: bool = False,
    announce: Callable[[str], None],
) -> None:
    """Serve a library until Ctrl-C or SIGTERM; what is at work then goes on at the next start.

    Args:
        library: The folder, made if it is not there.
        host: The address to listen at; any but this machine's own demands a password.
        port: The port; 0 takes any that is free.
        password: What whoever opens the page must know.
        names: Further host names under which the page is asked for.
        open_browser: Open it in the default browser.
        announce: Hears the address to open, once the server answers.

    Raises:
        WebError: Something is not installed, the address cannot be served, or a password is
            missing.
        BatchError: Another process has the library open.
        OutputError: The library's folder cannot be made or written.
    """
    require_server()
    from triode.studio.app import guarded_app
    from triode.studio.recipes import recipe_documents
    from triode.studio.studio import Studio

    with bind(host, port) as listening:
        access = access_for(host, listening.getsockname()[1], password, names)
        studio = Studio(library)
        # The page asks for them first; what they bring with them is loaded while it opens.
        threading.Thread(target=recipe_documents, daemon=True).start()
        try:
            serve(
                guarded_app(studio, access),
                listening,
                access,
                announce=announce,
                open_browser=open_browser,
                before_exit=studio.broadcast.close,
            )
        finally:
            studio.close()
