"""What comes in is a whole file under a name of ours, or nothing at all."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from triode.web import Content, Received, RequestError, is_id, receive, remove_leftovers, sniff

WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(100)


async def chunks_of(*chunks: bytes, broken: bool = False) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk
    if broken:
        raise ConnectionResetError


def received(folder: Path, *chunks: bytes, limit: int = 1 << 20, **options: int) -> Received:
    return asyncio.run(receive(chunks_of(*chunks), folder, limit_bytes=limit, **options))


def test_a_body_becomes_a_file_with_a_random_name(tmp_path: Path) -> None:
    one = received(tmp_path, WAV[:5], WAV[5:], b"x" * 3_000_000, limit=4 << 20)
    assert is_id(one.id)
    assert one.path == tmp_path / one.id
    assert one.path.read_bytes() == WAV + b"x" * 3_000_000
    assert (one.bytes, one.content) == (len(WAV) + 3_000_000, Content.AUDIO)
    assert received(tmp_path, WAV).id != one.id


@pytest.mark.parametrize(
    ("chunks", "options", "status"),
    [
        ((WAV, b"x" * 1000), {"limit": 1000}, 413),
        ((WAV,), {"limit": 1000, "declared_bytes": 1001}, 413),
        ((WAV,), {"keep_free_bytes": 1 << 62}, 507),
        ((b"<html>" + bytes(100),), {}, 415),
        ((b"MZ",), {}, 415),
        ((), {}, 422),
    ],
)
def test_what_is_refused_leaves_nothing(
    tmp_path: Path, chunks: tuple[bytes, ...], options: dict[str, int], status: int
) -> None:
    with pytest.raises(RequestError) as caught:
        received(tmp_path, *chunks, **options)
    assert caught.value.status == status
    assert list(tmp_path.iterdir()) == []


def test_a_lost_connection_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ConnectionResetError):
        asyncio.run(receive(chunks_of(WAV, broken=True), tmp_path, limit_bytes=1000))
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_server_left_is_removed(tmp_path: Path) -> None:
    kept = received(tmp_path, WAV).path
    (tmp_path / ".incoming-abc").write_bytes(WAV)
    remove_leftovers(tmp_path)
    assert list(tmp_path.iterdir()) == [kept]


@pytest.mark.parametrize(
    ("head", "content"),
    [
        (WAV, Content.AUDIO),
        (b"RF64\xff\xff\xff\xffWAVEds64", Content.AUDIO),
        (b"FORM\x00\x00\x00\x00AIFF", Content.AUDIO),
        (b"fLaC\x00\x00\x00\x22", Content.AUDIO),
        (b"riff\x2e\x91\xcf\x11", Content.AUDIO),
        (b'  {"version": "0.5.4"}', Content.JSON),
        (b"\xef\xbb\xbf{}", Content.JSON),
        (b"RIFF\x24\x00\x00\x00AVI LIST", Content.UNKNOWN),
        (b"[1, 2]", Content.UNKNOWN),
        (b"OggS\x00\x02", Content.UNKNOWN),
        (b"", Content.UNKNOWN),
    ],
)
def test_the_kind_is_told_by_the_first_bytes(head: bytes, content: Content) -> None:
    assert sniff(head) is content
