"""Whether what serves pages is installed."""

import importlib.util

from triode.errors import WebError

__all__ = ["require_server"]

_NEEDED = ("fastapi", "jinja2", "pyloudnorm", "uvicorn")


def require_server(extra: str = "studio") -> None:
    """Find out before any work whether pages can be served.

    Raises:
        WebError: Something is not installed; the hint names `extra`.
    """
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise WebError(
            "serving pages needs packages that are not installed",
            got=f"no {', '.join(missing)}",
            hint=f"Install them with: pip install 'triode[{extra}]'",
        )
