"""How findings look in the terminal."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.console import Console

if TYPE_CHECKING:
    from triode.capture.checks import Finding

__all__ = ["print_findings", "print_repairs"]

_STYLES = {"error": "bold red", "warning": "yellow", "note": None}


def print_findings(console: Console, findings: Iterable["Finding"]) -> None:
    """Print what is notable, the worst last, where the eye is; why and what to do for warnings."""
    shown = [one for one in findings if one.severity.value in _STYLES]
    for one in sorted(shown, key=lambda one: one.severity.rank):
        title = f"{one.severity.value.capitalize()} ({one.check}): {one.summary}"
        console.print(title, style=_STYLES[one.severity.value], markup=False)
        if one.severity.value == "note":
            continue
        for word, texts in (("Likely cause", one.causes), ("What to do", one.advice)):
            for place, text in enumerate(texts, start=1):
                console.print(f"  {word} {place}: {text}", markup=False)


def print_repairs(console: Console, repairs: Iterable[str]) -> None:
    """Print what was put right."""
    for one in repairs:
        console.print(f"Repaired: {one}", style="green", markup=False)
