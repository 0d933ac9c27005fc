"""A page hears everything, once, in order, even after a lost connection."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator

from triode.web import Broadcast


def fields(block: bytes) -> dict[str, str]:
    lines = block.decode().strip().split("\n")
    return dict(line.split(": ", 1) for line in lines if not line.startswith(":"))


async def heard(stream: AsyncIterator[bytes], count: int) -> list[dict[str, str]]:
    """The next events; the first thing of a stream, its retry time, is none."""
    found: list[dict[str, str]] = []
    while len(found) < count:
        block = fields(await asyncio.wait_for(anext(stream), 5))
        if "event" in block:
            found.append(block)
    return found


def test_events_from_another_thread_arrive_in_order() -> None:
    broadcast = Broadcast()

    async def listen() -> list[dict[str, str]]:
        stream = broadcast.stream()
        assert await anext(stream) == b"retry: 1000\n\n"
        publisher = threading.Thread(
            target=lambda: [broadcast.publish("step", {"number": n}) for n in range(50)]
        )
        publisher.start()
        found = await heard(stream, 50)
        publisher.join()
        return found

    found = asyncio.run(listen())
    assert [json.loads(one["data"])["number"] for one in found] == list(range(50))
    assert {one["event"] for one in found} == {"step"}


def test_a_page_that_comes_back_hears_what_it_missed() -> None:
    broadcast = Broadcast()

    async def listen() -> list[str]:
        stream = broadcast.stream()
        await anext(stream)
        broadcast.publish("a", 1)
        last = (await heard(stream, 1))[0]["id"]
        await stream.aclose()
        broadcast.publish("b", 2)
        broadcast.publish("c", 3)
        return [one["event"] for one in await heard(broadcast.stream(last), 2)]

    assert asyncio.run(listen()) == ["b", "c"]


def test_a_page_from_before_the_restart_or_from_long_ago_has_to_ask_again() -> None:
    broadcast = Broadcast(kept=2)
    for number in range(5):
        broadcast.publish("step", number)

    async def first(last_id: str) -> str:
        return (await heard(broadcast.stream(last_id), 1))[0]["event"]

    async def era() -> str:
        return (await heard(broadcast.stream("x"), 1))[0]["id"].partition("-")[0]

    known = asyncio.run(era())
    assert asyncio.run(first(f"{known}-3")) == "step"
    for last_id in ("abcd-4", f"{known}-1", f"{known}-6", "nonsense", f"{known}-{'9' * 30}"):
        assert asyncio.run(first(last_id)) == "missed"


def test_a_slow_page_is_told_that_it_missed_something() -> None:
    broadcast = Broadcast(kept=2)

    async def listen() -> list[str]:
        stream = broadcast.stream()
        await anext(stream)
        for number in range(4):
            broadcast.publish("step", number)
        return [one["event"] for one in await heard(stream, 3)]

    assert asyncio.run(listen()) == ["missed", "step", "step"]


def test_silence_is_broken_by_a_comment_and_closing_ends_the_stream() -> None:
    broadcast = Broadcast(heartbeat_seconds=0.01)

    async def listen() -> list[bytes]:
        stream = broadcast.stream()
        first = [await anext(stream), await anext(stream)]
        broadcast.close()
        return first + [block async for block in stream if not block.startswith(b":")]

    assert asyncio.run(listen()) == [b"retry: 1000\n\n", b": here\n\n"]
