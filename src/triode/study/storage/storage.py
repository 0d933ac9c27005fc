"""One interface over every database: what a study's driver and its reports need of it."""

import contextlib
import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from triode.errors import StudyError
from triode.study.record import CandidateRecord, TrialKey, TrialRecord
from triode.study.storage import tables
from triode.study.storage.engine import transaction
from triode.study.storage.rows import candidate_of_row, row_of_trial, trial_of_row
from triode.training.table import did_you_mean

__all__ = ["GearPin", "Storage", "StoredStudy"]


@dataclass(frozen=True, kw_only=True)
class GearPin:
    """What a piece of gear was made of when the study began: SHA-256 by name."""

    name: str
    digests: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class StoredStudy:
    """A study as the storage knows it.

    Attributes:
        name: Its name.
        digest: Of everything that decides its results.
        document: The study file's content.
        folder: What the file's paths are relative to.
        stop: Whether its driver has been asked to stop.
        driver: Who drives it, or did last; empty for nobody.
        driven: Whether that driver holds its lease now.
    """

    name: str
    digest: str
    document: Mapping[str, Any]
    folder: str
    stop: bool
    driver: str
    driven: bool


class Storage:
    """Studies, their gear, candidates and trials in a database.

    Every method is one transaction: after a kill it has happened or it has not. Any number of
    processes and threads may use one storage at once; a study has one driver at a time, which
    holds a lease, and only the driver writes trials. Leases are timed by this machine's clock, so
    the clocks of machines that drive one storage have to agree to within half a lease.

    Every method raises `StudyError` when the database cannot be reached or fails.

    Args:
        engine: The database, its tables made.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def register(
        self, name: str, digest: str, document: Mapping[str, Any], folder: str
    ) -> StoredStudy:
        """Enter a study, or find it as it was entered.

        A study without trials may be entered anew after its file was edited.

        Raises:
            StudyError: It has trials, and `digest` is another one than theirs.
        """
        values = {
            "format": tables.FORMAT,
            "digest": digest,
            "document": json.dumps(document),
            "folder": folder,
        }
        with self._transaction() as connection:
            known = self._row(connection, name)
            if known is None:
                connection.execute(
                    insert(tables.studies).values(
                        name=name, stop=False, driver="", lease_until=0.0, **values
                    )
                )
            elif known.digest != digest:
                count = _count_trials(connection, name)
                if count:
                    raise StudyError(
                        "the study was edited after it had trials",
                        where=f"study {name}",
                        expected=f"what its {count} trials were made by ({known.digest[:12]})",
                        got=f"{digest[:12]}",
                        hint="Give the edited study another name, or restore the file.",
                    )
                for table in (tables.gear, tables.candidates):
                    connection.execute(delete(table).where(table.c.study == name))
                connection.execute(_of(tables.studies, name, update(tables.studies)).values(values))
        return self.study(name)

    def study(self, name: str) -> StoredStudy:
        """One study.

        Raises:
            StudyError: There is none of that name.
        """
        with self._transaction() as connection:
            row = self._row(connection, name)
            names = list(connection.scalars(select(tables.studies.c.name)))
        if row is None:
            raise StudyError(
                "the storage has no study of that name",
                where=self._engine.url.render_as_string(hide_password=True),
                expected=f"one of {', '.join(sorted(names))}" if names else "a study",
                got=name,
                hint=did_you_mean(name, names) or "Begin one with: triode study run FILE",
            )
        return StoredStudy(
            name=row.name,
            digest=row.digest,
            document=json.loads(row.document),
            folder=row.folder,
            stop=bool(row.stop),
            driver=row.driver,
            driven=bool(row.driver) and row.lease_until > time.time(),
        )

    def names(self) -> tuple[str, ...]:
        """The studies, in alphabetical order."""
        with self._transaction() as connection:
            return tuple(sorted(connection.scalars(select(tables.studies.c.name))))

    def pin_gear(self, study: str, digests: Mapping[str, Mapping[str, str]]) -> None:
        """Remember what gear is made of, or see that it has not changed.

        Raises:
            StudyError: A piece of gear is not what it was.
        """
        with self._transaction() as connection:
            for name, found in digests.items():
                key = (tables.gear.c.study == study) & (tables.gear.c.name == name)
                row = connection.execute(select(tables.gear).where(key)).one_or_none()
                if row is None:
                    text = json.dumps(dict(found), sort_keys=True)
                    connection.execute(
                        insert(tables.gear).values(study=study, name=name, digests=text)
                    )
                    continue
                before = json.loads(row.digests)
                for part in sorted(before.keys() | found.keys()):
                    if before.get(part) != found.get(part):
                        raise StudyError(
                            f"gear {name} has changed since the study began",
                            where=f"study {study}, {part}",
                            expected=f"SHA-256 {before.get(part)}",
                            got=found.get(part),
                            hint="Restore the recording, or begin a study of another name.",
                        )

    def gear(self, study: str) -> tuple[GearPin, ...]:
        """What the study's gear was made of."""
        query = select(tables.gear).where(tables.gear.c.study == study)
        with self._transaction() as connection:
            rows = connection.execute(query.order_by(tables.gear.c.name)).all()
        return tuple(GearPin(name=row.name, digests=json.loads(row.digests)) for row in rows)

    def lease(self, study: str, driver: str, seconds: float, *, instead_of: str = "") -> bool:
        """Take or keep the right to drive a study for so many seconds.

        Args:
            study: Which.
            driver: Who asks.
            seconds: For how long.
            instead_of: A driver that is known to be dead, whose lease does not count.

        Returns:
            False when another driver holds it.
        """
        now = time.time()
        column = tables.studies.c
        free = or_(column.driver.in_(["", driver, instead_of]), column.lease_until < now)
        query = update(tables.studies).where((column.name == study) & free)
        with self._transaction() as connection:
            done = connection.execute(query.values(driver=driver, lease_until=now + seconds))
            return done.rowcount == 1

    def release(self, study: str, driver: str) -> None:
        """Give the lease back, if `driver` has it."""
        column = tables.studies.c
        query = update(tables.studies).where((column.name == study) & (column.driver == driver))
        with self._transaction() as connection:
            connection.execute(query.values(driver="", lease_until=0.0))

    def ask_to_stop(self, study: str, *, stop: bool) -> None:
        """Ask the study's driver, wherever it is, to stop; or withdraw that."""
        with self._transaction() as connection:
            query = _of(tables.studies, study, update(tables.studies))
            connection.execute(query.values(stop=stop))

    def add_trials(self, records: Iterable[TrialRecord]) -> int:
        """Keep trials that have ended; the same trial again replaces one that failed.

        Returns:
            How many were new, or took the place of a failed one.
        """
        kept = 0
        with self._transaction() as connection:
            for record in records:
                key = _key(record.study, record.key)
                status = connection.scalar(select(tables.trials.c.status).where(key))
                if status not in {None, "failed"}:
                    continue
                row, texts = row_of_trial(record)
                for digest, text in texts.items():
                    _insert_if_new(connection, tables.texts, digest=digest, text=text)
                failed = tables.trials.c.status == "failed"
                connection.execute(delete(tables.trials).where(key & failed))
                kept += _insert_if_new(connection, tables.trials, **row)
        return kept

    def trials(self, study: str) -> tuple[TrialRecord, ...]:
        """Every trial that has ended, sorted by candidate, gear, seed and epochs."""
        column = tables.trials.c
        order = (column.candidate, column.gear, column.seed, column.epochs)
        query = select(tables.trials).where(column.study == study).order_by(*order)
        with self._transaction() as connection:
            rows = connection.execute(query).all()
            shared = _shared_texts(connection, study)
        return tuple(trial_of_row(row, shared) for row in rows)

    def statuses(self, study: str) -> dict[TrialKey, str]:
        """How every trial ended; quicker than the records."""
        column = tables.trials.c
        query = select(
            column.candidate, column.gear, column.seed, column.epochs, column.status
        ).where(column.study == study)
        with self._transaction() as connection:
            rows = connection.execute(query).all()
        return {
            TrialKey(candidate=candidate, gear=gear, seed=seed, epochs=epochs): status
            for candidate, gear, seed, epochs, status in rows
        }

    def seconds_trained(self, study: str) -> float:
        """Time spent in all trials that have ended."""
        query = select(func.sum(tables.trials.c.seconds)).where(tables.trials.c.study == study)
        with self._transaction() as connection:
            return float(connection.scalar(query) or 0.0)

    def put_candidates(self, records: Iterable[CandidateRecord]) -> None:
        """Keep candidates, in place of what was known of them: all, or after a kill none."""
        column = tables.candidates.c
        with self._transaction() as connection:
            for one in records:
                key = (column.study == one.study) & (column.name == one.candidate)
                connection.execute(delete(tables.candidates).where(key))
                connection.execute(
                    insert(tables.candidates).values(
                        study=one.study, name=one.candidate, record=json.dumps(one.to_json())
                    )
                )

    def candidates(self, study: str) -> tuple[CandidateRecord, ...]:
        """Every candidate, in alphabetical order."""
        query = select(tables.candidates).where(tables.candidates.c.study == study)
        with self._transaction() as connection:
            rows = connection.execute(query.order_by(tables.candidates.c.name)).all()
        return tuple(candidate_of_row(row) for row in rows)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def _row(self, connection: Connection, name: str) -> Any:
        query = select(tables.studies).where(tables.studies.c.name == name)
        row = connection.execute(query).one_or_none()
        if row is not None and row.format != tables.FORMAT:
            raise StudyError(
                "the study was stored by another version of Triode",
                where=f"study {name}",
                expected=f"format {tables.FORMAT}",
                got=row.format,
                hint="Export it with that version and import it here.",
            )
        return row

    def _transaction(self) -> contextlib.AbstractContextManager[Connection]:
        return transaction(
            self._engine,
            storage="the storage",
            error=StudyError,
            hint="See that the database runs and has room, then: triode study resume NAME",
        )


def _of(table: Any, name: str, query: Any) -> Any:
    return query.where(table.c.name == name)


def _key(study: str, key: TrialKey) -> Any:
    column = tables.trials.c
    return (
        (column.study == study)
        & (column.candidate == key.candidate)
        & (column.gear == key.gear)
        & (column.seed == key.seed)
        & (column.epochs == key.epochs)
    )


def _count_trials(connection: Connection, study: str) -> int:
    query = select(func.count()).select_from(tables.trials).where(tables.trials.c.study == study)
    return int(connection.scalar(query) or 0)


def _shared_texts(connection: Connection, study: str) -> dict[str, Any]:
    """The texts that a study's trials share, read once each."""
    column = tables.trials.c
    wanted = select(column.config).where(column.study == study)
    also = select(column.recipe).where(column.study == study)
    query = select(tables.texts).where(tables.texts.c.digest.in_(wanted.union(also)))
    return {row.digest: json.loads(row.text) for row in connection.execute(query)}


def _insert_if_new(connection: Connection, table: Any, **values: Any) -> bool:
    """Insert a row unless its key is there, another writer's included; whether it was."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    query: Any = dialect.insert(table)
    key = next(iter(table.primary_key))
    inserted = query.values(**values).on_conflict_do_nothing().returning(key)
    return connection.execute(inserted).first() is not None
