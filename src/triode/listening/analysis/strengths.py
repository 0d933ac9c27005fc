"""Preference: how strong each system is, by the model of Bradley and Terry."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from triode.listening.analysis.rows import Row

__all__ = ["Strength", "bradley_terry", "strengths_of"]

Float64Array = npt.NDArray[np.float64]

_STEPS = 500
_CLOSE = 1e-9
_DRAWS = 500
_PRIOR = 0.1
"""A tenth of a win for both sides of each pair, so that who never loses has a finite strength."""


@dataclass(frozen=True, kw_only=True)
class Strength:
    """One system's strength.

    Attributes:
        system: Its name.
        log_strength: Natural logarithm; over all systems they sum to zero. The odds that one is
            preferred to another are the exponential of their difference.
        interval: Percentiles, 95 %, of the bootstrap over listeners and gear.
    """

    system: str
    log_strength: float
    interval: tuple[float, float]


def bradley_terry(wins: Float64Array) -> Float64Array:
    """Log strengths, (systems,), that make the wins most likely, their mean being zero.

    By minorisation and maximisation (Hunter 2004). A tie is half a win for both (`wins` may be
    fractions).

    Args:
        wins: (systems, systems): how often the row's was preferred to the column's.
    """
    count = len(wins)
    games = wins + wins.T
    padded = wins + _PRIOR * (games > 0.0)
    games = padded + padded.T
    strengths = np.ones(count)
    won = padded.sum(axis=1)
    for _ in range(_STEPS):
        sums = strengths[:, None] + strengths[None, :]
        after = won / np.maximum((games / sums).sum(axis=1), 1e-300)
        after /= np.exp(np.mean(np.log(np.maximum(after, 1e-300))))
        done = np.abs(np.log(after / strengths)).max() < _CLOSE
        strengths = after
        if done:
            break
    return np.asarray(np.log(strengths))


def strengths_of(rows: Sequence[Row], *, seed: int = 0) -> tuple[Strength, ...]:
    """All systems that were compared, the strongest first."""
    systems = sorted({name for one in rows for name in (one.system, one.against)})
    cells: dict[tuple[int, str], Float64Array] = {}
    place: Mapping[str, int] = {name: index for index, name in enumerate(systems)}
    for one in rows:
        key = one.listener, one.gear
        wins = cells.setdefault(key, np.zeros((len(systems), len(systems))))
        wins[place[one.system], place[one.against]] += 0.5 + one.value / 2.0
        wins[place[one.against], place[one.system]] += 0.5 - one.value / 2.0
    listeners = sorted({one for one, _ in cells})
    gear = sorted({one for _, one in cells})
    stacked = np.zeros((len(listeners), len(gear), len(systems), len(systems)))
    for (listener, name), wins in cells.items():
        stacked[listeners.index(listener), gear.index(name)] = wins
    found = bradley_terry(stacked.sum(axis=(0, 1)))
    draws = _drawn(stacked, seed)
    low, high = np.percentile(draws, [2.5, 97.5], axis=0)
    order = np.argsort(-found)
    return tuple(
        Strength(
            system=systems[one],
            log_strength=float(found[one]),
            interval=(float(low[one]), float(high[one])),
        )
        for one in order
    )


def _drawn(stacked: Float64Array, seed: int) -> Float64Array:
    """Strengths with listeners and gear drawn anew, (draws, systems)."""
    generator = np.random.default_rng(seed)
    listeners, gear = stacked.shape[:2]
    result = []
    for _ in range(_DRAWS):
        first = generator.integers(listeners, size=listeners)
        second = generator.integers(gear, size=gear)
        result.append(bradley_terry(stacked[first][:, second].sum(axis=(0, 1))))
    return np.array(result)
