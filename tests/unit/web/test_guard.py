"""The guard over a small application: what passes, what does not, and what every answer carries."""

import asyncio

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from triode.web import Access, Guard, Paths, access_for
from triode.web.asgi import Message, Receive, Scope, Send

ORIGIN = "http://127.0.0.1:8000"
PASSWORD = "a long secret"


def client_of(access: Access) -> TestClient:
    app = FastAPI()

    @app.get("/")
    @app.get("/inner")
    @app.post("/inner")
    @app.post("/public/answer")
    def answer() -> dict[str, str]:
        return {"it": "answers"}

    guarded = Guard(app, access, public=Paths("/public/"), inline_styles=Paths("/inner"))
    return TestClient(guarded, base_url=ORIGIN)


@pytest.fixture
def stranger() -> TestClient:
    return client_of(access_for("127.0.0.1", 8000))


@pytest.fixture
def client() -> TestClient:
    access = access_for("127.0.0.1", 8000)
    client = client_of(access)
    assert client.get("/", params={"token": access.token}).status_code == 200
    return client


def test_without_a_session_nothing_is_told(stranger: TestClient) -> None:
    assert stranger.get("/inner").status_code == 401
    assert stranger.get("/nothing-here").status_code == 401
    assert stranger.get("/", params={"token": "guessed"}).status_code == 401
    page = stranger.get("/")
    assert page.status_code == 401
    assert "each start prints a new one" in page.text
    assert "answers" not in page.text


def test_the_token_begins_a_session_whose_cookie_scripts_cannot_read() -> None:
    access = access_for("127.0.0.1", 8000)
    client = client_of(access)
    answer = client.get("/", params={"token": access.token})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"triode-8000={access.token};")
    assert {"Path=/", "HttpOnly", "SameSite=Strict"} <= set(cookie.split("; "))
    assert 'content="0;url=/"' in answer.text
    assert client.get("/inner").json() == {"it": "answers"}


def test_a_cookie_of_another_start_is_no_session(client: TestClient) -> None:
    client.cookies.clear()
    client.cookies.set("triode-8000", access_for("127.0.0.1", 8000).token)
    assert client.get("/inner").status_code == 401


@pytest.mark.parametrize("host", ["evil.example:8000", "127.0.0.1:8001", "evil.example"])
def test_a_rebound_name_is_refused_even_with_the_cookie(client: TestClient, host: str) -> None:
    assert client.get("/inner", headers={"host": host}).status_code == 400


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "http://evil.example"},
        {"origin": "http://127.0.0.1:8001"},
        {"origin": "null"},
        {"origin": "null", "sec-fetch-site": "cross-site"},
        {"origin": ORIGIN, "sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"},
    ],
)
def test_a_change_needs_a_page_of_ours(client: TestClient, headers: dict[str, str]) -> None:
    assert client.post("/inner", headers=headers).status_code == 403
    assert client.post("/public/answer", headers=headers).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": ORIGIN},
        {"sec-fetch-site": "same-origin"},
        # What Chromium sends with a form of a page without referrer, the password's for one.
        {"origin": "null", "sec-fetch-site": "same-origin"},
    ],
)
def test_a_page_of_ours_may_change_things(client: TestClient, headers: dict[str, str]) -> None:
    assert client.post("/inner", headers=headers).status_code == 200


def test_a_public_path_needs_no_session(stranger: TestClient) -> None:
    assert stranger.post("/public/answer", headers={"origin": ORIGIN}).status_code == 200
    assert stranger.post("/inner", headers={"origin": ORIGIN}).status_code == 401


def test_a_foreign_page_may_link_to_us_but_not_read_us(client: TestClient) -> None:
    foreign = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}
    link = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    assert client.get("/inner", headers=foreign).status_code == 403
    assert client.get("/inner", headers=link).status_code == 200


def test_every_answer_carries_the_headers(client: TestClient) -> None:
    for answer in (
        client.get("/"),
        client.get("/nothing-here"),
        client.get("/", headers={"host": "evil.example"}),
        client.post("/"),
    ):
        policy = answer.headers["content-security-policy"]
        assert "script-src 'self' 'wasm-unsafe-eval';" in policy
        assert "style-src 'self';" in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert answer.headers["cross-origin-embedder-policy"] == "require-corp"
        assert answer.headers["cache-control"] == "no-store"


def test_only_pages_with_charts_may_have_inline_styles(client: TestClient) -> None:
    policy = client.get("/inner").headers["content-security-policy"]
    assert "style-src 'self' 'unsafe-inline';" in policy
    assert "script-src 'self' 'wasm-unsafe-eval';" in policy


@pytest.mark.parametrize(
    ("changes", "let_in"),
    [
        ({}, True),
        ({"origin": "http://evil.example"}, False),
        ({"origin": ""}, False),
        ({"host": "evil.example:8000"}, False),
        ({"cookie": ""}, False),
    ],
)
def test_a_web_socket_needs_all_of_it(changes: dict[str, str], *, let_in: bool) -> None:
    access = access_for("127.0.0.1", 8000)
    asked: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        del receive, send
        asked.append(scope["path"])

    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    headers = {"host": "127.0.0.1:8000", "origin": ORIGIN, "cookie": f"triode-8000={access.token}"}
    listed = [(k.encode(), v.encode()) for k, v in {**headers, **changes}.items() if v]
    scope = {"type": "websocket", "path": "/live", "headers": listed}
    asyncio.run(Guard(app, access)(scope, receive, send))
    assert asked == (["/live"] if let_in else [])
    assert [one["code"] for one in sent] == ([] if let_in else [1008])


def test_a_password_begins_a_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("triode.web.door._SECONDS_AFTER_WRONG", 0.0)
    access = access_for("0.0.0.0", 8000, PASSWORD)
    client = client_of(access)
    assert "<form" in client.get("/").text
    assert client.get("/", params={"token": access.token}).status_code == 401
    headers = {"origin": ORIGIN}
    wrong = client.post("/login", data={"password": "a wrong one"}, headers=headers)
    assert wrong.status_code == 401
    assert "not the password" in wrong.text
    assert client.post("/login", data={"password": PASSWORD}).status_code == 403
    assert client.post("/login", data={"password": PASSWORD}, headers=headers).status_code == 200
    assert client.get("/inner").status_code == 200


def test_the_door_has_its_style(stranger: TestClient) -> None:
    style = stranger.get("/door.css")
    assert style.status_code == 200
    assert style.headers["content-type"].startswith("text/css")
