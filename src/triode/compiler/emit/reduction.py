"""Gradients of parameters as C: sums over the frames of a chunk, kept lane by lane.

A convolution's weight gradient is a correlation: for a block of output channels and of input
channels every product of a gradient row with an input row is summed in a register while both stream
by. Sums stay vectors until the window ends; then their lanes are added, always in the same order.
"""

from triode.compiler.isa import Isa

__all__ = ["correlation_blocks", "correlation_name", "correlation_text", "reduction_helpers"]

reduction_helpers = """\
/* sums[channel] += gradient, over the frames. */
static INLINE void sum_rows(
    const float *g, size_t g_plane, float *sums, unsigned channels, size_t stride, unsigned frames)
{
    for (unsigned c = 0; c < channels; ++c) {
        vec sum = load(sums + c * stride);
        for (unsigned t = 0; t < frames; t += LANES)
            sum = sum + load(g + c * g_plane + t);
        store(sums + c * stride, sum);
    }
}

/* sums[channel] += gradient * min(value, 0), over the frames: what a PReLU's slopes get. */
static INLINE void sum_negative(
    const float *g, size_t g_plane, const float *x, size_t x_plane, float *sums, unsigned channels,
    unsigned slopes, unsigned frames)
{
    for (unsigned c = 0; c < channels; ++c) {
        float *const to = sums + (slopes == 1 ? 0 : c) * LANES;
        vec sum = load(to);
        for (unsigned t = 0; t < frames; t += LANES)
            sum = fma_(load(g + c * g_plane + t), smaller(load(x + c * x_plane + t), splat(0.0f)),
                sum);
        store(to, sum);
    }
}
"""


def correlation_blocks(channels: int, most: int) -> list[tuple[int, int]]:
    """(first, size) of the blocks that `channels` are cut into, at most `most` each."""
    return [(start, min(most, channels - start)) for start in range(0, channels, most)]


def correlation_limits(isa: Isa) -> tuple[int, int]:
    """Most output and input channels of a block: their product has to fit the registers."""
    return (8, 2) if isa.registers >= 32 else (4, 2)


def correlation_name(outputs: int, inputs: int) -> str:
    """The C function for a block of this size."""
    return f"correlate{outputs}x{inputs}"


def correlation_text(outputs: int, inputs: int) -> str:
    """`sums[o * o_stride + i * i_stride] += sum of g[o] x[i]` over the frames, vector by vector."""
    name = correlation_name(outputs, inputs)
    pairs = [(o, i) for o in range(outputs) for i in range(inputs)]
    place = "sums + {o} * o_stride + {i} * i_stride"
    lines = [
        f"static NOINLINE void {name}(const float *g, size_t g_plane, const float *x,",
        "    size_t x_plane, float *sums, size_t o_stride, size_t i_stride, unsigned frames)",
        "{",
    ]
    if inputs == 1:
        lines.append("    (void)i_stride, (void)x_plane;")
    if outputs == 1:
        lines.append("    (void)o_stride, (void)g_plane;")
    lines += [f"    vec s{o}_{i} = load({place.format(o=o, i=i)});" for o, i in pairs]
    lines.append("    for (unsigned t = 0; t < frames; t += LANES) {")
    lines += [f"        const vec x{i} = load(x + {i} * x_plane + t);" for i in range(inputs)]
    for o in range(outputs):
        lines.append(f"        const vec g{o} = load(g + {o} * g_plane + t);")
        lines += [f"        s{o}_{i} = fma_(g{o}, x{i}, s{o}_{i});" for i in range(inputs)]
    lines.append("    }")
    lines += [f"    store({place.format(o=o, i=i)}, s{o}_{i});" for o, i in pairs]
    return "\n".join([*lines, "}", ""])
