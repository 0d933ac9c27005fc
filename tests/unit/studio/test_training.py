"""The whole way over HTTP, with a real server that is killed in the middle of a training."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from triode import load

pytestmark = pytest.mark.heavy
PATIENCE_SECONDS = 120.0


class Server:
    """`triode studio` in a process of its own, asked as its page would ask."""

    def __init__(self, library: Path) -> None:
        command = [
            *(sys.executable, "-m", "triode.cli.main", "studio", "--no-browser"),
            *("--port", "0", "--library", str(library)),
        ]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"}
        )
        assert self.process.stdout is not None
        address = ""
        while not address.startswith("open: "):
            address = self.process.stdout.readline()
            assert address, "the server ended before it told its address"
        base = re.sub(r"/\?token=.*", "", address.removeprefix("open: ").strip())
        self.client = httpx.Client(base_url=base, headers={"origin": base}, timeout=60.0)
        assert self.client.get(address.removeprefix("open: ").strip()).status_code == 200

    def get(self, path: str) -> Any:
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any = None) -> Any:
        answer = self.client.post(path, json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def send(self, path: Path) -> str:
        answer = self.client.post(
            "/api/uploads", params={"name": path.name}, content=path.read_bytes()
        )
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def wait_for(self, capture: str, state: str, epoch: int = 0) -> dict[str, Any]:
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            found: dict[str, Any] = self.get(f"/api/captures/{capture}")
            if found["state"] == state and found["epoch"] >= epoch:
                return found
            assert found["state"] != "failed", found["message"]
            time.sleep(0.05)
        raise AssertionError(f"not {state} after epoch {epoch} in time: {found}")

    def page(self, path: str) -> str:
        """A page that is made on demand."""
        end = time.monotonic() + PATIENCE_SECONDS
        while (answer := self.client.get(path)).status_code == 202:
            assert time.monotonic() < end
            time.sleep(0.2)
        assert answer.status_code == 200, answer.text
        return answer.text


@contextlib.contextmanager
def serving(library: Path) -> Iterator[Server]:
    server = Server(library)
    try:
        yield server
    finally:
        server.process.kill()
        server.process.wait()
        assert server.process.stdout is not None
        server.process.stdout.close()
        server.client.close()


def events_of(server: Server, kinds: set[str]) -> list[tuple[str, Any]]:
    """What is told until every one of these kinds was."""
    found: list[tuple[str, Any]] = []
    with server.client.stream("GET", "/api/events") as stream:
        kind = ""
        for line in stream.iter_lines():
            if line.startswith("event: "):
                kind = line.removeprefix("event: ")
            elif line.startswith("data: "):
                found.append((kind, json.loads(line.removeprefix("data: "))))
                if kinds <= {one for one, _ in found}:
                    break
    return found


@pytest.mark.skipif(sys.platform == "win32", reason="kills by POSIX signals")
def test_a_killed_server_goes_on_where_it_was(recordings: Path, tmp_path: Path) -> None:
    library = tmp_path / "library"
    with serving(library) as server:
        dry, wet = server.send(recordings / "dry.wav"), server.send(recordings / "wet.wav")
        order = {"dry": dry, "wet": wet, "recipe": "a1-nano", "name": "Long", "tags": ["x"]}
        long = server.post("/api/captures", {**order, "epochs": 2000})["id"]
        short = server.post("/api/captures", {**order, "epochs": 2, "name": "Short"})["id"]
        told = events_of(server, {"epoch"})
        assert told[-1][1]["id"] == long
        server.wait_for(long, "training", epoch=2)
        assert server.get(f"/api/captures/{short}")["state"] == "waiting"
        before = server.get(f"/api/captures/{long}")["curve"]
        server.process.send_signal(signal.SIGKILL)
        server.process.wait()

    with serving(library) as server:
        # Uploads may go: captures have recordings of their own.
        for upload in (dry, wet):
            assert server.client.delete(f"/api/uploads/{upload}").status_code == 204
        assert server.get(f"/api/captures/{long}")["state"] in {"waiting", "training"}
        more = server.wait_for(long, "training", epoch=before[-1]["epoch"] + 2)
        epochs = [point["epoch"] for point in more["curve"]]
        assert epochs == list(range(1, len(epochs) + 1))
        assert more["curve"][: len(before)] == before

        server.post(f"/api/captures/{long}/stop")
        stopped = server.wait_for(long, "stopped")
        assert stopped["can"]["resume"]
        assert stopped["esr"]["full"] <= min(point["esr"]["full"] for point in stopped["curve"])
        file = tmp_path / "long.nam"
        file.write_bytes(server.client.get(f"/api/captures/{long}/model.nam").content)
        assert load(file).rate_hz == 16_000
        assert json.loads(file.read_text())["metadata"]["name"] == "Long"

        done = server.wait_for(short, "finished")
        assert (done["epoch"], done["can"]["resume"]) == (2, False)
        server.post(f"/api/captures/{long}/resume")
        server.wait_for(long, "training", epoch=stopped["epoch"] + 1)
        assert server.client.delete(f"/api/captures/{long}").status_code == 200
        assert [one["id"] for one in server.get("/api/captures")] == [short]
        restored = server.post(f"/api/captures/{long}/restore")
        assert (restored["state"], restored["can"]["resume"]) == ("stopped", True)

        audition = server.get(f"/api/captures/{short}/audition")
        module = server.client.get(audition["sizes"][0]["wasm"])
        assert module.headers["content-type"] == "application/wasm"
        assert module.content[:4] == b"\0asm"
        level = audition["level"]
        gains = [one["gain_db"] + one["loudness_lufs"] for one in audition["sizes"]]
        gains.append(level["wet_gain_db"] + level["wet_loudness_lufs"])
        assert gains == pytest.approx([level["target_lufs"]] * len(gains), abs=1e-6)
        assert server.client.get(audition["passage"]["wet"]).content[:4] == b"RIFF"
        made = sorted((library / "cache" / "auditions").iterdir())
        assert server.client.patch(f"/api/captures/{short}", json={"name": "Brief"}).is_success
        assert server.get(f"/api/captures/{short}/audition") == audition
        assert sorted((library / "cache" / "auditions").iterdir()) == made
        assert "Brief" in server.page(f"/api/captures/{short}/report")
        compared = server.page(f"/api/compare?ids={short},{long}")
        assert "Brief, Long" in compared

        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(timeout=20) == 0
