"""Every size of a model played and measured against a recording."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from triode.architectures import Network, networks
from triode.errors import AudioError
from triode.graph import Counts, counts, settle_samples
from triode.metrics import (
    ByInputLevel,
    FrequencyResponse,
    LowLevel,
    by_input_level,
    esr,
    level_difference_db,
    low_level,
    null_depth_db,
    small_signal_response,
    stft_distance,
    worst_passage,
)
from triode.nam import Model
from triode.report.probes import Play, Probes, probe
from triode.report.recording import Recording
from triode.report.verdict import Verdict, judge
from triode.runtime import renderer

__all__ = ["Evaluation", "Player", "Scores", "SizeResult", "evaluate", "measure", "score"]

Float32Array = npt.NDArray[np.float32]
Player = Callable[[Network], Play]
"""Makes of a network what plays (frames,) through it, from the steady state of silence."""


@dataclass(frozen=True, kw_only=True)
class Scores:
    """How close two signals are; see `triode.metrics` for each number."""

    esr: float
    null_depth_db: float
    stft_distance: float
    level_difference_db: float


@dataclass(frozen=True, kw_only=True)
class SizeResult:
    """One size of a model.

    Attributes:
        network: The size.
        label: Its name as a page shows it: Full, Lite, Size1.
        cost: What one output frame costs.
        output: What it plays for the whole dry recording, (frames,).
        validation: Scores over the validation passage.
        whole: Scores over the whole recording, training material included.
        verdict: The validation scores in words.
        low: Decays, noise tails and silence of the whole recording.
        levels: Error and dynamics by input level, over the whole recording.
        response: Small-signal frequency response, or None when there is too little to tell.
        worst: The worst five seconds of the whole recording.
        probes: What it does when it is asked directly.
    """

    network: Network
    label: str
    cost: Counts
    output: Float32Array
    validation: Scores
    whole: Scores
    verdict: Verdict
    low: tuple[LowLevel, ...]
    levels: ByInputLevel
    response: FrequencyResponse | None
    worst: slice
    probes: Probes


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """All sizes of a model on one recording, the largest size first.

    Attributes:
        recording: What they are judged on.
        sizes: The largest first.
        response: The gear's small-signal frequency response in the recording, if it can be told.
        gear: What the gear does when it is asked directly, if it could be.
    """

    recording: Recording
    sizes: tuple[SizeResult, ...]
    response: FrequencyResponse | None = None
    gear: Probes | None = None


def evaluate(
    model: Model,
    recording: Recording,
    *,
    player: Player = renderer,
    gear: Network | None = None,
) -> Evaluation:
    """Play the dry recording through every size of `model` and measure what comes out.

    Args:
        model: The model, of the recording's sample rate.
        recording: The aligned pair and its validation passage.
        player: What plays a network; tests put something quick here.
        gear: The gear itself, when it is a network.

    Raises:
        AudioError: A size plays something that is not finite, or the gear is silent where the
            model is judged.
    """
    return Evaluation(
        recording=recording,
        sizes=tuple(
            measure(network, recording, player=player) for network in reversed(networks(model))
        ),
        response=small_signal_response(recording.dry, recording.wet, recording.rate_hz),
        gear=None if gear is None else _probed(gear, player(gear)),
    )


def measure(
    network: Network, recording: Recording, *, player: Player = renderer, label: str | None = None
) -> SizeResult:
    """Measure one network; see `evaluate`. Without a label it is called by its size."""
    play = player(network)
    output = play(recording.dry)
    if not np.isfinite(output).all():
        raise AudioError(
            "the model plays something that is not a number",
            where=f"size {network.name}",
            expected="finite samples",
            got=f"{np.count_nonzero(~np.isfinite(output))} NaN or infinite samples",
            hint="The file's weights are broken; train or export it again.",
        )
    dry, wet, rate_hz = recording.dry, recording.wet, recording.rate_hz
    validation = score(recording.judged(wet), recording.judged(output))
    return SizeResult(
        network=network,
        label=network.name.capitalize() if label is None else label,
        cost=counts(network.graph),
        output=output,
        validation=validation,
        whole=score(wet, output),
        verdict=judge(validation.esr, validation.level_difference_db, recording.replicate_floor),
        low=low_level(dry, wet, output, rate_hz),
        levels=by_input_level(dry, wet, output, rate_hz),
        response=small_signal_response(dry, output, rate_hz),
        worst=worst_passage(wet, output, rate_hz),
        probes=_probed(network, play),
    )


def _probed(network: Network, play: Play) -> Probes:
    rate_hz = network.model.rate_hz
    return probe(play, rate_hz, rest_samples=settle_samples(network.graph, rate_hz))


def score(wet: Float32Array, output: Float32Array) -> Scores:
    """Measure `output` against `wet`, (frames,) each; a silent output is infinitely quieter."""
    return Scores(
        esr=esr(wet, output),
        null_depth_db=null_depth_db(wet, output),
        stft_distance=stft_distance(wet, output),
        level_difference_db=level_difference_db(wet, output) if output.any() else -math.inf,
    )
