"""How close random WaveNets come to A2-Full: the time they take over the time they should.

The time a mix should take is its multiply-adds at A2-Full's measured rate plus its elementwise
operations, each at the price of a loop of its own; only what is left after the compiler's passes is
counted. A2-Full and the loops are timed right beside every mix.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from captures import network
from elementwise import Loops
from figures import Effort, Figure, quartiles
from mixes import describe, mixes, work_left

from triode.architectures import Network
from triode.compiler import compile_graph
from triode.nam import a2_config
from triode.runtime.benchmark import Benchmark

__all__ = ["mix_times"]

BLOCK = 64
WORST_SHOWN = 5
MOST_ROUNDS = 3  # there are many mixes
MUST, AIM = 1.8, 1.3


def mix_times(benchmark: Benchmark, effort: Effort) -> list[Figure]:
    """The median mix and the worst one."""
    full = network(a2_config(8))
    chosen = [(seed, config, network(config, seed)) for seed, config in mixes(effort.mixes)]
    _compile(benchmark, [full, *(mix for _, _, mix in chosen)])
    loops = Loops(benchmark.compiler, benchmark.isa)
    found: list[dict[str, Any]] = []
    for seed, config, mix in chosen:
        figure = _time(benchmark, full, mix, loops, effort)
        found.append({"seed": seed, "mix": describe(config), **figure})
    found.sort(key=lambda one: -one["ratio"])
    first, median, third = quartiles([one["ratio"] for one in found])
    worst = found[0]
    limits: dict[str, Any] = {"must": MUST, "aim": AIM, "more_is_better": False}
    return [
        Figure(
            what=f"WaveNet mixes over 2,000 MACs, median of {len(found)}",
            unit="x",
            median=median,
            quartiles=(first, third),
            details={"isa": benchmark.isa.name, "mixes": found},
            **limits,
        ),
        Figure(
            what="WaveNet mixes over 2,000 MACs, the worst",
            unit="x",
            median=worst["ratio"],
            quartiles=worst["quartiles"],
            details={"worst": [f"{one['ratio']:.2f} {one['mix']}" for one in found[:WORST_SHOWN]]},
            **limits,
        ),
    ]


def _time(
    benchmark: Benchmark, full: Network, mix: Network, loops: Loops, effort: Effort
) -> dict[str, Any]:
    cost = work_left(mix.graph)
    times, prices, ratios = [], [], []
    for _ in range(min(effort.rounds, MOST_ROUNDS)):
        reference = benchmark.row("A2-Full", full, BLOCK, seconds=effort.seconds)
        row = benchmark.row("mix", mix, BLOCK, seconds=effort.seconds)
        seconds = (
            number * loops.element_seconds(kind, effort.passes)["median"]
            for kind, number in cost.elementwise.items()
        )
        prices.append(1e9 * sum(seconds))
        rate = reference.macs_per_sample / reference.ns_per_sample
        times.append(row.ns_per_sample)
        ratios.append(row.ns_per_sample / (cost.macs / rate + prices[-1]))
    first, median, third = quartiles(ratios)
    return {
        "ratio": median,
        "quartiles": (first, third),
        "macs": cost.macs,
        "ns_per_sample": quartiles(times)[1],
        "elementwise_ns": quartiles(prices)[1],
    }


def _compile(benchmark: Benchmark, networks: list[Network]) -> None:
    """Fill the cache of compiled code, on every core, before anything is timed."""

    def compiled(one: Network) -> None:
        compile_graph(one.graph, isa=benchmark.isa, compiler=benchmark.compiler)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(compiled, networks))
