"""Passages that a dry recording plays twice, sample for sample.

They matter twice over: two recordings of one passage tell how well any capture can do, and a
passage that is validated must not be trained on. They are found without knowing where to look:
the highest samples of every few milliseconds are landmarks, the samples around each describe it,
equal descriptions vote for a distance in time, and every distance with votes is then checked
against the samples themselves. Silence and steady tones have no landmarks of their own (each is
like its neighbours) and so are never reported.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.ndimage
import scipy.spatial

__all__ = ["Repeat", "find_repeats"]

# Two copies may each carry noise at -90 dBFS: their difference is then at -87 dBFS.
_TOLERANCE = 1e-4
_TOLERANCE_OF_PEAK = 3e-3
# Short, for in a decaying note every peak is lower than the one before it.
_LANDMARK_SECONDS = 0.001
_LANDMARK_SHARE_OF_PEAK = 0.02
# Where around a landmark its description is taken: uneven, so that no pitch fits all of it.
_DESCRIPTION_SECONDS = (
    np.array(
        [-9.7, -7.3, -5.1, -3.7, -2.3, -1.4, -0.7, -0.3, 0.3, 0.7, 1.4, 2.3, 3.7, 5.1, 7.3, 9.7]
    )
    * 1e-3
)
_NEIGHBOURS_CHECKED = 40
_NEIGHBOURS_SECONDS = 0.2
_MATCHES = 8
_MINIMUM_VOTES = 3
_DISTANCES_CHECKED = 256
_BLOCK_SECONDS = 0.005


@dataclass(frozen=True, kw_only=True, order=True)
class Repeat:
    """`frames` samples from `first` on that come again from `second` on; `first < second`."""

    first: int
    second: int
    frames: int

    def scaled(self, ratio: float) -> "Repeat":
        """The same passage at another rate, grown to whole samples."""
        first, second = int(self.first * ratio), int(self.second * ratio)
        return Repeat(first=first, second=second, frames=int(np.ceil(self.frames * ratio)) + 1)


def find_repeats(
    dry: npt.NDArray[np.float32], rate_hz: float, *, shortest_seconds: float = 0.5
) -> tuple[Repeat, ...]:
    """Find every passage of at least `shortest_seconds` that comes again, longest first.

    Copies may differ by noise of -90 dBFS each. A passage heard three times gives three repeats,
    one for each two of them.

    Args:
        dry: Shape (frames,).
        rate_hz: Its rate.
        shortest_seconds: Shorter coincidences are ignored.
    """
    peak = float(np.abs(dry).max(initial=0.0))
    tolerance = min(_TOLERANCE, _TOLERANCE_OF_PEAK * peak)
    found: list[Repeat] = []
    for distance in _distances(dry, rate_hz, peak, tolerance):
        found += _matching_runs(dry, int(distance), rate_hz, tolerance, shortest_seconds)
    return tuple(sorted(found, key=lambda one: (-one.frames, one.first, one.second)))


def _distances(
    dry: npt.NDArray[np.float32], rate_hz: float, peak: float, tolerance: float
) -> npt.NDArray[np.int64]:
    """Distances in samples at which several landmarks come again, most votes first."""
    nothing = np.empty(0, np.int64)
    reach = int(np.ceil(_DESCRIPTION_SECONDS[-1] * rate_hz))
    if len(dry) <= 2 * reach or peak == 0:
        return nothing
    magnitude = np.abs(dry)
    width = 2 * int(_LANDMARK_SECONDS * rate_hz) + 1
    highest = scipy.ndimage.maximum_filter1d(magnitude, width)
    top = (magnitude == highest) & (magnitude > _LANDMARK_SHARE_OF_PEAK * peak)
    top[1:] &= magnitude[1:] > magnitude[:-1]  # of a clipped top, its beginning only
    landmarks = np.flatnonzero(top)
    landmarks = landmarks[(landmarks >= reach) & (landmarks < len(dry) - reach)]
    offsets = np.round(_DESCRIPTION_SECONDS * rate_hz).astype(np.int64)
    descriptions = dry[landmarks[:, None] + offsets]
    radius = tolerance * np.sqrt(2 * len(offsets))
    alone = _unlike_neighbours(landmarks, descriptions, radius, _NEIGHBOURS_SECONDS * rate_hz)
    landmarks, descriptions = landmarks[alone], descriptions[alone]
    if len(landmarks) < _MINIMUM_VOTES:
        return nothing
    tree = scipy.spatial.cKDTree(descriptions)
    _, matches = tree.query(descriptions, k=_MATCHES, distance_upper_bound=radius)
    here = np.repeat(landmarks, _MATCHES)
    there = np.append(landmarks, -1)[np.minimum(matches.ravel(), len(landmarks))]
    distances, votes = np.unique((there - here)[there > here], return_counts=True)
    order = np.argsort(-votes, kind="stable")
    order = order[votes[order] >= _MINIMUM_VOTES][:_DISTANCES_CHECKED]
    return np.asarray(distances[order], np.int64)


def _unlike_neighbours(
    landmarks: npt.NDArray[np.int64],
    descriptions: npt.NDArray[np.float32],
    radius: float,
    reach: float,
) -> npt.NDArray[np.bool_]:
    """Which landmarks differ from all those within `reach` samples: not a steady tone's."""
    alone = np.ones(len(landmarks), np.bool_)
    for step in range(1, min(_NEIGHBOURS_CHECKED, len(landmarks) - 1) + 1):
        difference = descriptions[step:] - descriptions[:-step]
        alike = np.einsum("ij,ij->i", difference, difference) <= radius**2
        alike &= landmarks[step:] - landmarks[:-step] <= reach
        alone[step:] &= ~alike
        alone[:-step] &= ~alike
    return alone


def _matching_runs(
    dry: npt.NDArray[np.float32],
    distance: int,
    rate_hz: float,
    tolerance: float,
    shortest_seconds: float,
) -> list[Repeat]:
    """Stretches that equal what comes `distance` later, silence at their ends left off."""
    block = max(1, int(_BLOCK_SECONDS * rate_hz))
    shortest = int(shortest_seconds * rate_hz)
    earlier, later = dry[:-distance], dry[distance:]
    blocks = len(earlier) // block
    shape = (blocks, block)
    difference = (later - earlier)[: blocks * block].reshape(shape)
    same = np.einsum("ij,ij->i", difference, difference) <= block * tolerance**2
    found = []
    labels, count = scipy.ndimage.label(same)
    for (run,) in scipy.ndimage.find_objects(labels, max_label=count):
        if (run.stop - run.start + 2) * block < shortest:
            continue
        start, stop = _exact_ends(earlier, later, run.start * block, run.stop * block, tolerance)
        loud = np.flatnonzero(np.abs(earlier[start:stop]) > 10 * tolerance)
        if len(loud) == 0:
            continue
        start, stop = start + int(loud[0]), start + int(loud[-1]) + 1
        if stop - start >= shortest:
            found.append(Repeat(first=start, second=start + distance, frames=stop - start))
    return found


def _exact_ends(
    earlier: npt.NDArray[np.float32],
    later: npt.NDArray[np.float32],
    start: int,
    stop: int,
    tolerance: float,
) -> tuple[int, int]:
    """Grow a run of whole equal blocks sample by sample; noise reaches five times its level."""
    while start > 0 and abs(earlier[start - 1] - later[start - 1]) <= 5 * tolerance:
        start -= 1
    while stop < len(earlier) and abs(earlier[stop] - later[stop]) <= 5 * tolerance:
        stop += 1
    return start, stop
