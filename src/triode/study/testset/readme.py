"""The README of a test set, for those who build players."""

from collections.abc import Sequence
from importlib import resources
from string import Template

from triode import __version__
from triode.report.asset import unix_lines
from triode.study.testset.manifest import SetModel

__all__ = ["readme_text"]

_ORIGINS = {
    "specimen": "one option each, beside a plain base",
    "random": "random mixtures of options",
    "trained": "trained captures",
}


def readme_text(name: str, number: int, models: Sequence[SetModel]) -> str:
    """The text: what is in the set, how to play it, how to send back what came out."""
    template = resources.files(__package__).joinpath("readme.md.txt").read_text("utf-8")
    counted = [
        f"{sum(one.origin == origin for one in models)} {text}" for origin, text in _ORIGINS.items()
    ]
    rows = [
        f"| `{one.name}` | {one.option or ''} | {one.beside or ''} | {one.macs:,} |"
        for one in models
    ]
    return Template(unix_lines(template)).substitute(
        name=name,
        number=number,
        version=__version__,
        counted="; ".join(counted),
        rows="\n".join(rows),
    )
