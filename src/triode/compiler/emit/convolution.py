"""Convolutions as C: running sums for a block of output channels, kept in registers.

The order of the additions of one output sample is fixed: bias or addend, then taps from the oldest
to the newest, then input channels; it does not depend on the tile. Where a convolution makes so few
channels that one chain of dependent additions would wait on itself, the input channels are dealt
out to several partial sums, by a rule that looks at channels only.
"""

from typing import TYPE_CHECKING

from triode.compiler.emit.packing import PackedConv
from triode.graph import Conv

if TYPE_CHECKING:
    from triode.compiler.emit.stage import StageEmitter

__all__ = ["emit_memory_conv", "emit_register_conv"]

Rows = list[list[str]]

_MOST_INPUTS_UNROLLED = 64
"""Multiply-adds of a loop body up to which all input channels are written out."""


def _partial_sums(conv: Conv) -> int:
    inputs = conv.in_channels // conv.groups
    # The tile decides whether a 1x1 is summed in registers, in one chain: so it always is.
    one_chain = not conv.lookback or conv.out_channels // conv.groups > 2
    if one_chain or inputs * conv.kernel_size < 8:
        return 1
    return next(count for count in (4, 3, 2, 1) if inputs % count == 0)


def _begin_block(
    emitter: "StageEmitter", item: PackedConv, offset: int, rows: Rows | None, block: int
) -> tuple[Rows, int]:
    """Declare the sums of one block, set to the bias and the addend; return them and the offset."""
    sums: Rows = []
    for channel in range(block):
        row = []
        for vector in range(emitter.vectors):
            name = emitter.fresh()
            start = f"splat(weights[{offset + channel}])" if item.conv.bias else "splat(0.0f)"
            if rows is not None:
                addend = rows[channel][vector]
                start = f"{addend} + {start}" if item.conv.bias else addend
            emitter.line(f"vec {name} = {start};")
            row.append(name)
        sums.append(row)
    return sums, offset + (block if item.conv.bias else 0)


def emit_register_conv(
    emitter: "StageEmitter", item: PackedConv, source: Rows, addend: Rows | None
) -> Rows:
    """A 1x1 convolution of values in registers, written out in full."""
    conv = item.conv
    inputs, outputs = conv.in_channels // conv.groups, conv.out_channels // conv.groups
    offset = emitter.reserve(item)
    result: Rows = []
    for group in range(conv.groups):
        taken = source[group * inputs : (group + 1) * inputs]
        done = 0
        for block in item.blocks:
            first = group * outputs + done
            rows = None if addend is None else addend[first : first + block]
            sums, offset = _begin_block(emitter, item, offset, rows, block)
            for row in taken:
                for channel in range(block):
                    weight = emitter.fresh()
                    emitter.line(f"const vec {weight} = splat(weights[{offset}]);")
                    offset += 1
                    for vector, x in enumerate(row):
                        total = sums[channel][vector]
                        emitter.line(f"{total} = fma_({weight}, {x}, {total});")
            result += sums
            done += block
    return result


def emit_memory_conv(
    emitter: "StageEmitter",
    item: PackedConv,
    source: str,
    addend: Rows | None,
    dilation: int | None,
) -> Rows:
    """A convolution that loops over taps and input channels in memory.

    With `dilation` (the index of the stage's dilation argument) the memory is the ring of
    `source`; without, a 1x1 convolution reads the same frames from scratch, or from a buffer that
    the registers are spilled to.
    """
    conv = item.conv
    inputs, outputs = conv.in_channels // conv.groups, conv.out_channels // conv.groups
    pointer, plane = _source(emitter, source, past=dilation is not None)
    offset = emitter.reserve(item)
    partial = _partial_sums(conv)
    result: Rows = []
    for group in range(conv.groups):
        done = 0
        for block in item.blocks:
            first = group * outputs + done
            rows = None if addend is None else addend[first : first + block]
            sums, offset = _begin_block(emitter, item, offset, rows, block)
            chains = [sums, *(_begin_chain(emitter, block) for _ in range(partial - 1))]
            start = f"{group * inputs} * {plane}" if group else ""
            _loops(emitter, conv, chains, (pointer, plane, start), offset, dilation)
            for chain in chains[1:]:
                _join(emitter, sums, chain)
            offset += block * inputs * conv.kernel_size
            result += sums
            done += block
    return result


def _source(emitter: "StageEmitter", source: str, *, past: bool) -> tuple[str, str]:
    """C names of the pointer to the current frames of `source` and of its channel stride."""
    if past:
        name = emitter.ring(source)
        return name, f"{name}_plane"
    if emitter.in_memory(source):
        name = emitter.view(source)
        return f"{name}_at", f"{name}_plane"
    rows = emitter.value(source)
    buffer = emitter.fresh()
    emitter.line(f"float {buffer}[{len(rows)} * TILE] __attribute__((aligned(64)));")
    for channel, row in enumerate(rows):
        for vector, name in enumerate(row):
            emitter.line(f"store({buffer} + {channel} * TILE + {vector} * LANES, {name});")
    return buffer, "TILE"


def _begin_chain(emitter: "StageEmitter", block: int) -> Rows:
    chain = [[emitter.fresh() for _ in range(emitter.vectors)] for _ in range(block)]
    for row in chain:
        for name in row:
            emitter.line(f"vec {name} = splat(0.0f);")
    return chain


def _join(emitter: "StageEmitter", sums: Rows, chain: Rows) -> None:
    for row, other in zip(sums, chain, strict=True):
        for total, part in zip(row, other, strict=True):
            emitter.line(f"{total} = {total} + {part};")


def _loops(
    emitter: "StageEmitter",
    conv: Conv,
    chains: list[Rows],
    source: tuple[str, str, str],
    offset: int,
    dilation: int | None,
) -> None:
    pointer, plane, start = source
    inputs = conv.in_channels // conv.groups
    block = len(chains[0])
    step = inputs if inputs * block * emitter.vectors <= _MOST_INPUTS_UNROLLED else len(chains)
    emitter.line("{")
    emitter.line(f"    const float *weight = weights + {offset};")
    indent = "    "
    if dilation is not None:
        emitter.line(f"    for (unsigned tap = {conv.kernel_size}; tap-- > 0;) {{")
        indent += "    "
        pointer = emitter.past(pointer, f"tap * dilations[{dilation}]")
    emitter.line(f"{indent}const float *x = {pointer}{f' + {start}' if start else ''};")
    looped = step < inputs
    if looped:
        trips = inputs // step
        emitter.line(f"{indent}for (unsigned i = 0; i < {trips}; ++i) {{")
    inner = indent + ("    " if looped else "")
    for position in range(step):
        chain = chains[position % len(chains)]
        names = [f"x{position}_{vector}" for vector in range(emitter.vectors)]
        for vector, name in enumerate(names):
            emitter.line(
                f"{inner}const vec {name} = load(x + {position} * {plane} + {vector} * LANES);"
            )
        for channel in range(block):
            weight = f"w{position}_{channel}"
            emitter.line(
                f"{inner}const vec {weight} = splat(weight[{position * block + channel}]);"
            )
            for vector, name in enumerate(names):
                total = chain[channel][vector]
                emitter.line(f"{inner}{total} = fma_({weight}, {name}, {total});")
    if looped:
        emitter.line(f"{inner}x += {step} * {plane};")
    emitter.line(f"{inner}weight += {step * block};")
    if looped:
        emitter.line(f"{indent}}}")
    if dilation is not None:
        emitter.line("    }")
    emitter.line("}")
