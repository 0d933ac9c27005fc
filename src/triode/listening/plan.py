"""A plan of a listening test: TOML in, a checked and frozen plan out."""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from triode.errors import ListeningError, StudyError
from triode.listening.sequential import Sequential
from triode.study.names import Name, refuse_twins, refuse_unknown
from triode.training.table import Table, checked_table

__all__ = [
    "ANCHORS",
    "REFERENCE",
    "Abx",
    "Anchor",
    "Clip",
    "Consent",
    "Design",
    "Mushra",
    "Plan",
    "Preference",
    "System",
    "TestGear",
    "load_plan",
    "plan_json_schema",
]

Design = Literal["abx", "mushra", "triple", "preference"]
Anchor = Literal["lowpass-3500", "lowpass-7000", "waveshaper"]

ANCHORS: tuple[Anchor, ...] = ("lowpass-3500", "lowpass-7000", "waveshaper")
REFERENCE = "reference"
"""The name of the gear's own recording among the systems; no system may be called so."""

_SMALLEST_DIFFERENCES = {"abx": 0.25, "mushra": 10.0, "triple": 0.5, "preference": 0.25}
_LONGEST_CLIP_SECONDS = 12.0
_MOST_SYSTEMS = 11


class TestGear(Table):
    """One piece of gear: what was sent into it and what came back, which is the reference.

    Attributes:
        name: What it is called.
        dry: The recording that was sent, a path relative to the plan.
        wet: The recording that came back.
        channel: Which channel of the recordings, from 1; not needed for mono.
        delay_samples: By how much the wet recording is late, where that is known; measured
            otherwise.
    """

    __test__ = False  # not a test class, whatever its name says to pytest

    name: Name
    dry: str
    wet: str
    channel: Annotated[int, Field(ge=1)] | None = None
    delay_samples: int | None = None


class System(Table):
    """What is compared with the reference: a model of the gear, or an anchor made from it.

    Attributes:
        name: What it is called.
        model: A `.nam` file, relative to the plan; `{gear}` in it stands for the gear's name.
        size: Which size of the model: its name or a number from 0 to 1. Left out, the largest.
        anchor: Instead of a model: "lowpass-3500" and "lowpass-7000" filter the reference,
            "waveshaper" is a static curve between two filters fitted to the gear.
        gear: For which gear it is there; left out, for all.
    """

    name: Name
    model: str | None = None
    size: str | float | None = None
    anchor: Anchor | None = None
    gear: tuple[Name, ...] | None = None

    @model_validator(mode="after")
    def _is_one_or_the_other(self) -> Self:
        if (self.model is None) == (self.anchor is None):
            raise ValueError(f"system {self.name} with either a model or an anchor")
        if self.anchor is not None and self.size is not None:
            raise ValueError(f"no size for {self.name}, since an anchor has none")
        return self

    def is_for(self, gear: str) -> bool:
        """Whether there is such a system for `gear`."""
        return self.gear is None or gear in self.gear


class Clip(Table):
    """A passage that is listened to.

    Attributes:
        name: What it is called.
        start_seconds: Where it begins in the dry recording.
        seconds: How long it is, from 0.5 to 12 (ITU-R BS.1534-3 asks for about 10, 12 at most).
        gear: Of which gear; left out, of all.
        training: Whether it is for training pages only. Without any such clip, training pages
            show clips of the test.
    """

    name: Name
    start_seconds: Annotated[float, Field(ge=0.0)]
    seconds: Annotated[float, Field(ge=0.5, le=_LONGEST_CLIP_SECONDS)]
    gear: tuple[Name, ...] | None = None
    training: bool = False

    def is_of(self, gear: str) -> bool:
        """Whether the clip is taken from `gear`."""
        return self.gear is None or gear in self.gear


class Abx(Table):
    """How an ABX test is run: A and B are the reference and a system, X is one of them.

    Attributes:
        trials: Trials of each system, for each listener; with `sequential`, the most there can
            be. They are spread evenly over gear and clips.
        alpha: Below which one-sided p-value of the exact binomial test a listener is said to hear
            a system, with the fixed number of trials.
        sequential: Stop a system's trials when enough is known, by a rule that is fixed before;
            left out, all trials are made.
    """

    trials: Annotated[int, Field(ge=5, le=400)] = 16
    alpha: Annotated[float, Field(gt=0.0, lt=0.5)] = 0.05
    sequential: Sequential | None = None


class Mushra(Table):
    """How a MUSHRA test (ITU-R BS.1534-3) is screened and analysed.

    Attributes:
        reference_below: A hidden reference that is rated below this counts against a listener.
        mid_anchor_above: A mid anchor that is rated above this counts against a listener.
        share: In more than this share of a listener's trials either may not happen.
        mid_anchor: The system whose rating is looked at ("lowpass-7000" by the standard); left
            out, mid anchors are not screened by. Name it only where a pilot has shown that
            listeners hear it: a guitar cabinet leaves little above 7 kHz.
    """

    reference_below: Annotated[float, Field(ge=0.0, le=100.0)] = 90.0
    mid_anchor_above: Annotated[float, Field(ge=0.0, le=100.0)] = 90.0
    share: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.15
    mid_anchor: Name | None = None


class Preference(Table):
    """How pairs are compared.

    Attributes:
        reference: Whether the recording itself is one of those compared.
        show_reference: Whether the recording can be heard on each page, so that the question is
            which of two is nearer to it.
        ties: Whether a listener may say that neither is better.
    """

    reference: bool = False
    show_reference: bool = True
    ties: bool = True


class Consent(Table):
    """What participants agree to before anything is stored.

    Attributes:
        text: Shown first. Paragraphs are divided by empty lines.
        contact: Whom to ask.
    """

    text: str = (
        "You will listen to short passages of music and answer questions about them.\n\n"
        "What is stored is what you answer, how long it took and how often you listened; no name, "
        "no address. You may stop whenever you like, come back with your link, and have "
        "everything you answered deleted."
    )
    contact: str = ""


class Plan(Table):
    """Everything that a listening test is.

    Attributes:
        name: What it is called in files.
        title: What participants read.
        design: "abx" (can it be heard at all?), "mushra" (how good, when differences are plain),
            "triple" (BS.1116-3, small impairments) or "preference" (pairs).
        gear: The pieces of gear, each with its recording as the reference.
        systems: What is compared with the references.
        clips: The passages.
        cabinet: An impulse response, relative to the plan, that reference and systems are all
            played through; none without it.
        loudness_lufs: What every stimulus is brought to by one gain for each system and gear; all
            are quieter where one would clip.
        rate_hz: Sample rate of the stimuli; other recordings and models are resampled.
        seed: Decides every random order.
        training_pages: Pages before those that count.
        break_after_pages: A pause is offered after so many pages.
        smallest_difference: The smallest difference that matters, for which the power is told:
            points of 100 (default 10), grades of 5 (0.5), share of right answers above chance
            (0.25), or surplus of preferences (0.25).
        abx: For the design "abx".
        mushra: For the design "mushra".
        preference: For the design "preference".
        consent: What participants agree to.
    """

    name: Name
    title: Annotated[str, Field(min_length=1)]
    design: Design
    gear: Annotated[tuple[TestGear, ...], Field(min_length=1)]
    systems: Annotated[tuple[System, ...], Field(min_length=1)]
    clips: Annotated[tuple[Clip, ...], Field(min_length=1)]
    cabinet: str | None = None
    loudness_lufs: Annotated[float, Field(ge=-60.0, le=-10.0)] = -23.0
    rate_hz: Annotated[int, Field(ge=16000, le=192000)] = 48000
    seed: Annotated[int, Field(ge=0)] = 0
    training_pages: Annotated[int, Field(ge=0, le=50)] = 1
    break_after_pages: Annotated[int, Field(ge=1)] = 15
    smallest_difference: Annotated[float, Field(gt=0.0, le=100.0)] | None = None
    abx: Abx = Abx()
    mushra: Mushra = Mushra()
    preference: Preference = Preference()
    consent: Consent = Consent()

    @property
    def matters(self) -> float:
        """The smallest difference that matters, in the design's unit."""
        return self.smallest_difference or _SMALLEST_DIFFERENCES[self.design]

    @property
    def stops_by_itself(self) -> bool:
        """Whether it is an ABX test with a sequential rule."""
        return self.design == "abx" and self.abx.sequential is not None

    def digest(self) -> str:
        """SHA-256 of the plan as JSON."""
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def systems_of(self, gear: str) -> tuple[str, ...]:
        """The names of the systems that there are for a piece of gear, in the plan's order."""
        return tuple(one.name for one in self.systems if one.is_for(gear))

    def clips_of(self, gear: str) -> tuple[Clip, ...]:
        """The clips that are taken from a piece of gear, those for training included."""
        return tuple(one for one in self.clips if one.is_of(gear))

    @classmethod
    def of(cls, document: Mapping[str, Any], where: str) -> "Plan":
        """A plan from the plain values of its file.

        Raises:
            ListeningError: A key is unknown or missing, a value cannot be right, or a name is.
        """
        plan = checked_table(cls, document, where, ListeningError)
        try:
            _check_names(plan, where)
        except StudyError as error:
            raise ListeningError(
                error.problem,
                where=error.where,
                expected=error.expected,
                got=error.got,
                hint=error.hint,
            ) from error
        _check_design(plan, where)
        return plan


def load_plan(path: str | Path) -> tuple[Plan, Path]:
    """A plan from a TOML file, and the folder its paths are relative to.

    Raises:
        ListeningError: The file cannot be read, or is wrong.
    """
    text, file = str(path), Path(path)
    try:
        document = tomllib.loads(file.read_bytes().decode("utf-8"))
    except OSError as error:
        raise ListeningError(
            "the plan cannot be read", where=text, got=error.strerror or error
        ) from error
    except ValueError as error:
        raise ListeningError("the plan is not TOML text", where=text, got=error) from error
    return Plan.of(document, text), file.resolve().parent


def plan_json_schema() -> dict[str, Any]:
    """The JSON schema of a plan, for editors."""
    return Plan.model_json_schema()


def _check_names(plan: Plan, where: str) -> None:
    """Names are unique, and what is referred to is there."""
    gear = [one.name for one in plan.gear]
    systems = [one.name for one in plan.systems]
    refuse_twins(gear, "pieces of gear", where)
    refuse_twins([REFERENCE, *systems], "systems (one is the reference)", where)
    refuse_twins([one.name for one in plan.clips], "clips", where)
    limited: list[System | Clip] = [*plan.systems, *plan.clips]
    for one in limited:
        refuse_unknown(one.gear or (), gear, f"{where}, gear of {one.name}")
    if plan.mushra.mid_anchor is not None:
        refuse_unknown([plan.mushra.mid_anchor], systems, f"{where}, mushra.mid_anchor")


def _check_design(plan: Plan, where: str) -> None:
    """Every piece of gear has something to hear, and enough for the design."""
    needed = 2 if plan.design == "preference" and not plan.preference.reference else 1
    for gear in plan.gear:
        systems, clips = plan.systems_of(gear.name), plan.clips_of(gear.name)
        if len(systems) < needed:
            raise ListeningError(
                f"gear {gear.name} has too few systems for the design {plan.design}",
                where=where,
                expected=f"at least {needed}",
                got=len(systems),
            )
        if plan.design == "mushra" and len(systems) > _MOST_SYSTEMS:
            raise ListeningError(
                f"gear {gear.name} has too many systems to rate on one page",
                where=where,
                expected=f"at most {_MOST_SYSTEMS}, so that with the hidden reference there are "
                f"{_MOST_SYSTEMS + 1} (ITU-R BS.1534-3)",
                got=len(systems),
            )
        if all(one.training for one in clips):
            raise ListeningError(
                f"gear {gear.name} has no clip that counts",
                where=where,
                expected="a clip without training = true",
            )
