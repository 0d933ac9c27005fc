/*
 * Plays a signal through a compiled model, every buffer allocated with exactly the size the
 * interface asks for, so that AddressSanitizer sees one float too many.
 *
 * Arguments: weights, input and output file (raw float32), frames of silence to settle on, and how
 * many bytes of weights to leave out.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

unsigned triode_abi_version(void);
size_t triode_state_bytes(void);
size_t triode_weight_bytes(void);
unsigned triode_input_channels(void);
unsigned triode_output_channels(void);
void triode_reset(void *state, const float *weights);
void triode_rest(const void *state, float *weights);
uint64_t triode_nonfinite(const void *state);
void triode_process(
    void *state, const float *weights, const float *in, float *out, size_t frames);

static const size_t block_sizes[] = {1, 7, 64, 129, 33, 300, 2, 1000};

static void *allocated(size_t bytes)
{
    void *memory = NULL;
    if (posix_memalign(&memory, 64, bytes))
        exit(2);
    memset(memory, 0xFF, bytes);
    return memory;
}

static float *contents(const char *path, size_t bytes)
{
    float *const memory = allocated(bytes);
    FILE *const file = fopen(path, "rb");
    if (!file || fread(memory, 1, bytes, file) != bytes)
        exit(3);
    fclose(file);
    return memory;
}

static size_t length(const char *path)
{
    FILE *const file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END))
        exit(3);
    const long bytes = ftell(file);
    fclose(file);
    return (size_t)bytes;
}

/* One call with blocks of its own; channels are planes of the whole signal. */
static void play(void *state, const float *weights, const float *in, float *out, size_t whole,
    size_t start, size_t frames)
{
    const unsigned inputs = triode_input_channels(), outputs = triode_output_channels();
    float *const from = malloc(inputs * frames * sizeof(float));
    float *const to = malloc(outputs * frames * sizeof(float));
    for (unsigned c = 0; c < inputs; ++c)
        for (size_t i = 0; i < frames; ++i)
            from[c * frames + i] = in ? in[c * whole + start + i] : 0.0f;
    triode_process(state, weights, from, to, frames);
    for (unsigned c = 0; out && c < outputs; ++c)
        memcpy(out + c * whole + start, to + c * frames, frames * sizeof(float));
    free(from);
    free(to);
}

int main(int count, char **arguments)
{
    if (count != 6)
        return 4;
    const size_t missing = strtoull(arguments[5], NULL, 10);
    float *const weights = contents(arguments[1], triode_weight_bytes() - missing);
    const size_t bytes = length(arguments[2]);
    const size_t whole = bytes / sizeof(float) / triode_input_channels();
    float *const in = contents(arguments[2], bytes);
    const size_t out_bytes = whole * triode_output_channels() * sizeof(float);
    float *const out = allocated(out_bytes);
    void *const state = allocated(triode_state_bytes());

    triode_reset(state, weights);
    for (size_t left = strtoull(arguments[4], NULL, 10); left > 0;) {
        const size_t now = left < 999 ? left : 999;
        play(state, weights, NULL, NULL, 0, 0, now);
        left -= now;
    }
    triode_rest(state, weights);
    triode_reset(state, weights);
    size_t number = 0;
    for (size_t start = 0; start < whole;) {
        const size_t size = block_sizes[number++ % (sizeof(block_sizes) / sizeof(*block_sizes))];
        const size_t now = size < whole - start ? size : whole - start;
        play(state, weights, in, out, whole, start, now);
        start += now;
    }
    FILE *const file = fopen(arguments[3], "wb");
    if (!file || fwrite(out, 1, out_bytes, file) != out_bytes || fclose(file))
        return 3;
    free(weights);
    free(in);
    free(out);
    free(state);
    return triode_abi_version() == 1 ? 0 : 5;
}
