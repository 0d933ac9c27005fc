"""Whatever is sent, the studio keeps what it can use, refuses the rest with a word, and lives."""

import json
import struct
import zlib
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from triode.studio.studio import Studio
from unit.studio.files import capture_file, wav_file


def wav(
    *, channels: int = 1, rate_hz: int = 48_000, bits: int = 16, kind: int = 1, claimed: int = 4_800
) -> bytes:
    """A WAV file whose header says these things, with 4,800 bytes of samples."""
    block = channels * bits // 8 & 0xFFFF
    head = struct.pack(
        "<HHIIHH", kind, channels, rate_hz, rate_hz * block & 0xFFFFFFFF, block, bits
    )
    body = b"WAVEfmt " + struct.pack("<I", 16) + head + b"data" + struct.pack("<I", claimed)
    return b"RIFF" + struct.pack("<I", 36 + claimed & 0xFFFFFFFF) + body + bytes(4_800)


def flac(samples: int, channels: int = 1, rate_hz: int = 48_000) -> bytes:
    """The header of a FLAC file that promises so many samples, and one broken frame."""
    facts = rate_hz << 44 | (channels - 1) << 41 | 15 << 36 | samples
    info = struct.pack(">HH", 4096, 4096) + bytes(6) + facts.to_bytes(8, "big") + bytes(16)
    return b"fLaC" + struct.pack(">I", 0x80 << 24 | len(info)) + info + b"\xff\xf8" + bytes(100)


def deep(levels: int) -> bytes:
    return b'{"a":' * levels + b"1" + b"}" * levels


NAM = json.loads(capture_file())
FILES = {
    "a WAV that promises 4 GB": wav(claimed=0xFFFFFFF0),
    "a WAV that ends early": wav_file(seconds=1.0)[:20_000],
    "a WAV of 65535 channels": wav(channels=65_535),
    "a WAV of 255 channels": wav(channels=255),
    "a WAV without channels": wav(channels=0),
    "a WAV without a rate": wav(rate_hz=0),
    "a WAV of 4 GHz": wav(rate_hz=0xFFFFFFFF),
    "a WAV of 8 bit": wav(bits=8),
    "a WAV of an unknown kind": wav(kind=0x1234),
    "a WAV without samples": wav(claimed=0)[:44],
    "a WAV with a NaN": wav_file(seconds=1.0)[:-4] + struct.pack("<f", float("nan")),
    "half a RIFF header": b"RIFF\xff\xff\xff\xffWAVE",
    "chunks that never end": b"RIFF\xff\xff\xff\xffWAVE" + b"junk\x00\x00\x00\x00" * 1000,
    "a FLAC bomb": flac(samples=(1 << 36) - 1),
    "a FLAC of unknown length": flac(samples=0),
    "a FLAC of two hours and more, in eight channels": flac(samples=3600 * 48_000, channels=8),
    "a FLAC that is only its mark": b"fLaC",
    "an AIFF with nonsense": b"FORM\x00\x00\x00\x10AIFFCOMM" + bytes(50),
    "a gzip bomb": zlib.compress(bytes(1 << 20), wbits=31),
    "a zip": b"PK\x03\x04" + bytes(100),
    "an Ogg": b"OggS" + bytes(100),
    "an MP3": b"ID3\x04" + bytes(100),
    "a web page": b"<!doctype html><script>alert(1)</script>",
    "an SVG": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "a program": b"\x7fELF" + bytes(100),
    "nothing": b"",
    "blanks": b" " * 10_000,
    "JSON of something else": b'{"hello": "world"}',
    "JSON that is deep": deep(100_000),
    "JSON that ends early": capture_file()[:-20],
    "JSON with NaN": json.dumps({**NAM, "weights": [float("nan"), 1.0]}).encode(),
    "a capture of a billion taps": json.dumps(
        {**NAM, "config": {"receptive_field": 10**9, "bias": False}}
    ).encode(),
    "a number of a million digits": b'{"version": ' + b"9" * 1_000_000 + b"}",
    "UTF-16": capture_file().decode().encode("utf-16"),
}
LIGHT = ("a WAV that promises 4 GB", "a web page", "nothing")


def assert_refused(page: TestClient, studio: Studio, content: bytes) -> None:
    """It is refused with a word that tells nothing of our insides, and nothing is left of it."""
    answer = page.post("/api/uploads", params={"name": "x.wav"}, content=content)
    assert answer.status_code in {415, 422}, answer.text
    message = answer.json()["error"]["message"]
    assert message
    assert "Traceback" not in message
    assert str(studio.folders.root) not in answer.text
    assert list(studio.folders.uploads.iterdir()) == []
    assert page.get("/api/cabinets").status_code == 200


@pytest.mark.parametrize("name", LIGHT)
def test_what_is_no_use_is_refused(page: TestClient, studio: Studio, name: str) -> None:
    assert_refused(page, studio, FILES[name])


@pytest.mark.heavy
@pytest.mark.parametrize("name", [name for name in FILES if name not in LIGHT])
def test_everything_else_that_is_no_use_is_refused(
    page: TestClient, studio: Studio, name: str
) -> None:
    assert_refused(page, studio, FILES[name])


def test_a_name_is_only_ever_shown(page: TestClient, studio: Studio) -> None:
    evil = "../../..\\boot\r\nset-cookie: a=b\0<script>.nam"
    answer = page.post("/api/uploads", params={"name": evil}, content=capture_file())
    upload = answer.json()
    assert upload["name"] == "boot set-cookie: a=b<script>.nam"
    assert [path.name for path in studio.folders.uploads.iterdir()] == [upload["id"]]
    capture = page.post("/api/captures/import", json={"upload": upload["id"]}).json()
    assert [path.name for path in studio.folders.captures.iterdir()] == [capture["id"]]
    file = page.get(f"/api/captures/{capture['id']}/model.nam")
    assert file.headers["content-disposition"].startswith(
        'attachment; filename="boot set-cookie- a=b-script-.nam"; '
    )
    assert "set-cookie" not in file.headers


def test_a_body_over_the_limit_leaves_nothing(
    page: TestClient, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("triode.studio.intake._MOST_BYTES", 100_000)
    sound = wav_file(seconds=3.0)

    def drops() -> Iterator[bytes]:
        for start in range(0, len(sound), 5_000):
            yield sound[start : start + 5_000]

    assert page.post("/api/uploads", content=sound).status_code == 413
    assert page.post("/api/uploads", content=drops()).status_code == 413
    assert list(studio.folders.uploads.iterdir()) == []


def test_an_order_over_the_limit_is_not_read(page: TestClient) -> None:
    long = {"name": "x" * (2 << 20)}
    assert page.post("/api/captures", json=long).status_code == 413
    assert page.post("/api/captures", content=b"[" * 100_000).status_code == 422
    number = b'{"epochs": ' + b"9" * 100_000 + b"}"
    headers = {"content-type": "application/json"}
    assert page.post("/api/captures", content=number, headers=headers).status_code in {400, 422}


def test_a_full_disk_is_said(
    page: TestClient, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("triode.web.uploads.shutil.disk_usage", lambda _: _Usage())
    assert page.post("/api/uploads", content=wav_file(seconds=1.0)).status_code == 507
    assert list(studio.folders.uploads.iterdir()) == []


class _Usage:
    free = 1 << 20
