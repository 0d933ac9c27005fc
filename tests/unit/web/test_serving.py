"""A real server in a process of its own: it tells its address, answers, and ends cleanly."""

import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

from triode.errors import WebError
from triode.web import bind

SERVER = """
from fastapi import FastAPI
from triode.web import Broadcast, Guard, Paths, access_for, bind, serve

app, broadcast = FastAPI(), Broadcast()

@app.get("/events")
def events():
    return broadcast.response()

with bind("127.0.0.1", 0) as listening:
    access = access_for("127.0.0.1", listening.getsockname()[1])
    guarded = Guard(app, access, public=Paths("/events"))
    serve(guarded, listening, access, announce=lambda text: print(text, flush=True),
          before_exit=broadcast.close)
print("ended", flush=True)
"""


def test_a_taken_port_is_said() -> None:
    with bind("127.0.0.1", 0) as listening:
        port = listening.getsockname()[1]
        with pytest.raises(WebError, match=r"Choose another port with --port"):
            bind("127.0.0.1", port)


def test_an_address_of_another_machine_is_said() -> None:
    with pytest.raises(WebError, match="the address cannot be served"):
        bind("192.0.2.1", 0)


@pytest.mark.skipif(sys.platform == "win32", reason="signals to other processes are POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_server_with_a_stream_open(number: signal.Signals) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        host, _, token = address.partition("?token=")
        assert token
        with urllib.request.urlopen(f"{host}events", timeout=10) as stream:
            assert stream.readline() == b"retry: 1000\n"
            process.send_signal(number)
            assert stream.read() == b"\n"
        output, complaints = process.communicate(timeout=10)
    finally:
        process.kill()
    assert output == "ended\n"
    assert complaints == ""
    assert process.returncode == 0
    port = int(host.rstrip("/").rpartition(":")[2])
    with socket.socket() as other:
        assert other.connect_ex(("127.0.0.1", port)) != 0
