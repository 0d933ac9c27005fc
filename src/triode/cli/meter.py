"""A level as a bar of characters that every console has."""

import math

__all__ = ["meter"]

_FLOOR_DB = -60
_WIDTH = 20


def meter(peak: float) -> str:
    """A peak magnitude, 1 being full scale, as a bar and in dB."""
    db = max(_FLOOR_DB, 20 * math.log10(max(peak, 1e-9)))
    bars = round(_WIDTH * min(1.0, 1 - db / _FLOOR_DB))
    return f"{'#' * bars:.<{_WIDTH}} {db:6.1f} dB"
