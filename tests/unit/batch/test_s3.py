"""A batch from and to a real server that speaks S3, which also goes away.

`s3fs` and `moto` are not among the versions of constraints.txt: what they need excludes newer
packages that are. They are asked for here only where somebody has installed them.
"""

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from triode.batch import (
    BatchSettings,
    Listener,
    Outcome,
    Row,
    Status,
    read_manifest,
    remote,
    run_batch,
)
from triode.batch.location import location
from triode.errors import BatchError, OutputError

pytestmark = pytest.mark.heavy


class Server:
    """The server on loopback, its buckets in its memory."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)]
        quiet = subprocess.DEVNULL
        self.process = subprocess.Popen(command, stdout=quiet, stderr=quiet)
        for _ in range(600):
            try:
                urllib.request.urlopen(self.url, timeout=5.0).close()
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.1)
            else:
                return
        pytest.fail("the S3 server does not start")

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    s3fs = pytest.importorskip("s3fs")
    pytest.importorskip("moto")
    found = Server()
    monkeypatch.setenv("AWS_ENDPOINT_URL", found.url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    # Connections of an earlier test's server.
    s3fs.S3FileSystem.clear_instance_cache()
    yield found
    found.stop()


@pytest.fixture
def rows(server: Server, recordings: Path) -> tuple[Row, ...]:
    import s3fs

    system = s3fs.S3FileSystem(skip_instance_cache=True)
    system.mkdir("library")
    for name in ("dry", "one", "two"):
        system.put_file(str(recordings / f"{name}.wav"), f"library/in/{name}.wav")
    system.pipe_file("library/in/manifest.csv", b"dry,wet\ndry.wav,one.wav\ndry.wav,two.wav\n")
    return read_manifest(location("s3://library/in/manifest.csv"))


def test_from_a_bucket_to_a_bucket(rows: tuple[Row, ...], recipe: Callable[[int], str]) -> None:
    import s3fs

    settings = BatchSettings(recipe=recipe(2))
    outcomes = run_batch(rows, "s3://library/out", settings, cores=1)
    assert [one.status for one in outcomes.values()] == [Status.DONE] * 2, outcomes
    system = s3fs.S3FileSystem(skip_instance_cache=True)
    names = {path.rpartition("/")[2] for path in system.ls("library/out")}
    endings = (".nam", ".training.jsonl", ".batch.json")
    made = {f"{stem}{ending}" for stem in ("one", "two") for ending in endings}
    assert names == {*made, "batch.csv", "batch.html"}
    record = json.loads(system.cat_file("library/out/one.batch.json"))
    assert record["identity"]["wet"]["version"] == system.info("library/in/one.wav")["ETag"]
    assert run_batch(rows, "s3://library/out", settings, cores=1) == outcomes


def test_no_bucket_is_told_at_once(rows: tuple[Row, ...], recipe: Callable[[int], str]) -> None:
    with pytest.raises(OutputError, match=r"bucket.*See that the bucket or folder exists"):
        run_batch(rows, "s3://none-of-that-name/out", BatchSettings(recipe=recipe(1)), cores=1)


def test_a_server_that_goes_away_ends_the_batch_with_an_error(
    rows: tuple[Row, ...],
    server: Server,
    recipe: Callable[[int], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(remote, "PATIENCE_SECONDS", 1.0)

    class Stopping(Listener):
        def on_row(self, row: Row, outcome: Outcome) -> None:
            if row is rows[1]:
                server.stop()

    with pytest.raises((OutputError, BatchError), match="storage can be reached"):
        run_batch(
            rows,
            "s3://library/out",
            BatchSettings(recipe=recipe(1)),
            cores=1,
            listener=Stopping(),
        )
