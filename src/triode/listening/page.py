"""One page of a session: what a participant hears, and what only the experimenter knows."""

from dataclasses import dataclass
from typing import Literal

from triode.listening.plan import REFERENCE, Design

__all__ = ["OPEN_REFERENCE", "Page", "Shown"]

OPEN_REFERENCE = "Reference"
"""The label of a reference that is shown as such."""

Kind = Literal["training", "trial"]


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A stimulus on a page.

    Only `label` may reach the participant; the sound goes out under an address that tells neither
    file nor system.

    Attributes:
        label: "A", "B", ...; "X" in an ABX trial; "Reference" where the reference is open.
        file: The WAV file's path within the prepared test's folder.
        system: What it is: a system of the plan, or "reference".
    """

    label: str
    file: str
    system: str


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page, with one answer to be given.

    Attributes:
        index: Its place in the session, from 0, training included; answers are stored by it.
        kind: "training" pages are stored, too, but nothing is computed from them.
        design: The plan's.
        gear: The piece of gear.
        clip: The passage.
        system: The system that is asked about ("abx", "triple"); empty in other designs.
        stimuli: In the order of their labels; an open reference comes first.
        ties: Whether "none" is an answer (preference).
        pause_before: Whether a pause is offered before this page.
    """

    index: int
    kind: Kind
    design: Design
    gear: str
    clip: str
    system: str
    stimuli: tuple[Shown, ...]
    ties: bool = False
    pause_before: bool = False

    def shown(self, label: str) -> Shown:
        """The stimulus of a label.

        Raises:
            KeyError: There is none.
        """
        for one in self.stimuli:
            if one.label == label:
                return one
        raise KeyError(label)

    @property
    def rated(self) -> tuple[str, ...]:
        """The labels that are judged: all but an open reference and X."""
        return tuple(one.label for one in self.stimuli if one.label not in {OPEN_REFERENCE, "X"})

    @property
    def truth(self) -> str:
        """What is right: X's letter in an ABX trial, the hidden reference's label elsewhere.

        Empty when no reference is hidden on the page (preference).
        """
        wanted = self.shown("X").system if self.design == "abx" else REFERENCE
        return next((one for one in self.rated if self.shown(one).system == wanted), "")
