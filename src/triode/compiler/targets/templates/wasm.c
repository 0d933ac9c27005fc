/*
 * What JavaScript calls: one instance of the module is one playing model.
 * SPDX-License-Identifier: MIT-0
 */
#include "@NAME@.h"

#define EXPORTED(name) __attribute__((export_name(name)))

enum { CAPACITY = 4096 };

static unsigned char memory[@NAME_UPPER@_STATE_BYTES]
    __attribute__((aligned(@NAME_UPPER@_STATE_ALIGNMENT)));
static float in[@NAME_UPPER@_INPUT_CHANNELS * CAPACITY] __attribute__((aligned(64)));
static float out[@NAME_UPPER@_OUTPUT_CHANNELS * CAPACITY] __attribute__((aligned(64)));

EXPORTED("capacity") unsigned capacity(void);
EXPORTED("input") float *input(void);
EXPORTED("output") float *output(void);
EXPORTED("reset") void reset(void);
EXPORTED("process") void process(unsigned frames);
EXPORTED("nonfinite") unsigned nonfinite(void);

unsigned capacity(void) { return CAPACITY; }
float *input(void) { return in; }
float *output(void) { return out; }
void reset(void) { @NAME@_reset((@NAME@_state *)memory); }

/* Play the first `frames` frames of the input buffer; at most `capacity` of them. */
void process(unsigned frames)
{
    if (frames <= CAPACITY)
        @NAME@_process((@NAME@_state *)memory, in, out, frames);
}

unsigned nonfinite(void) { return (unsigned)@NAME@_nonfinite((@NAME@_state *)memory); }
