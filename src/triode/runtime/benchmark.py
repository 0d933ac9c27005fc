"""How long a model takes per sample, beside the multiply-add peak of the machine it ran on.

The loop over the blocks, the clock, and the loop that finds the peak are C, compiled by the same
compiler for the same instruction set as the model: neither Python nor its calls are in the numbers.
The time that reading the clock takes is measured and taken off.
"""

import ctypes
import math
import os
import platform
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path

import numpy as np
import numpy.typing as npt

from triode import __version__
from triode.architectures import Network, networks
from triode.compiler import Isa, compile_graph, host_isas
from triode.compiler.artifact import compile_library, require_compiler
from triode.compiler.emit.vectors import vector_prologue
from triode.compiler.toolchain import Compiler
from triode.errors import TriodeError
from triode.graph import counts
from triode.nam import Model
from triode.runtime.engine import Engine

__all__ = ["Benchmark", "Machine", "Row", "benchmark_models", "isa_named", "this_machine"]

_INPUT_SECONDS = 2.0
_WARM_UP_BLOCKS = 200
_FEWEST_BLOCKS = 2000
_MOST_BLOCKS = 1_000_000
_CLOCK_READS = 10_000
_PEAK_ROUNDS = 50_000
_PEAK_REPEATS = 40


@dataclass(frozen=True, kw_only=True)
class Machine:
    """Where a benchmark ran."""

    processor: str
    system: str
    cores: int
    python: str
    triode: str


@dataclass(frozen=True, kw_only=True)
class Row:
    """One size of one model at one block length.

    Attributes:
        model: Name that the caller gave.
        size: Name of the size.
        block: Frames of a block.
        ns_per_sample: Median time of a block over its frames.
        ns_per_sample_quartiles: The first and the third quartile.
        worst_block_ns: The slowest block.
        blocks: How many blocks were timed.
        realtime_factor: Seconds of audio played in one second, from the median.
        macs_per_sample: Multiply-adds of one frame, as the graph counts them.
        peak_macs_per_ns: The most multiply-adds that one core does, measured right before and
            after; the median.
        peak_share: The model's multiply-adds per time as a share of that.
        state_bytes: Memory that playing takes besides the weights.
        weight_bytes: Memory of the packed weights.
        compiler: The compiler's origin and version.
        isa: The instruction set.
    """

    model: str
    size: str
    block: int
    ns_per_sample: float
    ns_per_sample_quartiles: tuple[float, float]
    worst_block_ns: int
    blocks: int
    realtime_factor: float
    macs_per_sample: int
    peak_macs_per_ns: float
    peak_share: float
    state_bytes: int
    weight_bytes: int
    compiler: str
    isa: str

    def to_json(self) -> dict[str, object]:
        """The row as plain values."""
        return asdict(self)


class Benchmark:
    """Times engines compiled for one instruction set.

    Args:
        isa: By default the widest that this machine runs.
        compiler: By default the best one found.

    Raises:
        CompileError: There is no compiler, or it failed.
    """

    def __init__(self, isa: Isa | None = None, compiler: Compiler | None = None) -> None:
        self.isa = isa or host_isas()[0]
        self.compiler = compiler or require_compiler()
        text = resources.files(__package__).joinpath("benchmark_driver.c").read_text("utf-8")
        source = f"{vector_prologue(self.isa)}\n{text}"
        path = compile_library(source, self.isa, self.compiler)
        self._driver = ctypes.CDLL(str(path))
        pointer, size = ctypes.c_void_p, ctypes.c_size_t
        self._driver.triode_time_blocks.argtypes = [pointer] * 5 + [size] * 3 + [pointer]
        self._driver.triode_time_blocks.restype = None
        self._driver.triode_time_nothing.argtypes = [size, pointer]
        self._driver.triode_time_nothing.restype = None
        self._driver.triode_multiply_adds.argtypes = [size, pointer]
        self._driver.triode_multiply_adds.restype = ctypes.c_double

    def row(
        self, name: str, network: Network, block: int, *, seconds: float, worst: bool = False
    ) -> Row:
        """Time one size of a model.

        Args:
            name: What to call the model.
            network: The size.
            block: Frames of a block.
            seconds: About how long to time; at least 2,000 blocks are.
            worst: Time a million blocks instead.
        """
        if block < 1:
            raise TriodeError("a block has at least one frame", expected="block >= 1", got=block)
        artifact = compile_graph(network.graph, isa=self.isa, compiler=self.compiler)
        engine = Engine(network, artifact)
        clock_ns = self.clock_ns()
        peaks = self.peaks()
        trial = self.block_times(engine, network.rate_hz, block, _WARM_UP_BLOCKS)
        wanted = round(seconds * 1e9 / max(1.0, float(np.median(trial))))
        blocks = _MOST_BLOCKS if worst else min(_MOST_BLOCKS, max(_FEWEST_BLOCKS, wanted))
        times = self.block_times(engine, network.rate_hz, block, blocks).astype(np.float64)
        peaks += self.peaks()
        times = np.maximum(times - clock_ns, 1.0)
        first, median, third = (float(q) for q in np.quantile(times / block, (0.25, 0.5, 0.75)))
        macs = counts(network.graph).macs
        peak = float(np.median(peaks))
        return Row(
            model=name,
            size=network.name,
            block=block,
            ns_per_sample=median,
            ns_per_sample_quartiles=(first, third),
            worst_block_ns=int(times.max()),
            blocks=blocks,
            realtime_factor=1e9 / (median * network.rate_hz),
            macs_per_sample=macs,
            peak_macs_per_ns=peak,
            peak_share=macs / median / peak,
            state_bytes=engine.state_bytes,
            weight_bytes=engine.weight_bytes,
            compiler=f"{self.compiler.origin}: {self.compiler.version}",
            isa=self.isa.name,
        )

    def block_times(
        self, engine: Engine, rate_hz: float, block: int, blocks: int
    ) -> npt.NDArray[np.uint32]:
        """Nanoseconds of each of so many blocks, reading the clock included, (blocks,)."""
        inputs = max(1, math.ceil(_INPUT_SECONDS * rate_hz / block))
        signal = _signal(inputs * block, rate_hz)
        channels = engine.input_channels
        source = np.repeat(signal.reshape(inputs, 1, block), channels, axis=1)
        out = np.empty(engine.output_channels * block, np.float32)
        times = np.empty(blocks, np.uint32)
        self._driver.triode_time_blocks(
            engine.native.process,
            engine.native.state,
            engine.native.weights,
            source.ctypes.data,
            out.ctypes.data,
            block,
            inputs,
            blocks,
            times.ctypes.data,
        )
        return times

    def clock_ns(self) -> int:
        """What reading the clock takes."""
        times = np.empty(_CLOCK_READS, np.uint32)
        self._driver.triode_time_nothing(len(times), times.ctypes.data)
        return int(np.median(times))

    def peaks(self) -> list[float]:
        """Multiply-adds per nanosecond of one core, at most; several times."""
        found = []
        for _ in range(_PEAK_REPEATS):
            sink = np.full(16, 0.5, np.float32)
            found.append(self._driver.triode_multiply_adds(_PEAK_ROUNDS, sink.ctypes.data))
        return found


def benchmark_models(
    models: Sequence[tuple[str, Model]],
    *,
    blocks: Sequence[int] = (64,),
    seconds: float = 2.0,
    worst: bool = False,
    isa: Isa | None = None,
) -> Iterator[Row]:
    """A row for every size of every named model at every block length, as soon as it is known.

    Raises:
        TriodeError: A block length is below one.
        CompileError: There is no compiler, or it failed.
    """
    benchmark = Benchmark(isa)
    for name, model in models:
        for network in networks(model):
            for block in blocks:
                yield benchmark.row(name, network, block, seconds=seconds, worst=worst)


def isa_named(name: str) -> Isa:
    """One of the instruction sets that this machine runs.

    Raises:
        TriodeError: It runs none of that name.
    """
    by_name = {isa.name: isa for isa in host_isas()}
    if name not in by_name:
        raise TriodeError(
            "this machine does not run that instruction set",
            expected=f"one of {', '.join(by_name)}",
            got=name,
        )
    return by_name[name]


def this_machine() -> Machine:
    """The machine, so that figures can be compared."""
    return Machine(
        processor=_processor(),
        system=f"{platform.system()} {platform.release()}",
        cores=os.cpu_count() or 1,
        python=platform.python_version(),
        triode=__version__,
    )


def _signal(frames: int, rate_hz: float) -> npt.NDArray[np.float32]:
    """Something loud and busy, so that no part of the model idles."""
    time = np.arange(frames) / rate_hz
    noise = np.random.default_rng(0).standard_normal(frames)
    tone = np.sin(2.0 * np.pi * 110.0 * time)
    return np.asarray(0.3 * tone + 0.1 * noise, np.float32)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    for line in lines:
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
