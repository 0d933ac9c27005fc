"""A training step of ours beside one of the reference trainer, and beside torch.

python benchmarks/training.py [--quick] [--patience SECONDS]

Steps take turns, each trainer in a process of its own with two threads, three of each one after
the other: the packed A2 container and A1 standard, 16 windows of 8,192 outputs, MSE and MRSTFT,
theirs with Adam and ours as the shipped recipes are (SOAP, a spectral error for each window); then
ours on a graphics card, where there is one, 20 random WaveNets through torch and compiled, and
recipes of an LSTM and of a ConvNet with batchnorm, each with its own windows, by the clock and in
processor time. An epoch of 170 s is estimated from the step; beside it stands a step of as few
windows as the recipe `a2` takes. Longer windows with as many outputs per step are timed for the
record alone: they train worse (`recipe_runs.py`). Validation is left out. Rounds in which other
programs took part of the processor are repeated for up to `--patience` seconds; the figures say how
busy the rest of the machine was. Needs `pip install neural-amp-modeler==0.13.0`. `--quick` only
shows that everything works.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from figures import Figure
from machine import write_result
from training_worker import RATE_HZ, THREADS, sleep_while_waiting

__all__ = ["main"]

WORKER = Path(__file__).with_name("training_worker.py")
BATCH, OUTPUTS = 16, 8192
LAYOUTS = ((16, 8192), (8, 16384), (4, 32768), (2, 65536))
EPOCH_SECONDS = 170
PROCESSES = 3
CALM = 0.15
"""Share of the processor that others may take in a round that counts."""
HEADER = f"{'what':<45} {'must':>9} {'aim':>9} {'median':>9} {'quartiles':>19} {'of must':>9} keeps"


class Trainer:
    """A worker process."""

    def __init__(self, who: str, network: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(WORKER), who, network],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def step(self, batch: int = BATCH, outputs: int = OUTPUTS) -> float:
        """Seconds of one step."""
        return float(self._ask(f"step {batch} {outputs}"))

    def memory(self) -> dict[str, int | None]:
        """Resident bytes before the network was made, and at most."""
        answer: dict[str, int | None] = json.loads(self._ask("memory"))
        return answer

    def close(self) -> None:
        """Let the process end."""
        self._process.communicate()

    def _ask(self, command: str) -> str:
        if self._process.stdin is None or self._process.stdout is None:
            raise TypeError("the worker has no pipes")
        print(command, file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline()
        if not answer:
            raise SystemExit("a trainer stopped; see above")
        return answer


@dataclass
class Rounds:
    """Seconds of two that take turns, and how busy others were meanwhile."""

    theirs: list[float] = field(default_factory=list)
    ours: list[float] = field(default_factory=list)
    others: list[float | None] = field(default_factory=list)

    @property
    def ratios(self) -> list[float]:
        """Theirs over ours, round by round."""
        return [one / other for one, other in zip(self.theirs, self.ours, strict=True)]

    def add(self, more: "Rounds") -> None:
        """Append the rounds of another pair of processes."""
        self.theirs += more.theirs
        self.ours += more.ours
        self.others += more.others

    def to_json(self) -> dict[str, Any]:
        """The rounds, and the medians in milliseconds."""
        return {
            "theirs_ms": 1e3 * statistics.median(self.theirs),
            "ours_ms": 1e3 * statistics.median(self.ours),
            "rounds_ms": [
                [round(1e3 * value, 1) for value in pair]
                for pair in zip(self.theirs, self.ours, strict=True)
            ],
            "share_taken_by_others": self.others,
        }


def take_turns(
    theirs: Callable[[], float], ours: Callable[[], float], rounds: int, patience: float
) -> Rounds:
    """Time both, one after the other; the first round of each is not counted.

    Rounds in which others took more than `CALM` of the processor are repeated while `patience`
    seconds last; if too few calm ones come, the calmest count.
    """
    theirs(), ours()
    found: list[tuple[float, float, float | None]] = []
    end = time.monotonic() + patience
    while True:
        before = _busy_seconds()
        pair = theirs(), ours()
        found.append((*pair, _share_of_others(before)))
        calm = [one for one in found if one[2] is None or one[2] <= CALM]
        if len(calm) >= rounds or (len(found) >= rounds and time.monotonic() > end):
            break
    best = sorted(found, key=lambda one: one[2] or 0.0)[:rounds]
    return Rounds(*map(list, zip(*best, strict=True)))


def networks(rounds: int, patience: float) -> list[Figure]:
    """Steps, memory and epochs of the two captures that everybody trains."""
    figures = []
    for name, network in (("A2 container", "a2"), ("A1 standard", "a1-standard")):
        theirs, ours, steps = _in_several_processes(network, rounds, patience)
        figures.append(
            Figure.of(
                f"{name}: theirs over ours, one step",
                "x",
                steps.ratios,
                must=8.0,
                aim=12.0,
                details=steps.to_json(),
            )
        )
        _show(figures[-1])
        figures += _memory(name, theirs, ours)
        if network == "a2":
            figures.append(_epoch(name, theirs, ours, steps, max(1, rounds // 3), patience))
            _show(figures[-1])
        theirs.close()
        ours.close()
    return figures


def _in_several_processes(
    network: str, rounds: int, patience: float
) -> tuple[Trainer, Trainer, Rounds]:
    """Steps of both; where a process lies in memory makes one a tenth faster than another.

    The last two trainers are returned as well.
    """
    steps = Rounds()
    each = -(-rounds // PROCESSES)
    for number in range(PROCESSES):
        theirs, ours = Trainer("theirs", network), Trainer("ours", network)
        steps.add(take_turns(theirs.step, ours.step, each, patience / PROCESSES))
        if number < PROCESSES - 1:
            theirs.close()
            ours.close()
    return theirs, ours, steps


def _memory(name: str, theirs: Trainer, ours: Trainer) -> list[Figure]:
    found = {"theirs": theirs.memory(), "ours": ours.memory()}
    if found["theirs"]["highest"] is None or found["ours"]["highest"] is None:
        return []
    ratio = found["theirs"]["highest"] / found["ours"]["highest"]
    limits = {"must": 3.0, "aim": 6.0} if name.startswith("A2") else {}
    figure = Figure.of(
        f"{name}: theirs over ours, peak memory", "x", [ratio], details=found, **limits
    )
    _show(figure)
    return [figure]


def _epoch(
    name: str, theirs: Trainer, ours: Trainer, steps: Rounds, rounds: int, patience: float
) -> Figure:
    """An epoch of both in the windows that train best; longer ones are timed for the record."""
    count = EPOCH_SECONDS * RATE_HZ // (BATCH * OUTPUTS)
    by_layout = {LAYOUTS[0]: steps}
    for batch, outputs in LAYOUTS[1:]:
        by_layout[batch, outputs] = take_turns(
            lambda batch=batch, outputs=outputs: theirs.step(batch, outputs),
            lambda batch=batch, outputs=outputs: ours.step(batch, outputs),
            rounds,
            patience / 2,
        )
    details: dict[str, Any] = {"steps": count, "validation": "not included", "layouts": {}}
    for (batch, outputs), found in by_layout.items():
        details["layouts"][f"{batch} x {outputs}"] = found.to_json()
    details["theirs_seconds"] = count * statistics.median(steps.theirs)
    details["ours_seconds"] = count * statistics.median(steps.ours)
    details["own"] = _own(ours, 2 * len(steps.ours))
    return Figure.of(
        f"{name}: theirs over ours, epoch of {EPOCH_SECONDS} s",
        "x",
        steps.ratios,
        must=12.0,
        aim=20.0,
        details=details,
    )


def _own(ours: Trainer, rounds: int) -> dict[str, float]:
    """A step of as few windows as the shipped recipe takes, each with its turn of the optimizer."""
    sleep_while_waiting()
    from triode.training import load_recipe

    windows = load_recipe("a2").windows.batch_size
    ours.step(windows)
    return {
        "windows": windows,
        "ours_ms": 1e3 * statistics.median(ours.step(windows) for _ in range(rounds)),
    }


def graphics_card(rounds: int, patience: float) -> list[Figure]:
    """Our step on the processor over our step on a graphics card, if there is one."""
    sleep_while_waiting()
    import torch

    what = "A2 container: processor over CUDA, one step of ours"
    if not torch.cuda.is_available():
        print(f"{what}: no CUDA device", flush=True)
        return []
    processor, card = Trainer("ours", "a2"), Trainer("ours-cuda", "a2")
    steps = take_turns(processor.step, card.step, rounds, patience)
    details = {"device": torch.cuda.get_device_name(), **steps.to_json()}
    figure = Figure.of(what, "x", steps.ratios, details=details)
    _show(figure)
    processor.close()
    card.close()
    return [figure]


def random_wavenets(count: int, rounds: int, patience: float) -> Figure:
    """Torch over ours, the same step through both, on networks over every option."""
    sleep_while_waiting()
    import torch
    from mixes import describe, mixes

    torch.set_num_threads(THREADS)
    ratios, rows = [], []
    for seed, config in mixes(4 * count):
        words = describe(config)
        if not any(word in words for word in ("gated", "blended", "FiLM", "groups", "head1x1")):
            continue
        steps = _mix(config, rounds, patience / count)
        ratios.append(statistics.median(steps.ratios))
        rows.append({"seed": seed, "network": words, "ratio": ratios[-1], **steps.to_json()})
        print(f"    {ratios[-1]:6.1f}x {words}", flush=True)
        if len(rows) == count:
            break
    details = {"networks": rows}
    return Figure.of(
        f"{len(rows)} random WaveNets: torch over ours, one step",
        "x",
        ratios,
        must=4.0,
        aim=8.0,
        details=details,
    )


def _mix(config: Any, rounds: int, patience: float) -> Rounds:
    from captures import capture

    from triode.architectures import networks
    from triode.graph import receptive_field
    from triode.training.recipe import Loss

    network = networks(capture(config, 0))[-1]
    layout = BATCH, receptive_field(network.graph) - 1, OUTPUTS
    theirs, ours = _both(network.graph, network.parameters, layout, Loss(mrstft_weight=0.0005))
    return take_turns(theirs, ours, rounds, patience)


def recipes(rounds: int, patience: float) -> list[Figure]:
    """Torch over ours on shipped recipes of other architectures, with their own windows."""
    sleep_while_waiting()
    import numpy as np
    import torch

    from triode.architectures import lower
    from triode.graph import receptive_field
    from triode.nam import parse_config
    from triode.training import load_recipe
    from triode.training.initialise import initial_parameters

    torch.set_num_threads(THREADS)
    figures = []
    for name in ("lstm-1x16", "convnet"):
        recipe = load_recipe(name)
        (size,) = recipe.sizes
        config = parse_config(size.architecture, size.config, RATE_HZ)
        graph = lower(config)
        values = initial_parameters(config, np.random.default_rng(0))
        windows = recipe.windows
        run_in = max(windows.run_in_samples, receptive_field(graph) - 1)
        layout = windows.batch_size, run_in, windows.output_samples
        for what, clock in (("one step", time.perf_counter), ("processor", time.process_time)):
            pair = _both(graph, values, layout, recipe.loss, clock)
            steps = take_turns(*pair, rounds, patience)
            figures.append(
                Figure.of(
                    f"recipe {name}: torch over ours, {what}",
                    "x",
                    steps.ratios,
                    details={"windows": layout, **steps.to_json()},
                )
            )
            _show(figures[-1])
    return figures


def _both(
    graph: Any,
    values: Any,
    layout: tuple[int, int, int],
    loss: Any,
    clock: Callable[[], float] = time.perf_counter,
) -> tuple[Callable[[], float], Callable[[], float]]:
    """The same step through torch and through compiled code; both answer with its seconds.

    Args:
        graph: The network.
        values: Its parameters.
        layout: Windows, their run-in, their outputs.
        loss: The recipe's.
        clock: Of seconds.
    """
    import torch

    from triode.graph.torch_mapping import TorchGraph
    from triode.training.loss import Target, training_loss
    from triode.training.module import trainable_module

    batch, run_in, outputs = layout
    generator = torch.Generator().manual_seed(0)
    shape = (batch, graph.input_channels, run_in + outputs)
    signal = 0.2 * torch.randn(shape, generator=generator)
    wet = torch.tanh(signal[:, 0, -outputs:])

    def steps(module: TorchGraph) -> Callable[[], float]:
        optimizer = torch.optim.Adam(module.parameters(), lr=1e-4, fused=True)

        def step() -> float:
            start = clock()
            target = Target.of(wet, loss)
            optimizer.zero_grad()
            estimate = module(signal)[:, 0, -outputs:]
            training_loss(estimate, target, loss).backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            return clock() - start

        return step

    ours = trainable_module(graph, values)
    if type(ours) is TorchGraph:
        raise SystemExit("there is no C compiler to train with")
    return steps(TorchGraph(graph, values)), steps(ours)


def _show(figure: Figure) -> None:
    print(figure.line(), flush=True)


def _busy_seconds() -> tuple[float, float, float] | None:
    """Processor seconds: of everybody, of this program and what it started, and the clock."""
    path = Path("/proc/stat")
    if not path.is_file():
        return None
    ticks = os.sysconf("SC_CLK_TCK")
    user, nice, system, _, _, irq, softirq, steal = map(int, path.read_text().split()[1:9])
    everybody = (user + nice + system + irq + softirq + steal) / ticks
    return everybody, sum(_seconds_of(one, ticks) for one in _family()), time.monotonic()


def _share_of_others(before: tuple[float, float, float] | None) -> float | None:
    """What share of the processor went to other programs since `before`; None where unknown."""
    after = _busy_seconds()
    if before is None or after is None:
        return None
    everybody, own, clock = (new - old for new, old in zip(after, before, strict=True))
    return round(max(0.0, (everybody - own) / (clock * (os.cpu_count() or 1))), 3)


def _family() -> list[str]:
    mine = str(os.getpid())
    children = Path(f"/proc/self/task/{mine}/children")
    return [mine, *(children.read_text().split() if children.is_file() else ())]


def _seconds_of(process: str, ticks: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / ticks


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, write the result; 1 when a limit is broken."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="only see whether it works")
    parser.add_argument("--patience", type=float, default=60.0, help="seconds to wait for calm")
    options = parser.parse_args(arguments)
    start = time.monotonic()
    print(HEADER)
    rounds, mixes, patience = (1, 1, 0.0) if options.quick else (7, 20, options.patience)
    figures = networks(rounds, patience) + graphics_card(rounds, patience)
    figures.append(random_wavenets(mixes, min(3, rounds), patience))
    _show(figures[-1])
    figures += recipes(rounds, patience)
    broken = [figure.what for figure in figures if figure.verdict == "MISSED"]
    if not options.quick:
        document = {
            "threads": THREADS,
            "batch": BATCH,
            "outputs": OUTPUTS,
            "seconds": round(time.monotonic() - start),
            "figures": [figure.to_json() for figure in figures],
        }
        print(write_result("training", document))
    return 1 if broken and not options.quick else 0


if __name__ == "__main__":
    sys.exit(main())
