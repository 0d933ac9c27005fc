"""`triode check`: whether two recordings make a usable pair, and what is known about them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from triode.audio import Levels
    from triode.capture import Facts, Split

__all__ = ["check"]

_A2_RECEPTIVE_FIELD = 6347


def check(
    dry: Annotated[Path, typer.Argument(help="What was sent to the gear, WAV or FLAC.")],
    wet: Annotated[Path, typer.Argument(help="What came back from the gear, WAV or FLAC.")],
    json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
    rate: Annotated[
        int | None, typer.Option(help="Resample both to this rate in Hz. Default: their own.")
    ] = None,
    channel: Annotated[
        int | None, typer.Option(help="Which channel of a file with several to use, from 1.")
    ] = None,
    receptive_field: Annotated[
        int, typer.Option(min=1, help="Context in samples that the split leaves. Default: A2's.")
    ] = _A2_RECEPTIVE_FIELD,
) -> None:
    """Show the rate, delay, polarity, levels and split of two recordings; fail if unusable."""
    from triode.capture import make_pair, split
    from triode.errors import TriodeError

    try:
        pair = make_pair(dry, wet, rate_hz=rate, channel=channel)
        parts = split(pair.dry, pair.rate_hz, receptive_field, repeats=pair.facts.repeats)
    except TriodeError as error:
        if json:
            _print_json({"usable": False, "error": str(error)})
        raise
    if json:
        _print_json(_as_json(pair.facts, parts))
    else:
        _print(pair.facts, parts)


def _as_json(facts: "Facts", parts: "Split") -> dict[str, object]:
    """The facts, those of the alignment at the top level, where scripts look for them."""
    rest = facts.to_json()
    alignment = rest.pop("alignment")
    return {"usable": True, **alignment, **rest, "split": parts.to_json()}


def _print_json(facts: dict[str, object]) -> None:
    import json

    typer.echo(json.dumps(facts, indent=2, allow_nan=False))


def _print(facts: "Facts", parts: "Split") -> None:
    from rich.console import Console

    console = Console(soft_wrap=True, highlight=False)
    for line in _lines(facts, parts):
        console.print(line, markup=False)
    for warning in facts.warnings:
        console.print(f"Warning: {warning}", style="yellow", markup=False)
    console.print("Usable." if not facts.warnings else "Usable, see the warnings.")


def _lines(facts: "Facts", parts: "Split") -> list[str]:
    from triode.capture.timing import CLEAR_POLARITY

    alignment, rate_hz = facts.alignment, facts.rate_hz

    def seconds(bounds: tuple[int, int]) -> str:
        return f"{bounds[0] / rate_hz:.2f} to {bounds[1] / rate_hz:.2f} s"

    sign = "as sent (+1)" if alignment.polarity > 0 else "inverted (-1), kept as it is"
    if alignment.polarity_clarity < CLEAR_POLARITY:
        sign += "; unclear, as the gear turns the phase"
    delay_ms = 1000 * alignment.delay_samples / rate_hz
    lines = [
        f"rate: {rate_hz} Hz, {facts.seconds:.2f} s",
        f"delay: {alignment.delay_samples:.2f} samples ({delay_ms:.2f} ms)",
        f"advance: the wet signal is moved {alignment.advance_samples} samples forward",
        f"confidence: {alignment.confidence:.2f} of 1",
        f"polarity: {sign}",
        f"dry: {_level(facts.dry_levels)}",
        f"wet: {_level(facts.wet_levels)}",
        f"training: {', '.join(seconds(bounds) for bounds in parts.train)}",
        f"validation: {seconds(parts.validation)} ({parts.reason})",
    ]
    for one in parts.repeats[:5]:
        first, second = ((at, at + one.frames) for at in (one.first, one.second))
        lines.append(f"repeated: {seconds(first)} comes again at {seconds(second)}")
    if len(parts.repeats) > 5:
        lines.append(f"repeated: {len(parts.repeats) - 5} shorter passages more")
    if facts.replicate_floor_esr is not None:
        lines.append(f"replicate floor: ESR {facts.replicate_floor_esr:.2g}")
    if facts.excitation is not None:
        minutes, start = facts.excitation.minutes, facts.excitation.offset / rate_hz
        lines.append(
            f"input file: Triode's signal of {minutes:g} min, which starts at {start:.2f} s"
        )
    if facts.noise_floor_dbfs is not None:
        lines.append(f"noise floor: {facts.noise_floor_dbfs:.1f} dBFS RMS in the silences")
    if facts.customary is not None:
        lines.append(
            f"customary input file: {facts.customary.name}, "
            f"validated on {seconds(facts.customary.validation)}"
        )
    return lines


def _level(levels: "Levels") -> str:
    return (
        f"peak {levels.peak_dbfs:.1f} dBFS, RMS {levels.rms_dbfs:.1f} dBFS, "
        f"DC {levels.dc:+.4f}, clipped {levels.clipped_samples} samples"
    )
