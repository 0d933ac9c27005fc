"""`triode lint`: what is wrong or odd about a `.nam` file, and mending it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from triode.nam import Finding

__all__ = ["lint"]

_STYLES = {"error": "bold red", "warning": "yellow", "info": "cyan"}


def lint(
    path: Annotated[Path, typer.Argument(help="The .nam file to look over.")],
    fix: Annotated[
        bool,
        typer.Option("--fix", help="Mend what can be mended without changing the sound."),
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Where --fix writes the mended file."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the findings as JSON on standard output.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Replace the output file when it exists.")
    ] = False,
) -> None:
    """List every finding about a .nam file; exit with 1 when errors are among them."""
    from triode.errors import OutputError
    from triode.files import refuse_overwrite
    from triode.nam import lint as find
    from triode.nam import repair, write

    if fix and output is None:
        raise OutputError(
            "--fix writes a new file and needs to know where",
            hint=f'Add -o, such as -o "{path.with_name(path.stem + "-fixed.nam")}".',
        )
    if output is not None and not fix:
        raise OutputError("an output is only written with --fix", hint="Add --fix or leave out -o.")
    done: tuple[str, ...] = ()
    if fix and output is not None:
        refuse_overwrite(output, force=force)
        model, done = repair(path)
        write(model, output, force=force)
        findings = find(model)
    else:
        findings = find(path)
    if as_json:
        _print_json(findings, done)
    else:
        _print_text(output or path, findings, done)
    if any(finding.severity == "error" for finding in findings):
        raise typer.Exit(1)


def _print_json(findings: "list[Finding]", done: tuple[str, ...]) -> None:
    import json
    from dataclasses import asdict

    document = {"findings": [asdict(finding) for finding in findings], "done": done}
    typer.echo(json.dumps(document, indent=2))


def _print_text(path: Path, findings: "list[Finding]", done: tuple[str, ...]) -> None:
    from collections import Counter

    from rich.console import Console
    from rich.text import Text

    console = Console(soft_wrap=True, highlight=False)
    for sentence in done:
        console.print(Text(f"mended: {sentence}"))
    for finding in findings:
        line = Text(f"{finding.severity}: ", style=_STYLES[finding.severity])
        line.append(f"{finding.where}: {finding.message} [{finding.id}]", style="default")
        if finding.fixable:
            line.append(" (--fix mends it)", style="green")
        console.print(line)
    counts = Counter(finding.severity for finding in findings)
    summary = ", ".join(f"{counts[severity]} {severity}" for severity in _STYLES)
    console.print(Text(f"{path}: {summary if findings else 'nothing to complain about'}"))
