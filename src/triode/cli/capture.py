"""`triode capture`: from hardware to a pair of recordings."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from triode.capture.recording import Connection

__all__ = ["capture"]

capture = typer.Typer(
    help="Make the signal to send, record the gear, calibrate its levels.", no_args_is_help=True
)

Device = Annotated[
    str | None, typer.Option(help="Name or number of the device for both directions.")
]
InputDevice = Annotated[
    str | None, typer.Option(help="Name or number of the input device, if it is another one.")
]
OutputDevice = Annotated[
    str | None, typer.Option(help="Name or number of the output device, if it is another one.")
]
InputChannel = Annotated[
    int, typer.Option(min=1, help="Channel that the gear comes back on, from 1.")
]
OutputChannel = Annotated[
    int, typer.Option(min=1, help="Channel that goes out to the gear, from 1.")
]
Force = Annotated[bool, typer.Option("--force", help="Replace an existing output.")]


def _list_devices(wanted: bool) -> None:
    if wanted:
        from triode.audio.devices import device_lines

        for kind, lines in (("input", device_lines("input")), ("output", device_lines("output"))):
            typer.echo(f"{kind}:")
            typer.echo("\n".join(f"  {line}" for line in lines) or "  none")
        raise typer.Exit


ListDevices = Annotated[
    bool,
    typer.Option(
        "--list-devices", callback=_list_devices, is_eager=True, help="Show the devices, and end."
    ),
]


@capture.command()
def signal(
    output: Annotated[Path, typer.Option("--output", "-o", help="The WAV or FLAC file to write.")],
    minutes: Annotated[
        float, typer.Option(help="Length, 1 to 15 in steps of a half; more is more to learn from.")
    ] = 3.0,
    rate: Annotated[int, typer.Option(help="Sample rate in Hz.")] = 48_000,
    force: Force = False,
) -> None:
    """Write the signal to send through the gear, 24 bit. Equal options give equal files."""
    from triode.audio import write_audio
    from triode.capture import excitation_signal
    from triode.capture.checks.refusals import check_rate
    from triode.files import refuse_overwrite, require_suffix

    require_suffix(output, ".wav", ".flac")
    refuse_overwrite(output, force=force)
    check_rate(rate, "--rate")
    write_audio(output, excitation_signal(minutes, rate), rate, "PCM_24")
    typer.echo(f"signal: {output}, {minutes:g} min at {rate} Hz")
    typer.echo(f'Next: triode capture record "{output}" -o wet.wav')


@capture.command()
def record(
    dry: Annotated[Path, typer.Argument(help="What to play, best made by capture signal.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The WAV file to write.")],
    device: Device = None,
    input_device: InputDevice = None,
    output_device: OutputDevice = None,
    input_channel: InputChannel = 1,
    output_channel: OutputChannel = 1,
    level: Annotated[
        bool,
        typer.Option("--level/--no-level", help="Set the level first; needs a terminal."),
    ] = True,
    allow_clipping: Annotated[
        bool, typer.Option("--allow-clipping", help="Go on where the input clips.")
    ] = False,
    list_devices: ListDevices = False,  # noqa: ARG001 - acts in its callback
    force: Force = False,
) -> None:
    """Play a file through the gear and record what comes back.

    Turn speakers down first. Ctrl-C ends the take and keeps what there is of it under another name.
    """
    from rich.console import Console

    from triode.audio import read_audio, write_audio
    from triode.capture.checks.refusals import check_rate
    from triode.capture.recording import record as record_take
    from triode.cli.capture_screen import RecordScreen, set_level, take_lines
    from triode.files import refuse_overwrite, require_suffix

    require_suffix(output, ".wav")
    refuse_overwrite(output, force=force, inputs=[dry])
    audio = read_audio(dry)
    check_rate(audio.rate_hz, dry)
    connection = _connection(
        audio.rate_hz, device, input_device, output_device, input_channel, output_channel
    )
    console = Console(soft_wrap=True, highlight=False)
    if level and console.is_terminal:
        set_level(console, audio.samples, connection)
    with RecordScreen(console) as screen:
        take = record_take(
            audio.samples, connection, allow_clipping=allow_clipping, on_progress=screen.update
        )
    target = output if take.stopped is None else output.with_suffix(f".partial{output.suffix}")
    if len(take.wet):
        write_audio(target, take.wet, audio.rate_hz)
    console.print("\n".join(take_lines(take, dry, target)), markup=False)
    if take.stopped is not None:
        raise typer.Exit(130 if take.stopped == "interrupted" else 1)


@capture.command()
def calibrate(
    wet: Annotated[Path, typer.Argument(help="The recording, present or to come.")],
    send_volts: Annotated[
        float | None, typer.Option(help="Volts RMS of the tone on the cable into the gear.")
    ] = None,
    return_volts: Annotated[
        float | None,
        typer.Option(help="Volts RMS at the interface's input. Default: as sent."),
    ] = None,
    tone_dbfs: Annotated[
        float, typer.Option(max=0.0, min=-60.0, help="Peak of the tone in dBFS.")
    ] = -12.0,
    return_dbfs: Annotated[
        float | None,
        typer.Option(help="Peak in dBFS that the interface made of it. Default: measured now."),
    ] = None,
    rate: Annotated[int, typer.Option(help="Sample rate in Hz.")] = 48_000,
    device: Device = None,
    input_device: InputDevice = None,
    output_device: OutputDevice = None,
    input_channel: InputChannel = 1,
    output_channel: OutputChannel = 1,
    list_devices: ListDevices = False,  # noqa: ARG001 - acts in its callback
    force: Force = False,
) -> None:
    """Find the analogue levels of full scale, for players that match them.

    Plays a tone and asks for its voltage; what the options give is not asked for. The result lies
    beside the recording, where train finds it.
    """
    from triode.capture.recording import Calibration, calibration_path, write_calibration
    from triode.cli.capture_screen import ask_volts, hear_tone
    from triode.files import refuse_overwrite

    path = calibration_path(wet)
    refuse_overwrite(path, force=force)
    connection = _connection(
        rate, device, input_device, output_device, input_channel, output_channel
    )
    sent = ask_volts(connection, tone_dbfs) if send_volts is None else send_volts
    heard = hear_tone(connection, tone_dbfs) if return_dbfs is None else return_dbfs
    calibration = Calibration(
        tone_dbfs=tone_dbfs,
        send_volts=sent,
        return_volts=sent if return_volts is None else return_volts,
        return_dbfs=heard,
    )
    write_calibration(calibration, path)
    typer.echo(f"input level: {calibration.input_level_dbu:+.2f} dBu at full scale, into the gear")
    typer.echo(
        f"output level: {calibration.output_level_dbu:+.2f} dBu at full scale, out of the gear"
    )
    for doubt in calibration.doubts:
        typer.echo(f"Warning: {doubt}", err=True)
    typer.echo(f"levels: {path}; triode train takes them from there")


def _connection(
    rate_hz: int,
    device: str | None,
    input_device: str | None,
    output_device: str | None,
    input_channel: int,
    output_channel: int,
) -> "Connection":
    from triode.capture.recording import Connection

    return Connection(
        rate_hz=rate_hz,
        input_device=_device(input_device or device),
        output_device=_device(output_device or device),
        input_channel=input_channel,
        output_channel=output_channel,
    )


def _device(name: str | None) -> str | int | None:
    return int(name) if name is not None and name.isdecimal() else name
