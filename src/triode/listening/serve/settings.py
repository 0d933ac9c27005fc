"""How a listening test is served: to whom, and to how many."""

from dataclasses import dataclass

__all__ = ["Settings"]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the experimenter decides when the server starts.

    Attributes:
        open_to_all: Whether anyone who knows the address may take part; otherwise it takes an
            invitation.
        most_participants: How many may join without an invitation, ever.
        address: Under which address participants reach the server, without a slash at the end.
        behind_proxy: Whether a proxy stands before the server and says who is asking.
    """

    open_to_all: bool
    most_participants: int
    address: str
    behind_proxy: bool = False

    @property
    def open_link(self) -> str:
        """The address at which anyone may take part."""
        return f"{self.address}/listen"
