"""A small picture of a null depth: how far below the gear the error lies, on the graded scale."""

from itertools import pairwise

from triode.report.verdict import GRADES

__all__ = ["meter"]

_DEEPEST_DB = 60.0


def meter(null_depth_db: float, best_db: float | None) -> str:
    """An SVG as wide as its container; decoration only, the numbers stand beside it.

    Args:
        null_depth_db: Null depth of the model, 0 or below for anything useful.
        best_db: The best null depth that the recording allows, or None.
    """
    edges_db = [0.0, *(grade.limit_db for grade in reversed(GRADES[:-1])), -_DEEPEST_DB]
    parts = [
        f'<rect class="grade-{grade.key}" x="{_place(upper):.2f}%" y="14" '
        f'width="{_place(lower) - _place(upper) - 0.4:.2f}%" height="8" rx="2"/>'
        for grade, (upper, lower) in zip(reversed(GRADES), pairwise(edges_db), strict=True)
    ]
    for edge_db in (0.0, -10.0, -20.0, -30.0, -40.0, -50.0, -60.0):
        anchor = "start" if edge_db == 0 else "end" if edge_db == -_DEEPEST_DB else "middle"
        label = f"{edge_db:.0f}".replace("-", "\N{MINUS SIGN}")
        parts.append(
            f'<text x="{_place(edge_db):.2f}%" y="40" text-anchor="{anchor}">{label}</text>'
        )
    if best_db is not None and best_db > -_DEEPEST_DB:
        place = f"{_place(best_db):.2f}%"
        parts.append(f'<line class="best-possible" x1="{place}" x2="{place}" y1="8" y2="28"/>')
    parts.append(f'<circle class="needle" cx="{_place(null_depth_db):.2f}%" cy="18" r="7"/>')
    return (
        '<svg class="meter" width="100%" height="44" aria-hidden="true" focusable="false">'
        f"{''.join(parts)}</svg>"
    )


def _place(level_db: float) -> float:
    """Position in percent, kept a little inside so that nothing is cut off."""
    share = min(1.0, max(0.0, -level_db / _DEEPEST_DB))
    return 2.0 + 96.0 * share
