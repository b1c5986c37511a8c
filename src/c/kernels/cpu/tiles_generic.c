/* For every processor: the compiler's 16-byte vectors. */
#include <string.h>
typedef double pair __attribute__((vector_size(16)));
typedef double loose_pair __attribute__((vector_size(16), aligned(8), may_alias));
#define TILES cpu_tiles_generic
#define TARGET
#define V pair
#define W 2
#if defined(__aarch64__)
#include <arm_neon.h>
#define V_FMA(a, b, c) ((pair)vfmaq_f64((float64x2_t)(c), (float64x2_t)(a), (float64x2_t)(b)))
#define S_FMA(a, b, c) __builtin_fma(a, b, c)
#define MR 4
#define NR 6
#define RV 3
#define NC 8
#else
#define V_FMA(a, b, c) ((a) * (b) + (c))
#define S_FMA(a, b, c) ((a) * (b) + (c))
#define MR 3
#define NR 4
#define RV 3
#define NC 4
#endif
#define V_LOAD(p) (*(const loose_pair *)(p))
#define V_STORE(p, x) (*(loose_pair *)(p) = (x))
#define V_SET(x) ((pair){(x), (x)})
#define V_SUM(x) ((x)[0] + (x)[1])
#include "kernels/cpu/tile_kernels.h"
