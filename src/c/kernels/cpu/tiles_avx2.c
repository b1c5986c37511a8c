#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define TILES cpu_tiles_avx2
#define TARGET __attribute__((target("avx2,fma")))
#define V __m256d
#define W 4
#define MR 3
#define NR 4
#define RV 3
#define NC 4
#define V_LOAD(p) _mm256_loadu_pd(p)
#define V_STORE(p, x) _mm256_storeu_pd(p, x)
#define V_SET(x) _mm256_set1_pd(x)
#define V_FMA(a, b, c) _mm256_fmadd_pd(a, b, c)
#define S_FMA(a, b, c) __builtin_fma(a, b, c)
TARGET static inline double sum_of(__m256d x) {
  const __m128d half = _mm_add_pd(_mm256_castpd256_pd128(x), _mm256_extractf128_pd(x, 1));
  return _mm_cvtsd_f64(_mm_add_sd(half, _mm_unpackhi_pd(half, half)));
}
#define V_SUM(x) sum_of(x)
#include "kernels/cpu/tile_kernels.h"
#endif
