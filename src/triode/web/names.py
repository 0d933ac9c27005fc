"""Names that come from outside, and those we give ourselves."""

import re
import secrets
import unicodedata

__all__ = ["display_name", "is_id", "new_id", "shown_text"]

_ID_BYTES = 10
_ID = re.compile(rf"[0-9a-f]{{{2 * _ID_BYTES}}}")
_LONGEST = 120


def new_id() -> str:
    """A random name, safe as a file name everywhere: 20 digits of base 16, 80 bits."""
    return secrets.token_hex(_ID_BYTES)


def is_id(text: str) -> bool:
    """Whether `text` has the form of one; nothing else may become part of a path."""
    return _ID.fullmatch(text) is not None


def display_name(text: str, default: str = "untitled") -> str:
    """A file's name as a person gave it, fit to be shown; it never becomes part of a path.

    What stands before the last slash or backslash goes; the rest is as in `shown_text`.
    """
    last = re.split(r"[/\\]", text)[-1]
    return shown_text(shown_text(last).strip("."), default)


def shown_text(text: str, default: str = "") -> str:
    """One line that a person wrote, fit to be shown: at most 120 characters.

    What cannot be seen goes: control characters, marks that turn the direction of writing, halves
    of characters.
    """
    line = " ".join(unicodedata.normalize("NFC", text).split())
    seen = "".join(one for one in line if _can_be_seen(one))
    return " ".join(seen.split())[:_LONGEST].strip() or default


def _can_be_seen(character: str) -> bool:
    # Zs are spaces; the other categories of Z and C are line ends, controls and unassigned codes.
    category = unicodedata.category(character)
    return category == "Zs" or category[0] not in "CZ"
