"""The playback engine in a real browser, rendered offline and compared sample by sample."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from web.listening.browser import chromium, watched_page
from web.listening.made import make_test, served

RATE_HZ = 48_000
FADE = 480
FRAMES = 12_000
# Gains are float32 and interpolated by the browser: a few units in their last place.
TOLERANCE = 1e-6

Samples = npt.NDArray[np.float64]
SCRIPT = Path(__file__).with_name("engine.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def stimuli() -> Samples:
    """Three stimuli of noise, so that a shift by one sample is a large error."""
    noise = np.random.default_rng(5).uniform(-0.5, 0.5, (3, FRAMES))
    return noise.astype(np.float32).astype(np.float64)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("engine") / "test"
    make_test(folder, "abx")
    with served(folder, "--open") as server, chromium() as browser, watched_page(browser) as page:
        page.goto(f"{server.address}/listen")
        yield page


def ramp(start: int, count: int) -> Samples:
    """0 before `start`, 1 from `FADE` frames later, straight in between."""
    return np.clip((np.arange(count) - start) / FADE, 0.0, 1.0)


def looped(stimulus: Samples, first: int, last: int, offset: int, count: int) -> Samples:
    """`count` samples of the region from `offset` in it, as the engine promises to loop it."""
    region = stimulus[first:last].copy()
    weight = (np.arange(FADE) + 1) / (FADE + 1)
    region[-FADE:] = (1 - weight) * region[-FADE:] + weight * region[:FADE]
    place = np.arange(count) + offset
    length = last - first
    beyond = place >= length
    place[beyond] = FADE + (place[beyond] - length) % (length - FADE)
    return region[place]


def render(page: Any, stimuli: Samples, seconds: float, orders: list[dict[str, Any]]) -> Any:
    told = {"stimuli": stimuli.tolist(), "rate": RATE_HZ, "seconds": seconds, "orders": orders}
    answer = page.evaluate(SCRIPT, told)
    return np.array(answer["samples"]), answer["places"]


@pytest.mark.heavy
def test_switching_is_exact_to_the_sample(page: Any, stimuli: Samples) -> None:
    """Heavy for the browser. Over three rounds of the loop, at places on no block's border."""
    begin, switches = 100, [(5_001, 1), (17_777, 2), (30_013, 0)]
    orders = [{"at": begin, "order": "play"}]
    orders += [{"at": at, "order": "switchTo", "values": [to]} for at, to in switches]
    got, places = render(page, stimuli, 0.9, orders)
    count = len(got)
    streams = np.array([looped(one, 0, FRAMES, 0, count - begin) for one in stimuli])
    expected = np.zeros(count)
    gains = np.zeros((3, count))
    gains[0] = 1.0
    current = 0
    for at, to in switches:
        gains[current] -= ramp(at, count)
        gains[to] += ramp(at, count)
        current = to
    expected[begin:] = (gains[:, begin:] * streams).sum(axis=0)
    expected *= ramp(begin, count)
    assert np.allclose(gains.sum(axis=0), 1.0)
    assert np.abs(got - expected).max() < TOLERANCE
    # One sample late would be another signal altogether.
    assert np.abs(got[1:] - expected[:-1]).max() > 0.1
    assert places[0] == 2000
    assert np.abs(got[:begin]).max() == 0.0


@pytest.mark.heavy
def test_a_region_is_looped_from_where_it_is(page: Any, stimuli: Samples) -> None:
    """Heavy for the browser. The new loop takes over by a crossfade, at the same sample."""
    begin, change, first, last = 0, 6_003, 4_000, 10_000
    orders = [
        {"at": begin, "order": "play"},
        {"at": change, "order": "loop", "values": [first, last]},
    ]
    got, places = render(page, stimuli, 0.5, orders)
    count = len(got)
    old = looped(stimuli[0], 0, FRAMES, 0, count) * ramp(begin, count)
    new = np.zeros(count)
    new[change:] = looped(stimuli[0], first, last, change - first, count - change)
    blend = ramp(change, count)
    expected = (1 - blend) * old + blend * new
    assert np.abs(got - expected).max() < TOLERANCE
    assert places[1] == change + 2000


@pytest.mark.heavy
def test_hasty_orders_wait_for_each_other(page: Any, stimuli: Samples) -> None:
    """Heavy for the browser. Gains always add up to one, however fast keys are pressed."""
    begin, first, second = 0, 6_000, 6_100
    orders = [
        {"at": begin, "order": "play"},
        {"at": first, "order": "switchTo", "values": [1]},
        {"at": second, "order": "switchTo", "values": [2]},
        {"at": 9_000, "order": "loop", "values": [2_000, 12_000]},
        {"at": 9_100, "order": "loop", "values": [5_000, 12_000]},
    ]
    got, _ = render(page, stimuli, 0.4, orders)
    count = len(got)
    to_one, to_two = ramp(first, count), ramp(first + FADE, count)
    gains = np.array([1 - to_one, to_one - to_two, to_two])
    whole = np.array([looped(one, 0, FRAMES, 0, count) for one in stimuli])
    expected = (gains * whole).sum(axis=0) * ramp(begin, count)
    for start, low in ((9_000, 2_000), (9_000 + FADE, 5_000)):
        now = np.zeros(count)
        now[start:] = looped(stimuli[2], low, 12_000, start - low, count - start)
        blend = ramp(start, count)
        expected = (1 - blend) * expected + blend * now
    assert np.abs(got - expected).max() < TOLERANCE


@pytest.mark.heavy
def test_stopping_and_going_on_loses_no_place(page: Any, stimuli: Samples) -> None:
    """Heavy for the browser."""
    stop, again = 3_000, 9_000
    orders = [
        {"at": 0, "order": "play"},
        {"at": stop, "order": "stop"},
        {"at": again, "order": "play"},
    ]
    got, _ = render(page, stimuli, 0.4, orders)
    count = len(got)
    first = looped(stimuli[0], 0, FRAMES, 0, count) * ramp(0, count) * (1 - ramp(stop, count))
    second = np.zeros(count)
    second[again:] = looped(stimuli[0], 0, FRAMES, stop, count - again)
    expected = first + second * ramp(again, count)
    assert np.abs(got - expected).max() < TOLERANCE
    assert np.abs(got[stop + FADE : again]).max() == 0.0
