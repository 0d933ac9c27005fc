"""Times as the library keeps and shows them."""

from datetime import UTC, datetime

__all__ = ["moment"]


def moment() -> str:
    """Now, in UTC, as ISO 8601 to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
