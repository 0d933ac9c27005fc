"""`triode info`: what is in a capture, what it costs, and which players load it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from triode.architectures import Network
    from triode.nam import Model

__all__ = ["info"]


def info(
    model: Annotated[Path, typer.Argument(help="The capture, a .nam file.")],
    json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """Show a capture's architecture, sizes, costs, metadata, warnings and players."""
    from triode.architectures import networks
    from triode.nam import read

    whole = read(model)
    facts = _facts(whole, networks(whole))
    if json:
        import json as json_format

        typer.echo(json_format.dumps(facts, indent=2))
    else:
        _print(model, facts)


def _facts(model: "Model", sizes: "tuple[Network, ...]") -> dict[str, Any]:
    from triode.graph import counts
    from triode.nam import player_support

    rows = []
    for network in sizes:
        cost = counts(network.graph)
        rows.append(
            {
                "size": network.name,
                "max_value": network.max_value,
                "architecture": network.model.architecture,
                "weights": int(network.model.weights.size),
                "macs_per_sample": cost.macs,
                "elementwise_per_sample": cost.elementwise,
                "state_samples": cost.state_samples,
                "receptive_field_samples": cost.receptive_field,
                "receptive_field_ms": 1000.0 * cost.receptive_field / network.model.rate_hz,
            }
        )
    return {
        "architecture": model.architecture,
        "version": model.version,
        "sample_rate_hz": model.rate_hz,
        "sample_rate_assumed": model.sample_rate_hz is None,
        "sizes": rows,
        "metadata": dict(model.metadata),
        "warnings": list(model.warnings),
        "players": [
            {
                "generation": one.name,
                "newest_version": one.newest_version,
                "loads": one.loads,
                "reasons": list(one.reasons),
                "differences": list(one.differences),
                "fast_path": one.fast_path,
            }
            for one in player_support(model)
        ],
    }


def _print(path: Path, facts: dict[str, Any]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console(soft_wrap=True, highlight=False)
    assumed = " (assumed: the file names none)" if facts["sample_rate_assumed"] else ""
    console.print(
        f"{path}: {facts['architecture']}, file version {facts['version']}, "
        f"{facts['sample_rate_hz']:g} Hz{assumed}",
        markup=False,
    )
    sizes = Table(box=box.ASCII2)
    for title in ("size", "architecture"):
        sizes.add_column(title)
    for title in ("weights", "MACs/sample", "state", "receptive field", "ms"):
        sizes.add_column(title, justify="right")
    for row in facts["sizes"]:
        sizes.add_row(
            row["size"],
            row["architecture"],
            f"{row['weights']:,}",
            f"{row['macs_per_sample']:,}",
            f"{row['state_samples']:,}",
            f"{row['receptive_field_samples']:,}",
            f"{row['receptive_field_ms']:.1f}",
        )
    console.print(sizes)
    for key, value in facts["metadata"].items():
        console.print(f"  {key}: {_shown(value)}", markup=False)
    for one in facts["players"]:
        verdict = "load it" if one["loads"] else "do not load it"
        if one["fast_path"] is not None:
            verdict += " on their fast path" if one["fast_path"] else ", but off their fast path"
        remarks = "; ".join([*one["reasons"], *one["differences"]])
        remarks = f" ({remarks})" if remarks else ""
        console.print(f"{one['generation']} {verdict}{remarks}", markup=False)
    for warning in facts["warnings"]:
        console.print(f"Warning: {warning}", style="yellow", markup=False)


def _shown(value: object) -> str:
    """Metadata as a person reads it; deeply nested objects are left to --json."""
    if not isinstance(value, dict):
        return str(value)
    if any(isinstance(inner, dict) for inner in value.values()):
        return "(see --json)"
    return ", ".join(f"{key} {inner}" for key, inner in value.items())
