"""Errors as a page gets them."""

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from triode.errors import AudioError, OutputError, TriodeError, WebError
from triode.web import BodyLimit, Paths, RequestError, error_document, handle_errors, require_server

RAISED = {
    "audio": (AudioError("it is damaged", where="/home/me/lib/wet.wav", hint="Copy it."), 422),
    "disk": (OutputError("the disk is full"), 507),
    "request": (RequestError("there is no such capture", status=404), 404),
}


@pytest.fixture
def client() -> TestClient:
    app = FastAPI()
    handle_errors(app)

    @app.get("/raise/{name}")
    def fail(name: str) -> None:
        raise RAISED[name][0]

    @app.post("/length")
    @app.post("/free")
    def length(body: dict[str, str]) -> int:
        return sum(map(len, body.values()))

    limited = BodyLimit(app, limit_bytes=1000, unlimited=Paths("/free"))
    return TestClient(limited, raise_server_exceptions=False)


@pytest.mark.parametrize("name", RAISED)
def test_an_error_on_purpose_is_a_status_and_a_message(client: TestClient, name: str) -> None:
    error, status = RAISED[name]
    answer = client.get(f"/raise/{name}")
    assert answer.status_code == status
    assert answer.json()["error"]["problem"] == error.problem


def test_an_error_by_mistake_tells_nothing_of_our_insides(client: TestClient) -> None:
    answer = client.get("/raise/unknown")
    assert answer.status_code == 500
    assert "KeyError" not in answer.text
    assert "Traceback" not in answer.text
    assert set(answer.json()["error"]) == {"message"}


def test_the_frameworks_errors_have_the_same_shape(client: TestClient) -> None:
    assert client.get("/nothing").json()["error"]["message"] == "Not Found"
    answer = client.post("/length", json={"a": 1})
    assert answer.status_code == 422
    assert answer.json()["error"]["message"].startswith("body.a: ")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/home/me/lib/wet.wav: it is damaged", "wet.wav: it is damaged"),
        ("C:\\Users\\me\\wet.wav", "wet.wav"),
        ("such as 0.1 dB/s or 1/2", "such as 0.1 dB/s or 1/2"),
        ("see https://example.org/a/b", "see https://example.org/a/b"),
    ],
)
def test_files_are_named_without_their_folders(text: str, shown: str) -> None:
    assert error_document(TriodeError(text))["error"]["problem"] == shown


def test_a_body_over_the_limit_is_refused_declared_or_not(client: TestClient) -> None:
    long = b'{"a": "' + b"x" * 1000 + b'"}'
    parts = [long[:500], long[500:]]
    headers = {"content-type": "application/json"}
    assert client.post("/length", content=long, headers=headers).status_code == 413
    assert client.post("/length", content=iter(parts), headers=headers).status_code == 413
    assert client.post("/free", content=long, headers=headers).json() == 1000
    assert client.post("/length", json={"a": "x" * 900}).json() == 900


def test_what_is_not_installed_is_said_with_the_way_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    require_server()
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "uvicorn" else 1)
    with pytest.raises(WebError, match=r"Got no uvicorn\. .*pip install 'triode\[listen\]'"):
        require_server("listen")
