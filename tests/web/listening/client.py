"""A browser's side of the server, without a browser and in this process."""

from typing import Any

from httpx import Response
from starlette.testclient import TestClient

from triode.listening import AnswerStore, PreparedTest
from triode.listening.serve import Settings, listening_application
from triode.web import access_for

__all__ = ["DESIGNS", "ORIGIN", "answer_to", "begin", "client_of", "experimenter", "message"]

ORIGIN = "http://127.0.0.1:8000"
DESIGNS = ("abx", "mushra", "triple", "preference")


def settings(**changes: Any) -> Settings:
    usual = {"open_to_all": True, "most_participants": 100, "address": ORIGIN}
    return Settings(**{**usual, **changes})


def client_of(test: PreparedTest, store: AnswerStore, **changes: Any) -> TestClient:
    access = access_for("127.0.0.1", 8000)
    app = listening_application(test, store, settings(**changes), access)
    client = TestClient(app, base_url=ORIGIN, headers={"origin": ORIGIN})
    client.headers["x-token"] = access.token  # for `experimenter`, which the server ignores
    return client


def experimenter(client: TestClient) -> TestClient:
    """The same browser after it opened the address that was printed."""
    page = client.get("/", params={"token": client.headers["x-token"]})
    assert page.status_code == 200
    return client


def begin(client: TestClient) -> tuple[str, str]:
    """A participant who has agreed: the token and the address of what is theirs."""
    token = client.post("/api/participants").json()["token"]
    address = f"/api/participants/{token}"
    assert client.put(f"{address}/consent").json()["consent"]
    return token, address


def answer_to(page: dict[str, Any]) -> dict[str, Any]:
    """Some answer that fits."""
    given: dict[str, Any] = {
        "abx": {"x_is": "A"},
        "mushra": {"scores": dict.fromkeys(page["rated"], 40)},
        "triple": {"hidden": "C", "grades": {"C": 5.0, "B": 3.2}},
        "preference": {"preferred": "none"},
    }
    return {**given[page["design"]], "milliseconds": 7, "switches": 1, "plays": {}}


def message(answer: Response) -> str:
    return str(answer.json()["error"]["message"])
