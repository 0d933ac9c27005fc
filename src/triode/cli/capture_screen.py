"""What `triode capture` shows and asks while sound is running."""

import threading
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import typer
from rich.console import Console
from rich.live import Live

from triode.cli.meter import meter

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from triode.capture.recording import Connection, Progress, Recording

__all__ = ["RecordScreen", "ask_volts", "hear_tone", "set_level", "take_lines"]

_SECONDS_PER_LINE = 0.2
_SETTLE_SECONDS = 2.0
_SHOWN = 5


class RecordScreen:
    """The time, the level and what is left, while a take runs; use it in a `with` statement."""

    def __init__(self, console: Console) -> None:
        self._live = Live(console=console, refresh_per_second=1 / _SECONDS_PER_LINE, transient=True)

    def update(self, progress: "Progress") -> None:
        """Show how far the take is."""
        left = progress.total_seconds - progress.seconds
        self._live.update(f"back {meter(progress.peak)}  {left:5.0f} s left, Ctrl-C ends")

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._live.stop()


def set_level(console: Console, dry: "npt.NDArray[np.float32]", connection: "Connection") -> None:
    """Play the loudest passage over and over and say what to turn, until Enter is pressed."""
    import numpy as np

    from triode.capture.recording import Duplex, Loop, advise, loudest_span

    start, stop = loudest_span(dry, connection.rate_hz)
    # All of the passage, since its loudest moment is what must not clip.
    loop = Loop(dry[start:stop], keep_frames=stop - start)
    console.print("Setting the level: turn the interface's input until it says good, then Enter.")
    pressed = threading.Event()

    def wait_for_enter() -> None:
        input()
        pressed.set()

    threading.Thread(target=wait_for_enter, daemon=True).start()
    with Duplex(loop, connection) as stream, Live(console=console, transient=True) as live:
        while not pressed.is_set() and not stream.wait(_SECONDS_PER_LINE):
            peak = float(np.abs(loop.recent).max(initial=0.0))
            live.update(f"back {meter(peak)}  {advise(peak)}")


def ask_volts(connection: "Connection", tone_dbfs: float) -> float:
    """Play the tone and ask what it measures."""
    from triode.capture.recording import Duplex, Loop, tone

    typer.echo(f"1. A sine of 1 kHz is playing, peak {tone_dbfs:g} dBFS. Set a meter to AC volts.")
    typer.echo("   Measure between tip and sleeve of the cable that goes into the gear.")
    with Duplex(Loop(tone(connection.rate_hz, tone_dbfs), 1), connection):
        return float(typer.prompt("   Volts RMS (0.55, say)", type=float))


def hear_tone(connection: "Connection", tone_dbfs: float) -> float:
    """Play the tone over a plain cable and measure what the interface makes of it, in dBFS."""
    from triode.capture.recording import Duplex, Loop, tone, tone_level_dbfs

    typer.echo("2. Plug that cable into the interface's input instead, its gain as for recording.")
    typer.prompt("   Enter when done", default="", show_default=False)
    loop = Loop(tone(connection.rate_hz, tone_dbfs), keep_frames=connection.rate_hz)
    with Duplex(loop, connection) as stream:
        stream.wait(_SETTLE_SECONDS)
    level_dbfs = tone_level_dbfs(loop.recent, connection.rate_hz)
    typer.echo(f"   It came back with a peak of {level_dbfs:.2f} dBFS.")
    return level_dbfs


def take_lines(take: "Recording", dry: Path, target: Path) -> list[str]:
    """What there is to say about a take, most important last."""
    rate_hz = take.rate_hz
    trip_ms = 1000 * take.round_trip_samples / rate_hz
    lines = [f"round trip: {take.round_trip_samples} samples ({trip_ms:.1f} ms), cut off"]
    if take.clipped:
        lines.append(
            f"Warning: {len(take.clipped)} samples clip, {_places(take.clipped, rate_hz)}."
        )
    if take.reported:
        lines.append(
            f"Warning: the sound system lost samples {_places(take.reported, rate_hz)}. Close "
            "other programs, or choose a larger buffer in the interface's own settings."
        )
    for one in take.dropouts:
        verb = "lost" if one.shift_samples < 0 else "put in"
        lines.append(
            f"Warning: {abs(one.shift_samples)} samples were {verb} near sample {one.position} "
            f"({one.position / rate_hz:.2f} s), between {one.earliest} and {one.latest}."
        )
    if take.plain_copy:
        lines.append(
            "Warning: what came back is what was sent: a cable or a monitor path, but no gear."
        )
    if take.stopped is not None:
        kept = f"what there is of it is in {target}" if len(take.wet) else "nothing was kept"
        lines.append(f"The take ended early ({take.stopped}); {kept}.")
        return lines
    lines.append(f"recording: {target}, {len(take.wet) / rate_hz:.2f} s")
    lines.append(f'Next: triode check "{dry}" "{target}"')
    return lines


def _places(samples: tuple[int, ...], rate_hz: int) -> str:
    shown = ", ".join(f"{one} ({one / rate_hz:.2f} s)" for one in samples[:_SHOWN])
    return f"at sample {shown}{' and more' if len(samples) > _SHOWN else ''}"
