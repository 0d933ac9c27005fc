"""What every page of ours shares: head, style, scripts, and the policy that keeps it harmless."""

import base64
import functools
import gzip
import hashlib
import html
from collections.abc import Iterable
from string import Template

from plotly.offline import get_plotlyjs

from triode import __version__
from triode.report.asset import asset, unix_lines

__all__ = ["shell"]


def shell(title: str, body: str) -> str:
    """A whole HTML document that needs no other file and no network.

    Figures in the body (see `triode.report.sections.plot`) are drawn by plotly, which is inside,
    compressed, and takes the page's colours for light, dark and paper.

    Args:
        title: Plain text.
        body: HTML of what is inside the body element.
    """
    library, packed = _plotly()
    behaviour = asset("page.js")
    return Template(asset("shell.html")).substitute(
        title=html.escape(title),
        policy=_policy((library, behaviour)),
        style=asset("page.css"),
        body=body,
        plotly=packed,
        behaviour=behaviour,
        version=html.escape(__version__),
    )


@functools.cache
def _plotly() -> tuple[str, str]:
    """The library, and the same compressed, as base64."""
    library = unix_lines(get_plotlyjs())
    packed = gzip.compress(library.encode(), mtime=0)
    return library, base64.b64encode(packed).decode("ascii")


def _policy(scripts: Iterable[str]) -> str:
    """A content security policy: these scripts run, nothing else does, nothing is fetched.

    It also covers what escaping already covers: a script smuggled in by metadata stays dead.
    """
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(one.encode()).digest()).decode()}'"
        for one in scripts
    )
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; "
        "img-src data: blob:; media-src data:; base-uri 'none'; form-action 'none'"
    )
