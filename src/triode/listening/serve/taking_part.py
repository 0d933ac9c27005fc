"""What participants may do, in terms of the test and the store; the routes only pass it on."""

import datetime as dt
import threading
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from triode.errors import ListeningError
from triode.listening.page import Page
from triode.listening.prepared import PreparedTest
from triode.listening.serve.settings import Settings
from triode.listening.serve.sound import frames_of, page_sound, require_equal_lengths
from triode.listening.session import Session
from triode.listening.store import AnswerStore, Participant
from triode.web import RequestError

__all__ = ["TakingPart"]

_SESSIONS_KEPT = 512
_SOUNDS_AT_ONCE = 4


class TakingPart:
    """A test being taken; any number of threads may use one.

    Everything is in the store before a method returns, and nothing is kept here: a server that is
    killed loses nothing.

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
        self._test = test
        self._store = store
        self._settings = settings
        self._session = lru_cache(_SESSIONS_KEPT)(lambda number: Session.of(test, number))
        self._joining = threading.Lock()
        self._uninvited = sum(not one.invited for one in store.participants(test))
        self._sounds = threading.Semaphore(_SOUNDS_AT_ONCE)

    def about(self) -> dict[str, Any]:
        """What everyone may know about the test."""
        plan = self._test.plan
        first = self._session(0).pages
        return {
            "title": plan.title,
            "consent": plan.consent.text,
            "contact": plan.consent.contact,
            "open": self._settings.open_to_all,
            "rate_hz": self._test.manifest.rate_hz,
            "pages": len(first),
            "training_pages": sum(page.kind == "training" for page in first),
        }

    def join(self) -> dict[str, Any]:
        """A new participant without an invitation.

        Raises:
            RequestError: The test is by invitation (403), or has all the participants it wants
                (409).
        """
        if not self._settings.open_to_all:
            raise RequestError("this test is by invitation", status=403)
        with self._joining:
            if self._uninvited >= self._settings.most_participants:
                raise RequestError("this test has all the participants it wants", status=409)
            participant = self._store.join(self._test)
            self._uninvited += 1
        return self._state(participant)

    def state(self, token: str) -> dict[str, Any]:
        """How far a participant is.

        Raises:
            RequestError: There is no such participant (404); so with all that follow.
        """
        return self._state(self._participant(token))

    def agree(self, token: str) -> dict[str, Any]:
        """The participant has given consent, without which nothing else is accepted."""
        participant = self._participant(token)
        if "consent" not in participant.notes:
            self._store.note(token, "consent", _now())
        return self.state(token)

    def note_conditions(self, token: str, conditions: Mapping[str, Any]) -> None:
        """Keep under their names what the headphones check found and which level was set."""
        self._consenting(token)
        for name, value in conditions.items():
            self._store.note(token, name, value)

    def page(self, token: str, index: int) -> dict[str, Any]:
        """What a page shows: labels, and nothing of what is behind them.

        Raises:
            RequestError: There is no such page (404), or it is not its turn yet (409).
        """
        participant = self._consenting(token)
        page = self._page(participant, index, ahead=True)
        answers = self._store.answers(token, self._session(participant.number))
        return {
            "index": page.index,
            "kind": page.kind,
            "design": page.design,
            "stimuli": [one.label for one in page.stimuli],
            "rated": list(page.rated),
            "ties": page.ties,
            "frames": frames_of(self._test, page),
            "pause_before": page.pause_before,
            "following": self._following(participant, page, answers),
        }

    def sound(self, token: str, index: int) -> bytes:
        """The stimuli of a page; see `page_sound`.

        Raises:
            RequestError: There is no such page (404), or it is not its turn yet (409).
        """
        page = self._page(self._consenting(token), index, ahead=True)
        with self._sounds:
            return page_sound(self._test, page, token)

    def answer(self, token: str, index: int, document: Mapping[str, Any]) -> dict[str, Any]:
        """Keep an answer; one to a page that is answered already changes nothing.

        Raises:
            RequestError: There is no such page (404), or it is not its turn yet (409).
            ListeningError: The answer does not fit the page.
        """
        participant = self._consenting(token)
        self._page(participant, index, ahead=False)
        session = self._session(participant.number)
        self._store.save(token, session, index, document)
        state = self._state(participant)
        if state["finished"] and "finished" not in participant.notes:
            self._store.note(token, "finished", _now())
        return state

    def withdraw(self, token: str) -> None:
        """Delete everything of a participant; nothing happens when there is none."""
        self._store.withdraw(token)

    def _participant(self, token: str) -> Participant:
        try:
            participant = self._store.participant(token)
        except ListeningError as error:
            # A database that cannot be asked is another matter: then the page tries again.
            if isinstance(error.__cause__, SQLAlchemyError):
                raise
            raise RequestError(error.problem, status=404, hint=error.hint) from error
        if participant.test != self._test.digest:
            raise RequestError("the link belongs to another test", status=404)
        return participant

    def _consenting(self, token: str) -> Participant:
        participant = self._participant(token)
        if "consent" not in participant.notes:
            raise RequestError("consent comes first", status=409)
        return participant

    def _page(self, participant: Participant, index: int, *, ahead: bool) -> Page:
        """A page that is answered or whose turn it is; with `ahead`, or that comes after it."""
        session = self._session(participant.number)
        if not 0 <= index < len(session.pages):
            raise RequestError("there is no such page", status=404)
        answers = self._store.answers(participant.token, session)
        turn = session.next_page(answers)
        allowed: set[int | None] = set(answers)
        if turn is not None:
            allowed.add(turn.index)
        if turn is not None and ahead:
            allowed.add(self._following(participant, turn, answers))
        if index not in allowed:
            raise RequestError("it is not this page's turn", status=409)
        return session.pages[index]

    def _following(
        self, participant: Participant, page: Page, answers: Mapping[int, Any]
    ) -> int | None:
        """The page after `page` as far as is known now, to be fetched ahead."""
        session = self._session(participant.number)
        later = session.pages[page.index + 1 :]
        return next(
            (
                one.index
                for one in later
                if one.index not in answers and not session.is_decided(one, answers)
            ),
            None,
        )

    def _state(self, participant: Participant) -> dict[str, Any]:
        session = self._session(participant.number)
        answers = self._store.answers(participant.token, session)
        turn = session.next_page(answers)
        return {
            "token": participant.token,
            "consent": "consent" in participant.notes,
            "answered": len(answers),
            "left": session.pages_left(answers),
            "next": None if turn is None else turn.index,
            "finished": turn is None,
        }


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
