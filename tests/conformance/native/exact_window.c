/*
 * Takes one window forward and back through compiled training code, every buffer allocated with
 * exactly the size the interface asks for, so that AddressSanitizer sees one float too many.
 *
 * Arguments: weights forward, weights back, the window's signal and the gradient of its output
 * (raw float32, channels as planes), where to write the output and the gradients of the parameters,
 * how many outputs and gradients there are, and how many bytes of weights to leave out.
 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t segment_work_floats(size_t frames);
void segment_forward(float *work, const float *weights, const float *in, float *out, size_t frames);
void segment_backward(float *work, const float *weights, const float *out_gradient, float *gradients,
    float *in_gradient, size_t frames);

static float *allocated(size_t bytes, int value)
{
    void *memory = NULL;
    if (posix_memalign(&memory, 64, bytes))
        exit(2);
    memset(memory, value, bytes);
    return memory;
}

static float *contents(const char *path, size_t missing)
{
    FILE *const file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END))
        exit(3);
    const size_t bytes = (size_t)ftell(file) - missing;
    float *const memory = allocated(bytes, 0xFF);
    rewind(file);
    if (fread(memory, 1, bytes, file) != bytes || fclose(file))
        exit(3);
    return memory;
}

static void write_out(const char *path, const float *values, size_t count)
{
    FILE *const file = fopen(path, "wb");
    if (!file || fwrite(values, sizeof(float), count, file) != count || fclose(file))
        exit(3);
}

int main(int count, char **arguments)
{
    if (count != 11)
        return 4;
    const size_t frames = strtoull(arguments[7], NULL, 10);
    const size_t outputs = strtoull(arguments[8], NULL, 10);
    const size_t trained = strtoull(arguments[9], NULL, 10);
    const size_t missing = strtoull(arguments[10], NULL, 10);
    float *const forward = contents(arguments[1], missing);
    float *const back = contents(arguments[2], 0);
    float *const signal = contents(arguments[3], 0);
    float *const slope = contents(arguments[4], 0);
    float *const work = allocated(segment_work_floats(frames) * sizeof(float), 0);
    float *const out = allocated(outputs * sizeof(float), 0xFF);
    float *const gradients = allocated(trained * sizeof(float), 0xFF);

    /* Twice: a work area is used again for the next window. */
    for (int turn = 0; turn < 2; ++turn) {
        segment_forward(work, forward, signal, out, frames);
        segment_backward(work, back, slope, gradients, NULL, frames);
    }
    write_out(arguments[5], out, outputs);
    write_out(arguments[6], gradients, trained);
    free(forward);
    free(back);
    free(signal);
    free(slope);
    free(work);
    free(out);
    free(gradients);
    return 0;
}
