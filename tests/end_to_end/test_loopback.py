"""`triode capture record` on a real sound system: PulseAudio, whose null sink hears itself.

What is played comes back through PortAudio, ALSA and a sound server, in blocks and at times that
nobody made up; only the converters and the gear are missing.
"""

import ctypes.util
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from end_to_end.commands import Outcome, triode
from triode.audio import read_audio, write_audio
from triode.studio.app import make_app
from triode.studio.studio import Studio

RATE_HZ = 48_000
DEVICES = ("--input-device", "back", "--output-device", "loop")
RECORD = ("capture", "record", "dry.wav", "-o", "wet.wav")
START_SECONDS = 20.0
ATTEMPTS = 4
LATE = ("the sound device stopped", "lost samples", "underrun", "overrun")

pytestmark = pytest.mark.heavy


@pytest.fixture
def loopback(tmp_path: Path) -> Iterator[Mapping[str, str]]:
    """A sound server of our own; gives the environment in which ALSA knows it: "loop", "back"."""
    if shutil.which("pulseaudio") is None or shutil.which("pactl") is None:
        pytest.skip("needs PulseAudio: tools/debian-packages installs it")
    if ctypes.util.find_library("portaudio") is None:
        pytest.skip("needs the PortAudio library: tools/debian-packages installs it")
    pytest.importorskip("sounddevice")
    home = tmp_path / "home"
    (home / "run").mkdir(parents=True)
    (home / "run").chmod(0o700)
    socket = home / "server"
    (home / ".asoundrc").write_text(
        f'pcm.loop {{ type pulse server "unix:{socket}" device "loop" hint {{ show on '
        'description "loop" } }\n'
        f'pcm.back {{ type pulse server "unix:{socket}" device "loop.monitor" hint {{ show on '
        'description "back" } }\n'
    )
    changes = {
        "HOME": os.fspath(home),
        "XDG_RUNTIME_DIR": os.fspath(home / "run"),
        "XDG_CONFIG_HOME": os.fspath(home),
        "PULSE_SERVER": f"unix:{socket}",
    }
    modules = (
        f"module-null-sink sink_name=loop format=float32le rate={RATE_HZ}",
        f"module-native-protocol-unix socket={socket} auth-anonymous=1",
    )
    options = ("-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no")
    log = home / "log"
    with (
        log.open("w") as said,
        subprocess.Popen(
            ["pulseaudio", *options, *(word for one in modules for word in ("-L", one))],
            env={**os.environ, **changes},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        ) as server,
    ):
        try:
            if not answers(server, changes):
                pytest.skip(f"the sound server does not start here: {log.read_text()[-300:]}")
            yield changes
        finally:
            server.terminate()


def answers(server: "subprocess.Popen[bytes]", changes: Mapping[str, str]) -> bool:
    """Wait until the server knows its sink; tell whether it does."""
    ends = time.monotonic() + START_SECONDS
    while time.monotonic() < ends and server.poll() is None:
        told = subprocess.run(
            ["pactl", "list", "short", "sinks"],
            env={**os.environ, **changes},
            capture_output=True,
            text=True,
            check=False,
        )
        if "loop" in told.stdout:
            return True
        time.sleep(0.1)
    return False


def lag_of_copy(folder: Path) -> int | None:
    """By how many samples the take is late, or None where it is not what was sent."""
    dry, wet = (read_audio(folder / name).samples for name in ("dry.wav", "wet.wav"))
    if len(wet) != len(dry) or not wet.any():
        return None
    late = int(np.flatnonzero(wet)[0] - np.flatnonzero(dry)[0])
    # As it was but for 24 bits.
    same = late >= 0 and np.allclose(wet[late:], dry[: len(dry) - late], rtol=0, atol=2.0**-22)
    return late if same else None


def undisturbed(folder: Path, loopback: Mapping[str, str]) -> Outcome:
    """Record until no block comes too late, which a busy machine cannot help.

    A sound server that comes too late itself tells nobody: then the take is no copy, and more
    waits for the processors than there are.
    """
    for _ in range(ATTEMPTS):
        outcome = triode(*RECORD, *DEVICES, "--no-level", "--force", folder=folder, **loopback)
        said = outcome.out + outcome.err
        busy = os.getloadavg()[0] > (os.cpu_count() or 1)
        if any(one in said for one in LATE):
            continue
        if not busy or (outcome.code == 0 and lag_of_copy(folder) is not None):
            return outcome
    pytest.skip(f"this machine is too busy for sound: {said}")


def test_what_is_played_comes_back(loopback: Mapping[str, str], tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    rest = np.zeros(RATE_HZ // 2)
    playing = 0.2 * random.standard_normal(3 * RATE_HZ).clip(-4, 4)
    dry = np.concatenate([rest, playing, rest]).astype(np.float32)
    write_audio(tmp_path / "dry.wav", dry, RATE_HZ)
    listed = triode(*RECORD, "--list-devices", folder=tmp_path, **loopback)
    assert listed.code == 0, listed
    assert "loop" in listed.out
    assert "back" in listed.out
    outcome = undisturbed(tmp_path, loopback)
    assert outcome.code == 0, outcome
    # The server holds 10 ms and more, so the sound took its way through it.
    (trip,) = re.findall(r"round trip: (\d+) samples", outcome.out)
    assert int(trip) > 100
    # Bit for bit, and late by the same all along; the server was seen to hold back another 22 ms
    # between the clicks that tell the round trip and the take.
    late = lag_of_copy(tmp_path)
    assert late is not None
    assert late < 0.1 * RATE_HZ


def test_without_a_cable_it_says_so(loopback: Mapping[str, str], tmp_path: Path) -> None:
    write_audio(tmp_path / "dry.wav", np.ones(RATE_HZ, np.float32) / 4, RATE_HZ)
    mute = ["pactl", "set-sink-mute", "loop", "1"]
    subprocess.run(mute, env={**os.environ, **loopback}, check=True)
    outcome = triode(*RECORD, *DEVICES, "--no-level", folder=tmp_path, **loopback)
    assert outcome.code == 2
    assert "the clicks that were sent did not come back" in outcome.err
    assert not (tmp_path / "wet.wav").exists()


@pytest.fixture
def studio_page(
    loopback: Mapping[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TestClient]:
    """The studio's routes, whose workers know the sound server."""
    for name, value in loopback.items():
        monkeypatch.setenv(name, value)
    studio = Studio(tmp_path / "library")
    with TestClient(make_app(studio)) as client:
        yield client
    studio.close()


def take_of(page: TestClient, order: dict[str, Any], stop_after: float | None = None) -> Any:
    """What becomes of a take; one that a busy machine spoiled is taken again."""
    for _ in range(ATTEMPTS):
        answer = page.post("/api/recordings", json=order)
        assert answer.status_code == 202, answer.text
        at = f"/api/recordings/{answer.json()['id']}"
        while (take := page.get(at).json())["state"] == "running":
            if stop_after is not None and take["seconds"] > stop_after:
                page.post(f"{at}/stop")
            time.sleep(0.1)
        said = " ".join([take["message"], *take["warnings"]])
        busy = os.getloadavg()[0] > (os.cpu_count() or 1)
        late = any(one in said for one in (*LATE, "Samples were lost"))
        if not late and (take["state"] == "done" or not busy):
            return take
    pytest.skip(f"this machine is too busy for sound: {said}")


def test_the_studio_records_a_take(studio_page: TestClient, tmp_path: Path) -> None:
    write_audio(tmp_path / "dry.wav", np.full(3 * RATE_HZ, 0.25, np.float32), RATE_HZ)
    content = (tmp_path / "dry.wav").read_bytes()
    dry = studio_page.post("/api/uploads?name=dry.wav", content=content).json()
    devices = studio_page.get("/api/devices").json()
    assert devices["message"] == ""
    numbers = {
        side: next(one["number"] for one in devices[f"{side}s"] if one["name"] == name)
        for side, name in (("input", "back"), ("output", "loop"))
    }
    order = {"dry": dry["id"], **{f"{side}_device": one for side, one in numbers.items()}}

    take = take_of(studio_page, order)
    assert take["state"] == "done", take["message"]
    assert take["dry"] == dry["id"]
    wet = tmp_path / "library" / "uploads" / take["wet"]
    assert len(read_audio(wet).samples) == 3 * RATE_HZ
    assert np.median(read_audio(wet).samples) == pytest.approx(0.25, abs=1e-3)
    assert take["total_seconds"] == pytest.approx(3.0)

    take = take_of(studio_page, order, stop_after=1.0)
    assert take["state"] == "done", take["message"]
    assert any("ended early" in one for one in take["warnings"])

    # The file is a constant of -12 dBFS, which comes back as it is.
    take = take_of(studio_page, {**order, "level_only": True}, stop_after=1.0)
    assert take["state"] == "done", take["message"]
    assert take["advice"] == "good"
    assert take["peak_dbfs"] == pytest.approx(-12.04, abs=0.1)
    assert take["wet"] is None

    wrong = studio_page.post("/api/recordings", json={**order, "input_channel": 99}).json()
    while (take := studio_page.get(f"/api/recordings/{wrong['id']}").json())["state"] == "running":
        time.sleep(0.1)
    assert take["state"] == "failed"
    assert "no such channel" in take["message"]
