"""What candidates cost: timed on compiled code, in turns, so that a busy moment meets all of them.

Counting multiply-adds is not measuring: an activation may take longer than a convolution, and on
one engine and not on another.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from triode.compiler import compile_graph
from triode.graph import Graph, Parameters, counts
from triode.runtime import Engine
from triode.runtime.benchmark import Benchmark
from triode.study.custom import first_parameters
from triode.study.record import Cost, Scale

__all__ = ["BLOCK_FRAMES", "HOST_ENGINES", "Measured", "measure_costs", "scale_of"]

BLOCK_FRAMES = 64
HOST_ENGINES = {"host-c": False, "host-c-libm": True}
"""Engines of this machine, and whether the C library's functions take the place of ours."""

_RATE_HZ = 48000.0
_ROUNDS = 20
_WARM_UP_BLOCKS = 200
_FLOAT_BYTES = 4


@dataclass(frozen=True, kw_only=True, eq=False)
class Measured:
    """A graph with some parameters, to be played; what they are does not change the time."""

    graph: Graph
    parameters: Parameters
    rate_hz: float = _RATE_HZ

    @classmethod
    def of(cls, graph: Graph) -> "Measured":
        """With random parameters, always the same."""
        return cls(graph=graph, parameters=first_parameters(graph, np.random.default_rng(0)))


def measure_costs(
    graphs: Mapping[str, Graph],
    engine: str = "host-c",
    *,
    seconds: float = 1.0,
    told: Callable[[str], None] = lambda _: None,
) -> dict[str, Cost]:
    """Time every graph on one engine of this machine, on one core.

    All are compiled first. Then they take turns: twenty rounds in which each plays its blocks,
    with the machine's own multiply-add peak measured in every round.

    Args:
        graphs: What to time, by name.
        engine: One of `HOST_ENGINES`.
        seconds: About how long to time each graph.
        told: Hears what is being done.

    Returns:
        A cost for each: the median over all its blocks, less what reading the clock takes.

    Raises:
        CompileError: There is no compiler, or it failed.
    """
    benchmark = Benchmark()
    engines = {}
    for name, graph in graphs.items():
        told(f"{engine}: compiling {name}")
        artifact = compile_graph(
            graph, isa=benchmark.isa, compiler=benchmark.compiler, libm=HOST_ENGINES[engine]
        )
        engines[name] = Engine(Measured.of(graph), artifact)
    told(f"{engine}: timing {len(graphs)} candidates in turns")
    clock_ns = benchmark.clock_ns()
    blocks = {}
    for name, one in engines.items():
        trial = benchmark.block_times(one, _RATE_HZ, BLOCK_FRAMES, _WARM_UP_BLOCKS)
        blocks[name] = max(50, round(seconds / _ROUNDS * 1e9 / max(1.0, float(np.median(trial)))))
    times: dict[str, list[npt.NDArray[np.uint32]]] = {name: [] for name in graphs}
    peaks: list[float] = []
    for _ in range(_ROUNDS):
        peaks += benchmark.peaks()
        for name, one in engines.items():
            times[name].append(benchmark.block_times(one, _RATE_HZ, BLOCK_FRAMES, blocks[name]))
    peak = float(np.median(peaks))
    return {
        name: _cost(engine, times[name], clock_ns, counts(graph).macs, peak)
        for name, graph in graphs.items()
    }


def scale_of(graphs: Sequence[Graph]) -> Scale:
    """What the largest of a candidate's networks is by count; weights are those of all."""
    largest = counts(graphs[-1])
    weights = sum(counts(graph).parameters for graph in graphs)
    return Scale(
        macs=largest.macs,
        elementwise=sum(largest.elementwise.values()),
        state_bytes=_FLOAT_BYTES * largest.state_samples,
        weight_bytes=_FLOAT_BYTES * weights,
        receptive_field=largest.receptive_field,
    )


def _cost(
    engine: str, times: list[npt.NDArray[np.uint32]], clock_ns: int, macs: int, peak: float
) -> Cost:
    per_sample = np.maximum(np.concatenate(times).astype(np.float64) - clock_ns, 1.0) / BLOCK_FRAMES
    first, median, third = (float(value) for value in np.quantile(per_sample, (0.25, 0.5, 0.75)))
    return Cost(
        engine=engine,
        ns_per_sample=median,
        quartiles=(first, third),
        peak_share=macs / median / peak,
        block=BLOCK_FRAMES,
    )
