"""Tables in Markdown."""

from collections.abc import Iterator

__all__ = ["table"]


def table(titles: tuple[str, ...], rows: list[tuple[str, ...]]) -> Iterator[str]:
    """The lines of a table, an empty one after it."""
    yield _row(titles)
    yield _row(tuple("---" for _ in titles))
    for row in rows:
        yield _row(row)
    yield ""


def _row(cells: tuple[str, ...]) -> str:
    clean = (" ".join(cell.split()).replace("|", "/") for cell in cells)
    return f"| {' | '.join(clean)} |"
