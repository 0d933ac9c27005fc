"""Tasks on a Ray cluster: every node with Triode takes its share.

Nothing is retried by Ray: whoever started a lost task begins it again from its checkpoint, wherever
there is room. All nodes must see the same files under the paths that a task names.
"""

import importlib
import threading
import time
from collections import deque
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from triode.batch.executor import Event, Executor, Job
from triode.errors import ExecutorError
from triode.processes import Do, Orders, noted_warnings

__all__ = ["RayExecutor"]

_POLL_SECONDS = 1.0
_STEP_SECONDS = 5.0
_COUNT_SECONDS = 5.0
_NAMES = {"cpus": "CPU", "gpus": "GPU"}


class RayExecutor(Executor):
    """See `triode.batch.executor`.

    Args:
        module: The kind of task.
        address: "host:port" of the cluster's head, as `ray start --head` prints it; empty starts
            Ray on this machine. "?cpus=0.5&gpus=0.25" after it says what share each job takes;
            with a share of a GPU it trains there.
        slots: How many jobs at a time, instead of what the cluster has room for.

    Raises:
        ExecutorError: Ray is not installed, the cluster cannot be reached, or has no room.
    """

    def __init__(self, module: str, address: str, slots: int | None = None) -> None:
        ray = _ray()
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        parts = urlsplit(f"//{address}")
        self._shares = _shares(parts.query)
        try:
            ray.init(
                address=parts.netloc or None,
                log_to_driver=False,
                logging_level="error",
                include_dashboard=False if not parts.netloc else None,
            )
        except (OSError, RuntimeError, ValueError) as error:
            raise ExecutorError(
                "the Ray cluster cannot be reached",
                where="--on",
                expected="ray://host:port, as `ray start --head` prints it",
                got=f"{address}: {str(error).strip().splitlines()[0]}",
            ) from error
        self._wanted = slots
        self._room = slots or _room(ray.cluster_resources(), self._shares)
        self._counted = time.monotonic()
        # On the driver's own machine: with any other it would die in the middle of the work.
        here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
        mailbox = ray.remote(num_cpus=0, scheduling_strategy=here)(_Mailbox)
        self._mailbox = mailbox.remote()
        self._module = module
        self._run = ray.remote(max_retries=0)(_run)
        self._jobs: dict[str, _RayJob] = {}
        self._futures: dict[Any, str] = {}
        self._heard: deque[tuple[Job, Event]] = deque()
        self._number = 0

    @property
    def slots(self) -> int:
        """As many as there is room for, with nodes that came or went counted every few seconds."""
        now = time.monotonic()
        if self._wanted is None and now - self._counted > _COUNT_SECONDS:
            self._counted = now
            # One at least: when all nodes are gone, a job waits for the next one to come.
            self._room = max(1, _rooms(_ray().cluster_resources(), self._shares))
        return self._room

    def threads(self, jobs: int) -> int:
        """As many as whole CPUs in a job's share."""
        del jobs
        return max(1, int(self._shares["cpus"]))

    def start(self, task: Mapping[str, Any]) -> Job:
        """Submit a task."""
        self._number += 1
        name = f"job{self._number}"
        device = "cuda" if self._shares["gpus"] else task["device"]
        run = self._run.options(num_cpus=self._shares["cpus"], num_gpus=self._shares["gpus"])
        future = run.remote(self._module, {**task, "device": device}, name, self._mailbox)
        job = _RayJob(name, future, self._mailbox)
        self._jobs[name] = job
        self._futures[future] = name
        return job

    def hear(self, timeout_seconds: float) -> tuple[Job, Event] | None:
        """Wait for an event."""
        end = time.monotonic() + timeout_seconds
        while not self._heard:
            self._gather()
            if self._heard or time.monotonic() >= end:
                break
            time.sleep(min(0.1, timeout_seconds))
        return self._heard.popleft() if self._heard else None

    def close(self) -> None:
        """Cancel what runs, and leave the cluster."""
        ray = _ray()
        for job in self._jobs.values():
            job.kill()
        self._jobs.clear()
        self._futures.clear()
        ray.shutdown()

    def _gather(self) -> None:
        """Events from the mailbox; then the ends of those that have ended."""
        ray = _ray()
        for name, event in ray.get(self._mailbox.take.remote()):
            if name in self._jobs:
                self._heard.append((self._jobs[name], event))
        if not self._futures:
            return
        ready, _ = ray.wait(list(self._futures), num_returns=len(self._futures), timeout=0.0)
        for future in ready:
            job = self._jobs.pop(self._futures.pop(future))
            try:
                end = ray.get(future)
            except ray.exceptions.RayError as error:
                words = str(error).strip().splitlines()
                end = {"lost": f"{type(error).__name__}: {words[0] if words else 'no words'}"}
            self._heard.append((job, {"event": "end", **end}))


class _RayJob:
    """A task on the cluster."""

    def __init__(self, name: str, future: Any, mailbox: Any) -> None:
        self._name, self._future, self._mailbox = name, future, mailbox

    def stop(self, order: str = "stop") -> None:
        """Leave an order, which the job looks for once a second."""
        self._mailbox.give.remote(self._name, order)

    def kill(self) -> None:
        """Cancel it at once."""
        _ray().cancel(self._future, force=True)


class _Mailbox:
    """What jobs and the driver say to each other; an actor of the driver's, gone with it."""

    def __init__(self) -> None:
        self._events: list[tuple[str, Event]] = []
        self._orders: dict[str, str] = {}

    def put(self, name: str, event: Event) -> None:
        """An event of a job."""
        self._events.append((name, event))

    def take(self) -> list[tuple[str, Event]]:
        """All events since the last time."""
        events, self._events = self._events, []
        return events

    def give(self, name: str, order: str) -> None:
        """An order for a job."""
        self._orders[name] = order

    def order(self, name: str) -> str:
        """What a job was ordered; empty for nothing."""
        return self._orders.get(name, "")


def _run(module: str, task: Mapping[str, Any], name: str, mailbox: Any) -> dict[str, Any]:
    """On a node: one task."""
    do: Do = importlib.import_module(module).do
    orders = Orders()
    ended = threading.Event()
    told = 0.0

    def tell(event: Event) -> None:
        nonlocal told
        # A thousand jobs have one mailbox: how far each is within an epoch can wait.
        now = time.monotonic()
        if event["event"] == "step" and now - told < _STEP_SECONDS:
            return
        told = now
        mailbox.put.remote(name, event)

    def listen() -> None:
        while not ended.wait(_POLL_SECONDS):
            orders.given = _ray().get(mailbox.order.remote(name))

    threading.Thread(target=listen, daemon=True).start()
    try:
        with noted_warnings() as notices:
            return dict(do(task, tell, orders, notices))
    finally:
        ended.set()


def _shares(query: str) -> dict[str, float]:
    found = {"cpus": 1.0, "gpus": 0.0}
    for key, values in parse_qs(query).items():
        try:
            if key not in _NAMES or float(values[-1]) < 0.0:
                raise ValueError(key)  # noqa: TRY301 - told below as one thing
            found[key] = float(values[-1])
        except ValueError as error:
            raise ExecutorError(
                "a job cannot have such a share",
                where="--on",
                expected="?cpus=NUMBER&gpus=NUMBER",
                got=f"{key}={values[-1]}",
            ) from error
    return found


def _room(resources: Mapping[str, float], shares: Mapping[str, float]) -> int:
    """How many jobs the cluster has room for; at least one."""
    room = _rooms(resources, shares)
    if room < 1:
        raise ExecutorError(
            "the Ray cluster has no room for a job",
            expected=" and ".join(f"{share:g} {_NAMES[key]}" for key, share in shares.items()),
            got=", ".join(f"{value:g} {name}" for name, value in sorted(resources.items())),
        )
    return room


def _rooms(resources: Mapping[str, float], shares: Mapping[str, float]) -> int:
    return min(
        (int(resources.get(_NAMES[key], 0.0) / one) for key, one in shares.items() if one > 0.0),
        default=0,
    )


def _ray() -> Any:
    try:
        import ray
    except ImportError as error:
        raise ExecutorError(
            "Ray is not installed", hint="Install it with: pip install 'triode[study]'"
        ) from error
    return ray
