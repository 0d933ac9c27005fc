"""What pages ask for and get, over a library with real workers but without any training."""

import json
import os
import time
from pathlib import Path

import pytest
import soundfile
from starlette.testclient import TestClient

from triode.nam import parse
from triode.studio.studio import Studio
from triode.web import RequestError
from unit.studio.files import capture_file, wav_file


def sent(client: TestClient, content: bytes, name: str) -> dict[str, object]:
    """What the studio says about a file that is sent to it."""
    answer = client.post("/api/uploads", params={"name": name}, content=content)
    assert answer.status_code == 201, answer.text
    found: dict[str, object] = answer.json()
    return found


def put(studio: Studio, content: bytes, name: str, **facts: object) -> str:
    """The id of an upload that nobody looked at, since the test knows what it is."""
    path = studio.folders.cache / "test"
    path.write_bytes(content)
    return studio.uploads.adopt(path, name, facts).id


def imported(client: TestClient, studio: Studio) -> dict[str, object]:
    content = capture_file(name="Twin", gear_make="Fender")
    upload = put(studio, content, "twin.nam", kind="nam", suffix=".nam", rate_hz=48_000)
    answer = client.post("/api/captures/import", json={"upload": upload})
    assert answer.status_code == 201
    found: dict[str, object] = answer.json()
    return found


def test_a_recording_is_what_it_is_whatever_it_is_called(client: TestClient) -> None:
    upload = sent(client, wav_file(seconds=3.0, peak=0.5), "../../secret.nam")
    assert upload["name"] == "secret.nam"
    assert (upload["kind"], upload["channels"], upload["rate_hz"]) == ("audio", 1, 16_000)
    assert upload["seconds"] == pytest.approx(3.0)
    assert upload["peak_dbfs"] == pytest.approx(-6.02, abs=0.01)
    assert client.get("/api/cabinets").json()[-1]["id"] == "synthetic"
    assert client.get(f"/api/uploads/{upload['id']}").json() == upload
    assert client.delete(f"/api/uploads/{upload['id']}").status_code == 204
    assert client.delete(f"/api/uploads/{upload['id']}").status_code == 404


def test_a_short_recording_is_a_cabinet(client: TestClient) -> None:
    upload = sent(client, wav_file(seconds=0.1), "4x12.wav")
    listed = client.get("/api/cabinets").json()
    assert [one["title"] for one in listed if not one["synthetic"]] == ["4x12.wav"]
    answer = client.get(listed[-1]["url"])
    assert listed[-1]["id"] == upload["id"]
    assert answer.headers["content-type"] == "audio/wav"
    assert answer.content[:4] == b"RIFF"


def test_a_capture_that_is_imported_can_be_found_changed_and_downloaded(
    client: TestClient,
) -> None:
    upload = sent(client, capture_file(name="Twin", gear_make="Fender"), "amp.nam")
    assert (upload["kind"], upload["rate_hz"]) == ("nam", 48_000)
    capture = client.post("/api/captures/import", json={"upload": upload["id"]}).json()
    at = f"/api/captures/{capture['id']}"
    assert (capture["name"], capture["state"], capture["sizes"]) == ("Twin", "imported", ["full"])
    assert capture["metadata"] == {"gear_make": "Fender"}
    can = {"audition": True, "compare": True, "download": True}
    assert capture["can"] == {**can, "resume": False, "stop": False, "report": False}

    changes = {"name": "Twin \u266f1/2", "tags": ["clean"], "metadata": {"tone_type": "clean"}}
    changed = client.patch(at, json=changes).json()
    assert {key: changed[key] for key in changes} == changes
    assert [one["id"] for one in client.get("/api/captures?search=twin&tag=clean").json()] == [
        capture["id"]
    ]
    assert client.get("/api/captures?search=fender").json() == []
    assert client.get("/api/tags").json() == ["clean"]

    file = client.get(f"{at}/model.nam")
    assert "filename*=UTF-8''Twin%20%E2%99%AF1-2.nam" in file.headers["content-disposition"]
    model = parse(file.content)
    assert (model.metadata["name"], model.metadata["tone_type"]) == ("Twin \u266f1/2", "clean")
    assert "gear_make" not in model.metadata
    assert client.get(at).json()["curve"] == []


def test_wrong_changes_change_nothing(client: TestClient, studio: Studio) -> None:
    capture = imported(client, studio)
    at = f"/api/captures/{capture['id']}"
    for changes in (
        {"metadata": {"gear_type": "toaster"}},
        {"metadata": {"unknown": "x"}},
        {"state": "finished"},
        {"tags": "clean"},
        {"name": 7},
    ):
        answer = client.patch(at, json=changes)
        assert answer.status_code == 422
        assert answer.json()["error"]["message"]
    assert client.get("/api/captures").json() == [capture]


def test_what_is_deleted_can_be_restored(client: TestClient, studio: Studio) -> None:
    capture = imported(client, studio)
    at = f"/api/captures/{capture['id']}"
    gone = client.delete(at).json()
    assert gone["deleted"] is not None
    assert not any(gone["can"].values())
    assert client.get("/api/captures").json() == []
    assert client.get("/api/captures?deleted=true").json() == [gone]
    assert client.delete(at).json() == gone
    assert client.post(f"{at}/restore").json() == capture
    assert client.get("/api/captures").json() == [capture]


def test_what_is_not_there_is_said_as_such(client: TestClient) -> None:
    nothing = "0" * 20
    for method, path in (
        ("GET", f"/api/captures/{nothing}"),
        ("PATCH", f"/api/captures/{nothing}"),
        ("POST", f"/api/captures/{nothing}/stop"),
        ("GET", f"/api/captures/{nothing}/report"),
        ("GET", f"/api/compare?ids={nothing}"),
        ("GET", f"/api/checks/{nothing}"),
        ("GET", f"/api/recordings/{nothing}"),
        ("GET", "/api/riffs/nothing.wav"),
        ("GET", f"/api/cabinets/{nothing}.wav"),
    ):
        body = {} if method == "PATCH" else None
        answer = client.request(method, path, json=body)
        assert answer.status_code == 404, path
        assert answer.json()["error"]["message"]


def test_what_cannot_be_done_yet_is_said_as_such(client: TestClient, studio: Studio) -> None:
    at = f"/api/captures/{imported(client, studio)['id']}"
    for method, path in (("POST", "/stop"), ("POST", "/resume"), ("GET", "/report")):
        assert client.request(method, f"{at}{path}").status_code == 409


def test_a_capture_needs_what_it_is_made_of(client: TestClient, studio: Studio) -> None:
    sound = {"kind": "audio", "suffix": ".wav", "rate_hz": 16_000, "seconds": 3.0}
    wet = put(studio, wav_file(seconds=3.0), "wet.wav", **sound)
    nam = put(studio, capture_file(), "amp.nam", kind="nam", suffix=".nam", rate_hz=48_000)
    for body, status in (
        ({"dry": "0" * 20, "wet": wet}, 404),
        ({"dry": nam, "wet": wet}, 422),
        ({"dry": wet, "wet": wet, "recipe": "../../etc/passwd.toml"}, 404),
        ({"dry": wet, "wet": wet, "until": "tomorrow"}, 422),
        ({"dry": wet, "wet": wet, "epochs": 0}, 422),
        ({"dry": "../library.db", "wet": wet}, 422),
    ):
        answer = client.post("/api/captures", json=body)
        assert answer.status_code == status, answer.text
    assert client.get("/api/captures").json() == []


@pytest.mark.heavy
def test_a_check_says_what_the_command_says(client: TestClient, recordings: Path) -> None:
    dry, wet = (
        sent(client, (recordings / f"{side}.wav").read_bytes(), f"{side}.wav")["id"]
        for side in ("dry", "wet")
    )
    answer = client.post("/api/checks", json={"dry": dry, "wet": wet})
    assert answer.status_code == 202
    while (check := client.get(f"/api/checks/{answer.json()['id']}").json())["state"] == "running":
        time.sleep(0.1)
    assert (check["state"], check["blocked"], check["message"]) == ("done", False, "")
    findings = {one["id"]: one for one in check["findings"]}
    assert findings["delay"]["severity"] == "fine"
    assert findings["delay"]["title"] == "Delay"
    assert {"delay_samples", "confidence"} <= {one["name"] for one in findings["delay"]["evidence"]}
    figure = next(one["figure"] for one in check["findings"] if one["figure"])
    assert set(figure) == {"data", "layout"}
    assert check["facts"]["rate_hz"] == 16_000
    assert "dry_path" not in json.dumps(check)


def test_recipes_and_riffs_are_listed(client: TestClient, tmp_path: Path) -> None:
    recipes = {one["name"]: one for one in client.get("/api/recipes").json()}
    assert recipes["a2"]["sizes"] == ["lite", "full"]
    assert recipes["a2"]["epochs"] > 0
    riffs = client.get("/api/riffs").json()
    assert riffs[0]["url"] == "/api/riffs/chords.wav"
    path = tmp_path / "riff.wav"
    path.write_bytes(client.get(riffs[0]["url"]).content)
    facts = soundfile.info(path)
    assert (facts.samplerate, facts.channels) == (48_000, 1)
    assert facts.duration == pytest.approx(riffs[0]["seconds"])


def test_two_studios_do_not_share_a_library(studio: Studio) -> None:
    from triode.errors import BatchError

    with pytest.raises(BatchError, match="another studio has it open"):
        Studio(studio.folders.root)


def test_a_library_that_is_opened_again_is_as_it_was(client: TestClient, studio: Studio) -> None:
    capture = imported(client, studio)
    orphan = studio.folders.captures / "0123"
    orphan.mkdir()
    old = studio.folders.cache / "modules" / "old.wasm"
    old.parent.mkdir()
    for path in (old, old.with_name("new.wasm")):
        path.write_bytes(b"")
    os.utime(old, (0, 0))
    (studio.folders.uploads / ".incoming-x").write_bytes(b"half")
    studio.close()
    again = Studio(studio.folders.root)
    try:
        assert [one.id for one in again.captures.find()] == [capture["id"]]
        assert not orphan.exists()
        assert [path.name for path in old.parent.iterdir()] == ["new.wasm"]
        assert not (again.folders.uploads / ".incoming-x").exists()
    finally:
        again.close()


@pytest.mark.parametrize("name", ["", "..", "../library.db", "0" * 19, "0" * 20 + "/..", "A" * 20])
def test_nothing_but_an_id_becomes_part_of_a_path(studio: Studio, name: str) -> None:
    for folder in (studio.folders.upload, studio.folders.capture):
        with pytest.raises(RequestError, match="this is no id"):
            folder(name)
