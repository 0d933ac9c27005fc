"""Networks compiled for the tests: every instruction set of this machine, blocks, limits."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import cycle
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from conformance.ours import parsed
from conformance.strategies import random_convnet, random_lstm, random_wavenet, seeded
from triode.architectures import Network, chain, chain_parameters, lower, networks, parameters
from triode.compiler import Compiler, Isa, compile_graph, host_isas, known_compilers
from triode.compiler.emit.tiles import TileRule
from triode.graph import Graph, Parameters, interpret, settle_samples
from triode.graph.torch_mapping import TorchGraph
from triode.nam.activation import Activation
from triode.nam.convolutional import LinearConfig
from triode.nam.wavenet import ArrayHead, Film, Films, Head1x1, Layer, LayerArray, WaveNetConfig
from triode.runtime.engine import Engine
from unit.architectures import known

__all__ = [
    "BLOCKS",
    "INSTRUCTION_SETS",
    "Executable",
    "cuts",
    "defined",
    "engine",
    "examples",
    "host_compiler",
    "play",
    "played_by_torch",
]

Float32Array = npt.NDArray[np.float32]
Float64Array = npt.NDArray[np.float64]

BLOCKS: tuple[tuple[int, ...], ...] = (
    (1,),
    (7,),
    (32,),
    (64,),
    (1000,),
    (100_000,),
    (1, 7, 300, 64, 128, 129, 2, 31, 256, 500, 33),
)

INSTRUCTION_SETS: tuple[Isa, ...] = (
    *host_isas(),
    # What a processor for which there are no intrinsics makes of the same four lanes.
    Isa(name="portable", lanes=4, registers=16, flags=("-DTRIODE_NO_INTRINSICS",)),
)


@dataclass(frozen=True)
class Executable:
    """What an engine needs of a network, for graphs that no file describes."""

    graph: Graph
    parameters: Parameters
    rate_hz: float = 48000.0

    @property
    def model(self) -> SimpleNamespace:
        return SimpleNamespace(rate_hz=self.rate_hz)

    @classmethod
    def of(cls, document: dict[str, Any]) -> "Executable":
        """The largest size of a `.nam` document."""
        return cls.network(networks(parsed(document))[-1])

    @classmethod
    def network(cls, network: Network) -> "Executable":
        return cls(network.graph, network.parameters, network.model.rate_hz)


def examples() -> dict[str, Executable]:
    """One of every architecture, small enough to compile in a second or two."""
    wavenet = Executable.of(random_wavenet(seeded(11)))
    long = known.model(LinearConfig(receptive_field=1500, bias=True), 1)
    graphs = (wavenet.graph, lower(long.config))
    values = (wavenet.parameters, parameters(long))
    convnets = (Executable.of(random_convnet(seeded(seed))) for seed in range(100))
    return {
        "a2-lite": Executable.network(networks(known.model(known.a2(3)))[0]),
        "a1-nano": Executable.network(networks(known.model(known.a1("nano")))[0]),
        "lstm": Executable.of(random_lstm(seeded(2))),
        "convnet": next(one for one in convnets if len(one.graph.nodes) > 10),
        "wavenet": wavenet,
        "condition": Executable.of(random_wavenet(seeded(98))),  # it has a condition_dsp
        "films": Executable.network(networks(known.model(_with_films()))[0]),
        "linear": Executable.network(
            networks(known.model(LinearConfig(receptive_field=64, bias=True)))[0]
        ),
        "chain": Executable(chain(graphs), chain_parameters(values)),
    }


def _with_films() -> WaveNetConfig:
    """Two layers with a FiLM, shifting or not, in every slot."""
    slots = {
        slot.name: Film(active=True, shift=index % 2 == 0)
        for index, slot in enumerate(fields(Films))
    }
    tanh = Activation(kind="Tanh")
    array = LayerArray(
        input_size=1,
        condition_size=1,
        channels=3,
        bottleneck=3,
        layers=tuple(Layer(kernel_size=3, dilation=n, activation=tanh) for n in (1, 4)),
        head=ArrayHead(out_channels=1, bias=True),
        head1x1=Head1x1(active=True, out_channels=2),
        films=Films(**slots),
    )
    return WaveNetConfig(layer_arrays=(array,), head_scale=0.5)


def host_compiler() -> Compiler:
    """Clang or gcc where they are, since Zig's first run takes long; else whatever is."""
    found = {compiler.origin: compiler for compiler in known_compilers()}
    order = ("TRIODE_CC", "clang", "gcc", "cc", *found)
    return next(found[origin] for origin in order if origin in found)


def engine(
    network: Executable | Network, isa: Isa | None = None, rule: TileRule | None = None
) -> Engine:
    """The network compiled for an instruction set, by default the widest."""
    artifact = compile_graph(network.graph, isa=isa, compiler=host_compiler(), rule=rule)
    return Engine(network, artifact)  # type: ignore[arg-type]


def play(player: Engine, dry: Float32Array, blocks: Sequence[int] = (100_000,)) -> Float32Array:
    """The output for `dry`, cut into blocks of these sizes again and again, after a reset."""
    player.reset()
    return np.concatenate([player.process(block) for block in cuts(dry, blocks)], axis=-1)


def cuts(dry: Float32Array, blocks: Sequence[int]) -> Iterator[Float32Array]:
    """The pieces of `dry` along its last axis."""
    start = 0
    for size in cycle(blocks):
        if start >= dry.shape[-1]:
            return
        yield np.ascontiguousarray(dry[..., start : start + size])
        start += size


def defined(network: Executable | Network, dry: Float32Array) -> Float64Array:
    """The interpreter's output, in the shape of the engine's."""
    signal = np.atleast_2d(dry).astype(np.float64)
    wet = interpret(network.graph, network.parameters, signal, rate_hz=network.model.rate_hz)
    return wet[0] if len(wet) == 1 and dry.ndim == 1 else wet


def played_by_torch(network: Executable | Network, dry: Float32Array) -> Float64Array:
    """The output of torch in float32, in the shape of the engine's."""
    module = TorchGraph(network.graph, network.parameters).eval()
    silence = settle_samples(network.graph, network.model.rate_hz)
    padded = np.pad(np.atleast_2d(dry), ((0, 0), (silence, 0)))
    with torch.inference_mode():
        wet = module(torch.from_numpy(padded)[None])[0, :, -dry.shape[-1] :].double().numpy()
    return wet[0] if len(wet) == 1 and dry.ndim == 1 else wet
