"""What surrounds the stages in the C file: rings, the input and output loops, the C interface."""

from triode.compiler.emit.memory import Memory
from triode.compiler.plan import Plan

__all__ = ["ABI_VERSION", "DENORMALS", "frame_text", "interface_text"]

ABI_VERSION = 1
"""What `triode_abi_version` answers; it changes with the meaning of the C interface."""

_VIEWS = """\
/* A value in memory: planes of frames, one per channel. `size` frames are in turn; 0: no ring. */
struct view {
    float *data;
    size_t plane;
    unsigned size, position;
};

static INLINE unsigned wrapped(unsigned at, unsigned size) { return at >= size ? at - size : at; }

/* The tile that begins `distance` frames before `at`. */
static INLINE const float *behind(const struct view *ring, unsigned at, unsigned distance)
{
    return ring->data + (at >= distance ? at - distance : at + ring->size - distance);
}

/*
 * A ring's first LONGEST_TILE frames are repeated past its end, so that no read wraps around: keep
 * the two equal after a tile was written at `at`.
 */
static NOINLINE __attribute__((unused)) void mirror(
    const struct view *ring, unsigned at, unsigned channels, unsigned tile)
{
    const unsigned size = ring->size;
    for (unsigned channel = 0; channel < channels; ++channel) {
        float *const plane = ring->data + channel * ring->plane;
        for (unsigned i = at; i < LONGEST_TILE && i < at + tile; ++i)
            plane[size + i] = plane[i];
        for (unsigned i = size; i < at + tile; ++i)
            plane[i - size] = plane[i];
    }
}
"""

DENORMALS = """\
/* Denormal numbers would slow the arithmetic down a hundredfold: they are flushed to zero. */
#if defined(__SSE2__) && !defined(TRIODE_NO_INTRINSICS)
static INLINE unsigned begin_flushing(void)
{
    const unsigned before = _mm_getcsr();
    _mm_setcsr(before | 0x8040u);
    return before;
}
static INLINE void end_flushing(unsigned before) { _mm_setcsr(before); }
#elif defined(__aarch64__)
static INLINE uint64_t begin_flushing(void)
{
    uint64_t before;
    __asm__ volatile("mrs %0, fpcr" : "=r"(before));
    __asm__ volatile("msr fpcr, %0" : : "r"(before | (1u << 24)));
    return before;
}
static INLINE void end_flushing(uint64_t before)
{
    __asm__ volatile("msr fpcr, %0" : : "r"(before));
}
#else
static INLINE unsigned begin_flushing(void) { return 0; }
static INLINE void end_flushing(unsigned before) { (void)before; }
#endif
"""


def frame_text(memory: Memory) -> str:
    """Types and helpers that the stages use."""
    rings = "\n".join(
        f"    {{{ring.offset}, {ring.channels}, {ring.plane}, {ring.size}, {ring.rest}}},"
        f" /* {ring.value} */"
        for ring in memory.rings
    )
    table = (
        "/* Every ring: where it lies in the state, its shape, and where its rest values lie. */\n"
        "struct ring_place { unsigned offset, channels, plane, size, rest; };\n"
        f"enum {{ RINGS = {len(memory.rings)} }};\n"
        "static const struct ring_place ring_places[] = {\n"
        f"{rings}\n    {{0, 0, 0, 0, 0}},\n}};\n"
    )
    state = (
        "/* Everything a playing model remembers; at a multiple of 64 bytes. */\n"
        "typedef struct triode_state {\n"
        "    uint64_t nonfinite;\n"
        "    unsigned position[RINGS + 1];\n"
        f"    float memory[{memory.state_floats}] __attribute__((aligned(64)));\n"
        "} triode_state;\n"
    )
    cells = "\n".join(
        f"    {{{cell.offset}, {cell.floats}, {cell.rest}}}, /* {cell.value} */"
        for cell in memory.cells.values()
    )
    table += (
        "/* What every recurrent layer keeps from one frame to the next. */\n"
        "struct cell_place { unsigned offset, floats, rest; };\n"
        "static const struct cell_place cell_places[] = {\n"
        f"{cells}\n    {{0, 0, 0}},\n}};\n"
    )
    longest = f"enum {{ LONGEST_TILE = {memory.tile} }};\n"
    return f"{longest}\n{_VIEWS}\n{table}\n{state}\n{DENORMALS}"


def interface_text(plan: Plan, memory: Memory) -> str:
    """The exported functions."""
    inputs, outputs = plan.graph.input_channels, plan.graph.output_channels
    source = plan.scratch[plan.graph.input.name] * memory.scratch_plane
    target = plan.scratch[plan.graph.output] * memory.scratch_plane
    return f"""\
#if defined(_WIN32)
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

enum {{
    CHUNK = {memory.chunk},
    PLANE = {memory.scratch_plane},
    INPUTS = {inputs},
    OUTPUTS = {outputs},
    WEIGHT_FLOATS = {memory.weight_floats}
}};

EXPORT unsigned triode_abi_version(void);
EXPORT size_t triode_state_bytes(void);
EXPORT size_t triode_weight_bytes(void);
EXPORT unsigned triode_input_channels(void);
EXPORT unsigned triode_output_channels(void);
EXPORT void triode_reset(triode_state *state, const float *weights);
EXPORT void triode_rest(const triode_state *state, float *weights);
EXPORT uint64_t triode_nonfinite(const triode_state *state);
EXPORT void triode_process(
    triode_state *state, const float *weights, const float *in, float *out, size_t frames);

unsigned triode_abi_version(void) {{ return {ABI_VERSION}; }}
size_t triode_state_bytes(void) {{ return sizeof(triode_state); }}
size_t triode_weight_bytes(void) {{ return (size_t)WEIGHT_FLOATS * sizeof(float); }}
unsigned triode_input_channels(void) {{ return INPUTS; }}
unsigned triode_output_channels(void) {{ return OUTPUTS; }}

/* Put the state where silence leads to: every ring holds its rest values. */
void triode_reset(triode_state *state, const float *weights)
{{
    state->nonfinite = 0;
    for (unsigned r = 0; ring_places[r].channels; ++r) {{
        const struct ring_place place = ring_places[r];
        state->position[r] = 0;
        for (unsigned channel = 0; channel < place.channels; ++channel) {{
            float *const plane = state->memory + place.offset + channel * place.plane;
            for (unsigned i = 0; i < place.plane; ++i)
                plane[i] = weights[place.rest + channel];
        }}
    }}
    for (unsigned c = 0; cell_places[c].floats; ++c)
        for (unsigned i = 0; i < cell_places[c].floats; ++i)
            state->memory[cell_places[c].offset + i] = weights[cell_places[c].rest + i];
}}

/* Note the newest value of every ring as its rest value. */
void triode_rest(const triode_state *state, float *weights)
{{
    for (unsigned r = 0; ring_places[r].channels; ++r) {{
        const struct ring_place place = ring_places[r];
        const unsigned newest = state->position[r] ? state->position[r] - 1 : place.size - 1;
        const float *const plane = state->memory + place.offset + newest;
        for (unsigned channel = 0; channel < place.channels; ++channel)
            weights[place.rest + channel] = plane[channel * place.plane];
    }}
    for (unsigned c = 0; cell_places[c].floats; ++c)
        for (unsigned i = 0; i < cell_places[c].floats; ++i)
            weights[cell_places[c].rest + i] = state->memory[cell_places[c].offset + i];
}}

/* How many input samples were NaN or infinite, and taken as zero, since the last reset. */
uint64_t triode_nonfinite(const triode_state *state) {{ return state->nonfinite; }}

static void take_input(triode_state *state, const float *in, size_t stride, unsigned frames)
{{
    unsigned nonfinite = 0;
    for (unsigned channel = 0; channel < INPUTS; ++channel) {{
        float *const to = state->memory + {source} + (size_t)channel * PLANE;
        const float *const from = in + channel * stride;
        for (unsigned i = 0; i < frames; ++i) {{
            const float magnitude = __builtin_fabsf(from[i]);
            const int good = magnitude <= 3.402823466e+38f;
            to[i] = good ? from[i] : 0.0f;
            nonfinite += !good;
        }}
    }}
    state->nonfinite += nonfinite;
}}

/*
 * Play `frames` frames. Several channels lie one after the other, `frames` samples each. `in` may
 * equal `out`. The result does not depend on how a signal is cut into calls.
 */
void triode_process(
    triode_state *state, const float *weights, const float *in, float *out, size_t frames)
{{
    const size_t stride = frames;
    const __typeof__(begin_flushing()) before = begin_flushing();
    for (size_t done = 0; done < stride; done += CHUNK) {{
        const unsigned now = stride - done < CHUNK ? (unsigned)(stride - done) : CHUNK;
        take_input(state, in + done, stride, now);
        run_stages(state, weights, now);
        for (unsigned channel = 0; channel < OUTPUTS; ++channel) {{
            const float *const from = state->memory + {target} + (size_t)channel * PLANE;
            for (unsigned i = 0; i < now; ++i)
                out[channel * stride + done + i] = from[i];
        }}
        for (unsigned r = 0; ring_places[r].channels; ++r)
            state->position[r] = wrapped(state->position[r] + now, ring_places[r].size);
    }}
    end_flushing(before);
}}
"""
