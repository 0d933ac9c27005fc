"""Sets of a server's paths."""

from dataclasses import dataclass

__all__ = ["Paths"]


@dataclass(frozen=True)
class Paths:
    """Paths of requests, for example `Paths("/", "/static/")`.

    One that ends in a slash, other than "/" itself, stands for all that begin with it.
    """

    listed: tuple[str, ...]

    def __init__(self, *listed: str) -> None:
        object.__setattr__(self, "listed", listed)

    def __contains__(self, path: str) -> bool:
        return any(
            path.startswith(one) if len(one) > 1 and one.endswith("/") else path == one
            for one in self.listed
        )
