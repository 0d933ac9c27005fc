"""The elementwise half of a spectral distance in C: everything but the Fourier transforms.

A distance between magnitudes goes frame by frame through a dozen small operations, each of which
would read and write whole spectrograms. Here each of the two directions is one pass. Frames lie at
the beginning of their `points` columns, whose rest stays zero; spectra are interleaved complex.
"""

from triode.compiler.emit.reduction import reduction_helpers
from triode.compiler.emit.vectors import vector_prologue
from triode.compiler.isa import Isa

__all__ = ["emit_spectral"]


def emit_spectral(isa: Isa) -> str:
    """The C file for `isa`."""
    lines = [vector_prologue(isa), reduction_helpers(isa), _EXPORT, _MATH]
    return "\n".join([*lines, _FRAMES, _DISTANCE, _GRADIENT])


_EXPORT = """\
#if defined(_WIN32)
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

EXPORT void cut_frames(const float *signal, size_t samples, const float *window, size_t width,
    size_t hop, size_t points, size_t count, float *padded, float *frames);
EXPORT double take_magnitudes(const float *spectrum, float *magnitudes, size_t bins);
EXPORT void compare(const float *spectrum, const float *wanted, size_t bins, double *sums);
EXPORT void steer(float *spectrum, const float *wanted, size_t bins, size_t count,
    float by_difference, float by_sign);
EXPORT void add_frames(const float *frames, size_t samples, const float *window, size_t width,
    size_t hop, size_t points, size_t count, float *padded, float scale, float *gradient);
"""

# ln m = 2 artanh((m - 1) / (m + 1)) for m from sqrt(1/2) to sqrt(2), whose series ends at 3e-9.
_MATH = """\
enum { FLUSH = 256 * LANES };
#define POWER_FLOOR 1e-8f

static INLINE vec logarithm(vec x)
{
    const ivec exponent = (bits_of(x) - isplat(0x3f3504f3)) >> 23;
    const vec m = vec_of(bits_of(x) - (exponent << 23));
    const vec s = (m - splat(1.0f)) / (m + splat(1.0f));
    const vec z = s * s;
    vec series = fma_(splat(2.0f / 9.0f), z, splat(2.0f / 7.0f));
    series = fma_(fma_(fma_(series, z, splat(0.4f)), z, splat(2.0f / 3.0f)), z, splat(2.0f));
    const vec whole = vec_of(exponent + isplat(0x4b400000)) - splat(12582912.0f);
    return fma_(whole, splat(0.69314718f), s * series);
}

static INLINE vec root(vec x)
{
    float lanes[LANES];
    store(lanes, x);
    for (unsigned lane = 0; lane < LANES; ++lane)
        lanes[lane] = __builtin_sqrtf(lanes[lane]);
    return load(lanes);
}

static INLINE vec absolute(vec x) { return vec_of(bits_of(x) & isplat(0x7fffffff)); }

static INLINE double total(vec x)
{
    float lanes[LANES];
    double sum = 0.0;
    store(lanes, x);
    for (unsigned lane = 0; lane < LANES; ++lane)
        sum += (double)lanes[lane];
    return sum;
}

/* The powers of LANES complex numbers, at least POWER_FLOOR. */
static INLINE vec powers(const float *spectrum)
{
#if LANES == 1
    const vec sum = fma_(spectrum[0], spectrum[0], spectrum[1] * spectrum[1]);
#else
    const vec first = load(spectrum), second = load(spectrum + LANES);
    const vec sum = pairs(first * first, second * second);
#endif
    return larger(sum, splat(POWER_FLOOR));
}

/* The last numbers of an array, filled up to whole vectors with zeros or with the floor. */
static INLINE void fill_up(const float *from, size_t count, float filler, float *to, size_t size)
{
    for (size_t i = 0; i < size; ++i)
        to[i] = i < count ? from[i] : filler;
}
"""

_FRAMES = """\
/* Windowed frames of a signal whose ends are reflected. */
void cut_frames(const float *signal, size_t samples, const float *window, size_t width, size_t hop,
    size_t points, size_t count, float *padded, float *frames)
{
    const size_t half = width / 2;
    for (size_t i = 0; i < half; ++i) {
        padded[i] = signal[half - i];
        padded[half + samples + i] = signal[samples - 2 - i];
    }
    for (size_t t = 0; t < samples; ++t)
        padded[half + t] = signal[t];
    for (size_t frame = 0; frame < count; ++frame)
        for (size_t i = 0; i < width; ++i)
            frames[frame * points + i] = padded[frame * hop + i] * window[i];
}

/* The transpose of cut_frames: gradient[t] += scale * what the frames say of sample t. */
void add_frames(const float *frames, size_t samples, const float *window, size_t width, size_t hop,
    size_t points, size_t count, float *padded, float scale, float *gradient)
{
    const size_t half = width / 2;
    for (size_t i = 0; i < samples + width; ++i)
        padded[i] = 0.0f;
    for (size_t frame = 0; frame < count; ++frame)
        for (size_t i = 0; i < width; ++i)
            padded[frame * hop + i] += frames[frame * points + i] * window[i];
    for (size_t t = 0; t < samples; ++t)
        gradient[t] += scale * padded[half + t];
    for (size_t i = 0; i < half; ++i) {
        gradient[half - i] += scale * padded[i];
        gradient[samples - 2 - i] += scale * padded[half + samples + i];
    }
}
"""

_DISTANCE = """\
/* The magnitudes of a spectrum; returns the sum of their squares. */
double take_magnitudes(const float *spectrum, float *magnitudes, size_t bins)
{
    double sum = 0.0;
    size_t i = 0;
    while (i + LANES <= bins) {
        vec part = splat(0.0f);
        for (const size_t end = i + FLUSH; i < end && i + LANES <= bins; i += LANES) {
            const vec power = powers(spectrum + 2 * i);
            store(magnitudes + i, root(power));
            part = part + power;
        }
        sum += total(part);
    }
    for (; i < bins; ++i) {
        const float re = spectrum[2 * i], im = spectrum[2 * i + 1], power = re * re + im * im;
        magnitudes[i] = __builtin_sqrtf(power > POWER_FLOOR ? power : POWER_FLOOR);
        sum += (double)magnitudes[i] * (double)magnitudes[i];
    }
    return sum;
}

static INLINE void compare_lanes(const float *spectrum, const float *wanted, vec *square, vec *log)
{
    const vec size = root(powers(spectrum)), target = load(wanted);
    const vec difference = size - target;
    *square = fma_(difference, difference, *square);
    *log = *log + absolute(logarithm(size / target));
}

/* sums[0] = sum of (M - wanted)^2, sums[1] = sum of |ln M - ln wanted|, M being the magnitudes. */
void compare(const float *spectrum, const float *wanted, size_t bins, double *sums)
{
    double squares = 0.0, logs = 0.0;
    size_t i = 0;
    while (i + LANES <= bins) {
        vec square = splat(0.0f), log = splat(0.0f);
        for (const size_t end = i + FLUSH; i < end && i + LANES <= bins; i += LANES)
            compare_lanes(spectrum + 2 * i, wanted + i, &square, &log);
        squares += total(square), logs += total(log);
    }
    if (i < bins) {
        float some[2 * LANES], target[LANES];
        vec square = splat(0.0f), log = splat(0.0f);
        fill_up(spectrum + 2 * i, 2 * (bins - i), 0.0f, some, 2 * LANES);
        fill_up(wanted + i, bins - i, __builtin_sqrtf(POWER_FLOOR), target, LANES);
        compare_lanes(some, target, &square, &log);
        squares += total(square), logs += total(log);
    }
    sums[0] = squares, sums[1] = logs;
}
"""

_GRADIENT = """\
static INLINE void steer_lanes(float *spectrum, const float *wanted, vec by_difference, vec by_sign)
{
    const vec power = powers(spectrum), size = root(power);
    const vec difference = size - load(wanted);
    const vec positive = pick(greater(difference, splat(0.0f)), by_sign, splat(0.0f));
    const vec sign = positive - pick(greater(splat(0.0f), difference), by_sign, splat(0.0f));
    const vec slope = (difference * by_difference + sign / size) / size;
    float factors[LANES];
    store(factors, pick(greater(power, splat(POWER_FLOOR)), slope, splat(0.0f)));
    for (unsigned lane = 0; lane < LANES; ++lane) {
        spectrum[2 * lane] *= factors[lane];
        spectrum[2 * lane + 1] *= factors[lane];
    }
}

/*
 * From `count` spectra of `bins` numbers to the gradient of the distance by them, ready for an
 * inverse real transform (which takes all but the first and the last number twice). A magnitude on
 * its floor has none.
 */
void steer(float *spectrum, const float *wanted, size_t bins, size_t count, float by_difference,
    float by_sign)
{
    const size_t all = bins * count;
    size_t i = 0;
    for (; i + LANES <= all; i += LANES)
        steer_lanes(spectrum + 2 * i, wanted + i, splat(by_difference), splat(by_sign));
    if (i < all) {
        float some[2 * LANES], target[LANES];
        fill_up(spectrum + 2 * i, 2 * (all - i), 0.0f, some, 2 * LANES);
        fill_up(wanted + i, all - i, 1.0f, target, LANES);
        steer_lanes(some, target, splat(by_difference), splat(by_sign));
        for (size_t k = 0; i + k / 2 < all; ++k)
            spectrum[2 * i + k] = some[k];
    }
    for (size_t frame = 0; frame < count; ++frame)
        for (size_t k = 0; k < 2; ++k) {
            spectrum[2 * frame * bins + k] *= 2.0f;
            spectrum[2 * (frame * bins + bins - 1) + k] *= 2.0f;
        }
}
"""
