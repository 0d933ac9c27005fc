/*
 * What the files of one instruction set each offer; private to the model.
 * SPDX-License-Identifier: MIT-0
 */
#ifndef @NAME_UPPER@_CODE_H
#define @NAME_UPPER@_CODE_H

#include "@NAME@.h"

struct @NAME@_code {
    void (*reset)(@NAME@_state *state);
    void (*process)(@NAME@_state *state, const float *in, float *out, size_t frames);
    uint64_t (*nonfinite)(const @NAME@_state *state);
};

extern const struct @NAME@_code @NAME@_avx512, @NAME@_avx2, @NAME@_sse2, @NAME@_neon;

#endif
