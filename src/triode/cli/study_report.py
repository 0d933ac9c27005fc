"""`triode study report`: what a study has found, as a page, a post, JSON or CSV."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from datetime import date

    from triode.study.report import Evidence

__all__ = ["report"]

_SECONDS_PER_BREAKDOWN = 0.3


def report(
    name: Annotated[str, typer.Argument(help="A study's name, see `triode study status`.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The page. Default: the study's name and .html."),
    ] = None,
    article: Annotated[
        bool,
        typer.Option(
            "--article",
            help="Also a dated post beside the page: finding, evidence, caveat, change.",
        ),
    ] = False,
    json: Annotated[Path | None, typer.Option(help="Also everything as a JSON file.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Also tables, as CSV files in a folder.")] = None,
    breakdown: Annotated[
        bool,
        typer.Option(
            "--breakdown", help="Time here what each kind of operation of the asked networks costs."
        ),
    ] = False,
    listening: Annotated[
        Path | None,
        typer.Option(
            help="What `triode listen analyse -o` wrote: an arm that sounds worse is not taken."
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace existing outputs.")] = False,
    storage: Annotated[
        str | None,
        typer.Option(
            help="sqlite:///PATH or postgresql://USER@HOST/DATABASE. Default: a file in the folder."
        ),
    ] = None,
    folder: Annotated[Path, typer.Option(help="Where studies and their files are kept.")] = Path(
        "studies"
    ),
) -> None:
    """Write what a study has found into one page that works offline."""
    from datetime import UTC, datetime

    from rich.console import Console

    from triode.files import make_folder, refuse_overwrite, require_suffix, write_text_atomically
    from triode.study.listening import read_listening
    from triode.study.report import gather, study_csv, study_page
    from triode.study.reporting import study_input
    from triode.study.storage import default_url, open_to_read

    page = output or Path(f"{name}.html")
    require_suffix(page, ".html", ".htm")
    for path in (page, json):
        if path is not None:
            refuse_overwrite(path, force=force)
    console = Console(soft_wrap=True, highlight=False)
    kept = open_to_read(storage or default_url(folder.resolve()))
    evidence = gather(
        study_input(
            kept,
            name,
            breakdown_seconds=_SECONDS_PER_BREAKDOWN if breakdown else None,
            heard=None if listening is None else read_listening(listening),
            told=lambda text: console.print(text, markup=False),
        )
    )
    day = datetime.now(UTC).date()
    written = [page]
    write_text_atomically(page, study_page(evidence))
    if json is not None:
        _write_json(json, evidence, day)
        written.append(json)
    if csv is not None:
        make_folder(csv)
        for file_name, text in study_csv(evidence).items():
            refuse_overwrite(csv / file_name, force=force)
            write_text_atomically(csv / file_name, text)
        written.append(csv)
    if article:
        written.append(_write_article(page, evidence, day))
    console.print("\n".join(_lines(evidence)), markup=False)
    for path in written:
        console.print(f"Written: {path}", markup=False)


def _write_json(path: Path, evidence: "Evidence", day: "date") -> None:
    from json import dumps

    from triode.files import write_text_atomically
    from triode.study.report import study_json

    write_text_atomically(path, dumps(study_json(evidence, day), indent=1) + "\n")


def _write_article(page: Path, evidence: "Evidence", day: "date") -> Path:
    """The post of the day, and its figures for the next round to compare with."""
    from triode.files import write_text_atomically
    from triode.study.report import article

    stem = evidence.given.name
    path = page.with_name(f"{stem}-{day.isoformat()}.md")
    previous = _previous(page.parent, stem, day)
    write_text_atomically(path, article(evidence, day, previous, page.name))
    _write_json(path.with_suffix(".json"), evidence, day)
    return path


def _previous(folder: Path, stem: str, day: "date") -> dict[str, Any] | None:
    """The figures of the last post before today, if there was one."""
    from json import loads

    earlier = sorted(
        path
        for path in folder.glob(f"{stem}-????-??-??.json")
        if path.stem < f"{stem}-{day.isoformat()}"
    )
    return loads(earlier[-1].read_text(encoding="utf-8")) if earlier else None


def _lines(evidence: "Evidence") -> list[str]:
    """A line per answer, and what may speak against it."""
    from triode.study.report.caveats import caveats
    from triode.study.report.questions import answer_line

    lines = [
        f"{one.question.name}{f' on {one.engine}' if one.engine else ''}: {one.verdict}, "
        f"take {one.adopted}. {answer_line(one)}{f' {one.heard}' if one.heard else ''}"
        for one in evidence.answers
    ]
    return [*lines, *(f"Mind: {one}" for one in caveats(evidence)[:3])]
