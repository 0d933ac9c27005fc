"""What surrounds the stages of training code: memory views, and what is called from outside."""

from triode.compiler.emit.segment_layout import (
    CHUNK_FRAMES,
    GRAIN_FRAMES,
    SegmentLayout,
    plane_at,
    row_at,
)
from triode.graph import receptive_field

__all__ = ["SEGMENT_VIEW", "segment_interface"]

SEGMENT_VIEW = """\
/* Rows of frames, one per channel, from the first frame of a chunk on. */
struct view {
    float *data;
    size_t plane;
};

static void copy(float *to, const float *from, size_t floats)
{
    __builtin_memcpy(to, from, floats * sizeof(float));
}

/* Zero the frames of a chunk's rows that lie before frame `begin` of the window. */
static NOINLINE __attribute__((unused)) void silence(
    float *rows, size_t plane, unsigned channels, unsigned from, unsigned to, unsigned begin)
{
    const unsigned end = to < begin ? to : begin;
    for (unsigned channel = 0; channel < channels; ++channel)
        for (unsigned t = from; t < end; ++t)
            rows[channel * plane + t - from] = 0.0f;
}

/* Copy the frames of a chunk's rows that lie at or after frame `begin` into planes. */
static NOINLINE __attribute__((unused)) void take_over(
    float *planes, size_t stride, const float *rows, size_t plane, unsigned channels,
    unsigned from, unsigned to, unsigned begin)
{
    for (unsigned channel = 0; channel < channels; ++channel)
        for (unsigned t = from < begin ? begin : from; t < to; ++t)
            planes[channel * stride + t] = rows[channel * plane + t - from];
}
"""


def segment_interface(layout: SegmentLayout) -> str:
    """The C of the functions that are called from outside."""
    plan = layout.plan
    output = plan.forward
    given = plan.gradient.slices[""]
    side = plan.backward
    if plan.graph.output in output.rows:
        out_row = f"{row_at(layout, output, plan.graph.output, 0)} - from"
        out_plane = f"{layout.scratch_plane}"
    else:
        out_row, out_plane = plane_at(layout, output, plan.graph.output), "stride"
    if given in side.rows:
        in_row = f"{row_at(layout, side, given, 1)} - from"
        in_plane = f"{layout.scratch_plane}"
    else:
        in_row, in_plane = f"planes + {side.planes[given]} * stride", "stride"
    text = _INTERFACE
    for key, value in {
        "CHUNK_FRAMES": CHUNK_FRAMES,
        "GRAIN_FRAMES": GRAIN_FRAMES,
        "MARGIN_FRAMES": layout.margin,
        "PLANE_COUNT": plan.plane_count,
        "SCRATCH_FLOATS": (plan.forward.row_count + plan.backward.row_count) * layout.scratch_plane,
        "SUM_FLOATS": layout.sum_floats,
        "RUN_IN_FRAMES": receptive_field(plan.graph) - 1,
        "INPUT_CHANNELS": plan.graph.input_channels,
        "OUTPUT_CHANNELS": plan.graph.output_channels,
        "INPUT_PLANE": output.planes[plan.graph.input.name],
        "OUT_ROW": out_row,
        "OUT_PLANE": out_plane,
        "IN_ROW": in_row,
        "IN_PLANE": in_plane,
        "SIGNAL": _signal(layout),
    }.items():
        text = text.replace(f"@{key}@", str(value))
    return text


def _signal(layout: SegmentLayout) -> str:
    """The C that hands out the gradient of the input, where the plan has it."""
    signal = layout.plan.gradient.signal
    if signal is None:
        return "    (void)signal_gradient;"
    return (
        "    for (size_t channel = 0; signal_gradient && channel < INPUTS; ++channel)\n"
        "        copy(signal_gradient + channel * frames,\n"
        f"            {plane_at(layout, layout.plan.backward, signal)} + channel * stride,\n"
        "            frames);"
    )


_INTERFACE = """\
#if defined(_WIN32)
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

enum {
    CHUNK = @CHUNK_FRAMES@,
    GRAIN = @GRAIN_FRAMES@,
    MARGIN = @MARGIN_FRAMES@,
    PLANES = @PLANE_COUNT@,
    SCRATCH = @SCRATCH_FLOATS@,
    SUMS = @SUM_FLOATS@,
    RUN_IN = @RUN_IN_FRAMES@,
    INPUTS = @INPUT_CHANNELS@,
    OUTPUTS = @OUTPUT_CHANNELS@,
    INPUT_PLANE = @INPUT_PLANE@
};

EXPORT size_t segment_work_floats(size_t frames);
EXPORT void segment_forward(
    float *work, const float *weights, const float *in, float *out, size_t frames);
EXPORT void segment_backward(float *work, const float *weights, const float *gradient,
    float *gradients, float *signal_gradient, size_t frames);

static size_t whole(size_t frames) { return (frames + GRAIN - 1) / GRAIN * GRAIN; }
static size_t stride_of(size_t frames)
{
    const size_t stride = whole(frames) + MARGIN;
    return stride % 1024 ? stride : stride + 16;
}

/* Floats of the work area for windows of `frames` frames, run-in included. */
size_t segment_work_floats(size_t frames)
{
    return MARGIN + PLANES * stride_of(frames) + SCRATCH + SUMS;
}

/*
 * Evaluate a window: `in` has INPUTS rows of `frames`, `out` OUTPUTS rows of frames - RUN_IN. The
 * work area keeps what the backward pass needs.
 */
void segment_forward(
    float *work, const float *weights, const float *in, float *out, size_t frames)
{
    const size_t stride = stride_of(frames);
    float *const planes = work + MARGIN, *const scratch = planes + PLANES * stride;
    float *const sums = scratch + SCRATCH;
    const __typeof__(begin_flushing()) before = begin_flushing();
    for (size_t channel = 0; channel < INPUTS; ++channel) {
        float *const to = planes + (INPUT_PLANE + channel) * stride;
        copy(to, in + channel * frames, frames);
        for (size_t t = frames; t < whole(frames); ++t)
            to[t] = 0.0f;
    }
    for (unsigned from = 0; from < whole(frames); from += CHUNK) {
        const unsigned to = from + CHUNK < whole(frames) ? from + CHUNK : (unsigned)whole(frames);
        forward_chunk(planes, stride, scratch, sums, weights, from, to);
        const float *const row = @OUT_ROW@;
        const size_t begin = from < RUN_IN ? RUN_IN : from, end = to < frames ? to : frames;
        for (size_t channel = 0; channel < OUTPUTS && begin < end; ++channel)
            copy(out + channel * (frames - RUN_IN) + begin - RUN_IN,
                row + channel * @OUT_PLANE@ + begin, end - begin);
    }
    end_flushing(before);
}

/*
 * Carry the gradient of a window's output (OUTPUTS rows of frames - RUN_IN) back to the parameters;
 * the work area is the one its forward pass left. `gradients` has one float per trained parameter;
 * `signal_gradient`, unless it is 0, gets INPUTS rows of `frames` if the code was made for that.
 */
void segment_backward(float *work, const float *weights, const float *gradient,
    float *gradients, float *signal_gradient, size_t frames)
{
    const size_t stride = stride_of(frames);
    float *const planes = work + MARGIN, *const scratch = planes + PLANES * stride;
    float *const sums = scratch + SCRATCH;
    const __typeof__(begin_flushing()) before = begin_flushing();
    for (size_t i = 0; i < SUMS; ++i)
        sums[i] = 0.0f;
    for (size_t to = whole(frames); to > 0;) {
        const size_t from = (to - 1) / CHUNK * CHUNK;
        float *const row = @IN_ROW@;
        for (size_t channel = 0; channel < OUTPUTS; ++channel)
            for (size_t t = from; t < to; ++t)
                row[channel * @IN_PLANE@ + t] = t < RUN_IN || t >= frames
                    ? 0.0f
                    : gradient[channel * (frames - RUN_IN) + t - RUN_IN];
        backward_chunk(planes, stride, scratch, sums, weights, (unsigned)from, (unsigned)to);
        to = from;
    }
    for (size_t i = 0; i < SUMS; ++i)
        gradients[i] = sums[i];
@SIGNAL@
    end_flushing(before);
}
"""
