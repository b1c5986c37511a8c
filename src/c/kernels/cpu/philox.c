/* GCC finds no use for the instruction that multiplies 32 bits into 64 in the plain loop: hence vectors by hand, one block per 64-bit lane. The upper half of
 * a lane may hold anything between the rounds; products do not see it. */
#include "kernels/cpu/philox.h"

static void philox_generic(const hearth_random *random, uint32_t tag, int64_t n, cpu_words *words) {
  for (int64_t i = 0; i < n; ++i) {
    uint32_t word[4];
    hearth_random_block(random, words->block[i], tag, word);
    for (int k = 0; k < 4; ++k) words->word[k][i] = word[k];
  }
}

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

#define NAME philox_avx512
#define TARGET __attribute__((target("avx512f")))
#define V __m512i
#define LANES 8
#define SIDE 4
#define V_SET(x) _mm512_set1_epi64((long long)(x))
#define V_LOAD(p) _mm512_loadu_si512(p)
#define V_HIGH(x) _mm512_srli_epi64(x, 32)
#define V_MUL(x, y) _mm512_mul_epu32(x, y)
#define V_XOR3(x, y, z) _mm512_ternarylogic_epi64(x, y, z, 0x96)
#define V_STORE_LOW(p, x) _mm256_storeu_si256((__m256i *)(p), _mm512_cvtepi64_epi32(x))
#include "kernels/cpu/philox_lanes.h"

#define NAME philox_avx2
#define TARGET __attribute__((target("avx2")))
#define V __m256i
#define LANES 4
#define SIDE 2
#define V_SET(x) _mm256_set1_epi64x((long long)(x))
#define V_LOAD(p) _mm256_loadu_si256((const __m256i *)(p))
#define V_HIGH(x) _mm256_srli_epi64(x, 32)
#define V_MUL(x, y) _mm256_mul_epu32(x, y)
#define V_XOR3(x, y, z) _mm256_xor_si256(x, _mm256_xor_si256(y, z))
#define V_STORE_LOW(p, x) _mm_storeu_si128((__m128i *)(p), _mm256_castsi256_si128(_mm256_permutevar8x32_epi32(x, _mm256_setr_epi32(0, 2, 4, 6, 1, 3, 5, 7))))
#include "kernels/cpu/philox_lanes.h"

void cpu_philox(const hearth_random *random, uint32_t tag, int64_t n, cpu_words *words) {
  if (__builtin_cpu_supports("avx512f"))
    philox_avx512(random, tag, n, words);
  else if (__builtin_cpu_supports("avx2"))
    philox_avx2(random, tag, n, words);
  else
    philox_generic(random, tag, n, words);
}
#else
void cpu_philox(const hearth_random *random, uint32_t tag, int64_t n, cpu_words *words) {
  philox_generic(random, tag, n, words);
}
#endif
