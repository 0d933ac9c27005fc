"""Twenty participants at once, on SQLite and on PostgreSQL, with and without browsers."""

import asyncio
import random
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser, async_playwright

from triode.listening import AnswerStore, PreparedTest, Session
from triode.listening.answer import MushraAnswer
from unit.study.postgresql import postgresql_server
from web.listening.browser import CHROMIUM, OPTIONS, require_chromium
from web.listening.made import make_test, served

PARTICIPANTS = 20


@pytest.fixture
def test(tmp_path: Path) -> PreparedTest:
    return make_test(tmp_path / "test", "mushra")


@pytest.fixture(
    params=[
        pytest.param("sqlite", marks=pytest.mark.heavy),
        pytest.param("postgresql", marks=pytest.mark.heavy),
    ]
)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'answers.sqlite'}"
        return
    with postgresql_server() as server:
        yield server.fresh_database()


async def take_part(
    client: httpx.AsyncClient, address: str, which: int
) -> dict[int, dict[str, float]]:
    """One participant, who sends some answers twice; what was answered, by page."""
    chance = random.Random(which)
    headers = {"origin": address}
    token = (await client.post("/api/participants", headers=headers)).json()["token"]
    own = f"/api/participants/{token}"
    state = (await client.put(f"{own}/consent", headers=headers)).json()
    given: dict[int, dict[str, float]] = {}
    while not state["finished"]:
        index = state["next"]
        page = (await client.get(f"{own}/pages/{index}")).json()
        sound = await client.get(f"{own}/pages/{index}/sound")
        assert len(sound.content) == 3 * page["frames"] * len(page["stimuli"])
        given[index] = {label: float(chance.randrange(101)) for label in page["rated"]}
        sending = [
            client.put(f"{own}/answers/{index}", headers=headers, json={"scores": given[index]})
            for _ in range(chance.choice((1, 2)))
        ]
        answers = await asyncio.gather(*sending)
        assert {one.status_code for one in answers} == {200}
        state = answers[-1].json()
    return given


def test_twenty_at_once(test: PreparedTest, url: str) -> None:
    """Heavy for the processes and the database."""

    async def everyone(address: str) -> list[dict[int, dict[str, float]]]:
        async with httpx.AsyncClient(base_url=address, timeout=60) as client:
            people = (take_part(client, address, which) for which in range(PARTICIPANTS))
            return list(await asyncio.gather(*people))

    with served(test.folder, "--open", "--storage", url) as server:
        given = asyncio.run(everyone(server.address))
    store = AnswerStore(url)
    participants = store.participants(test)
    kept = []
    for one in participants:
        answers = store.answers(one.token, Session.of(test, one.number))
        assert all(isinstance(answer, MushraAnswer) for answer in answers.values())
        kept.append({index: dict(answer.scores) for index, answer in answers.items()})  # type: ignore[union-attr]
    store.close()
    assert len(participants) == PARTICIPANTS
    assert sorted(one.number for one in participants) == list(range(PARTICIPANTS))
    # Whoever came first, everyone's answers are there as they were given.
    assert sorted(map(str, kept)) == sorted(map(str, given))


@pytest.mark.heavy
def test_a_database_that_is_started_again(test: PreparedTest) -> None:
    """Heavy for PostgreSQL, killed between two answers; on 503 a page tries again."""
    with postgresql_server() as database:
        url = database.fresh_database()
        with served(test.folder, "--open", "--storage", url) as server:
            headers = {"origin": server.address}
            with httpx.Client(base_url=server.address, headers=headers, timeout=60) as client:
                own = f"/api/participants/{client.post('/api/participants').json()['token']}"
                client.put(f"{own}/consent")
                answer = {"scores": {"A": 1, "B": 2, "C": 3}}
                assert client.put(f"{own}/answers/0", json=answer).json()["next"] == 1
                database.stop()
                assert client.put(f"{own}/answers/1", json=answer).status_code == 503
                assert client.get(own).status_code == 503
                database.start()
                assert client.put(f"{own}/answers/1", json=answer).json()["next"] == 2
                assert client.get(own).json()["answered"] == 2


async def take_part_in_browser(browser: Browser, address: str) -> None:
    """One participant with a browser context of their own, at the keyboard."""
    context = await browser.new_context()
    page = await context.new_page()
    page.set_default_timeout(240_000)
    press = page.keyboard.press
    await page.goto(f"{address}/listen")
    await page.locator("#agree").focus()
    for key in ("Space", "Tab", "Enter"):
        await press(key)
    heading = page.locator("main h1")
    while (now := await heading.inner_text()) != "Thank you":
        match now:
            case "Which tone is the quietest?":
                await press("2")
            case "Set the volume":
                await press("Space")
                await press("Enter")
            case "How close to the reference is each?":
                for label in "rabc":
                    await press(label)
                    await press("ArrowUp")
                await press("Enter")
            case "Loading the next passage" | "Is the capture the amplifier?":
                pass
            case _:
                await press("Enter")
        await page.wait_for_timeout(200)
    await context.close()


@pytest.mark.heavy
def test_twenty_browsers_at_once(test: PreparedTest) -> None:
    """Heavy for twenty pages in one browser, each with an audio engine of its own."""
    require_chromium()

    async def everyone(address: str) -> None:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
            people = (take_part_in_browser(browser, address) for _ in range(PARTICIPANTS))
            await asyncio.gather(*people)
            await browser.close()

    with served(test.folder, "--open") as server:
        asyncio.run(everyone(server.address))
    store = AnswerStore(test.default_store_url)
    participants = store.participants(test)
    assert [one.number for one in participants] == list(range(PARTICIPANTS))
    for one in participants:
        assert one.notes["finished"]
        assert len(store.answers(one.token, Session.of(test, one.number))) == 3
    store.close()
