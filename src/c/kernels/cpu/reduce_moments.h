/* Template for one type T: sums of x - shift and of its squares; with `omit`, of what is not NaN, and its number. */
#define MOMENTS_JOIN(name, type) name##_##type
#define MOMENTS_NAME(name, type) MOMENTS_JOIN(name, type)
CPU_CLONES static void MOMENTS_NAME(moments, T)(int64_t rows, int64_t n, const void *from, int64_t ld, cpu_reduce_state *state) {
  double *restrict sum = state->now, *restrict square = state->square;
  const double *restrict shift = state->shift;
  const T *restrict x = from;
  int64_t i = 0;
  const int64_t ahead = ahead_of(ld * (int64_t)sizeof(T)) * ld;
  for (; i + 4 <= rows; i += 4, x += 4 * ld) {
    for (int64_t r = 0; r < 4 && ld == n; ++r)
      for (int64_t j = 0; j < n; j += 64 / (int64_t)sizeof(T)) __builtin_prefetch(&x[ahead + r * ld + j]);
#pragma omp simd simdlen(8)
    for (int64_t j = 0; j < n; ++j) {
      const double k = shift[j], a = (double)x[j] - k, b = (double)x[j + ld] - k, c = (double)x[j + 2 * ld] - k, d = (double)x[j + 3 * ld] - k;
      sum[j] += (a + b) + (c + d);
      square[j] += (a * a + b * b) + (c * c + d * d);
    }
  }
  for (; i < rows; ++i, x += ld) {
#pragma omp simd
    for (int64_t j = 0; j < n; ++j) {
      const double a = (double)x[j] - shift[j];
      sum[j] += a;
      square[j] += a * a;
    }
  }
}

CPU_CLONES static void MOMENTS_NAME(moments_omit, T)(int64_t rows, int64_t n, const void *from, int64_t ld, cpu_reduce_state *state) {
  double *restrict sum = state->now, *restrict square = state->square, *restrict count = state->count;
  const double *restrict shift = state->shift;
  const T *restrict x = from;
  for (int64_t i = 0; i < rows; ++i, x += ld) {
#pragma omp simd
    for (int64_t j = 0; j < n; ++j) {
      const double away = (double)x[j] - shift[j], a = away == away ? away : 0.0, here = away == away ? 1.0 : 0.0;
      sum[j] += a;
      square[j] += a * a;
      count[j] += here;
    }
  }
}

/* Plain sums and counts into now and count. */
CPU_CLONES static void MOMENTS_NAME(first, T)(int64_t rows, int64_t n, const void *from, int64_t ld, cpu_reduce_state *state) {
  double *restrict sum = state->now, *restrict count = state->count;
  const T *restrict x = from;
  for (int64_t i = 0; i < rows; ++i, x += ld) {
#pragma omp simd
    for (int64_t j = 0; j < n; ++j) {
      const double y = (double)x[j], a = y == y ? y : 0.0, here = y == y ? 1.0 : 0.0;
      sum[j] += a;
      count[j] += here;
    }
  }
}
#undef MOMENTS_JOIN
#undef MOMENTS_NAME
