"""The plots of how a model follows a recording."""

from triode.errors import AudioError
from triode.report import figures
from triode.report.evaluation import Evaluation
from triode.report.log import TrainingLog
from triode.report.sections import plot, view_buttons
from triode.report.tables import band_table

__all__ = ["recording_plots"]

_SHOWN_FIRST = 1


def recording_plots(evaluation: Evaluation, log: TrainingLog | None) -> list[str]:
    """Every plot about how the sizes follow the recording, as HTML."""
    recording = evaluation.recording
    start_seconds = figures.waveform_start(evaluation) / recording.rate_hz
    names = ", ".join(size.label for size in evaluation.sizes)
    result = [
        plot(
            "waveform",
            "Waveform",
            f"The hardest attack of the validation passage, from {start_seconds:.2f} s on: the "
            f"gear as a broad line, {names} on top. Drag to zoom, double-click to return.",
            figures.waveform_figure(evaluation),
            extra=view_buttons("waveform", figures.WAVEFORM_VIEWS_MS, _SHOWN_FIRST),
        ),
        plot(
            "spectrum",
            "Spectrum",
            "Average spectrum of the validation passage: the gear, each size, and what is left "
            "when one is subtracted from the other. The lower the residual, the better.",
            figures.spectrum_figure(evaluation),
        ),
    ]
    try:
        errors = figures.band_errors(evaluation)
    except AudioError:
        errors = ()
    if errors:
        result.append(
            plot(
                "bands",
                "Error in each octave",
                "Error relative to what the gear plays in the same octave band, over the "
                "validation passage. The longer a bar reaches down, the better.",
                figures.bands_figure(evaluation, errors),
                extra=f"<details><summary>As a table</summary>{band_table(evaluation, errors)}"
                "</details>",
            )
        )
    result += [
        plot(
            "time",
            "Error over time",
            "Level of the gear and of each residual along the whole recording. The shaded part "
            "is the validation passage; the rest includes training material.",
            figures.over_time_figure(evaluation),
        ),
        plot(
            "esr",
            "ESR over time",
            "Error relative to what the gear plays, second by second; 0 dB is as wrong as silence. "
            "Silent seconds have none.",
            figures.esr_over_time_figure(evaluation),
        ),
        plot(
            "levels",
            "Error by input level",
            "Error relative to the gear against the level of the dry signal, over the whole "
            "recording: to the left quiet playing, to the right loud.",
            figures.error_by_level_figure(evaluation),
        ),
        plot(
            "spectrogram",
            "Spectrogram of the residual",
            "The gear above, what each size leaves below it, over the validation passage and with "
            "one colour scale: anything visible in a residual is what the model missed.",
            figures.spectrogram_figure(evaluation),
        ),
    ]
    quiet = figures.low_level_figure(evaluation)
    if quiet is not None:
        result.append(
            plot(
                "low",
                "Residual where little is played",
                "Octave spectra of the gear and of each residual in noise tails (in decays, when "
                "the recording has no tails). Above the gear, a residual can be heard.",
                quiet,
            )
        )
    if log is not None:
        result.append(
            plot(
                "training",
                "Training",
                f"Validation ESR of each size over {len(log.epochs)} epochs, as the training "
                "logged it, and the training loss on its own scale.",
                figures.training_figure(log, [size.network.name for size in evaluation.sizes]),
            )
        )
    return result
