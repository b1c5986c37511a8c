/* Writing past the caches: for results larger than them, which would first be read otherwise. */
#ifndef HEARTH_KERNELS_CPU_STREAM_H
#define HEARTH_KERNELS_CPU_STREAM_H
#include <stdint.h>
#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* Results from this size on. */
#define CPU_STREAM_BYTES ((int64_t)16 << 20)

/* dst := src, no overlap. cpu_stream_end before others read what was written. */
static inline void cpu_stream(void *dst, const void *src, int64_t bytes) {
#if defined(__SSE2__)
  char *to = dst;
  const char *from = src;
  int64_t lead = (int64_t)(-(uintptr_t)to & 15);
  if (lead > bytes) lead = bytes;
  memcpy(to, from, (size_t)lead);
  int64_t i = lead;
  for (; i + 64 <= bytes; i += 64) {
    const __m128i a = _mm_loadu_si128((const __m128i *)(from + i)), b = _mm_loadu_si128((const __m128i *)(from + i + 16));
    const __m128i c = _mm_loadu_si128((const __m128i *)(from + i + 32)), d = _mm_loadu_si128((const __m128i *)(from + i + 48));
    _mm_stream_si128((__m128i *)(to + i), a);
    _mm_stream_si128((__m128i *)(to + i + 16), b);
    _mm_stream_si128((__m128i *)(to + i + 32), c);
    _mm_stream_si128((__m128i *)(to + i + 48), d);
  }
  memcpy(to + i, from + i, (size_t)(bytes - i));
#else
  memcpy(dst, src, (size_t)bytes);
#endif
}

static inline void cpu_stream_end(void) {
#if defined(__SSE2__)
  _mm_sfence();
#endif
}

#endif
