"""The plots of what a model does by itself, beside the gear where it could be asked."""

from triode.report import figures
from triode.report.evaluation import Evaluation
from triode.report.probes import Probes
from triode.report.sections import plot

__all__ = ["asked_text", "behaviour_plots"]


def asked_text(gear: Probes | None) -> str:
    """Whether the gear was asked, as plain text."""
    return (
        "What the models do with signals made for the purpose, beside the gear, and what the "
        "recording's own passages say about both."
        if gear is not None
        else "Dynamics and quiet tone come from the recording, for gear and models alike. The rest "
        "needs signals made for the purpose, which the gear has not been asked to play; only the "
        "models have."
    )


def behaviour_plots(evaluation: Evaluation) -> list[str]:
    """Every plot of behaviour as HTML; those from the recording first."""
    sizes, gear = evaluation.sizes, evaluation.gear
    maps = [(size.label, size.probes.aliasing) for size in sizes]
    if gear is not None:
        maps.insert(0, ("Gear", gear.aliasing))
    result = [
        plot(
            "dynamics",
            "Dynamics",
            "Median level of the output against the level of the input, over 50 ms of the "
            "recording. The flatter, the more compressed.",
            figures.dynamics_figure(evaluation),
        )
    ]
    response = figures.response_figure(evaluation)
    if response is not None:
        result.append(
            plot(
                "response",
                "Quiet tone",
                "Frequency response to quiet playing, from the quiet passages of the recording. "
                "Gaps: the output does not follow the input enough to tell.",
                response,
            )
        )
    return [
        *result,
        plot(
            "transfer",
            "Transfer curve",
            "Output against input over one period of a 55 Hz sine at \N{MINUS SIGN}6 dBFS peak. "
            "The two ways differ where filters and memory act.",
            figures.transfer_figure(sizes, gear),
        ),
        plot(
            "harmonics",
            "Harmonics",
            "The fundamental (solid), second (dashed) and third (dotted) harmonic of a 110 Hz sine "
            "against its level.",
            figures.harmonics_figure(sizes, gear),
        ),
        plot(
            "burst",
            "Burst",
            "Level of a 440 Hz tone that goes from \N{MINUS SIGN}30 to \N{MINUS SIGN}6 dBFS peak "
            f"for half a second, and back. {_burst_text(evaluation)}",
            figures.burst_figure(sizes, gear),
        ),
        plot(
            "step",
            "Step",
            "Output after a step from silence to 0.25 of full scale.",
            figures.step_figure(sizes, gear),
        ),
        plot(
            "aliasing",
            "Aliasing",
            "ASR of a steady sine for each piano key (C4 is 262 Hz) and three peak levels: what of "
            "the answer is no harmonic of it. Darker (in dark mode: brighter) is worse.",
            figures.aliasing_figure(maps),
        ),
    ]


def _burst_text(evaluation: Evaluation) -> str:
    asked = [(size.label, size.probes.burst) for size in evaluation.sizes]
    if evaluation.gear is not None:
        asked.insert(0, ("Gear", evaluation.gear.burst))
    return " ".join(
        f"{name}: attack {1000 * one.attack_seconds:.0f} ms, release "
        f"{1000 * one.release_seconds:.0f} ms, overshoot {one.overshoot_db:.1f} dB."
        for name, one in asked
    )
