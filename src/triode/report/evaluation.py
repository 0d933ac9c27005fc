"""Every size of a model played and measured against a recording."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from triode.architectures import Network, networks
from triode.errors import AudioError
from triode.graph import Counts, counts
from triode.metrics import esr, level_difference_db, null_depth_db, stft_distance
from triode.nam import Model
from triode.report.recording import Recording
from triode.report.verdict import Verdict, judge
from triode.runtime import render

__all__ = ["Evaluation", "Player", "Scores", "SizeResult", "evaluate", "score"]

Float32Array = npt.NDArray[np.float32]
Player = Callable[[Network, Float32Array], Float32Array]
"""Plays (frames,) through a network, starting from the steady state of silence."""


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
        cost: What one output frame costs.
        output: What it plays for the whole dry recording, (frames,).
        validation: Scores over the validation passage.
        whole: Scores over the whole recording, training material included.
        verdict: The validation scores in words.
    """

    network: Network
    cost: Counts
    output: Float32Array
    validation: Scores
    whole: Scores
    verdict: Verdict

    @property
    def label(self) -> str:
        """The size's name as the page shows it: Full, Lite, Size1."""
        return self.network.name.capitalize()


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """All sizes of a model on one recording, the largest size first."""

    recording: Recording
    sizes: tuple[SizeResult, ...]


def evaluate(model: Model, recording: Recording, *, player: Player = render) -> Evaluation:
    """Play the dry recording through every size of `model` and measure what comes out.

    Args:
        model: The model, of the recording's sample rate.
        recording: The aligned pair and its validation passage.
        player: What plays a network; tests put something quick here.

    Raises:
        AudioError: A size plays something that is not finite, or the gear is silent where the
            model is judged.
    """
    results = []
    for network in reversed(networks(model)):
        output = player(network, recording.dry)
        if not np.isfinite(output).all():
            raise AudioError(
                "the model plays something that is not a number",
                where=f"size {network.name}",
                expected="finite samples",
                got=f"{np.count_nonzero(~np.isfinite(output))} NaN or infinite samples",
                hint="The file's weights are broken; train or export it again.",
            )
        validation = score(recording.judged(recording.wet), recording.judged(output))
        results.append(
            SizeResult(
                network=network,
                cost=counts(network.graph),
                output=output,
                validation=validation,
                whole=score(recording.wet, output),
                verdict=judge(
                    validation.esr, validation.level_difference_db, recording.replicate_floor
                ),
            )
        )
    return Evaluation(recording=recording, sizes=tuple(results))


def score(wet: Float32Array, output: Float32Array) -> Scores:
    """Measure `output` against `wet`, (frames,) each; a silent output is infinitely quieter."""
    return Scores(
        esr=esr(wet, output),
        null_depth_db=null_depth_db(wet, output),
        stft_distance=stft_distance(wet, output),
        level_difference_db=level_difference_db(wet, output) if output.any() else -math.inf,
    )
