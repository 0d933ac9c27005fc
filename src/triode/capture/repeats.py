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

from triode.audio import blocks_of, peak_of, release

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
# What is in memory at a time.
_BLOCK_FRAMES = 1 << 19
_QUERIED_AT_ONCE = 1 << 15
_ALL_KEPT_SECONDS = 300.0


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
    peak = peak_of(dry)
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
    offsets = np.round(_DESCRIPTION_SECONDS * rate_hz).astype(np.int64)
    if len(dry) <= 2 * offsets[-1] or peak == 0:
        return nothing
    radius = tolerance * np.sqrt(2 * len(offsets))
    landmarks, descriptions = _landmarks(dry, rate_hz, peak, offsets, radius)
    if len(landmarks) < _MINIMUM_VOTES:
        return nothing
    tree = scipy.spatial.cKDTree(descriptions)
    pairs: list[npt.NDArray[np.int64]] = []
    for first in range(0, len(landmarks), _QUERIED_AT_ONCE):
        chosen = slice(first, first + _QUERIED_AT_ONCE)
        _, matches = tree.query(descriptions[chosen], k=_MATCHES, distance_upper_bound=radius)
        here = np.repeat(landmarks[chosen], _MATCHES)
        there = np.append(landmarks, -1)[np.minimum(matches.ravel(), len(landmarks))]
        pairs.append((there - here)[there > here])
    distances, votes = np.unique(np.concatenate(pairs), return_counts=True)
    order = np.argsort(-votes, kind="stable")
    order = order[votes[order] >= _MINIMUM_VOTES][:_DISTANCES_CHECKED]
    return np.asarray(distances[order], np.int64)


def _landmarks(
    dry: npt.NDArray[np.float32],
    rate_hz: float,
    peak: float,
    offsets: npt.NDArray[np.int64],
    radius: float,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """Where the landmarks are that differ from their neighbours, and their descriptions.

    Of a long recording only some are kept, chosen by what they look like, so that a copy of a
    passage keeps the same ones.
    """
    reach = int(np.ceil(_DESCRIPTION_SECONDS[-1] * rate_hz))
    # So far apart, two landmarks are no neighbours.
    margin = reach + int(np.ceil(_NEIGHBOURS_SECONDS * rate_hz))
    thinned = _thinnings(len(dry) / rate_hz)
    places, looks = [], []
    for start in range(0, len(dry), _BLOCK_FRAMES):
        low, high = max(0, start - margin), min(len(dry), start + _BLOCK_FRAMES + margin)
        found = low + _tops(dry[low:high], rate_hz, peak)
        found = found[(found >= low + reach) & (found < high - reach)]
        descriptions = dry[found[:, None] + offsets]
        kept = _unlike_neighbours(found, descriptions, radius, _NEIGHBOURS_SECONDS * rate_hz)
        kept &= (found >= start) & (found < start + _BLOCK_FRAMES)
        for number in range(thinned):
            kept &= descriptions[:, number] > descriptions[:, -1 - number]
        places.append(found[kept])
        looks.append(descriptions[kept])
        release(dry)
    return np.concatenate(places), np.concatenate(looks)


def _thinnings(seconds: float) -> int:
    """How often to halve the number of landmarks, so that it stops growing with the length."""
    return int(
        np.clip(np.ceil(np.log2(seconds / _ALL_KEPT_SECONDS)), 0, len(_DESCRIPTION_SECONDS) // 2)
    )


def _tops(signal: npt.NDArray[np.float32], rate_hz: float, peak: float) -> npt.NDArray[np.int64]:
    """The samples that are the highest of some milliseconds."""
    magnitude = np.abs(signal)
    width = 2 * int(_LANDMARK_SECONDS * rate_hz) + 1
    highest = scipy.ndimage.maximum_filter1d(magnitude, width)
    top = (magnitude == highest) & (magnitude > _LANDMARK_SHARE_OF_PEAK * peak)
    top[1:] &= magnitude[1:] > magnitude[:-1]  # of a clipped top, its beginning only
    return np.flatnonzero(top)


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
    same = np.zeros(blocks, np.bool_)
    together = max(1, _BLOCK_FRAMES // block)
    for first in range(0, blocks, together):
        last = min(blocks, first + together)
        part = slice(first * block, last * block)
        difference = (later[part] - earlier[part]).reshape(-1, block)
        energy = np.einsum("ij,ij->i", difference, difference)
        same[first:last] = energy <= block * tolerance**2
        release(dry)
    found = []
    labels, count = scipy.ndimage.label(same)
    for (run,) in scipy.ndimage.find_objects(labels, max_label=count):
        if (run.stop - run.start + 2) * block < shortest:
            continue
        start, stop = _exact_ends(earlier, later, run.start * block, run.stop * block, tolerance)
        start, stop = _without_silent_ends(earlier, start, stop, 10 * tolerance)
        if stop - start >= shortest:
            found.append(Repeat(first=start, second=start + distance, frames=stop - start))
    return found


def _without_silent_ends(
    signal: npt.NDArray[np.float32], start: int, stop: int, loud: float
) -> tuple[int, int]:
    """The part of [start, stop) from its first to its last loud sample; empty without one."""
    first, last = stop, stop
    position = start
    for block in blocks_of(signal[start:stop]):
        where = np.flatnonzero(np.abs(block) > loud)
        if len(where):
            first, last = min(first, position + int(where[0])), position + int(where[-1]) + 1
        position += len(block)
    return first, last


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
