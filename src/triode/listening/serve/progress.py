"""How far a participant is in the session, and which pages have their turn."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from triode.listening.answer import Answer
from triode.listening.page import Page
from triode.listening.session import Session
from triode.web import RequestError

__all__ = ["Progress"]


@dataclass(frozen=True, kw_only=True)
class Progress:
    """A session and what was answered in it, by page index."""

    session: Session
    answers: Mapping[int, Answer]

    @property
    def turn(self) -> Page | None:
        """The page that is to be answered now; None at the end."""
        return self.session.next_page(self.answers)

    def following(self, page: Page) -> int | None:
        """The page after `page` as far as is known now, to be fetched ahead."""
        for one in self.session.pages[page.index + 1 :]:
            if one.index not in self.answers and not self.session.is_decided(one, self.answers):
                return one.index
        return None

    def page(self, index: int, *, ahead: bool) -> Page:
        """A page that is answered or has its turn; with `ahead`, also the one that comes next.

        Raises:
            RequestError: There is no such page (404), or it is not its turn (409).
        """
        if not 0 <= index < len(self.session.pages):
            raise RequestError("there is no such page", status=404)
        allowed: set[int | None] = set(self.answers)
        turn = self.turn
        if turn is not None:
            allowed.add(turn.index)
        if turn is not None and ahead:
            allowed.add(self.following(turn))
        if index not in allowed:
            raise RequestError("it is not this page's turn", status=409)
        return self.session.pages[index]

    def document(self) -> dict[str, Any]:
        """The same as a page is told it."""
        turn = self.turn
        return {
            "answered": len(self.answers),
            "left": self.session.pages_left(self.answers),
            "next": None if turn is None else turn.index,
            "finished": turn is None,
        }
