"""Who takes part: joining, consent, what is noted about how they listen, and the way out."""

import datetime as dt
import threading
from collections.abc import Mapping
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from triode.errors import ListeningError
from triode.listening.prepared import PreparedTest
from triode.listening.serve.settings import Settings
from triode.listening.store import AnswerStore, Participant
from triode.web import RequestError

__all__ = ["People"]


class People:
    """The participants of a test; any number of threads may ask.

    Args:
        test: The test, registered in the store.
        store: Where they are kept.
        settings: Who may take part.
    """

    def __init__(self, test: PreparedTest, store: AnswerStore, settings: Settings) -> None:
        self._test = test
        self._store = store
        self._settings = settings
        self._joining = threading.Lock()
        self._uninvited = sum(not one.invited for one in store.participants(test))

    def join(self) -> Participant:
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
        return participant

    def find(self, token: str) -> Participant:
        """The participant of a token.

        Raises:
            RequestError: There is none in this test (404).
        """
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

    def find_consenting(self, token: str) -> Participant:
        """The participant of a token, who has agreed to take part.

        Raises:
            RequestError: There is none (404), or there is no consent yet (409).
        """
        participant = self.find(token)
        if "consent" not in participant.notes:
            raise RequestError("consent comes first", status=409)
        return participant

    def agree(self, token: str) -> Participant:
        """Note when the participant gave consent; the first time counts."""
        self._note_time(self.find(token), "consent")
        return self.find(token)

    def finish(self, participant: Participant) -> None:
        """Note when the participant gave the last answer; the first time counts."""
        self._note_time(participant, "finished")

    def note(self, token: str, notes: Mapping[str, Any]) -> None:
        """Note something about how a participant listens, by name."""
        self.find_consenting(token)
        for name, value in notes.items():
            self._store.note(token, name, value)

    def withdraw(self, token: str) -> None:
        """Delete everything of a participant; nothing happens when there is none."""
        self._store.withdraw(token)

    def _note_time(self, participant: Participant, name: str) -> None:
        if name not in participant.notes:
            now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
            self._store.note(participant.token, name, now)
