"""The tables. Long texts that many rows share (configs, recipes) are kept once, by digest."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

__all__ = ["FORMAT", "METADATA", "candidates", "gear", "studies", "texts", "trials"]

FORMAT = 1
"""Written with every study; another one is refused."""

METADATA = MetaData()

_STUDY = "triode_studies.name"

studies = Table(
    "triode_studies",
    METADATA,
    Column("name", String(80), primary_key=True),
    Column("format", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("document", Text, nullable=False),
    Column("folder", Text, nullable=False),
    Column("stop", Boolean, nullable=False, default=False),
    Column("driver", Text, nullable=False, default=""),
    Column("lease_until", Float, nullable=False, default=0.0),
)

gear = Table(
    "triode_gear",
    METADATA,
    Column("study", ForeignKey(_STUDY), primary_key=True),
    Column("name", String(80), primary_key=True),
    Column("digests", Text, nullable=False),
)

texts = Table(
    "triode_texts",
    METADATA,
    Column("digest", String(64), primary_key=True),
    Column("text", Text, nullable=False),
)

candidates = Table(
    "triode_candidates",
    METADATA,
    Column("study", ForeignKey(_STUDY), primary_key=True),
    Column("name", String(80), primary_key=True),
    Column("record", Text, nullable=False),
)

trials = Table(
    "triode_trials",
    METADATA,
    Column("study", ForeignKey(_STUDY), primary_key=True),
    Column("candidate", String(80), primary_key=True),
    Column("gear", String(80), primary_key=True),
    Column("seed", BigInteger, primary_key=True),
    Column("epochs", Integer, primary_key=True),
    Column("source", String(80), nullable=False),
    Column("status", String(16), nullable=False),
    Column("seconds", Float, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("provenance", Text, nullable=False),
    Column("config", ForeignKey("triode_texts.digest"), nullable=False),
    Column("recipe", ForeignKey("triode_texts.digest"), nullable=False),
)
