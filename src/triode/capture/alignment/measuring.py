"""The delay of every passage, finely.

Passages are compared with what all of them have in common, their averaged cross-spectrum, so the
gear's own phase cancels and what is left per passage is its own delay, to a few hundredths of a
sample.
"""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import scipy.fft

from triode.capture.alignment.course import PASSAGE_FRAMES, Course, passages
from triode.capture.alignment.spectra import GROUPS, Average, average_spectra, passage_spectra

__all__ = ["ENOUGH_PASSAGES", "measured"]

ENOUGH_PASSAGES = 60
_REACH = 160
_BAND = 0.92
_QUIETEST = 1e-9
# Without itself and its neighbours, three quarters of all passages are left to compare one with.
_GROUPS_BY_OTHERS = 12


def measured(
    dry: npt.NDArray[np.float32],
    wet: npt.NDArray[np.float32],
    course: Course,
    enough: int = ENOUGH_PASSAGES,
    *,
    by_others: bool = False,
) -> Course:
    """The course with what at least `enough` passages say about it.

    Each is compared with what all have in common or, `by_others`, all but itself and its
    neighbours. A sweep is alone with its frequencies: what is common to all is itself there, and
    says of it whatever delay it was taken to have.
    """
    starts = passages(len(dry), course, enough)
    centres = np.asarray(starts + 0.5 * PASSAGE_FRAMES, np.float64)
    delays = course.at(centres)
    groups = _GROUPS_BY_OTHERS if by_others else GROUPS
    average = average_spectra(dry, wet, starts, delays, PASSAGE_FRAMES, groups=groups)
    common = average.total()
    references = [common]
    if by_others:
        beside = [[(own + step) % groups for step in (-1, 0, 1)] for own in range(groups)]
        references = [average.without(*some) for some in beside]
    templates = np.stack([_template(one) for one in references])
    residuals, scores, shares, energies, bright = np.zeros((5, len(starts)))
    flat = (1 / (common.dry[0] + 1e-5 * common.dry[0].max() + 1e-30)).astype(np.float32)
    squares = (np.arange(templates.shape[1], dtype=np.float32) + 1) ** 2
    for rows, x, y in passage_spectra(dry, wet, starts, delays, PASSAGE_FRAMES):
        template = templates[np.arange(rows.start, rows.stop) % len(templates)]
        likeness = scipy.fft.irfft(np.conj(x) * y * template, axis=1)
        noise = np.sqrt(np.mean(likeness**2, axis=1))
        near = np.concatenate([likeness[:, -_REACH:], likeness[:, : _REACH + 1]], axis=1)
        peaks = np.clip(np.argmax(near, axis=1), 1, 2 * _REACH - 1)
        before, here, after = (near[np.arange(len(near)), peaks + step] for step in (-1, 0, 1))
        bend = before - 2 * here + after
        vertex = np.where(bend < 0, 0.5 * (before - after) / np.where(bend < 0, bend, 1), 0)
        residuals[rows] = peaks - _REACH + vertex.clip(-1, 1)
        scores[rows] = here / np.maximum(noise, 1e-30)
        played = np.abs(x) ** 2
        shares[rows], energies[rows], bright[rows] = (
            played @ flat,
            played.sum(axis=1),
            played @ squares,
        )
    return replace(
        course,
        centres=centres,
        residuals=residuals,
        scores=scores,
        levels=np.log10(energies + _QUIETEST),
        brightness=np.log10((bright + _QUIETEST) / (energies + _QUIETEST)),
        pivot=float(centres @ shares / max(shares.sum(), 1e-30)),
    )


def _template(common: Average) -> npt.NDArray[np.complex64]:
    """What turns the cross-spectrum of a passage into its likeness to `common`, of one group."""
    cross, powers = common.cross[0], np.maximum(common.dry[0] * common.wet[0], 1e-300)
    # Weights of the maximum likelihood estimate (Knapp and Carter 1976), from what is common.
    coherence = np.convolve(np.abs(cross) ** 2 / powers, np.ones(9) / 9, "same").clip(0, 0.98)
    weight = coherence / (1 - coherence) / np.sqrt(np.maximum(powers, 1e-10 * powers.max()))
    weight[int(_BAND * len(weight)) :] = 0
    weight[:4] = 0
    template = np.conj(cross) / np.maximum(np.abs(cross), 1e-300) * weight
    return np.asarray(template, np.complex64)
