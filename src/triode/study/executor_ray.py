"""Trials on a Ray cluster: every node with the study's folder and Triode takes its share.

Tasks are not retried by Ray: the driver begins a lost trial again from its checkpoint, wherever
there is room. All nodes must see the study's folder under the same path.
"""

import threading
import time
from collections import deque
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from triode.errors import StudyError
from triode.processes import Orders
from triode.study.executor import Event, Executor, Job

__all__ = ["RayExecutor"]

_POLL_SECONDS = 1.0
_SHARES = ("cpus", "gpus")


class RayExecutor(Executor):
    """See `triode.study.executor`.

    Args:
        address: "host:port" of the cluster's head, as `ray start --head` prints it; empty starts
            Ray on this machine. "?cpus=0.5&gpus=0.25" after it says what share each trial takes;
            with a share of a GPU it trains there.
        slots: How many trials at a time, instead of what the cluster has room for.

    Raises:
        StudyError: Ray is not installed, the cluster cannot be reached, or has no room.
    """

    def __init__(self, address: str, slots: int | None = None) -> None:
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
            raise StudyError(
                "the Ray cluster cannot be reached",
                where="--on",
                expected="ray://host:port, as `ray start --head` prints it",
                got=f"{address}: {str(error).strip().splitlines()[0]}",
            ) from error
        self._slots = slots or _room(ray.cluster_resources(), self._shares)
        # On the driver's own machine: with any other it would die in the middle of a study.
        here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
        mailbox = ray.remote(num_cpus=0, scheduling_strategy=here)(_Mailbox)
        self._mailbox = mailbox.remote()
        self._run = ray.remote(max_retries=0)(_run_trial)
        self._jobs: dict[str, _RayJob] = {}
        self._futures: dict[Any, str] = {}
        self._heard: deque[tuple[Job, Event]] = deque()
        self._number = 0

    @property
    def slots(self) -> int:
        """How many jobs to run at a time."""
        return self._slots

    def start(self, task: Mapping[str, Any]) -> Job:
        """Submit a trial."""
        self._number += 1
        name = f"trial{self._number}"
        device = "cuda" if self._shares["gpus"] else task["device"]
        run = self._run.options(num_cpus=self._shares["cpus"], num_gpus=self._shares["gpus"])
        future = run.remote({**task, "device": device}, name, self._mailbox)
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
    """A trial on the cluster."""

    def __init__(self, name: str, future: Any, mailbox: Any) -> None:
        self._name, self._future, self._mailbox = name, future, mailbox

    def stop(self, order: str = "stop") -> None:
        """Leave an order, which the trial looks for once a second."""
        self._mailbox.give.remote(self._name, order)

    def kill(self) -> None:
        """Cancel it at once."""
        _ray().cancel(self._future, force=True)


class _Mailbox:
    """What trials and the driver say to each other; an actor of the driver's, gone with it."""

    def __init__(self) -> None:
        self._events: list[tuple[str, Event]] = []
        self._orders: dict[str, str] = {}

    def put(self, name: str, event: Event) -> None:
        """An event of a trial."""
        self._events.append((name, event))

    def take(self) -> list[tuple[str, Event]]:
        """All events since the last time."""
        events, self._events = self._events, []
        return events

    def give(self, name: str, order: str) -> None:
        """An order for a trial."""
        self._orders[name] = order

    def order(self, name: str) -> str:
        """What a trial was ordered; empty for nothing."""
        return self._orders.get(name, "")


def _run_trial(task: Mapping[str, Any], name: str, mailbox: Any) -> dict[str, Any]:
    """On a node: one trial."""
    from triode.study.worker import TrialTeller, trial_end

    orders = Orders()
    ended = threading.Event()

    def listen() -> None:
        while not ended.wait(_POLL_SECONDS):
            orders.given = _ray().get(mailbox.order.remote(name))

    threading.Thread(target=listen, daemon=True).start()
    try:
        return trial_end(task, TrialTeller(lambda event: mailbox.put.remote(name, event), orders))
    finally:
        ended.set()


def _shares(query: str) -> dict[str, float]:
    found = {"cpus": 1.0, "gpus": 0.0}
    for key, values in parse_qs(query).items():
        try:
            if key not in _SHARES or float(values[-1]) < 0.0:
                raise ValueError(key)  # noqa: TRY301 - told below as one thing
            found[key] = float(values[-1])
        except ValueError as error:
            raise StudyError(
                "a trial cannot have such a share",
                where="--on",
                expected="?cpus=NUMBER&gpus=NUMBER",
                got=f"{key}={values[-1]}",
            ) from error
    return found


def _room(resources: Mapping[str, float], shares: Mapping[str, float]) -> int:
    """How many trials the cluster has room for."""
    names = {"cpus": "CPU", "gpus": "GPU"}
    rooms = [
        int(resources.get(names[key], 0.0) / share) for key, share in shares.items() if share > 0.0
    ]
    room = min(rooms, default=0)
    if room < 1:
        raise StudyError(
            "the Ray cluster has no room for a trial",
            expected=" and ".join(f"{share:g} {names[key]}" for key, share in shares.items()),
            got=", ".join(f"{value:g} {name}" for name, value in sorted(resources.items())),
        )
    return room


def _ray() -> Any:
    try:
        import ray
    except ImportError as error:
        raise StudyError(
            "Ray is not installed", hint="Install it with: pip install 'triode[study]'"
        ) from error
    return ray
