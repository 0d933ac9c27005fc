"""Simulated participants who answer a test's pages through its store, as a server would."""

from collections.abc import Callable, Mapping

import numpy as np

from triode.listening import Answer, AnswerStore, PreparedTest, Session, answer_of
from triode.listening.simulated import Listener, Truth, answer_page

__all__ = ["same_for_all", "take_part"]


def same_for_all(test: PreparedTest, quality: Mapping[str, float]) -> Truth:
    """A truth in which every piece of gear is the same."""
    names = [one.name for one in test.plan.gear]
    return Truth(quality={(one, gear): value for one, value in quality.items() for gear in names})


def take_part(
    test: PreparedTest,
    store: AnswerStore,
    truth: Truth,
    listeners: int,
    listener: Callable[[int, np.random.Generator], Listener] = lambda *_: Listener(
        error=5.0, taste={}
    ),
    seed: int = 0,
) -> None:
    """So many participants join and answer everything that they are shown."""
    generator = np.random.default_rng(seed)
    store.register(test)
    for number in range(listeners):
        someone = store.join(test)
        session = Session.of(test, someone.number)
        own = listener(number, generator)
        answers: dict[int, Answer] = {}
        while (page := session.next_page(answers)) is not None:
            document = answer_page(page, truth, own, generator)
            store.save(someone.token, session, page.index, {**document, "milliseconds": 9000})
            answers[page.index] = answer_of(page, document)
