/* Template: NAME_T adds to accumulators of type ACC what TERM(x) makes of elements of type T; JOIN(a, b) joins two. Four rows at a time: their terms join each
 * other first, so that an accumulator is loaded and stored once for four elements. */
#define REDUCE_JOIN(name, type) name##_##type
#define REDUCE_NAME(name, type) REDUCE_JOIN(name, type)
CPU_CLONES static void REDUCE_NAME(NAME, T)(int64_t rows, int64_t n, const void *from, int64_t ld, cpu_reduce_state *state) {
  ACC *restrict a = (ACC *)state->now;
  const T *restrict x = from;
  int64_t i = 0;
  for (; i + 4 <= rows; i += 4, x += 4 * ld) {
#pragma omp simd
    for (int64_t j = 0; j < n; ++j) {
      const T x0 = x[j], x1 = x[j + ld], x2 = x[j + 2 * ld], x3 = x[j + 3 * ld];
      const ACC t0 = TERM(x0), t1 = TERM(x1), t2 = TERM(x2), t3 = TERM(x3), before = a[j];
      const ACC u = JOIN(t0, t1), v = JOIN(t2, t3), w = JOIN(u, v);
      a[j] = JOIN(before, w);
    }
  }
  for (; i < rows; ++i, x += ld) {
#pragma omp simd
    for (int64_t j = 0; j < n; ++j) {
      const T x0 = x[j];
      const ACC t0 = TERM(x0), before = a[j];
      a[j] = JOIN(before, t0);
    }
  }
}
#undef REDUCE_JOIN
#undef REDUCE_NAME
#undef NAME
#undef TERM
