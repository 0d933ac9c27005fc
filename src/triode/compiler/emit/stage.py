"""One stage as a C function: a loop over tiles, everything between load and store in registers.

Names inside the function are numbers, not graph names, so that stages of the same shape (all the
middle layers of a WaveNet) come out as the same text and share one function.
"""

from collections import Counter
from dataclasses import dataclass, field

from triode.compiler.emit.convolution import emit_memory_conv, emit_register_conv
from triode.compiler.emit.gradient_math import gradient_function
from triode.compiler.emit.packing import Packed, PackedConv, PackedTensor
from triode.compiler.emit.tiles import TileRule, blocks
from triode.compiler.emit.vector_math import activation_function
from triode.compiler.isa import Isa
from triode.compiler.plan import Plan, Stage
from triode.graph import (
    Activation,
    ActivationGradient,
    Add,
    Blend,
    Concat,
    Conv,
    Mul,
    Node,
    Scale,
    Slice,
)

__all__ = ["StageCode", "StageEmitter", "View"]

_MOST_UNROLLED = 1024
"""Multiply-adds of one tile beyond which a 1x1 convolution loops over a buffer instead."""


@dataclass(frozen=True)
class View:
    """A value in memory that the stage reads or writes: in its ring, or its scratch rows.

    With `cells` it is what the node `value` itself keeps from one frame to the next.
    """

    value: str
    ring: bool
    cells: bool = False


@dataclass(frozen=True)
class StageCode:
    """A stage's function body and what the caller hands to it.

    Attributes:
        body: C text of the function after its name; equal for stages of equal shape.
        views: The values in memory, in argument order.
        dilations: Of the convolutions with a past, in argument order.
        packing: The stage's weights in the order in which the body reads them.
        kinds: Activations that the body calls.
        tile: Frames per tile.
        made: The values that the body writes to memory.
    """

    body: str
    views: tuple[View, ...]
    dilations: tuple[int, ...]
    packing: tuple[Packed, ...]
    kinds: frozenset[tuple[str, tuple[float, ...]]]
    tile: int
    made: tuple[str, ...] = ()


@dataclass
class StageEmitter:
    """Writes the body of one stage; `emit` returns the result."""

    plan: Plan
    stage: Stage
    isa: Isa
    rule: TileRule
    stored: tuple[str, ...]
    """Values that other stages read: written to memory at the end of each tile."""

    lines: list[str] = field(default_factory=list)
    packing: list[Packed] = field(default_factory=list)
    dilations: list[int] = field(default_factory=list)
    _views: dict[View, int] = field(default_factory=dict)
    _registers: dict[str, list[list[str]]] = field(default_factory=dict)
    _kinds: set[tuple[str, tuple[float, ...]]] = field(default_factory=set)
    _weights: int = 0
    _names: int = 0

    def __post_init__(self) -> None:
        self.nodes = {node.name: node for node in self.stage.nodes}
        self.readers = Counter(name for node in self.stage.nodes for name in node.inputs)
        operations = [node.operation for node in self.stage.nodes]
        widths = [one.out_channels // one.groups for one in operations if isinstance(one, Conv)]
        self.vectors = self.rule.vectors(max(widths, default=8))

    def emit(self) -> StageCode:
        """The finished stage."""
        for node in self.stage.nodes:
            if self._deferred(node.name) is None:
                self._registers[node.name] = self._node(node)
        for value in self.stored:
            self._store(value)
        return StageCode(
            body=self._body(),
            views=tuple(self._views),
            dilations=tuple(self.dilations),
            packing=tuple(self.packing),
            kinds=frozenset(self._kinds),
            tile=self.vectors * self.isa.lanes,
            made=self.stored,
        )

    # --- what the convolution writers use ---------------------------------------------------

    def fresh(self) -> str:
        """A new name for a value of this function."""
        self._names += 1
        return f"v{self._names - 1}"

    def line(self, text: str) -> None:
        """Add a line of C."""
        self.lines.append(text)

    def view(self, value: str) -> str:
        """The C name of the memory of `value`; scratch wins over ring for same-frame reading."""
        return f"m{self._view(View(value, ring=value not in self.plan.scratch))}"

    def ring(self, value: str) -> str:
        """The C name of the ring of `value`."""
        return f"m{self._view(View(value, ring=True))}"

    def past(self, pointer: str, frames: str) -> str:
        """C for the address of the tile that lies `frames` before the current one in a ring."""
        return f"behind({pointer}, {pointer}_t, {frames})"

    def reserve(self, item: Packed) -> int:
        """Append `item` to the stage's weights; return the offset of its first float."""
        offset = self._weights
        self.packing.append(item)
        self._weights += item.size
        return offset

    def value(self, name: str) -> list[list[str]]:
        """`name` in registers, [channel][vector]; loaded on first use."""
        if name not in self._registers:
            pointer = self.view(name)
            loaded = []
            for channel in range(self.plan.graph.widths[name]):
                row = []
                for vector in range(self.vectors):
                    fresh = self.fresh()
                    at = f"{pointer}_at + {channel} * {pointer}_plane + {vector} * LANES"
                    self.line(f"const vec {fresh} = load({at});")
                    row.append(fresh)
                loaded.append(row)
            self._registers[name] = loaded
        return self._registers[name]

    def in_memory(self, name: str) -> bool:
        """Whether `name` comes from another stage and is not in registers yet."""
        return name not in self.nodes and name not in self._registers

    # --- nodes --------------------------------------------------------------------------------

    def _deferred(self, name: str) -> Conv | None:
        """The convolution `name`, if it is a 1x1 that is summed into another addend instead.

        That is so when it belongs to this stage and nothing but one addition reads it.
        """
        conv = self.nodes[name].operation if name in self.nodes else None
        if not isinstance(conv, Conv) or conv.lookback or name in self.stored:
            return None
        readers = [other for other in self.stage.nodes if name in other.inputs]
        alone = len(readers) == 1 and self.readers[name] == 1
        return conv if alone and isinstance(readers[0].operation, Add) else None

    def _node(self, node: Node) -> list[list[str]]:
        operation = node.operation
        match operation:
            case Conv():
                return self._conv(node, operation, None)
            case Add():
                return self._add(node)
            case Activation():
                return self._activation(node, operation)
            case ActivationGradient():
                return self._activation_gradient(node, operation)
            case Slice():
                return self.value(node.inputs[0])[operation.start : operation.stop]
            case Concat():
                return [row for name in node.inputs for row in self.value(name)]
            case Mul():
                return self._each(node, "{0} * {1}")
            case Blend():
                return self._each(node, "fma_({0}, {1} - {2}, {2})")
            case Scale():
                offset = self.reserve(PackedTensor(f"{node.name}.value", 1))
                return self._each(node, f"{{0}} * splat(weights[{offset}])")
            case _:
                raise TypeError(f"no emitter for {type(operation).__name__}")

    def _each(self, node: Node, formula: str) -> list[list[str]]:
        """A formula of the inputs' values, for every channel and vector."""
        inputs = [self.value(name) for name in node.inputs]
        result = []
        for channel in range(len(inputs[0])):
            row = []
            for vector in range(self.vectors):
                fresh = self.fresh()
                arguments = [one[channel][vector] for one in inputs]
                self.line(f"const vec {fresh} = {formula.format(*arguments)};")
                row.append(fresh)
            result.append(row)
        return result

    def _activation(self, node: Node, operation: Activation) -> list[list[str]]:
        self._kinds.add((operation.kind, operation.constants))
        call = activation_function(operation.kind, operation.constants)
        if operation.kind != "PReLU":
            return self._each(node, call)
        offset = self.reserve(PackedTensor(f"{node.name}.slopes", operation.slope_count))
        rows = self.value(node.inputs[0])
        result = []
        for channel, row in enumerate(rows):
            slope = f"splat(weights[{offset + min(channel, operation.slope_count - 1)}])"
            out = []
            for x in row:
                fresh = self.fresh()
                self.line(f"const vec {fresh} = {call.format(x, slope)};")
                out.append(fresh)
            result.append(out)
        return result

    def _activation_gradient(self, node: Node, operation: ActivationGradient) -> list[list[str]]:
        self._kinds.add((operation.kind, operation.constants))
        call = gradient_function(operation.kind, operation.constants)
        if operation.kind != "PReLU":
            return self._each(node, call)
        offset = self.reserve(PackedTensor(f"{node.name}.slopes", operation.slope_count))
        gradients, values = (self.value(name) for name in node.inputs)
        result = []
        for channel, row in enumerate(gradients):
            slope = f"splat(weights[{offset + min(channel, operation.slope_count - 1)}])"
            out = []
            for gradient, value in zip(row, values[channel], strict=True):
                fresh = self.fresh()
                self.line(f"const vec {fresh} = {call.format(gradient, value, slope)};")
                out.append(fresh)
            result.append(out)
        return result

    def _add(self, node: Node) -> list[list[str]]:
        first, second = node.inputs
        if self._deferred(first) is not None:
            first, second = second, first
        into = self._deferred(second)
        if into is None:
            return self._each(node, "{0} + {1}")
        other = self._deferred(first)
        if other is not None:
            self._registers[first] = self._conv(self.nodes[first], other, None)
        return self._conv(self.nodes[second], into, self.value(first))

    def _conv(self, node: Node, conv: Conv, addend: list[list[str]] | None) -> list[list[str]]:
        group = conv.out_channels // conv.groups
        sizes = blocks(group, self.vectors, self.rule)
        item = PackedConv(node.name, conv, sizes)
        source = node.inputs[0]
        macs = conv.out_channels * conv.in_channels // conv.groups * self.vectors
        if conv.lookback:
            self.dilations.append(conv.dilation)
            return emit_memory_conv(self, item, source, addend, len(self.dilations) - 1)
        if macs <= _MOST_UNROLLED:
            return emit_register_conv(self, item, self.value(source), addend)
        return emit_memory_conv(self, item, source, addend, None)

    # --- memory and the frame around it -----------------------------------------------------

    def _view(self, view: View) -> int:
        return self._views.setdefault(view, len(self._views))

    def _store(self, value: str) -> None:
        rows = self.value(value)
        for view in (View(value, ring=True), View(value, ring=False)):
            there = self.plan.rings if view.ring else self.plan.scratch
            if value not in there or (value not in self.nodes and not view.ring):
                continue
            pointer = f"m{self._view(view)}"
            for channel, row in enumerate(rows):
                for vector, name in enumerate(row):
                    at = f"{pointer}_at + {channel} * {pointer}_plane + {vector} * LANES"
                    self.line(f"store({at}, {name});")
            if view.ring:
                outside = f"{pointer}_t + TILE > {pointer}->size"
                self.line(f"if ({pointer}_t < LONGEST_TILE || {outside})")
                self.line(f"    mirror({pointer}, {pointer}_t, {len(rows)}, TILE);")

    def _body(self) -> str:
        head = [
            "(const float *weights, const struct view *views, const unsigned *dilations,",
            "    unsigned frames)",
            "{",
            f"    enum {{ TILE = {self.vectors} * LANES }};",
            "    (void)weights, (void)dilations;",
        ]
        tile = []
        for view, number in self._views.items():
            name = f"m{number}"
            head.append(f"    const struct view *const {name} = views + {number};")
            head.append(f"    const size_t {name}_plane = {name}->plane;")
            if view.ring:
                tile.append(
                    f"const unsigned {name}_t = wrapped({name}->position + t, {name}->size);"
                )
                if any(f"{name}_at" in line for line in self.lines):
                    tile.append(f"float *const {name}_at = {name}->data + {name}_t;")
            else:
                tile.append(f"float *const {name}_at = {name}->data + t;")
        head.append("    for (unsigned t = 0; t < frames; t += TILE) {")
        inner = [f"        {line}" for line in (*tile, *self.lines)]
        return "\n".join([*head, *inner, "    }", "}", ""])
