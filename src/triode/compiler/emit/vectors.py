"""The C prologue: one vector type and the few operations that the generated code is written in.

Everything is GNU vector extensions, which gcc and Clang compile for any target; intrinsics appear
only where the extensions have no word for an instruction (fused multiply-add, minimum, maximum,
reciprocal estimate). Multiply-adds are contracted here and nowhere else, so that the bits of a
result do not depend on how a compiler pairs operations.
"""

from triode.compiler.isa import Isa

__all__ = ["vector_prologue"]

_TYPES_VECTOR = """\
#define LANES {lanes}
typedef float vec __attribute__((vector_size(4 * LANES), unused)); /* a slice may use a part */
typedef int32_t ivec __attribute__((vector_size(4 * LANES)));
typedef float vec_loose __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

static INLINE vec load(const float *from) {{ return *(const vec_loose *)from; }}
static INLINE void store(float *to, vec x) {{ *(vec_loose *)to = x; }}
static INLINE vec splat(float x) {{ return (vec){{{splats}}}; }}
static INLINE ivec isplat(int32_t x) {{ return (ivec){{{splats}}}; }}
static INLINE ivec bits_of(vec x) {{ return (ivec)x; }}
static INLINE vec vec_of(ivec bits) {{ return (vec)bits; }}
static INLINE ivec greater(vec a, vec b) {{ return a > b; }}
static INLINE vec pick(ivec mask, vec a, vec b)
{{
    return (vec)((mask & (ivec)a) | (~mask & (ivec)b));
}}
"""

_TYPES_SCALAR = """\
#define LANES 1
typedef float vec __attribute__((unused)); /* a slice may use a part */
typedef int32_t ivec;

static INLINE vec load(const float *from) { return *from; }
static INLINE void store(float *to, vec x) { *to = x; }
static INLINE vec splat(float x) { return x; }
static INLINE ivec isplat(int32_t x) { return x; }
static INLINE ivec bits_of(vec x) { ivec bits; __builtin_memcpy(&bits, &x, 4); return bits; }
static INLINE vec vec_of(ivec bits) { vec x; __builtin_memcpy(&x, &bits, 4); return x; }
static INLINE ivec greater(vec a, vec b) { return -(ivec)(a > b); }
static INLINE vec pick(ivec mask, vec a, vec b) { return mask ? a : b; }
"""

_ARITHMETIC = """\
#if LANES == 16 && defined(__AVX512F__)
#define NATIVE(x) ((__m512)(x))
#define FUSED(a, b, c) _mm512_fmadd_ps(NATIVE(a), NATIVE(b), NATIVE(c))
#define MINIMUM(a, b) _mm512_min_ps(NATIVE(a), NATIVE(b))
#define MAXIMUM(a, b) _mm512_max_ps(NATIVE(a), NATIVE(b))
#elif LANES == 8 && defined(__AVX2__) && defined(__FMA__)
#define NATIVE(x) ((__m256)(x))
#define FUSED(a, b, c) _mm256_fmadd_ps(NATIVE(a), NATIVE(b), NATIVE(c))
#define MINIMUM(a, b) _mm256_min_ps(NATIVE(a), NATIVE(b))
#define MAXIMUM(a, b) _mm256_max_ps(NATIVE(a), NATIVE(b))
#elif LANES == 4 && defined(__SSE2__) && !defined(TRIODE_NO_INTRINSICS)
#define NATIVE(x) ((__m128)(x))
#define FUSED(a, b, c) ((a) * (b) + (c))
#define MINIMUM(a, b) _mm_min_ps(NATIVE(a), NATIVE(b))
#define MAXIMUM(a, b) _mm_max_ps(NATIVE(a), NATIVE(b))
#elif LANES == 4 && defined(__ARM_NEON)
#define NATIVE(x) ((float32x4_t)(x))
#define FUSED(a, b, c) vfmaq_f32(NATIVE(c), NATIVE(a), NATIVE(b))
#define MINIMUM(a, b) vminq_f32(NATIVE(a), NATIVE(b))
#define MAXIMUM(a, b) vmaxq_f32(NATIVE(a), NATIVE(b))
#elif LANES == 4 && defined(__wasm_simd128__)
#define NATIVE(x) ((v128_t)(x))
#define FUSED(a, b, c) ((a) * (b) + (c))
#define MINIMUM(a, b) wasm_f32x4_pmin(NATIVE(a), NATIVE(b))
#define MAXIMUM(a, b) wasm_f32x4_pmax(NATIVE(a), NATIVE(b))
#elif LANES == 1 && defined(__FP_FAST_FMAF)
#define FUSED(a, b, c) __builtin_fmaf(a, b, c)
#define MINIMUM(a, b) ((a) < (b) ? (a) : (b))
#define MAXIMUM(a, b) ((a) > (b) ? (a) : (b))
#else
#define FUSED(a, b, c) ((a) * (b) + (c))
#define MINIMUM(a, b) pick(greater(b, a), a, b)
#define MAXIMUM(a, b) pick(greater(a, b), a, b)
#endif

static INLINE vec fma_(vec a, vec b, vec c) { return (vec)FUSED(a, b, c); }
static INLINE vec smaller(vec a, vec b) { return (vec)MINIMUM(a, b); }
static INLINE vec larger(vec a, vec b) { return (vec)MAXIMUM(a, b); }
"""

_INCLUDES = """\
#include <stddef.h>
#include <stdint.h>
#if defined(__SSE2__) && !defined(TRIODE_NO_INTRINSICS)
#include <immintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#elif defined(__wasm_simd128__)
#include <wasm_simd128.h>
#endif

#define INLINE inline __attribute__((always_inline, unused))
#define NOINLINE __attribute__((noinline))
"""


def vector_prologue(isa: Isa) -> str:
    """The prologue for `isa`: `vec`, `ivec`, and the functions over them."""
    if isa.lanes == 1:
        types = _TYPES_SCALAR
    else:
        types = _TYPES_VECTOR.format(lanes=isa.lanes, splats=", ".join(["x"] * isa.lanes))
    return f"{_INCLUDES}\n{types}\n{_ARITHMETIC}"
