"""`triode doctor`: what this machine has for playing models, and how to get what is missing."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from triode.runtime.diagnosis import Diagnosis

__all__ = ["doctor"]


def doctor(
    json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """Show compilers, instruction sets, cache and extras. Exits with 1 if nothing can compile."""
    from triode.runtime.diagnosis import diagnose

    diagnosis = diagnose()
    if json:
        import json as json_format

        typer.echo(json_format.dumps(diagnosis.to_json(), indent=2))
    else:
        _print(diagnosis)
    if not diagnosis.can_compile:
        raise typer.Exit(1)


def _print(diagnosis: "Diagnosis") -> None:
    from rich.console import Console

    console = Console(soft_wrap=True, highlight=False)
    console.print("\n".join(_lines(diagnosis)), markup=False)
    for line in diagnosis.advice:
        console.print(line, style="yellow", markup=False)


def _lines(diagnosis: "Diagnosis") -> list[str]:
    import shlex

    lines = ["Compilers, best first:" if diagnosis.compilers else "Compilers: none"]
    for compiler in diagnosis.compilers:
        state = "works" if compiler.works else "does not work"
        lines.append(f"  {compiler.origin}: {compiler.version} - {state}")
        lines.append(f"    {shlex.join(compiler.command)}")
        if compiler.problem is not None:
            lines.append(f"    {compiler.problem}")
    cache = diagnosis.cache
    lines += [
        f"Instruction sets: {', '.join(diagnosis.instruction_sets)}",
        f"Cache: {cache.path}",
        f"  {cache.entries} compiled models, {cache.size_bytes / 1e6:.1f} MB, "
        + ("safe" if cache.problem is None else "not used"),
        "Extras:",
    ]
    for extra in diagnosis.extras:
        packages = ", ".join(
            f"{package} {version or 'missing'}" for package, version in extra.packages.items()
        )
        state = "installed" if extra.installed else "incomplete"
        lines.append(f"  {extra.name}: {state} ({packages})")
    return lines
