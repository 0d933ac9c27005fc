"""Work dealt to threads: every item once, an area for each thread, torch's threads left alone."""

import threading
from pathlib import Path

import pytest
import torch

from triode.training.dealing import Dealer

TASKS = Path("/proc/self/task")
"""The threads of this process, whoever started them."""


@pytest.fixture(autouse=True)
def _three_threads() -> None:
    torch.set_num_threads(3)  # the suite's own fixture restores what was there


@pytest.mark.parametrize("items", [1, 2, 7])
def test_every_item_is_worked_on_once_and_by_no_more_threads_than_there_are_areas(
    items: int,
) -> None:
    dealer, seen, names = Dealer(), list[int](), set[int]()

    def work(item: int, area: list[int]) -> None:
        area.append(item)
        seen.append(item)
        names.add(threading.get_ident())

    areas: list[list[int]] = [[] for _ in range(dealer.threads(items))]
    dealer.deal(items, areas, work)
    assert len(areas) == min(3, items)
    assert sorted(seen) == list(range(items)) == sorted(item for area in areas for item in area)
    assert len(names) <= len(areas)


def test_work_gets_one_thread_of_torch_and_the_caller_has_its_own_afterwards() -> None:
    counts: list[int] = []
    dealer = Dealer()
    dealer.deal(4, [0, 1], lambda _item, _area: counts.append(torch.get_num_threads()))
    assert counts == [1] * 4
    assert torch.get_num_threads() == 3


@pytest.mark.skipif(not TASKS.is_dir(), reason="only Linux lists threads that are not Python's")
def test_transforms_in_the_work_start_no_threads() -> None:
    dealer, meeting, frames = Dealer(), threading.Barrier(2), torch.ones(64, 1024)

    def transform(_item: int, _area: int) -> None:
        meeting.wait()  # each thread takes one item
        torch.fft.rfft(frames)

    dealer.deal(2, [0, 1], lambda _item, _area: meeting.wait())
    before = {task.name for task in TASKS.iterdir()}
    dealer.deal(2, [0, 1], transform)
    assert {task.name for task in TASKS.iterdir()} <= before


def test_an_error_in_the_work_is_the_callers_and_leaves_torch_as_it_was() -> None:
    def work(item: int, _area: int) -> None:
        if item == 3:
            raise ValueError("the fourth")

    dealer = Dealer()
    with pytest.raises(ValueError, match="the fourth"):
        dealer.deal(4, [0, 1], work)
    assert torch.get_num_threads() == 3
