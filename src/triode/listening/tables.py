"""The tables of answers. Nothing in them says who a participant is."""

from sqlalchemy import Boolean, Column, ForeignKey, Integer, MetaData, String, Table, Text

__all__ = ["FORMAT", "METADATA", "answers", "notes", "participants", "tests"]

FORMAT = 1
"""Written with every test; another one is refused."""

METADATA = MetaData()

_TEST = "triode_listening_tests.test"
_PARTICIPANT = "triode_listening_participants.token"

tests = Table(
    "triode_listening_tests",
    METADATA,
    Column("test", String(64), primary_key=True),
    Column("format", Integer, nullable=False),
    Column("name", String(80), nullable=False),
    # A number is never given twice, not even after its participant withdrew.
    Column("next_number", Integer, nullable=False),
)

participants = Table(
    "triode_listening_participants",
    METADATA,
    Column("token", String(64), primary_key=True),
    Column("test", ForeignKey(_TEST), nullable=False, index=True),
    Column("number", Integer, nullable=False),
    Column("invited", Boolean, nullable=False),
)

notes = Table(
    "triode_listening_notes",
    METADATA,
    Column("participant", ForeignKey(_PARTICIPANT, ondelete="CASCADE"), primary_key=True),
    Column("name", String(80), primary_key=True),
    Column("value", Text, nullable=False),
)

answers = Table(
    "triode_listening_answers",
    METADATA,
    Column("participant", ForeignKey(_PARTICIPANT, ondelete="CASCADE"), primary_key=True),
    Column("page", Integer, primary_key=True),
    Column("answer", Text, nullable=False),
    Column("given", String(40), nullable=False),
)
