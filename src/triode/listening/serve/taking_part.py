"""What participants may do, in terms of the test and the store; the routes only pass it on."""

import threading
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from triode.listening.prepared import PreparedTest
from triode.listening.serve.people import People
from triode.listening.serve.progress import Progress
from triode.listening.serve.settings import Settings
from triode.listening.serve.sound import frames_of, page_sound, require_equal_lengths
from triode.listening.session import Session
from triode.listening.store import AnswerStore, Participant

__all__ = ["TakingPart"]

_SESSIONS_KEPT = 512
_SOUNDS_AT_ONCE = 4


class TakingPart:
    """A test being taken; any number of threads may use one.

    Everything is in the store before a method returns, and nothing is kept here: a server that is
    killed loses nothing. What `People` and `Progress` refuse is refused here.

    Args:
        test: The test.
        store: Where it is registered.
        settings: Who may take part.

    Raises:
        ListeningError: The test gives away which stimulus is which, by their lengths.
    """

    def __init__(self, test: PreparedTest, store: AnswerStore, settings: Settings) -> None:
        require_equal_lengths(test)
        store.register(test)
        self.people = People(test, store, settings)
        self._test = test
        self._store = store
        self._settings = settings
        self._session = lru_cache(_SESSIONS_KEPT)(lambda number: Session.of(test, number))
        self._sounds = threading.Semaphore(_SOUNDS_AT_ONCE)

    def about(self) -> dict[str, Any]:
        """What everyone may know about the test."""
        plan = self._test.plan
        pages = self._session(0).pages
        return {
            "title": plan.title,
            "consent": plan.consent.text,
            "contact": plan.consent.contact,
            "open": self._settings.open_to_all,
            "rate_hz": self._test.manifest.rate_hz,
            "pages": len(pages),
            "training_pages": sum(page.kind == "training" for page in pages),
        }

    def state(self, participant: Participant) -> dict[str, Any]:
        """How far a participant is."""
        return {
            "token": participant.token,
            "consent": "consent" in participant.notes,
            **self._progress(participant).document(),
        }

    def page(self, token: str, index: int) -> dict[str, Any]:
        """What a page shows: labels, and nothing of what is behind them."""
        progress = self._progress(self.people.find_consenting(token))
        page = progress.page(index, ahead=True)
        return {
            "index": page.index,
            "kind": page.kind,
            "design": page.design,
            "stimuli": [one.label for one in page.stimuli],
            "rated": list(page.rated),
            "ties": page.ties,
            "frames": frames_of(self._test, page),
            "pause_before": page.pause_before,
            "following": progress.following(page),
        }

    def sound(self, token: str, index: int) -> bytes:
        """The stimuli of a page; see `page_sound`."""
        progress = self._progress(self.people.find_consenting(token))
        page = progress.page(index, ahead=True)
        with self._sounds:
            return page_sound(self._test, page, token)

    def answer(self, token: str, index: int, document: Mapping[str, Any]) -> dict[str, Any]:
        """Keep an answer; one to a page that is answered already changes nothing.

        Raises:
            ListeningError: The answer does not fit the page.
        """
        participant = self.people.find_consenting(token)
        page = self._progress(participant).page(index, ahead=False)
        self._store.save(token, self._session(participant.number), page.index, document)
        state = self.state(participant)
        if state["finished"]:
            self.people.finish(participant)
        return state

    def _progress(self, participant: Participant) -> Progress:
        session = self._session(participant.number)
        return Progress(session=session, answers=self._store.answers(participant.token, session))
