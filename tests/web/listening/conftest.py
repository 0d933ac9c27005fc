"""Prepared tests, a store and a browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from triode.listening import AnswerStore, PreparedTest
from web.listening.browser import chromium
from web.listening.made import TestOf, make_test


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for a module: its event loop is in the way of others."""
    with chromium() as one:
        yield one


@pytest.fixture(scope="session")
def test_of(tmp_path_factory: pytest.TempPathFactory) -> TestOf:
    """A prepared test of a design, which no test changes."""
    made: dict[str, PreparedTest] = {}
    folder = tmp_path_factory.mktemp("tests")

    def of(design: str) -> PreparedTest:
        if design not in made:
            made[design] = make_test(folder / design, design, abx={"trials": 5})
        return made[design]

    return of


@pytest.fixture
def store(tmp_path: Path) -> Iterator[AnswerStore]:
    """An empty one."""
    one = AnswerStore(f"sqlite:///{tmp_path / 'answers.sqlite'}")
    yield one
    one.close()
