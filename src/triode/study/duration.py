"""Lengths of time as people write them."""

import re

from triode.errors import StudyError

__all__ = ["parse_duration"]

_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_TEXT = re.compile(r"(\d+(?:\.\d+)?)\s*([smhd])")


def parse_duration(text: str) -> float:
    """Seconds, from such as "90s", "20m", "8h" or "2d".

    Raises:
        StudyError: It is none.
    """
    found = _TEXT.fullmatch(text.strip().lower())
    seconds = float(found[1]) * _UNITS[found[2]] if found else 0.0
    if seconds <= 0.0:
        raise StudyError(
            "that is no length of time", expected="such as 90s, 20m, 8h or 2d", got=text
        )
    return seconds
