"""What the measurements mean in plain words, one finding per question.

The limits are stated with where they come from. Those of level (1 dB) are near the just noticeable
difference in level (Fastl and Zwicker, Psychoacoustics); the others are the project's rules of
thumb, not results of a listening test.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from triode.metrics import FrequencyResponse
from triode.metrics.low_level import DECAYS, NOISE_TAILS, SILENCE
from triode.report.evaluation import Evaluation, SizeResult

__all__ = ["QUESTIONS", "Finding", "Question", "finding", "worst_depth_db"]

_RESPONSE_HZ = (80.0, 8000.0)
_LEAST_SECONDS = 1.0
_JUST_NOTICEABLE = "1 dB is near the just noticeable difference in level"


@dataclass(frozen=True, kw_only=True)
class Question:
    """Something to know about a model, in dB; smaller is better.

    Attributes:
        key: Short name.
        title: What is asked.
        good_below: Up to here there is nothing to worry about.
        fair_below: Up to here an attentive comparison may hear it; beyond, it is heard.
        good, fair, poor: What to say in each case.
        source: Where the limits come from.
        measure: The value; NaN when it cannot be told.
    """

    key: str
    title: str
    good_below: float
    fair_below: float
    good: str
    fair: str
    poor: str
    source: str
    measure: Callable[[SizeResult, Evaluation], float]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """The answer for one size: its value in dB, "good", "fair", "poor" or "none", and words."""

    question: Question
    value_db: float
    grade: str
    text: str


def finding(question: Question, size: SizeResult, evaluation: Evaluation) -> Finding:
    """Answer a question about one size."""
    value = question.measure(size, evaluation)
    if math.isnan(value):
        grade, text = "none", "The recording has nothing to tell it by."
    elif value <= question.good_below:
        grade, text = "good", question.good
    elif value <= question.fair_below:
        grade, text = "fair", question.fair
    else:
        grade, text = "poor", question.poor
    return Finding(question=question, value_db=value, grade=grade, text=text)


def _low(size: SizeResult, kind: str) -> float:
    """Error relative to the gear in one kind of quiet passage."""
    for one in size.low:
        if one.kind == kind and one.seconds >= _LEAST_SECONDS and math.isfinite(one.gear_db):
            return one.error_db - one.gear_db
    return math.nan


def _tail(size: SizeResult, evaluation: Evaluation) -> float:
    del evaluation
    return _low(size, NOISE_TAILS)


def _decay(size: SizeResult, evaluation: Evaluation) -> float:
    del evaluation
    return _low(size, DECAYS)


def _offset(size: SizeResult, evaluation: Evaluation) -> float:
    """DC at rest that the gear does not have, in dBFS; against zero where it is never silent."""
    del evaluation
    gear = next((one.gear_dc for one in size.low if one.kind == SILENCE), 0.0)
    difference = abs(size.probes.rest.dc - gear)
    return 20.0 * math.log10(difference) if difference > 0.0 else -math.inf


def _noise(size: SizeResult, evaluation: Evaluation) -> float:
    del evaluation
    return size.probes.rest.noise_dbfs


def _aliasing(size: SizeResult, evaluation: Evaluation) -> float:
    del evaluation
    return size.probes.aliasing.median_db


def _dynamics(size: SizeResult, evaluation: Evaluation) -> float:
    """The largest difference of median levels over input levels with a second of playing."""
    del evaluation
    levels = size.levels
    heard = (levels.seconds >= _LEAST_SECONDS) & np.isfinite(levels.gear_db)
    difference = np.abs(levels.model_db[heard] - levels.gear_db[heard])
    return float(difference.max()) if difference.size else math.nan


def _response(size: SizeResult, evaluation: Evaluation) -> float:
    if size.response is None or evaluation.response is None:
        return math.nan
    return _largest_difference(size.response, evaluation.response)


def _largest_difference(model: FrequencyResponse, gear: FrequencyResponse) -> float:
    low_hz, high_hz = _RESPONSE_HZ
    inside = (gear.centres_hz >= low_hz) & (gear.centres_hz <= high_hz)
    difference = np.abs(model.gain_db - gear.gain_db)[inside]
    difference = difference[np.isfinite(difference)]
    return float(difference.max()) if difference.size else math.nan


def worst_depth_db(size: SizeResult, evaluation: Evaluation) -> float:
    """Null depth of a size's worst five seconds."""
    wet = evaluation.recording.wet[size.worst].astype(np.float64)
    error = wet - size.output[size.worst]
    energy, left = float(wet @ wet), float(error @ error)
    if energy == 0.0:
        return math.nan
    return 10.0 * math.log10(left / energy) if left > 0.0 else -math.inf


QUESTIONS: tuple[Question, ...] = (
    Question(
        key="worst",
        title="Worst five seconds: null depth",
        good_below=-20.0,
        fair_below=-15.0,
        good="Close even where it is worst.",
        fair="One passage is only just close; listen to it below.",
        poor="One passage is clearly off; listen to it below.",
        source="The grades of the verdict.",
        measure=worst_depth_db,
    ),
    Question(
        key="decays",
        title="Error in decays, relative to the gear",
        good_below=-20.0,
        fair_below=-10.0,
        good="Notes fade as the gear's do.",
        fair="Careful listening to fading notes may reveal the model.",
        poor="Fading notes sound different from the gear.",
        source="The grades of the verdict, applied to decays alone.",
        measure=_decay,
    ),
    Question(
        key="tails",
        title="Error in noise tails, relative to the gear",
        good_below=3.5,
        fair_below=10.0,
        good="No louder than noise that cannot be predicted.",
        fair="The model adds something to quiet passages.",
        poor="The model is audibly wrong in quiet passages.",
        source="A model that plays no noise leaves 0 dB, one that plays other noise of the same "
        "level 3 dB; 10 dB is heard as twice as loud.",
        measure=_tail,
    ),
    Question(
        key="offset",
        title="DC at rest that the gear does not have, dBFS",
        good_below=-60.0,
        fair_below=-40.0,
        good="No click when it is switched on or off.",
        fair="Switching it on or off can click softly.",
        poor="Switching it on or off clicks, and headroom is lost.",
        source="Rule of thumb: a step below \N{MINUS SIGN}60 dBFS is lost under playing.",
        measure=_offset,
    ),
    Question(
        key="noise",
        title="Self-noise at rest, dBFS",
        good_below=-90.0,
        fair_below=-70.0,
        good="Silent when nothing is played.",
        fair="It plays something into silence, softly.",
        poor="It hums or hisses by itself.",
        source="The quantisation noise of 16 bits lies at \N{MINUS SIGN}98 dBFS.",
        measure=_noise,
    ),
    Question(
        key="aliasing",
        title="Aliasing, median ASR",
        good_below=-60.0,
        fair_below=-40.0,
        good="Folded tones stay below what playing masks.",
        fair="High, hard notes may carry a faint foreign tone; the recipe a2-smooth aliases less.",
        poor="High notes carry audible foreign tones; the recipe a2-smooth aliases less.",
        source="Rule of thumb.",
        measure=_aliasing,
    ),
    Question(
        key="dynamics",
        title="Dynamics: largest difference in level",
        good_below=1.0,
        fair_below=3.0,
        good="It compresses as the gear does.",
        fair="At some input level it is a little louder or softer than the gear.",
        poor="It answers to playing dynamics differently from the gear.",
        source=_JUST_NOTICEABLE,
        measure=_dynamics,
    ),
    Question(
        key="response",
        title="Quiet tone: largest difference, 80 Hz to 8 kHz",
        good_below=1.0,
        fair_below=3.0,
        good="Played softly, it has the tone of the gear.",
        fair="Played softly, one band is a little louder or softer.",
        poor="Played softly, it has another tone than the gear.",
        source=_JUST_NOTICEABLE,
        measure=_response,
    ),
)
"""In the order in which a page shows them."""
