/*
 * Times the blocks of a model and the machine's multiply-adds. Compiled behind the vector prologue
 * of the instruction set that the model was compiled for.
 */

#if defined(_WIN32)
#define EXPORT __declspec(dllexport)
__declspec(dllimport) int __stdcall QueryPerformanceCounter(int64_t *now);
__declspec(dllimport) int __stdcall QueryPerformanceFrequency(int64_t *a_second);
static uint64_t nanoseconds(void)
{
    static int64_t a_second;
    int64_t now;
    if (!a_second)
        QueryPerformanceFrequency(&a_second);
    QueryPerformanceCounter(&now);
    return (uint64_t)((double)now * 1e9 / (double)a_second);
}
#else
#if __has_include(<time.h>)
#include <time.h>
#else /* a 64-bit Linux with a compiler but without a C library's headers */
struct timespec {
    long tv_sec, tv_nsec;
};
int clock_gettime(int clock, struct timespec *now);
enum { CLOCK_MONOTONIC = 1 };
#endif
#define EXPORT __attribute__((visibility("default")))
static uint64_t nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}
#endif

typedef void process_function(
    void *state, const float *weights, const float *in, float *out, size_t frames);

EXPORT void triode_time_blocks(
    process_function *process, void *state, const float *weights, const float *in, float *out,
    size_t frames, size_t inputs, size_t blocks, uint32_t *times);
EXPORT void triode_time_nothing(size_t blocks, uint32_t *times);
EXPORT double triode_multiply_adds(size_t rounds, float *sink);

/* Play `blocks` blocks, taking the `inputs` blocks of `in` in turn; note each one's nanoseconds. */
void triode_time_blocks(
    process_function *process, void *state, const float *weights, const float *in, float *out,
    size_t frames, size_t inputs, size_t blocks, uint32_t *times)
{
    uint64_t before = nanoseconds();
    for (size_t block = 0; block < blocks; ++block) {
        process(state, weights, in + block % inputs * frames, out, frames);
        const uint64_t after = nanoseconds();
        const uint64_t time = after - before;
        times[block] = time < UINT32_MAX ? (uint32_t)time : UINT32_MAX;
        before = after;
    }
}

static NOINLINE void nothing(
    void *state, const float *weights, const float *in, float *out, size_t frames)
{
    (void)state, (void)weights, (void)in, (void)out, (void)frames;
    __asm__ volatile("");
}

/* What the timing itself takes. */
void triode_time_nothing(size_t blocks, uint32_t *times)
{
    process_function *volatile process = nothing;
    float sample = 0.0f;
    triode_time_blocks(process, &sample, &sample, &sample, &sample, 0, 1, blocks, times);
}

/* Keeps a value in a vector register, and the compiler from joining or dropping its sums. */
#if defined(__x86_64__) || defined(__i386__)
#define KEEP(x) __asm__ volatile("" : "+x"(x))
#elif defined(__aarch64__)
#define KEEP(x) __asm__ volatile("" : "+w"(x))
#else
#define KEEP(x) __asm__ volatile("" : "+m"(x))
#endif

/* Twelve sums that do not wait for each other: more than a machine has under way at a time. */
#define FOR_EACH_SUM(DO) \
    DO(a) DO(b) DO(c) DO(d) DO(e) DO(f) DO(g) DO(h) DO(i) DO(j) DO(k) DO(l)
enum { SUMS = 12 };

#define BEGIN(sum) vec sum = splat(sink[0]);
#define ADD(sum) \
    sum = fma_(sum, factor, term); \
    KEEP(sum);
#define TOTAL(sum) total = total + sum;

/* Multiply-adds per nanosecond of one core, everything in registers, over `rounds` rounds. */
double triode_multiply_adds(size_t rounds, float *sink)
{
    const vec factor = splat(sink[0]), term = splat(sink[1]);
    FOR_EACH_SUM(BEGIN)
    const uint64_t before = nanoseconds();
    for (size_t round = 0; round < rounds; ++round) {
        FOR_EACH_SUM(ADD)
    }
    const uint64_t after = nanoseconds();
    vec total = splat(0.0f);
    FOR_EACH_SUM(TOTAL)
    store(sink, total);
    return (double)rounds * SUMS * LANES / (double)(after - before + !(after - before));
}
