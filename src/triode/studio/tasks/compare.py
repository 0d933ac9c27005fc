"""The page about several captures side by side."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from triode.processes import Orders, Tell
from triode.report.compare import comparison_page, write_comparison
from triode.report.comparison import compare

__all__ = ["do"]


def do(task: Mapping[str, Any], tell: Tell, orders: Orders) -> Mapping[str, Any]:
    """Write the page at `output` about `models`, judged by `dry` and, if it is given, `wet`.

    Raises:
        TriodeError: It cannot be made.
    """
    del tell, orders
    wet = task["wet"]
    found = compare(
        [Path(path) for path in task["models"]],
        Path(task["dry"]),
        None if wet is None else Path(wet),
        names=task["names"],
    )
    write_comparison(task["output"], comparison_page(found), force=True)
    return {"warnings": list(found.warnings)}
