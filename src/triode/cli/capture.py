"""`triode capture`: from hardware to a pair of recordings."""

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["capture"]

capture = typer.Typer(
    help="Make the signal to send, record the gear, calibrate its levels.", no_args_is_help=True
)


@capture.command()
def signal(
    output: Annotated[Path, typer.Option("--output", "-o", help="The WAV or FLAC file to write.")],
    minutes: Annotated[
        float, typer.Option(help="Length, 1 to 15 in steps of a half; more is more to learn from.")
    ] = 3.0,
    rate: Annotated[int, typer.Option(help="Sample rate in Hz.")] = 48_000,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing output.")] = False,
) -> None:
    """Write the signal to send through the gear, 24 bit. Equal options give equal files."""
    from triode.audio import write_audio
    from triode.capture import excitation_signal
    from triode.capture.checks import check_rate
    from triode.files import refuse_overwrite, require_suffix

    require_suffix(output, ".wav", ".flac")
    refuse_overwrite(output, force=force)
    check_rate(rate, "--rate")
    write_audio(output, excitation_signal(minutes, rate), rate, "PCM_24")
    typer.echo(f"signal: {output}, {minutes:g} minutes at {rate} Hz")
    typer.echo(f'Next: triode capture record "{output}" -o wet.wav')
