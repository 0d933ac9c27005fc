"""Every address of the studio, as its own schema lists them, refuses whoever is not its page."""

import pytest
from starlette.testclient import TestClient

from triode.studio.studio import Studio

UNSAFE = {"post", "patch", "delete", "put"}


def operations(studio: Studio) -> list[tuple[str, str]]:
    """Method and path of every route, ids filled in."""
    from triode.studio.app import make_app

    found = []
    for path, methods in make_app(studio).openapi()["paths"].items():
        filled = path.replace("{name}", "chords").replace("{side}", "dry").replace("{size}", "full")
        for part in ("capture_id", "check_id", "take_id", "upload_id", "cabinet_id"):
            filled = filled.replace(f"{{{part}}}", "0" * 20)
        assert "{" not in filled
        found += [(method, filled) for method in methods]
    return [*found, ("get", "/api/events"), ("get", "/static/plotly.min.js"), ("get", "/x")]


def test_without_a_session_no_route_answers(stranger: TestClient, studio: Studio) -> None:
    listed = operations(studio)
    assert len(listed) > 25
    for method, path in listed:
        answer = stranger.request(method, path, headers={"origin": str(stranger.base_url)})
        assert answer.status_code == 401, path
        assert set(answer.json()) == {"error"}
    assert "Triode" in stranger.get("/").text


def test_no_route_answers_under_a_foreign_name(page: TestClient, studio: Studio) -> None:
    for method, path in operations(studio):
        for host in ("evil.example:8765", "localhost", "127.0.0.1:8765.evil.example"):
            assert page.request(method, path, headers={"host": host}).status_code == 400, path


def test_no_route_is_changed_by_a_foreign_page(page: TestClient, studio: Studio) -> None:
    foreign = [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:3000"},
        {"sec-fetch-site": "cross-site", "origin": "http://127.0.0.1:8765"},
    ]
    changing = [(method, path) for method, path in operations(studio) if method in UNSAFE]
    assert len(changing) > 10
    for method, path in changing:
        for headers in foreign:
            answer = page.request(method, path, headers=headers)
            assert answer.status_code == 403, path
    del page.headers["origin"]
    for method, path in changing:
        assert page.request(method, path).status_code == 403, path


def test_a_form_of_a_foreign_page_does_not_delete(page: TestClient, studio: Studio) -> None:
    """What a browser sends for a form elsewhere: the cookie is left out, and so is our origin."""
    answer = page.post(
        "/api/captures/import",
        data={"upload": "0" * 20},
        headers={"origin": "http://evil.example", "sec-fetch-site": "cross-site"},
    )
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/..%2fapp.py",
        "/static/%2e%2e/app.py",
        "/static/....//app.py",
        "/static//etc/passwd",
        "/api/riffs/..%2f..%2flibrary.db.wav",
        "/api/riffs/chords.wav%00.html",
        "/api/cabinets/..%2flibrary.wav",
        "/api/captures/..%2f..%2fetc/model.nam",
        "/api/captures/00000000000000000000/audition/..%2f..%2fx/model.wasm",
        "/api/captures/00000000000000000000/audition/passage/..%2fdry.wav",
    ],
)
def test_no_path_leads_out_of_the_library(page: TestClient, path: str) -> None:
    answer = page.get(path)
    assert answer.status_code in {404, 422}
    assert "root:" not in answer.text
    assert "import " not in answer.text


def test_every_answer_carries_the_policy(page: TestClient) -> None:
    for path in ("/api/captures", "/static/mark.svg", "/nothing", "/api/cabinets/synthetic.wav"):
        headers = page.get(path).headers
        policy = headers["content-security-policy"]
        assert "script-src 'self' 'wasm-unsafe-eval';" in policy
        assert "'unsafe-eval'" not in policy.replace("'wasm-unsafe-eval'", "")
        assert "style-src 'self';" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["cross-origin-embedder-policy"] == "require-corp"
        assert "access-control-allow-origin" not in headers
        assert "server" not in headers


def test_a_report_runs_in_an_origin_of_its_own(page: TestClient, studio: Studio) -> None:
    """Whatever a file's metadata says, the page about it reaches neither cookie nor server."""
    from triode.studio.routes.answers import page_response

    path = studio.folders.cache / "page.html"
    path.write_text("<script>fetch('/api/captures')</script>")
    policy = page_response(path).headers["content-security-policy"]
    assert "sandbox allow-scripts" in policy
    assert "allow-same-origin" not in policy
    assert "default-src 'none'" in policy
    assert "connect-src" not in policy
