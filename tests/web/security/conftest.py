"""A studio behind its guard, asked as a browser does that has the session."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from triode.studio.app import guarded_app
from triode.studio.studio import Studio
from triode.web import access_for

ORIGIN = "http://127.0.0.1:8765"


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    opened = Studio(tmp_path / "library")
    yield opened
    opened.close()


@pytest.fixture
def stranger(studio: Studio) -> Iterator[TestClient]:
    """Whoever knows the address but has no session."""
    access = access_for("127.0.0.1", 8765)
    with TestClient(guarded_app(studio, access), base_url=ORIGIN) as client:
        client.headers["x-token"] = access.token  # for `page` alone; no server reads it
        yield client


@pytest.fixture
def page(stranger: TestClient) -> TestClient:
    """The studio's own page: it has the cookie and says where it comes from."""
    token = stranger.headers.pop("x-token")
    assert stranger.get("/", params={"token": token}).status_code == 200
    stranger.headers["origin"] = ORIGIN
    return stranger
