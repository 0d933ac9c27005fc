"""What the library keeps, and how it is found again."""

from pathlib import Path
from sqlite3 import OperationalError

import pytest

from triode.errors import WebError
from triode.studio.capture import Capture, State
from triode.studio.captures import Captures
from triode.studio.database import Database
from triode.web import RequestError, new_id


def capture_of(name: str, state: State = State.WAITING, **values: object) -> Capture:
    created = "2026-01-01T00:00:00.000+00:00"
    return Capture(id=new_id(), name=name, state=state, created=created, **values)  # type: ignore[arg-type]


@pytest.fixture
def captures(tmp_path: Path) -> Captures:
    return Captures(Database(tmp_path / "library.db"))


def test_a_capture_comes_back_as_it_was(captures: Captures, tmp_path: Path) -> None:
    kept = capture_of(
        "Grün & Röhre",
        esr={"lite": 0.01, "full": 0.001},
        epoch=3,
        epochs=30,
        metadata={"gear_make": "Ich", "input_level_dbu": 12.5},
        tags=("clean", "it's"),
        sizes=("lite", "full"),
        options={"until": None},
        message="x",
    )
    captures.add(kept)
    assert captures.get(kept.id) == kept
    assert Captures(Database(tmp_path / "library.db")).get(kept.id) == kept


def test_search_finds_every_word_in_name_metadata_and_tags(captures: Captures) -> None:
    one = capture_of("Plexi STRASSE", tags=("crunch",), metadata={"gear_make": "Marshall"})
    other = capture_of("Plexi", tags=("clean",))
    for each in (one, other):
        captures.add(each)
    assert captures.find("plexi") == [other, one]
    assert captures.find("straße marsh") == [one]
    assert captures.find(tag="crunch") == [one]
    assert captures.find(tag="crun") == []
    assert captures.find("100%") == []
    assert captures.find("'; DROP TABLE captures; --") == []
    assert captures.tags() == ["clean", "crunch"]


def test_the_bin_is_apart(captures: Captures) -> None:
    kept, gone = capture_of("kept"), capture_of("gone", tags=("x",))
    for each in (kept, gone):
        captures.add(each)
    thrown = captures.change(gone.id, deleted="2026-02-01T00:00:00.000+00:00")
    assert captures.find() == [kept]
    assert captures.find(deleted=True) == [thrown]
    assert captures.in_states(State.WAITING) == [kept]
    assert captures.tags() == []
    captures.change(gone.id, deleted=None)
    assert captures.find(deleted=True) == []
    captures.remove(gone.id)
    with pytest.raises(RequestError, match="no such capture") as caught:
        captures.get(gone.id)
    assert caught.value.status == 404


def test_the_queue_keeps_its_order_and_has_an_end(captures: Captures) -> None:
    first, second, third = (capture_of(name) for name in ("1", "2", "3"))
    for each in (first, second, third):
        captures.add(each)
    captures.put_last(first.id)
    assert [one.name for one in captures.in_states(State.WAITING)] == ["2", "3", "1"]


def test_a_change_that_fails_changes_nothing(captures: Captures, tmp_path: Path) -> None:
    kept = capture_of("kept")
    captures.add(kept)
    with pytest.raises(ValueError, match="Out of range float"):
        captures.change(kept.id, name="other", esr={"full": float("nan")})
    assert captures.get(kept.id) == kept
    database = Database(tmp_path / "library.db")

    def change_twice() -> None:
        with database.change():
            assert database.write("UPDATE captures SET name = 'other'") == 1
            database.write("UPDATE captures SET nothing = 'other'")

    with pytest.raises(OperationalError):
        change_twice()
    assert captures.get(kept.id) == kept


def test_a_database_of_another_version_or_kind_is_refused(tmp_path: Path) -> None:
    database = Database(tmp_path / "library.db")
    database.write("PRAGMA user_version = 7")
    database.close()
    with pytest.raises(WebError, match="another version"):
        Database(tmp_path / "library.db")
    (tmp_path / "other.db").write_bytes(b"no database at all " * 100)
    with pytest.raises(WebError, match="cannot be opened"):
        Database(tmp_path / "other.db")
