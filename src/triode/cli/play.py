"""`triode play`: play through a capture, live."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from triode.cli.meter import meter

if TYPE_CHECKING:
    from triode.runtime.live import LiveChain, Meters
    from triode.runtime.stream import LiveStream

__all__ = ["play"]

_SECONDS_PER_LINE = 0.2


def play(
    model: Annotated[Path, typer.Argument(help="The capture, a .nam file.")],
    ir: Annotated[
        Path | None, typer.Option(help="A cabinet's impulse response, WAV or FLAC.")
    ] = None,
    input: Annotated[  # noqa: A002 - the option's name
        str | None, typer.Option("--input", help="Name or number of the input device.")
    ] = None,
    output: Annotated[
        str | None, typer.Option("--output", help="Name or number of the output device.")
    ] = None,
    block: Annotated[int, typer.Option(min=1, help="Frames of a block.")] = 64,
    size: Annotated[
        str | None, typer.Option(help="lite, full, or a number from 0 to 1. Default: the largest.")
    ] = None,
    channel: Annotated[int, typer.Option(min=1, help="Channel of the input, from 1.")] = 1,
) -> None:
    """Play an instrument through a capture; Ctrl-C ends. Turn the speakers down first."""
    import time

    from rich.console import Console
    from rich.live import Live

    from triode.runtime.stream import open_live

    console = Console(highlight=False)
    chain, stream = open_live(
        model,
        cabinet=ir,
        input_device=_device(input),
        output_device=_device(output),
        block_frames=block,
        size=size,
        channel=channel,
    )
    with stream:
        console.print("\n".join(_facts(chain, stream)), markup=False)
        with Live(console=console, refresh_per_second=1 / _SECONDS_PER_LINE) as live:
            try:
                while stream.active:
                    time.sleep(_SECONDS_PER_LINE)
                    live.update(_line(chain.read_meters(), stream.dropouts))
            except KeyboardInterrupt:
                pass
    if stream.failure is not None:
        raise stream.failure


def _device(name: str | None) -> str | int | None:
    return int(name) if name is not None and name.isdecimal() else name


def _facts(chain: "LiveChain", stream: "LiveStream") -> list[str]:
    round_trip_ms = 1000 * stream.round_trip_seconds
    lines = [
        f"{stream.rate_hz:g} Hz, blocks of {stream.block_frames}, round trip {round_trip_ms:.1f} ms"
    ]
    if chain.delay_samples:
        lines.append(
            f"The model has another sample rate; resampling takes "
            f"{1000 * chain.delay_seconds:.1f} ms of that."
        )
    return lines


def _line(meters: "Meters", dropouts: int) -> str:
    return (
        f"in {meter(meters.input_peak)}  out {meter(meters.output_peak)}  "
        f"CPU {meters.load:4.0%}, worst {meters.worst_load:4.0%}  dropouts {dropouts}"
    )
