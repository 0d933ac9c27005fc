"""A participant's session: which pages, in which order, with what behind each label."""

import itertools
import string
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from triode.listening.answer import AbxAnswer, Answer
from triode.listening.order import coin, shuffled
from triode.listening.page import OPEN_REFERENCE, Page, Shown
from triode.listening.plan import REFERENCE, Clip, Plan
from triode.listening.prepared import PreparedTest
from triode.listening.sequential import decide_course

__all__ = ["Session"]


@dataclass(frozen=True, kw_only=True)
class Session:
    """All pages of one participant, decided by the plan's seed and the participant's number.

    Attributes:
        plan: The test's plan.
        participant: The number.
        pages: In order, training first; the most there can be.
    """

    plan: Plan
    participant: int
    pages: tuple[Page, ...]

    @classmethod
    def of(cls, test: PreparedTest, participant: int) -> "Session":
        """The session of participant `participant` (0, 1, ...): the same at every call."""
        plan = test.plan
        key = (plan.seed, participant)
        marked = any(one.training for one in plan.clips)
        material = list(_pages(test, (*key, "training"), training=marked))
        training = shuffled(material, *key, "training order")[: plan.training_pages]
        trials = _trials(test, key)
        pages = [replace(one, kind="training") for one in training] + trials
        return cls(
            plan=plan,
            participant=participant,
            pages=tuple(
                replace(one, index=index, pause_before=_pause(plan, index - len(training)))
                for index, one in enumerate(pages)
            ),
        )

    def next_page(self, answers: Mapping[int, Answer]) -> Page | None:
        """The first page without an answer, or None at the end.

        Args:
            answers: What was answered, by page index. A sequential ABX test leaves out the pages
                of systems that are decided.
        """
        for page in self.pages:
            if page.index not in answers and not self.is_decided(page, answers):
                return page
        return None

    def pages_left(self, answers: Mapping[int, Answer]) -> int:
        """How many pages are still to come, at most."""
        return sum(
            page.index not in answers and not self.is_decided(page, answers) for page in self.pages
        )

    def is_decided(self, page: Page, answers: Mapping[int, Answer]) -> bool:
        """Whether a sequential ABX test knows enough about the page's system already."""
        rule = self.plan.abx.sequential
        if page.design != "abx" or rule is None or page.kind == "training":
            return False
        given = [
            answer.x_is == one.truth
            for one in self.pages
            if one.kind == "trial"
            and one.system == page.system
            and isinstance(answer := answers.get(one.index), AbxAnswer)
        ]
        return decide_course(rule, given)[0] != "undecided"


def _pause(plan: Plan, trial: int) -> bool:
    return trial > 0 and trial % plan.break_after_pages == 0


def _trials(test: PreparedTest, key: tuple[int, int]) -> list[Page]:
    """The pages that count, in their order; ABX repeats its comparisons."""
    if test.plan.design != "abx":
        return shuffled(_pages(test, key, training=False), *key, "order")
    pages = []
    for system in dict.fromkeys(one.name for one in test.plan.systems):
        cells = [one for one in _cells(test.plan, training=False) if _has(test.plan, one, system)]
        cells = shuffled(cells, *key, system, "cells")
        for trial in range(test.plan.abx.trials):
            gear, clip = cells[trial % len(cells)]
            pages.append(_abx(test, (*key, trial), gear, clip, system))
    return shuffled(pages, *key, "order")


def _pages(test: PreparedTest, key: tuple[object, ...], *, training: bool) -> Iterator[Page]:
    """One page of everything that the design compares."""
    plan = test.plan
    for gear, clip in _cells(plan, training=training):
        systems = plan.systems_of(gear)
        match plan.design:
            case "mushra":
                yield _mushra(test, key, gear, clip)
            case "preference":
                compared = [REFERENCE] * plan.preference.reference + list(systems)
                for pair in itertools.combinations(compared, 2):
                    yield _preference(test, key, gear, clip, pair)
            case "triple":
                for system in systems:
                    yield _triple(test, key, gear, clip, system)
            case "abx":
                for system in systems:
                    yield _abx(test, key, gear, clip, system)


def _cells(plan: Plan, *, training: bool) -> list[tuple[str, str]]:
    """Gear and clip of every passage."""

    def wanted(clip: Clip) -> bool:
        return clip.training == training

    return [
        (gear.name, clip.name)
        for gear in plan.gear
        for clip in plan.clips_of(gear.name)
        if wanted(clip)
    ]


def _has(plan: Plan, cell: tuple[str, str], system: str) -> bool:
    return system in plan.systems_of(cell[0])


def _abx(test: PreparedTest, key: tuple[object, ...], gear: str, clip: str, system: str) -> Page:
    two = shuffled((REFERENCE, system), *key, gear, clip, system, "sides")
    # Independent coins: with as many A as B a listener could count.
    hidden = two[coin(*key, gear, clip, system, "x")]
    stimuli = _shown(test, gear, clip, zip("ABX", (*two, hidden), strict=True))
    return _page(test, gear, clip, stimuli, system)


def _mushra(test: PreparedTest, key: tuple[object, ...], gear: str, clip: str) -> Page:
    order = shuffled((REFERENCE, *test.plan.systems_of(gear)), *key, gear, clip, "labels")
    labels = zip((OPEN_REFERENCE, *string.ascii_uppercase), (REFERENCE, *order), strict=False)
    return _page(test, gear, clip, _shown(test, gear, clip, labels))


def _triple(test: PreparedTest, key: tuple[object, ...], gear: str, clip: str, system: str) -> Page:
    two = shuffled((REFERENCE, system), *key, gear, clip, system, "sides")
    labels = zip((OPEN_REFERENCE, "B", "C"), (REFERENCE, *two), strict=True)
    return _page(test, gear, clip, _shown(test, gear, clip, labels), system)


def _preference(
    test: PreparedTest, key: tuple[object, ...], gear: str, clip: str, pair: tuple[str, str]
) -> Page:
    plan = test.plan
    labels = list(zip("AB", shuffled(pair, *key, gear, clip, *pair, "sides"), strict=True))
    if plan.preference.show_reference:
        labels.insert(0, (OPEN_REFERENCE, REFERENCE))
    page = _page(test, gear, clip, _shown(test, gear, clip, labels))
    return replace(page, ties=plan.preference.ties)


def _shown(
    test: PreparedTest, gear: str, clip: str, labels: Iterable[tuple[str, str]]
) -> tuple[Shown, ...]:
    return tuple(
        Shown(label=label, file=test.file(gear, clip, system), system=system)
        for label, system in labels
    )


def _page(
    test: PreparedTest, gear: str, clip: str, stimuli: tuple[Shown, ...], system: str = ""
) -> Page:
    return Page(
        index=0,
        kind="trial",
        design=test.plan.design,
        gear=gear,
        clip=clip,
        system=system,
        stimuli=stimuli,
    )
