"""`triode check`: whether two recordings make a usable pair, and what is known about them."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from triode.audio import Levels
    from triode.capture import Examination, Facts, Split, Vote

__all__ = ["check"]

_A2_RECEPTIVE_FIELD = 6347


def check(
    dry: Annotated[Path, typer.Argument(help="What was sent to the gear, WAV or FLAC.")],
    wet: Annotated[Path, typer.Argument(help="What came back from the gear, WAV or FLAC.")],
    json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
    html: Annotated[
        Path | None, typer.Option("--html", help="Also write a page with a plot per finding.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing page.")] = False,
    no_repair: Annotated[
        bool, typer.Option("--no-repair", help="Refuse or report what is otherwise put right.")
    ] = False,
    rate: Annotated[
        int | None, typer.Option(help="Resample both to this rate in Hz. Default: their own.")
    ] = None,
    channel: Annotated[
        int | None, typer.Option(help="Which channel of a file with several to use, from 1.")
    ] = None,
    delay: Annotated[
        float | None,
        typer.Option(help="Delay of the wet file in samples, instead of measuring it."),
    ] = None,
    receptive_field: Annotated[
        int, typer.Option(min=1, help="Context in samples that the split leaves. Default: A2's.")
    ] = _A2_RECEPTIVE_FIELD,
) -> None:
    """Say what is wrong with two recordings, why, and what to do; fail if they are unusable."""
    from triode.audio import SignalStore
    from triode.capture import examine, split
    from triode.errors import CaptureError, TriodeError
    from triode.report.check_page import check_output, write_check_page

    if html is not None:
        check_output(html, inputs=(dry, wet), force=force)
    parts: Split | None = None
    try:
        result = examine(
            dry,
            wet,
            rate_hz=rate,
            channel=channel,
            delay_samples=delay,
            repair=not no_repair,
            store=SignalStore(Path(tempfile.gettempdir())),
        )
        error: TriodeError | None = result.error
        if result.pair is not None:
            pair = result.pair
            try:
                parts = split(
                    pair.dry,
                    pair.rate_hz,
                    receptive_field,
                    repeats=pair.facts.repeats,
                    excluded=pair.facts.excluded,
                )
            except CaptureError as refusal:
                error = refusal
    except TriodeError as refusal:
        if json:
            _print_json({"usable": False, "error": str(refusal), "findings": []})
        raise
    if html is not None:
        write_check_page(html, dry, wet, result, parts, force=force)
    if json:
        _print_json(_as_json(result, parts, error))
    else:
        _print(result, parts)
        if html is not None:
            typer.echo(f"Page: {html}")
    if error is not None:
        raise error


def _as_json(
    result: "Examination", parts: "Split | None", error: Exception | None
) -> dict[str, Any]:
    """The facts, those of the alignment at the top level, where scripts look for them."""
    if result.pair is None or parts is None:
        findings = [one.to_json() for one in result.findings]
        return {"usable": False, "error": str(error), "findings": findings}
    rest = result.pair.facts.to_json()
    alignment = rest.pop("alignment")
    return {"usable": True, **alignment, **rest, "split": parts.to_json()}


def _print_json(facts: dict[str, Any]) -> None:
    import json

    typer.echo(json.dumps(facts, indent=2, allow_nan=False))


def _print(result: "Examination", parts: "Split | None") -> None:
    from rich.console import Console

    from triode.cli.findings import print_findings, print_repairs

    console = Console(soft_wrap=True, highlight=False)
    if result.pair is not None and parts is not None:
        for line in _lines(result.pair.facts, parts):
            console.print(line, markup=False)
    print_findings(console, result.findings)
    if result.pair is not None:
        print_repairs(console, result.pair.facts.repairs)
    if result.pair is not None and parts is not None:
        warned = any(one.severity.value == "warning" for one in result.notable)
        console.print("Usable, see the warnings." if warned else "Usable.")


def _lines(facts: "Facts", parts: "Split") -> list[str]:
    from triode.capture import replicate_text
    from triode.capture.timing import CLEAR_POLARITY

    alignment, rate_hz = facts.alignment, facts.rate_hz

    def seconds(bounds: tuple[int, int]) -> str:
        return f"{bounds[0] / rate_hz:.2f} to {bounds[1] / rate_hz:.2f} s"

    sign = "as sent (+1)" if alignment.polarity > 0 else "inverted (-1), kept as it is"
    if alignment.given:
        sign = "not measured"
    elif alignment.polarity_clarity < CLEAR_POLARITY:
        sign += "; unclear, as the gear turns the phase"
    delay_ms = 1000 * alignment.delay_samples / rate_hz
    lines = [
        f"rate: {rate_hz} Hz, {facts.seconds:.2f} s",
        f"delay: {alignment.delay_samples:.2f} samples ({delay_ms:.2f} ms)",
        f"advance: the wet signal is moved {alignment.advance_samples} samples forward",
        f"confidence: {'given by you' if alignment.given else f'{alignment.confidence:.2f} of 1'}",
        *(_vote(vote) for vote in alignment.votes),
        f"drift: {f'{alignment.drift_ppm:+.2f} ppm' if alignment.drift_ppm else 'none'}",
        f"polarity: {sign}",
        f"dry: {_level(facts.dry_levels)}",
        f"wet: {_level(facts.wet_levels)}",
        f"training: {', '.join(seconds(bounds) for bounds in parts.train)}",
        f"validation: {seconds(parts.validation)} ({parts.reason})",
        *(f"neither: {seconds(bounds)}, around lost samples" for bounds in facts.excluded),
    ]
    for one in parts.repeats[:5]:
        first, second = ((at, at + one.frames) for at in (one.first, one.second))
        lines.append(f"repeated: {seconds(first)} comes again at {seconds(second)}")
    if len(parts.repeats) > 5:
        lines.append(f"repeated: {len(parts.repeats) - 5} shorter passages more")
    if facts.replicate_floor_esr is not None:
        lines.append(f"replicate floor: {replicate_text(facts.replicate_floor_esr)}")
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


def _vote(vote: "Vote") -> str:
    verdict = "" if vote.agrees else ", disagrees"
    return (
        f"  by {vote.estimator}: {vote.delay_samples:.2f} samples "
        f"(confidence {vote.confidence:.2f}{verdict})"
    )


def _level(levels: "Levels") -> str:
    return (
        f"peak {levels.peak_dbfs:.1f} dBFS, RMS {levels.rms_dbfs:.1f} dBFS, "
        f"DC {levels.dc:+.4f}, clipped {levels.clipped_samples} samples"
    )
