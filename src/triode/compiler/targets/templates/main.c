/*
 * Plays the test vectors through the model twice, in two ways of cutting them into blocks, and
 * compares with what the model's definition gives in double precision.
 * SPDX-License-Identifier: MIT-0
 */
#include <stdio.h>

#include "@NAME@.h"
#include "vectors.h"
#ifdef HARNESS_TICKS
#include "ticks.h"
#endif
#ifndef STATE_SECTION
#define STATE_SECTION
#endif

enum { INPUTS = @NAME_UPPER@_INPUT_CHANNELS, OUTPUTS = @NAME_UPPER@_OUTPUT_CHANNELS };
enum { BLOCK = @BLOCK@, LONGEST = 128 };

static STATE_SECTION unsigned char memory[@NAME_UPPER@_STATE_BYTES]
    __attribute__((aligned(@NAME_UPPER@_STATE_ALIGNMENT)));
static float in[INPUTS * LONGEST], out[OUTPUTS * LONGEST];

static float max_error;
static uint32_t digest;

/* Play `frames` frames from `start` on; note the largest error and a digest of all output bits. */
static void play(@NAME@_state *state, unsigned start, unsigned frames)
{
    for (unsigned channel = 0; channel < INPUTS; ++channel)
        for (unsigned i = 0; i < frames; ++i)
            in[channel * frames + i] = vector_input[channel * VECTOR_FRAMES + start + i];
#ifdef HARNESS_TICKS
    ticks_begin();
#endif
    @NAME@_process(state, in, out, frames);
#ifdef HARNESS_TICKS
    ticks_end();
#endif
    for (unsigned channel = 0; channel < OUTPUTS; ++channel)
        for (unsigned i = 0; i < frames; ++i) {
            const float difference =
                out[channel * frames + i]
                - vector_expected[channel * VECTOR_FRAMES + start + i];
            const float error = difference < 0.0f ? -difference : difference;
            if (!(error <= max_error))
                max_error = error;
        }
}

static void digest_output(unsigned frames)
{
    for (unsigned i = 0; i < frames; ++i)
        for (unsigned channel = 0; channel < OUTPUTS; ++channel) {
            const union { float number; uint32_t bits; } one = {out[channel * frames + i]};
            digest = (digest ^ one.bits) * 16777619u;
        }
}

int main(void)
{
    static const unsigned cuts[] = {1, 7, 32, BLOCK, 64, 100, 128, 3};
    @NAME@_state *const state = (@NAME@_state *)memory;
    uint32_t digests[2];

    for (unsigned pass = 0; pass < 2; ++pass) {
        digest = 2166136261u;
        @NAME@_reset(state);
#ifdef HARNESS_TICKS
        ticks_clear();
#endif
        for (unsigned start = 0, block = 0; start < VECTOR_FRAMES; ++block) {
            const unsigned left = VECTOR_FRAMES - start;
            const unsigned cut = pass ? BLOCK : cuts[block % (sizeof cuts / sizeof *cuts)];
            const unsigned frames = cut < left ? cut : left;
            play(state, start, frames);
            digest_output(frames);
            start += frames;
        }
        digests[pass] = digest;
    }

    const int same = digests[0] == digests[1];
    const int close = max_error <= VECTOR_TOLERANCE;
    printf("max_error %.3e\n", (double)max_error);
    printf("tolerance %.3e\n", (double)VECTOR_TOLERANCE);
    printf("blocks %s\n", same ? "same" : "DIFFER");
#ifdef HARNESS_TICKS
    ticks_report(VECTOR_FRAMES, BLOCK);
#endif
    printf("%s\n", same && close ? "PASS" : "FAIL");
    return same && close ? 0 : 1;
}
