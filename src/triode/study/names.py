"""What the things of a study may be called: their names become file names and table keys."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from triode.errors import StudyError
from triode.training.table import did_you_mean

__all__ = ["JudgedName", "Name", "refuse_twins", "refuse_unknown", "size_of", "whole_and_size"]

_PLAIN = "[A-Za-z0-9][A-Za-z0-9._+=-]*"
_AT = "@"

Name = Annotated[str, Field(pattern=f"^{_PLAIN}$", max_length=80)]
"""Letters, digits and ". _ + = -", the first a letter or digit, at most 80."""

JudgedName = Annotated[str, Field(pattern=f"^{_PLAIN}({_AT}[a-z0-9]+)?$", max_length=90)]
"""A candidate's name, or CANDIDATE@SIZE for a smaller size that is trained with it."""


def size_of(whole: str, size: str) -> str:
    """The name of a size that is trained with the candidate (or measured with the figure)."""
    return f"{whole}{_AT}{size}"


def whole_and_size(name: str) -> tuple[str, str]:
    """The other way; no size for the whole itself."""
    whole, _, size = name.partition(_AT)
    return whole, size


def refuse_twins(names: Iterable[str], what: str, where: str) -> None:
    """Refuse two things of one name; upper and lower case are one, as on some file systems.

    Raises:
        StudyError: Two are called the same.
    """
    seen: set[str] = set()
    for name in names:
        if name.casefold() in seen:
            raise StudyError(f"two {what} have one name", where=where, got=name)
        seen.add(name.casefold())


def refuse_unknown(names: Iterable[str], known: Iterable[str], where: str) -> None:
    """Refuse a reference to what is not there.

    Raises:
        StudyError: One of `names` is none of `known`.
    """
    there = list(known)
    for name in names:
        if name not in there:
            shown = ", ".join(there[:12]) + (", ..." if len(there) > 12 else "")
            raise StudyError(
                "there is nothing of that name",
                where=where,
                expected=f"one of {shown}" if there else "something to refer to",
                got=name,
                hint=did_you_mean(name, there),
            )
