#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define TILES cpu_tiles_avx512
#define TARGET __attribute__((target("avx512f")))
#define V __m512d
#define W 8
#define MR 4
#define NR 6
#define RV 3
#define NC 8
#define V_LOAD(p) _mm512_loadu_pd(p)
#define V_STORE(p, x) _mm512_storeu_pd(p, x)
#define V_SET(x) _mm512_set1_pd(x)
#define V_FMA(a, b, c) _mm512_fmadd_pd(a, b, c)
#define S_FMA(a, b, c) __builtin_fma(a, b, c)
#define V_SUM(x) _mm512_reduce_add_pd(x)
#include "kernels/cpu/tile_kernels.h"
#endif
