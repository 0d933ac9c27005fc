"""The whole page from its parts: one file with style, scripts, plots and sound inside."""

import base64
import hashlib
import html
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from string import Template

from plotly.offline import get_plotlyjs

from triode import __version__
from triode.errors import AudioError
from triode.report import figures
from triode.report.asset import asset, unix_lines
from triode.report.evaluation import Evaluation
from triode.report.log import TrainingLog
from triode.report.numbers import db, ratio, span
from triode.report.players import excerpt_text, players
from triode.report.sections import plot, verdict_cards, view_buttons, warning_list
from triode.report.settings import definition_list
from triode.report.tables import band_table, cost_table, grade_table, score_table
from triode.report.verdict import GRADES

__all__ = ["build_page"]

_SHOWN_FIRST = 1
_LONGEST_SUBTITLE = 300


def build_page(
    evaluation: Evaluation,
    *,
    title: str,
    metadata: Mapping[str, object],
    created: datetime,
    training_log: TrainingLog | None = None,
    warnings: Sequence[str] = (),
) -> str:
    """Put the page together.

    Args:
        evaluation: What was measured.
        title: What the page is about, as plain text.
        metadata: The model's own, of any shape and content.
        created: When the report was made.
        training_log: What the training wrote, if it is known.
        warnings: What is odd about the model; those of the recording are added.
    """
    recording = evaluation.recording
    training = _mapping(metadata.get("training"))
    about = {key: value for key, value in metadata.items() if key not in {"training", "date"}}
    scripts = {"plotly": unix_lines(get_plotlyjs()), "behaviour": asset("page.js")}
    facts = {
        "sample rate": f"{recording.rate_hz:g} Hz",
        "length": f"{len(recording.wet) / recording.rate_hz:.1f} s",
        "validation": span(*recording.validation_seconds),
        **recording.facts,
    }
    return Template(asset("page.html")).substitute(
        title=html.escape(title),
        subtitle=html.escape(_subtitle(metadata)),
        policy=_policy(scripts.values()),
        style=asset("page.css"),
        created=created.strftime("%Y-%m-%d"),
        validation=html.escape(span(*recording.validation_seconds)),
        floor=_floor_text(recording.replicate_floor),
        verdicts=verdict_cards(evaluation),
        warnings=warning_list([*warnings, *recording.warnings]),
        excerpt=html.escape(excerpt_text(evaluation)),
        players=players(evaluation),
        validation_scores=score_table(
            evaluation,
            whole=False,
            caption=f"Validation: {span(*recording.validation_seconds)}, kept out of training",
        ),
        whole_scores=score_table(
            evaluation,
            whole=True,
            caption="Whole recording: includes training material, so it flatters",
        ),
        cost=cost_table(evaluation),
        plots="\n".join(_plots(evaluation, training_log)),
        grades=grade_table((one.title, one.below, one.limit_db, one.meaning) for one in GRADES),
        about=definition_list(about),
        recording=definition_list(facts),
        training=definition_list(training),
        version=html.escape(__version__),
        **scripts,
    )


def _plots(evaluation: Evaluation, log: TrainingLog | None) -> list[str]:
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
            "spectrogram",
            "Spectrogram of the residual",
            "The gear above, what each size leaves below it, over the validation passage and with "
            "one colour scale: anything visible in a residual is what the model missed.",
            figures.spectrogram_figure(evaluation),
        ),
    ]
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


def _subtitle(metadata: Mapping[str, object]) -> str:
    gear = " ".join(str(metadata[key]) for key in ("gear_make", "gear_model") if metadata.get(key))
    maker = f"captured by {metadata['modeled_by']}" if metadata.get("modeled_by") else ""
    return ", ".join(part for part in (gear, maker) if part)[:_LONGEST_SUBTITLE]


def _floor_text(floor: float | None) -> str:
    if floor is None:
        return (
            "<p>The recording plays no passage twice, so it cannot tell how well the gear "
            "repeats itself.</p>"
        )
    depth_db = 10.0 * math.log10(floor) if floor > 0 else -math.inf
    return (
        "<p><strong>Replicate floor.</strong> Two takes of the same passage by the gear itself "
        f"differ by an ESR of {ratio(floor)} ({db(depth_db)}): noise and drift. No capture can "
        "beat that.</p>"
    )


def _policy(scripts: Iterable[str]) -> str:
    """A content security policy: these scripts run, nothing else does, nothing is fetched.

    It also covers what escaping already covers: a script smuggled in by metadata stays dead.
    """
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(one.encode()).digest()).decode()}'"
        for one in scripts
    )
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; "
        "img-src data: blob:; media-src data:; base-uri 'none'; form-action 'none'"
    )


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
