"""How a wet recording lies against its dry one: facts only, found by `triode.capture.alignment`."""

from dataclasses import dataclass, replace
from typing import Final

__all__ = ["CLEAR_POLARITY", "SURE_CONFIDENCE", "USABLE_CONFIDENCE", "Alignment", "Jump", "Vote"]

USABLE_CONFIDENCE: Final = 0.2
"""Below this, the two recordings are taken not to belong together."""

SURE_CONFIDENCE: Final = 0.5
"""Below this, the delay should be looked at before it is believed."""

CLEAR_POLARITY: Final = 0.3
"""Below this, the gear neither inverts nor keeps the sign: it turns the phase."""


@dataclass(frozen=True, kw_only=True)
class Vote:
    """What one estimator says about where the gear's answer begins.

    Attributes:
        estimator: "correlation", "phase", "click" or "onset".
        delay_samples: Its delay, on the same footing as `Alignment.delay_samples`.
        uncertainty_samples: How far off it may be by its own account.
        polarity: +1, -1, or 0 when it cannot tell.
        confidence: 0 to 1, by its own account, before it is compared with the others.
        agrees: Whether the delay that was decided on lies within what this estimator allows.
    """

    estimator: str
    delay_samples: float
    uncertainty_samples: float
    polarity: int
    confidence: float
    agrees: bool = True


@dataclass(frozen=True, kw_only=True)
class Jump:
    """A place where samples were lost or repeated while recording.

    Attributes:
        position_samples: The first sample of the dry signal whose answer comes with the new delay.
        shift_samples: New delay less the old one: negative when samples were lost, positive when
            some came twice or were put in.
        uncertainty_samples: How far `position_samples` may be off, to either side.
    """

    position_samples: int
    shift_samples: float
    uncertainty_samples: int


@dataclass(frozen=True, kw_only=True)
class Alignment:
    """How to lay a wet signal over its dry one.

    The answer to the dry sample n lies at n + delay + n * drift_ppm / 1e6 + the shifts of all
    jumps up to n, in samples of the wet signal.

    Attributes:
        delay_samples: When the answer to the first dry sample begins; negative when the wet
            recording starts later than the dry one.
        advance_samples: How far the wet signal is moved forward, whole samples.
        advance_fraction: What is moved beyond that by interpolation, -0.5 to 0.5; zero where the
            wet signal is not resampled.
        polarity: +1, or -1 when the gear inverts.
        polarity_clarity: 0 to 1; below `CLEAR_POLARITY` the gear has no single polarity.
        confidence: 0 to 1, see `USABLE_CONFIDENCE` and `SURE_CONFIDENCE`.
        uncertainty_samples: One standard deviation of the delay, from parts of the recording
            measured apart.
        drift_ppm: How much faster the recorder's clock ran than the player's, in parts per
            million; zero when it is too little to matter.
        raw_drift_ppm: The drift as measured, also where it is too little to be taken for one.
        pivot_samples: The dry sample at which the delay is the same with either: the middle of
            what the dry signal has to say.
        jumps: In time order.
        votes: What each estimator said, most confident first.
        given: Whether the delay was given by the user instead of measured.
    """

    delay_samples: float
    advance_samples: int
    polarity: int
    polarity_clarity: float
    confidence: float
    advance_fraction: float = 0.0
    uncertainty_samples: float = 0.0
    drift_ppm: float = 0.0
    raw_drift_ppm: float = 0.0
    pivot_samples: float = 0.0
    jumps: tuple[Jump, ...] = ()
    votes: tuple[Vote, ...] = ()
    given: bool = False

    @property
    def sure(self) -> bool:
        """Whether the delay can be believed without looking at it."""
        return self.given or self.confidence >= SURE_CONFIDENCE

    @property
    def resampled(self) -> bool:
        """Whether laying wet over dry takes interpolation, not only a move by whole samples."""
        return self.drift_ppm != 0 or self.advance_fraction != 0

    def delay_at(self, sample: float) -> float:
        """The delay of the answer to one sample of the dry signal, in samples."""
        shifts = sum(one.shift_samples for one in self.jumps if one.position_samples <= sample)
        return self.delay_samples + sample * self.drift_ppm * 1e-6 + shifts

    def at_rate(self, ratio: float) -> "Alignment":
        """The same with every count of samples times `ratio`, for a pair that was resampled."""
        if ratio == 1.0:
            return self
        return replace(
            self,
            delay_samples=self.delay_samples * ratio,
            advance_samples=round(self.advance_samples * ratio),
            advance_fraction=self.advance_fraction * ratio,
            uncertainty_samples=self.uncertainty_samples * ratio,
            pivot_samples=self.pivot_samples * ratio,
            jumps=tuple(
                Jump(
                    position_samples=round(one.position_samples * ratio),
                    shift_samples=one.shift_samples * ratio,
                    uncertainty_samples=round(one.uncertainty_samples * ratio) + 1,
                )
                for one in self.jumps
            ),
            votes=tuple(
                replace(
                    one,
                    delay_samples=one.delay_samples * ratio,
                    uncertainty_samples=one.uncertainty_samples * ratio,
                )
                for one in self.votes
            ),
        )
