"""Gradients of parameters as C: sums over the frames of a chunk.

A convolution's weight gradient is a correlation: for a block of output channels and of input
channels every product of a gradient row with an input row is summed in a register while both stream
by. At the end of a chunk the lanes of the registers are added, always in the same order, so that
the sums of all parameters stay small enough for the cache.
"""

from triode.compiler.isa import Isa

__all__ = [
    "correlation_blocks",
    "correlation_limits",
    "correlation_name",
    "correlation_text",
    "reduction_helpers",
    "row_sum_name",
    "row_sum_text",
]

_PAIRS = """\
/* Sums of neighbouring lanes: those of a, then those of b. */
static INLINE vec pairs(vec a, vec b)
{{
#if defined(__clang__)
    return __builtin_shufflevector(a, b, {even}) + __builtin_shufflevector(a, b, {odd});
#else
    return __builtin_shuffle(a, b, (ivec){{{even}}}) + __builtin_shuffle(a, b, (ivec){{{odd}}});
#endif
}}
"""

_SUM_NEGATIVE = """\
/* sums[channel] += gradient * min(value, 0), over the frames: what a PReLU's slopes get. */
static INLINE void sum_negative(
    const float *g, size_t g_plane, const float *x, size_t x_plane, float *sums, unsigned channels,
    unsigned slopes, unsigned frames)
{
    for (unsigned c = 0; c < channels; ++c) {
        vec sum = splat(0.0f);
        for (unsigned t = 0; t < frames; t += LANES)
            sum = fma_(load(g + c * g_plane + t), smaller(load(x + c * x_plane + t), splat(0.0f)),
                sum);
        float lanes[LANES];
        store(lanes, sum);
        for (unsigned lane = 0; lane < LANES; ++lane)
            sums[slopes == 1 ? 0 : c] += lanes[lane];
    }
}
"""


def reduction_helpers(isa: Isa) -> str:
    """The C functions that the texts below call, and that of the slopes of a PReLU."""
    if isa.lanes == 1:
        return _SUM_NEGATIVE
    even, odd = (", ".join(map(str, range(first, 2 * isa.lanes, 2))) for first in (0, 1))
    return f"{_PAIRS.format(even=even, odd=odd)}\n{_SUM_NEGATIVE}"


def correlation_blocks(channels: int, most: int) -> list[tuple[int, int]]:
    """(first, size) of the blocks that `channels` are cut into, at most `most` each."""
    return [(start, min(most, channels - start)) for start in range(0, channels, most)]


def correlation_limits(isa: Isa) -> tuple[int, int]:
    """Most output and input channels of a block: their product has to fit the registers.

    Of equal products the squarest loads least.
    """
    return (4, 4) if isa.registers >= 32 else (4, 2)


def correlation_name(outputs: int, inputs: int) -> str:
    """The C function for a block of this size."""
    return f"correlate{outputs}x{inputs}"


def correlation_text(outputs: int, inputs: int, isa: Isa) -> str:
    """`sums[o * o_stride + i * i_stride + tap] += sum of g[o] x[i]` over the frames.

    The newest tap takes x at g's own frames, each earlier one `dilation` frames before. All taps
    are summed one after another while both signals lie in the cache.
    """
    name = correlation_name(outputs, inputs)
    pairs = [(o, i) for o in range(outputs) for i in range(inputs)]
    lines = [
        f"static NOINLINE void {name}(const float *g, size_t g_plane, const float *newest,",
        "    size_t x_plane, float *sums, size_t o_stride, size_t i_stride, unsigned taps,",
        "    unsigned dilation, unsigned frames)",
        "{",
    ]
    if inputs == 1:
        lines.append("    (void)i_stride, (void)x_plane;")
    if outputs == 1:
        lines.append("    (void)o_stride, (void)g_plane;")
    body = ["const float *const x = newest - (size_t)dilation * (taps - 1 - tap);"]
    body += [f"vec s{o}_{i} = splat(0.0f);" for o, i in pairs]
    body.append("for (unsigned t = 0; t < frames; t += LANES) {")
    body += [f"    const vec x{i} = load(x + {i} * x_plane + t);" for i in range(inputs)]
    for o in range(outputs):
        body.append(f"    const vec g{o} = load(g + {o} * g_plane + t);")
        body += [f"    s{o}_{i} = fma_(g{o}, x{i}, s{o}_{i});" for i in range(inputs)]
    body.append("}")
    places = [f"{o} * o_stride + {i} * i_stride + tap" for o, i in pairs]
    body += _added([f"s{o}_{i}" for o, i in pairs], places, isa)
    lines.append("    for (unsigned tap = 0; tap < taps; ++tap) {")
    lines += [f"        {line}" for line in body]
    return "\n".join([*lines, "    }", "}", ""])


def row_sum_name(channels: int) -> str:
    """The C function that sums this many rows."""
    return f"sum_rows{channels}"


def row_sum_text(channels: int, isa: Isa) -> str:
    """`sums[channel] += sum of g[channel]` over the frames: what a bias gets."""
    rows = range(channels)
    lines = [
        f"static NOINLINE void {row_sum_name(channels)}(",
        "    const float *g, size_t g_plane, float *sums, unsigned frames)",
        "{",
    ]
    if channels == 1:
        lines.append("    (void)g_plane;")
    lines += [f"    vec s{row} = splat(0.0f);" for row in rows]
    lines.append("    for (unsigned t = 0; t < frames; t += LANES) {")
    lines += [f"        s{row} = s{row} + load(g + {row} * g_plane + t);" for row in rows]
    lines.append("    }")
    added = _added([f"s{row}" for row in rows], [str(row) for row in rows], isa)
    lines += [f"    {line}" for line in added]
    return "\n".join([*lines, "}", ""])


def _added(vectors: list[str], places: list[str], isa: Isa) -> list[str]:
    """C that adds the lanes of each vector, and that to its place among `sums`."""
    count = -(-len(vectors) // isa.lanes) * isa.lanes
    lines = [f"float totals[{count}];"]
    for first in range(0, count, isa.lanes):
        some = vectors[first : first + isa.lanes]
        lines.append(f"store(totals + {first}, {_lanes_added(some, isa.lanes)});")
    lines += [f"sums[{place}] += totals[{n}];" for n, place in enumerate(places)]
    return lines


def _lanes_added(vectors: list[str], lanes: int) -> str:
    """A vector whose lanes are the sums of the lanes of each of `vectors`, then zeros."""
    zero = "splat(0.0f)"
    level = vectors + [zero] * (lanes - len(vectors))
    while len(level) > 1:
        level = [
            zero if one == other == zero else f"pairs({one}, {other})"
            for one, other in zip(level[::2], level[1::2], strict=True)
        ]
    return level[0]
