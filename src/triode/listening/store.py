"""Where answers are kept: SQLite on one machine, PostgreSQL for a public test."""

import contextlib
import datetime as dt
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from triode.errors import ListeningError
from triode.listening import tables
from triode.listening.answer import Answer, answer_of
from triode.listening.prepared import PreparedTest
from triode.listening.session import Session
from triode.study.storage.engine import open_engine, transaction

__all__ = ["AnswerStore", "Participant", "StoredAnswer"]

_TOKEN_BYTES = 24


@dataclass(frozen=True, kw_only=True)
class Participant:
    """Someone who takes part, known by a random token only.

    Attributes:
        token: What the link holds, 32 characters for a URL; who has it can answer, go on and
            withdraw.
        test: The digest of the prepared test.
        number: 0, 1, ...; decides the session's order and stands for the participant in results.
        invited: Whether the link was given out by the experimenter.
        notes: What else was noted, by name (see `AnswerStore.note`).
    """

    token: str
    test: str
    number: int
    invited: bool
    notes: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class StoredAnswer:
    """An answer as it was kept.

    Attributes:
        number: The participant's number.
        page: The page's index in the participant's session.
        answer: The answer.
        given: When it was stored: UTC, ISO 8601, to the second.
    """

    number: int
    page: int
    answer: Answer
    given: str


class AnswerStore:
    """Tests, participants and answers in a database.

    Every method is one transaction that is on the disk when the method returns. Any number of
    threads and processes may use one database, each with a store of its own or a shared one.
    Answers are checked against their page when they are saved and when they are read.

    Every method raises `ListeningError` when the database cannot be reached or fails; what was
    saved before is not lost by that.

    Args:
        url: `sqlite:///path` or `postgresql://user:password@host/database`; tables are made
            where they are missing.

    Raises:
        ListeningError: It is no such address, or cannot be reached.
    """

    def __init__(self, url: str) -> None:
        self._engine: Engine = open_engine(
            url, tables.METADATA, kept="answers", file="answers.sqlite", error=ListeningError
        )

    def register(self, test: PreparedTest) -> None:
        """Enter a prepared test; nothing happens when it is there already.

        Raises:
            ListeningError: It was entered by another version of Triode.
        """
        with self._transaction() as connection:
            _insert_if_new(
                connection,
                tables.tests,
                test=test.digest,
                format=tables.FORMAT,
                name=test.plan.name,
                next_number=0,
            )
            query = select(tables.tests.c.format).where(tables.tests.c.test == test.digest)
            form = connection.scalar(query)
        if form != tables.FORMAT:
            raise ListeningError(
                "the answers were stored by another version of Triode",
                where=test.plan.name,
                expected=f"format {tables.FORMAT}",
                got=form,
            )

    def join(self, test: PreparedTest, *, invited: bool = False) -> Participant:
        """A new participant of a registered test, with the next number.

        Args:
            test: The test.
            invited: Whether the experimenter makes the link beforehand.

        Raises:
            ListeningError: The test is not registered.
        """
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        column = tables.tests.c
        count = (
            update(tables.tests)
            .where(column.test == test.digest)
            .values(next_number=column.next_number + 1)
            .returning(column.next_number)
        )
        with self._transaction() as connection:
            after = connection.scalar(count)
            if after is None:
                raise ListeningError(
                    "the test is not registered in this storage", where=test.plan.name
                )
            connection.execute(
                insert(tables.participants).values(
                    token=token, test=test.digest, number=after - 1, invited=invited
                )
            )
        return Participant(
            token=token, test=test.digest, number=after - 1, invited=invited, notes={}
        )

    def participant(self, token: str) -> Participant:
        """The participant of a token.

        Raises:
            ListeningError: There is none, or they have withdrawn.
        """
        with self._transaction() as connection:
            return self._participant(connection, token)

    def participants(self, test: PreparedTest) -> tuple[Participant, ...]:
        """Everyone who was invited or joined and has not withdrawn, by number."""
        column = tables.participants.c
        query = select(column.token).where(column.test == test.digest).order_by(column.number)
        with self._transaction() as connection:
            tokens = connection.scalars(query).all()
            return tuple(self._participant(connection, token) for token in tokens)

    def note(self, token: str, name: str, value: Any) -> None:
        """Remember something about a participant, in place of what was there under that name.

        Used by the server: "consent" (when it was given), "headphones" (what the check found),
        "finished" (when), "remark" (what the participant wrote).

        Args:
            token: The participant.
            name: At most 80 characters.
            value: What `json.dumps` takes.

        Raises:
            ListeningError: There is no such participant.
        """
        text = json.dumps(value)
        with self._transaction() as connection:
            self._participant(connection, token)
            query: Any = _dialect(connection).insert(tables.notes)
            query = query.values(participant=token, name=name, value=text)
            connection.execute(
                query.on_conflict_do_update(
                    index_elements=["participant", "name"], set_={"value": text}
                )
            )

    def save(self, token: str, session: Session, page: int, document: Mapping[str, Any]) -> bool:
        """Check and keep an answer; the same page again changes nothing.

        A lost connection may send an answer any number of times: the first one that arrived
        counts.

        Args:
            token: The participant.
            session: The participant's session.
            page: The page's index.
            document: The answer in plain values; see `answer_of`.

        Returns:
            Whether it is new.

        Raises:
            ListeningError: There is no such participant or page, the session is another one's,
                or the answer does not fit the page.
        """
        if not 0 <= page < len(session.pages):
            raise ListeningError(
                "the session has no such page",
                expected=f"0 to {len(session.pages) - 1}",
                got=page,
            )
        answer = answer_of(session.pages[page], document)
        now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        with self._transaction() as connection:
            number = self._participant(connection, token).number
            if number != session.participant:
                raise ListeningError(
                    "the session is another participant's",
                    expected=f"that of number {number}",
                    got=session.participant,
                )
            return _insert_if_new(
                connection,
                tables.answers,
                participant=token,
                page=page,
                answer=json.dumps(answer.model_dump(mode="json")),
                given=now,
            )

    def answers(self, token: str, session: Session) -> dict[int, Answer]:
        """What a participant has answered, by page index.

        Raises:
            ListeningError: An answer does not fit its page.
        """
        column = tables.answers.c
        query = select(column.page, column.answer).where(column.participant == token)
        with self._transaction() as connection:
            rows = connection.execute(query.order_by(column.page)).all()
        return {page: answer_of(session.pages[page], json.loads(text)) for page, text in rows}

    def all_answers(self, test: PreparedTest) -> tuple[StoredAnswer, ...]:
        """Every answer to a test, training pages included, by participant number and page.

        Raises:
            ListeningError: An answer does not fit its page.
        """
        who, what = tables.participants.c, tables.answers.c
        query = (
            select(who.number, what.page, what.answer, what.given)
            .join(tables.participants, who.token == what.participant)
            .where(who.test == test.digest)
            .order_by(who.number, what.page)
        )
        with self._transaction() as connection:
            rows = connection.execute(query).all()
        sessions = {number: Session.of(test, number) for number in {row.number for row in rows}}
        return tuple(
            StoredAnswer(
                number=row.number,
                page=row.page,
                answer=answer_of(sessions[row.number].pages[row.page], json.loads(row.answer)),
                given=row.given,
            )
            for row in rows
        )

    def withdraw(self, token: str) -> None:
        """Delete a participant with all answers and notes; the link is dead afterwards.

        Nothing happens when there is none: withdrawing twice is no error.
        """
        with self._transaction() as connection:
            for table in (tables.answers, tables.notes):
                connection.execute(delete(table).where(table.c.participant == token))
            column = tables.participants.c.token
            connection.execute(delete(tables.participants).where(column == token))

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def _participant(self, connection: Connection, token: str) -> Participant:
        query = select(tables.participants).where(tables.participants.c.token == token)
        row = connection.execute(query).one_or_none()
        if row is None:
            raise ListeningError(
                "there is no such participant",
                hint="The link is wrong, or everything under it was deleted as asked.",
            )
        column = tables.notes.c
        noted = select(column.name, column.value).where(column.participant == token)
        values = {name: json.loads(value) for name, value in connection.execute(noted)}
        return Participant(
            token=row.token,
            test=row.test,
            number=row.number,
            invited=bool(row.invited),
            notes=values,
        )

    def _transaction(self) -> contextlib.AbstractContextManager[Connection]:
        return transaction(
            self._engine,
            storage="the storage of answers",
            error=ListeningError,
            hint="See that the database runs and has room.",
        )


def _dialect(connection: Connection) -> Any:
    return postgresql if connection.dialect.name == "postgresql" else sqlite


def _insert_if_new(connection: Connection, table: Any, **values: Any) -> bool:
    """Insert a row unless its key is there, another writer's included; whether it was inserted."""
    query = _dialect(connection).insert(table).values(**values).on_conflict_do_nothing()
    # A count of rows is not told by every driver; the row that was inserted is.
    return connection.execute(query.returning(*table.primary_key)).first() is not None
