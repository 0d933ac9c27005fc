/*
 * Times the blocks of a model and the machine's multiply-adds. Compiled behind the vector prologue
 * of the instruction set that the model was compiled for.
 */

#if defined(_WIN32)
#include <windows.h>
#define EXPORT __declspec(dllexport)
static uint64_t nanoseconds(void)
{
    static LARGE_INTEGER frequency;
    LARGE_INTEGER now;
    if (!frequency.QuadPart)
        QueryPerformanceFrequency(&frequency);
    QueryPerformanceCounter(&now);
    return (uint64_t)((double)now.QuadPart * 1e9 / (double)frequency.QuadPart);
}
#else
#include <time.h>
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

/* Sums that do not wait for each other: more than any machine has under way at a time. */
enum { CHAINS = 12 };

/* Multiply-adds per nanosecond of one core, everything in registers, over `rounds` rounds. */
double triode_multiply_adds(size_t rounds, float *sink)
{
    vec sums[CHAINS];
    vec factor = splat(sink[0]), term = splat(sink[1]);
    for (int chain = 0; chain < CHAINS; ++chain)
        sums[chain] = splat((float)chain);
    const uint64_t before = nanoseconds();
    for (size_t round = 0; round < rounds; ++round) {
        for (int chain = 0; chain < CHAINS; ++chain)
            sums[chain] = fma_(sums[chain], factor, term);
        for (int chain = 0; chain < CHAINS; ++chain)
            KEEP(sums[chain]);
    }
    const uint64_t after = nanoseconds();
    vec total = sums[0];
    for (int chain = 1; chain < CHAINS; ++chain)
        total = total + sums[chain];
    store(sink, total);
    return (double)rounds * CHAINS * LANES / (double)(after - before + !(after - before));
}
