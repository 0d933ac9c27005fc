"""A whole model as one C file: prologue, one function per distinct stage, and the C interface."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from triode.compiler.emit.fir import FOURIER, EmptyCells, emit_fir, fir_cell_floats
from triode.compiler.emit.frame import ABI_VERSION, frame_text, interface_text
from triode.compiler.emit.memory import Memory, align, place
from triode.compiler.emit.packing import Packed, PackedWeights, Packing
from triode.compiler.emit.recurrent import PackedCells, emit_lstm
from triode.compiler.emit.stage import StageCode, StageEmitter, View
from triode.compiler.emit.tiles import TileRule, default_rule
from triode.compiler.emit.vector_math import vector_math
from triode.compiler.emit.vectors import vector_prologue
from triode.compiler.isa import Isa
from triode.compiler.passes import Rewrite, optimise
from triode.compiler.plan import Plan, Stage, make_plan
from triode.graph import Fir, Graph, Lstm, Parameters, counts

__all__ = ["ABI_VERSION", "DEFAULT_CHUNK_FRAMES", "Module", "emit_module"]

DEFAULT_CHUNK_FRAMES = 128
_FEWEST_CHUNK_FRAMES = 16
_SPARE_STATE_BYTES = 256 * 1024


@dataclass(frozen=True)
class Module:
    """Generated code and how to fill its weights.

    Attributes:
        source: The C file; same graph and options, same bytes.
        memory: Sizes and places in state and weights.
        rewrite: From the original graph to the one that was compiled.
        packed: Where the compiled graph's parameters lie in the weights.
    """

    source: str
    memory: Memory
    rewrite: Rewrite
    packed: PackedWeights

    def weights(self, parameters: Parameters) -> npt.NDArray[np.float32]:
        """One capture's packed weights, (weight_floats,) float32; rest values are zero."""
        return self.packed.pack(self.rewrite.apply(parameters))


def emit_module(
    graph: Graph,
    isa: Isa,
    *,
    rule: TileRule | None = None,
    chunk: int = DEFAULT_CHUNK_FRAMES,
    compact: bool = False,
    libm: bool = False,
    title: str = "a Triode model",
) -> Module:
    """Compile `graph` to C for `isa`.

    Args:
        graph: As an architecture lowers it; the passes run here.
        isa: Decides the vector width and, by default, the tile shapes.
        rule: Other tile shapes.
        chunk: Most frames that pass through a stage at a time; any block length works. It is halved
            while the state takes more than twice what has to be remembered and 256 KB.
        compact: Lay the state out for least memory instead of for a cache.
        libm: Call the C library for activations; see `vector_math`.
        title: One line for the header comment.
    """
    rewrite = optimise(graph)
    plan = make_plan(rewrite.graph)
    codes, users = _stages(plan, isa, rule or default_rule(isa))
    tile = max((code.tile for code in codes), default=isa.lanes)
    offsets, floats = [], 0
    packings = []
    for code in codes:
        size = align(sum(item.size for item in code.packing))
        offsets.append(floats)
        packings.append(Packing(floats, size, code.packing))
        floats += size
    cells = _cells(plan, isa)
    sizes = {name: initial.size for name, initial in cells.items()}
    while True:
        memory = place(
            plan, chunk=chunk, tile=tile, weight_floats=floats, cells=sizes, compact=compact
        )
        if memory.state_floats <= _most_state(plan, sizes) or chunk <= _FEWEST_CHUNK_FRAMES:
            break
        chunk //= 2
    packings += [
        Packing(cell.rest, cell.floats, (cells[cell.value],)) for cell in memory.cells.values()
    ]
    names = _function_names(codes)
    calls = [
        _call(plan, memory, code, names[code.body], offset)
        for code, offset in zip(codes, offsets, strict=True)
    ]
    kinds = {kind for code in codes for kind in code.kinds}
    source = "\n".join(
        [
            _header(title, plan, isa),
            vector_prologue(isa),
            frame_text(memory),
            vector_math({kind for kind, _ in kinds}, libm=libm),
            *([FOURIER] if any(isinstance(cell, EmptyCells) for cell in cells.values()) else []),
            *_functions(codes, users, names),
            _process(plan, memory, calls),
        ]
    )
    return Module(source, memory, rewrite, PackedWeights(memory.weight_floats, tuple(packings)))


def _most_state(plan: Plan, cells: dict[str, int]) -> int:
    """Floats of state that are well spent on what has to be remembered."""
    remembered = sum(ring.channels * ring.lookback for ring in plan.rings.values())
    return 2 * (remembered + sum(cells.values())) + _SPARE_STATE_BYTES // 4


def _cells(plan: Plan, isa: Isa) -> dict[str, Packed]:
    """What recurrent nodes keep from frame to frame, as it is before anything was played."""
    cells: dict[str, Packed] = {}
    for node in plan.graph.nodes:
        if isinstance(node.operation, Lstm):
            cells[node.name] = PackedCells.of(node.name, node.operation, isa)
        elif isinstance(node.operation, Fir):
            cells[node.name] = EmptyCells(fir_cell_floats(node.operation))
    return cells


def _stages(plan: Plan, isa: Isa, rule: TileRule) -> tuple[list[StageCode], list[str]]:
    """The code of every stage and a line about it, in order of execution.

    What the input and sequential stages leave in scratch is copied to its ring by a stage that
    has no nodes.
    """
    codes: list[StageCode] = []
    users: list[str] = []

    def copy_to_ring(name: str) -> None:
        if name in plan.rings:
            codes.append(StageEmitter(plan, Stage(()), isa, rule, (name,)).emit())
            users.append(f"{name}, remembered")

    copy_to_ring(plan.graph.input.name)
    for stage in plan.stages:
        users.append(", ".join(node.name for node in stage.nodes))
        first = stage.nodes[0]
        if isinstance(first.operation, Lstm):
            codes.append(emit_lstm(first, first.operation, isa))
            copy_to_ring(first.name)
        elif isinstance(first.operation, Fir):
            codes.append(emit_fir(first, first.operation))
            copy_to_ring(first.name)
        else:
            stored = tuple(
                node.name
                for node in stage.nodes
                if node.name in plan.rings or node.name in plan.scratch
            )
            codes.append(StageEmitter(plan, stage, isa, rule, stored).emit())
    return codes, users


def _function_names(codes: list[StageCode]) -> dict[str, str]:
    names: dict[str, str] = {}
    for code in codes:
        names.setdefault(code.body, f"stage{len(names)}")
    return names


def _functions(codes: list[StageCode], users: list[str], names: dict[str, str]) -> list[str]:
    served = defaultdict(list)
    for code, user in zip(codes, users, strict=True):
        served[code.body].append(user)
    texts = []
    for body, lines in served.items():
        comment = "\n".join(f" * {line}" for line in lines)
        texts.append(f"/*\n{comment}\n */\nstatic NOINLINE void {names[body]}{body}")
    return texts


def _view(plan: Plan, memory: Memory, view: View) -> str:
    if view.cells:
        return f"{{memory + {memory.cells[view.value].offset}, 0, 0, 0}}"
    if view.ring:
        number = list(plan.rings).index(view.value)
        ring = memory.rings[number]
        return f"{{memory + {ring.offset}, {ring.plane}, {ring.size}, state->position[{number}]}}"
    row = plan.scratch[view.value] * memory.scratch_plane
    return f"{{memory + {row}, {memory.scratch_plane}, 0, 0}}"


def _call(plan: Plan, memory: Memory, code: StageCode, name: str, offset: int) -> str:
    views = ",\n            ".join(_view(plan, memory, view) for view in code.views)
    dilations = ", ".join(f"{dilation}" for dilation in code.dilations) or "0"
    return "\n".join(
        [
            "    {",
            "        const struct view views[] = {",
            f"            {views}}};",
            f"        static const unsigned dilations[] = {{{dilations}}};",
            f"        {name}(weights + {offset}, views, dilations, frames);",
            "    }",
        ]
    )


def _process(plan: Plan, memory: Memory, calls: list[str]) -> str:
    return "\n".join(
        [
            "static void run_stages(triode_state *state, const float *weights, unsigned frames)",
            "{",
            "    float *const memory = state->memory;",
            "    (void)memory, (void)weights, (void)frames;",
            *calls,
            "}",
            "",
            interface_text(plan, memory),
        ]
    )


def _header(title: str, plan: Plan, isa: Isa) -> str:
    cost = counts(plan.graph)
    return (
        f"/*\n * {title}\n *\n * Generated by Triode for {isa.name}: {cost.macs} multiply-adds a"
        f" frame, receptive field {cost.receptive_field} frames.\n"
        " * SPDX-License-Identifier: MIT-0\n */\n"
    )
