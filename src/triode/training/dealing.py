"""Work dealt to threads, which hold no lock while they are in generated code."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from queue import SimpleQueue
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import torch

__all__ = ["Dealer", "Float32Array", "aligned_floats", "single_threaded"]

Float32Array = npt.NDArray[np.float32]
Area = TypeVar("Area")

_ALIGNMENT_BYTES = 64


def aligned_floats(count: int) -> Float32Array:
    """Zeros that begin at a cache line."""
    raw = np.zeros(count + _ALIGNMENT_BYTES // 4, np.float32)
    start = (-raw.ctypes.data % _ALIGNMENT_BYTES) // 4
    return raw[start : start + count]


@contextlib.contextmanager
def single_threaded() -> Iterator[None]:
    """What is asked of torch within the block starts no threads of torch's own.

    To wake one takes longer than most of what is done with small tensors.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


class Dealer:
    """As many threads as torch uses; they wait from one call to the next."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1)
        self._helpers = 1

    def threads(self, items: int) -> int:
        """How many threads, this one among them, share so many items."""
        return max(1, min(torch.get_num_threads(), items))

    def deal(self, items: int, areas: Sequence[Area], work: Callable[[int, Area], None]) -> None:
        """Run `work(item, area)` for every item; a thread for each area, which is its own.

        What the work asks of torch starts no threads of torch's own.
        """
        waiting: SimpleQueue[int | None] = SimpleQueue()
        for item in (*range(items), *[None] * len(areas)):
            waiting.put(item)

        def run(area: Area) -> None:
            # MKL goes by each thread's own setting: in a new thread of Python's, transforms would
            # start a team of threads, which ends with it.
            torch.set_num_threads(1)
            for item in iter(waiting.get, None):
                work(item, area)

        with single_threaded():
            others = [self._pool_of(len(areas) - 1).submit(run, area) for area in areas[1:]]
            try:
                run(areas[0])
            finally:
                # Interrupted or not, nobody may be left at work in the areas.
                wait(others)
        for other in others:
            other.result()

    def _pool_of(self, threads: int) -> ThreadPoolExecutor:
        if self._helpers < threads:
            self._pool.shutdown()
            self._pool, self._helpers = ThreadPoolExecutor(threads), threads
        return self._pool
