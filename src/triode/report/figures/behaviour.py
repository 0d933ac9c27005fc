"""What each size does when it is asked directly, beside the gear where that could be asked."""

from collections.abc import Iterator, Sequence

from triode.report.evaluation import SizeResult
from triode.report.figures.curves import curve, curves_figure
from triode.report.figures.encoding import Figure
from triode.report.figures.style import axis, size_style
from triode.report.probes import Probes

__all__ = ["burst_figure", "harmonics_figure", "step_figure", "transfer_figure"]

_HARMONICS = (("fundamental", "solid"), ("2nd harmonic", "dash"), ("3rd harmonic", "dot"))
_AMPLITUDE = "%{y:.4f}"


def _asked(
    sizes: Sequence[SizeResult], gear: Probes | None
) -> Iterator[tuple[str, Probes, str, str, float]]:
    """Name, answers, colour, dash and width of each line; the gear first, as a broad one."""
    if gear is not None:
        yield "Gear", gear, "wet", "solid", 3.2
    for rank, size in enumerate(sizes):
        yield size.label, size.probes, *size_style(rank), 1.6


def transfer_figure(sizes: Sequence[SizeResult], gear: Probes | None) -> Figure:
    """Output against input over a period of a slow sine."""
    traces = [
        curve(
            name,
            one.transfer.entry,
            one.transfer.leave,
            colour,
            dash=dash,
            width=width,
            hover=_AMPLITUDE,
        )
        for name, one, colour, dash, width in _asked(sizes, gear)
    ]
    return curves_figure(
        traces,
        axis("Input"),
        axis("Output", zeroline=True, zerolinecolor="@axis"),
        hovermode="closest",
    )


def harmonics_figure(sizes: Sequence[SizeResult], gear: Probes | None) -> Figure:
    """The first three harmonics of a 110 Hz sine against its level."""
    traces = []
    for name, one, colour, _, width in _asked(sizes, gear):
        levels = one.harmonics
        for index, (harmonic, dash) in enumerate(_HARMONICS):
            traces.append(
                curve(
                    name,
                    levels.input_dbfs,
                    levels.output_dbfs[:, index],
                    colour,
                    dash=dash,
                    width=width if index == 0 else width / 1.6,
                    hover=f"{harmonic} %{{y:.1f}} dB",
                    legendgroup=name,
                    showlegend=index == 0,
                )
            )
    return curves_figure(
        traces, axis("Input, dBFS peak"), axis("Output, dBFS peak", range=[-100.0, 5.0])
    )


def burst_figure(sizes: Sequence[SizeResult], gear: Probes | None) -> Figure:
    """The level of a tone that gets loud for half a second."""
    traces = [
        curve(
            name,
            1000.0 * one.burst.times_seconds,
            one.burst.levels_db,
            colour,
            dash=dash,
            width=width,
        )
        for name, one, colour, dash, width in _asked(sizes, gear)
    ]
    return curves_figure(traces, axis("Time, ms", hoverformat=".0f"), axis("Level, dBFS RMS"))


def step_figure(sizes: Sequence[SizeResult], gear: Probes | None) -> Figure:
    """The answer to a step."""
    traces = [
        curve(name, *one.step, colour, dash=dash, width=width, hover=_AMPLITUDE)
        for name, one, colour, dash, width in _asked(sizes, gear)
    ]
    return curves_figure(traces, axis("Time, ms", hoverformat=".1f"), axis("Output"))
