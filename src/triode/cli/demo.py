"""`triode demo`: the whole way from a performance to a report, without any recording."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from triode.training import Result

__all__ = ["demo"]

_RATE_HZ = 48000
_WORST_ESR = 0.05


def demo(
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The folder to write everything into.")
    ] = Path("demo"),
    force: Annotated[
        bool, typer.Option("--force", help="Replace the files of an earlier demo.")
    ] = False,
) -> None:
    """Make a guitar and an amplifier, capture it, render it and write a report.

    Exits with 1 when A2-Full's ESR on the unseen part of the recording is above 0.05.
    """
    from rich.console import Console

    from triode.audio import write_audio
    from triode.cli.train_screen import TrainScreen
    from triode.files import make_folder, refuse_overwrite
    from triode.nam import read
    from triode.nam.metadata import Metadata
    from triode.report.files import report_files
    from triode.runtime.files import render_file
    from triode.synthetic import demo_pair
    from triode.training import train

    console = Console(soft_wrap=True, highlight=False)
    dry, wet, model = output / "dry.wav", output / "wet.wav", output / "amp.nam"
    rendered, report = output / "rendered.wav", output / "report.html"
    make_folder(output)
    for path in (dry, wet, model, rendered, report):
        refuse_overwrite(path, force=force)

    console.print("Playing a guitar through a tube amplifier, both made of formulas ...")
    for path, samples in zip((dry, wet), demo_pair(rate_hz=_RATE_HZ), strict=True):
        write_audio(path, samples, _RATE_HZ)
    metadata = Metadata.of(name="Triode demo", gear_type="amp", tone_type="crunch")
    with TrainScreen(console) as screen:
        result = train(
            dry, wet, model, recipe="demo", force=True, metadata=metadata, progress=screen
        )
    if not result.finished:
        console.print("Run the command again with --force to see all of it.")
        raise typer.Exit(130)
    render_file(read(model), dry, rendered, force=True)
    report_files(model, dry, wet, report, force=True)
    paths = {
        "dry": dry,
        "wet": wet,
        "capture": model,
        "log": result.log_path,
        "rendered": rendered,
        "report": report,
    }
    console.print("\n".join(_summary(result, paths)), markup=False)
    if result.sizes[-1].esr > _WORST_ESR:
        console.print(f"The full size's ESR is above {_WORST_ESR}: this should not happen.")
        raise typer.Exit(1)


def _summary(result: "Result", paths: dict[str, Path]) -> list[str]:
    return [
        "",
        *(f"{size.name}: ESR {size.esr:.4f} on the unseen part" for size in result.sizes),
        *(f"{name}: {path}" for name, path in paths.items()),
        "Next: open the report in a browser, load the capture into a player, and then make",
        "one of your own amp:  triode train dry.wav wet.wav -o amp.nam",
    ]
