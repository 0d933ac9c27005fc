"""What an error-to-signal ratio means in plain words.

The grades are rules of thumb for distorted guitar, chosen by the project, not results of a
listening test: 30 dB below the signal an error is masked by the music around it, 20 dB below it
takes an attentive comparison to hear it, and from 10 dB up nobody needs one.
"""

import math
from dataclasses import dataclass

__all__ = ["GRADES", "Grade", "Verdict", "judge"]

# Two takes of the gear give the floor with an uncertainty of a few dB themselves.
_AT_FLOOR = 4.0
_AUDIBLE_LEVEL_DB = 0.5


@dataclass(frozen=True, kw_only=True)
class Grade:
    """One range of ESR: from the previous grade's limit up to `below`."""

    key: str
    below: float
    title: str
    meaning: str

    @property
    def limit_db(self) -> float:
        """The limit as a null depth."""
        return 10.0 * math.log10(self.below) if math.isfinite(self.below) else math.inf


GRADES: tuple[Grade, ...] = (
    Grade(
        key="excellent",
        below=0.001,
        title="Practically indistinguishable",
        meaning="In a mix nobody will tell it from the gear. Alone, a very careful comparison "
        "of decays and treble might.",
    ),
    Grade(
        key="very-good",
        below=0.01,
        title="Very close",
        meaning="Feels and sounds like the gear. Switching back and forth can reveal small "
        "differences.",
    ),
    Grade(
        key="good",
        below=0.03,
        title="Close",
        meaning="Clearly the same gear, with differences that a direct comparison brings out.",
    ),
    Grade(
        key="fair",
        below=0.1,
        title="Recognisable",
        meaning="The character is there, but the difference is heard without searching for it.",
    ),
    Grade(
        key="poor",
        below=math.inf,
        title="Not a faithful capture",
        meaning="The model does not follow the gear. Check the recording and its alignment, "
        "or train longer.",
    ),
)
"""From best to worst; the last takes everything."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """A grade and the sentences that belong to this very result."""

    grade: Grade
    notes: tuple[str, ...]


def judge(esr: float, level_difference_db: float, replicate_floor: float | None) -> Verdict:
    """Grade a result.

    Args:
        esr: Error-to-signal ratio over the validation passage, at least 0.
        level_difference_db: How much louder the model is than the gear.
        replicate_floor: ESR between two takes of the same passage, or None when unknown.
    """
    grade = next(one for one in GRADES if esr < one.below or one is GRADES[-1])
    notes = []
    if replicate_floor is not None and esr <= _AT_FLOOR * replicate_floor:
        notes.append(
            "As close as the recording can show: two takes of the gear itself differ by as much."
        )
    if abs(level_difference_db) >= _AUDIBLE_LEVEL_DB:
        direction = "louder" if level_difference_db > 0 else "quieter"
        amount = (
            f"{abs(level_difference_db):.1f} dB"
            if math.isfinite(level_difference_db)
            else "infinitely"
        )
        notes.append(f"It plays {amount} {direction} than the gear.")
    return Verdict(grade=grade, notes=tuple(notes))
