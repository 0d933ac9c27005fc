"""The page about a capture."""

from collections.abc import Mapping
from typing import Any

from triode.processes import Orders, Tell
from triode.report.files import report_files

__all__ = ["do"]


def do(task: Mapping[str, Any], tell: Tell, orders: Orders) -> Mapping[str, Any]:
    """Write the page at `output` about `model`, judged by `dry` and `wet`.

    Raises:
        TriodeError: It cannot be made.
    """
    del tell, orders
    facts = report_files(task["model"], task["dry"], task["wet"], task["output"], force=True)
    return {"warnings": list(facts.warnings)}
