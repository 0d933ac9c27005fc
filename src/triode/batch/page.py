"""The page of a batch: one file with its style inside, for desktop and phone."""

import html
from collections import Counter
from collections.abc import Container, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from string import Template
from urllib.parse import quote

from triode import __version__
from triode.batch.location import Location
from triode.batch.manifest import Row
from triode.batch.outcome import Outcome, SizeFigures, Status
from triode.batch.row_files import RowFiles
from triode.report.asset import asset, unix_lines
from triode.report.numbers import db, ratio
from triode.report.verdict import judge

__all__ = ["batch_page"]

_STATUS_TEXTS = {
    Status.WAITING: "waiting",
    Status.TRAINING: "in training",
    Status.STOPPED: "stopped",
    Status.DONE: "done",
    Status.FAILED: "failed",
}
_DASH = "\N{EN DASH}"


_MOST_ROWS = 5000
_TOLD_FIRST = (Status.FAILED, Status.STOPPED, Status.TRAINING, Status.DONE, Status.WAITING)


def batch_page(outcomes: Mapping[Row, Outcome], folder: Location, there: Container[str]) -> str:
    """The page as text.

    It stays one that a browser opens: of a batch with more rows than that, those that need to be
    looked at, failed ones first and then the greatest errors.

    Args:
        outcomes: What became of each row.
        folder: Where the page belongs; its links are relative to it.
        there: The names of the files in it.
    """
    sizes = tuple(dict.fromkeys(one.name for all_ in outcomes.values() for one in all_.sizes))
    template = files("triode.batch").joinpath("page.html").read_text(encoding="utf-8")
    return Template(unix_lines(template)).substitute(
        title=html.escape((folder.resolve() if isinstance(folder, Path) else folder).name),
        summary=html.escape(_summary(outcomes)),
        style=asset("page.css"),
        head="".join(f'<th scope="col">{html.escape(one.capitalize())}</th>' for one in sizes),
        rows="\n".join(_row(row, outcome, sizes, there) for row, outcome in _shown(outcomes)),
        version=html.escape(__version__),
    )


def _summary(outcomes: Mapping[Row, Outcome]) -> str:
    counted = Counter(outcome.status for outcome in outcomes.values())
    parts = [f"{counted[one]} {text}" for one, text in _STATUS_TEXTS.items() if counted[one]]
    text = f"{len(outcomes)} recordings: {', '.join(parts)}"
    if len(outcomes) > _MOST_ROWS:
        text += f". The {_MOST_ROWS} that need a look first are here; batch.csv has all"
    return text


def _shown(outcomes: Mapping[Row, Outcome]) -> list[tuple[Row, Outcome]]:
    rows = list(outcomes.items())
    return rows if len(rows) <= _MOST_ROWS else sorted(rows, key=_urgency)[:_MOST_ROWS]


def _urgency(item: tuple[Row, Outcome]) -> tuple[int, float]:
    outcome = item[1]
    error = outcome.sizes[-1].esr if outcome.sizes else 0.0
    return _TOLD_FIRST.index(outcome.status), -error


def _row(row: Row, outcome: Outcome, sizes: Sequence[str], there: Container[str]) -> str:
    name = html.escape(str(row.metadata.get("name", row.stem)))
    figures = {one.name: one for one in outcome.sizes}
    cells = "".join(
        f'<td data-label="{html.escape(size.capitalize())}">{_figures(figures.get(size))}</td>'
        for size in sizes
    )
    time = _duration(outcome.seconds) if outcome.epochs else _DASH
    return (
        f'<tr><th scope="row"><span class="name">{name}</span>'
        f'<span class="wet">{html.escape(row.wet.name)}</span></th>'
        f'<td data-label="Status"><span class="status {outcome.status}">'
        f"{_STATUS_TEXTS[outcome.status]}</span></td>{cells}"
        f'<td data-label="Epochs">{outcome.epochs or _DASH}</td>'
        f'<td data-label="Time">{time}</td>'
        f'<td data-label="Files">{_links(RowFiles.of(row), there) or _DASH}</td>'
        f'<td class="remarks" data-label="Remarks">{_remarks(outcome) or _DASH}</td></tr>'
    )


def _figures(size: SizeFigures | None) -> str:
    if size is None:
        return _DASH
    grade = judge(size.esr, 0.0, None).grade
    return (
        f'<span class="grade grade-{grade.key}" title="{html.escape(grade.title)}"></span>'
        f'{ratio(size.esr)}<span class="depth">{db(size.null_depth_db)}</span>'
    )


def _links(files: RowFiles, there: Container[str]) -> str:
    shown = (("capture", files.model), ("log", files.log))
    return " ".join(f'<a href="{quote(name)}">{text}</a>' for text, name in shown if name in there)


def _remarks(outcome: Outcome) -> str:
    error = (
        () if outcome.error is None else (f'<li class="error">{html.escape(outcome.error)}</li>',)
    )
    others = [*outcome.warnings, *([outcome.ending] if outcome.ending else [])]
    items = "".join((*error, *(f"<li>{html.escape(one)}</li>" for one in others)))
    return f"<ul>{items}</ul>" if items else ""


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}&nbsp;h {minutes:02d}&nbsp;min"
    return f"{minutes}&nbsp;min {rest:02d}&nbsp;s" if minutes else f"{rest}&nbsp;s"
