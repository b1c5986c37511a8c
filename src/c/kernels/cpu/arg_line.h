/* Template for a type T, accumulators of type ACC, one way to join (JOIN) and to compare (BEFORE(a, b): a lies strictly before b): the extreme of a contiguous
 * line, and columns that each keep the best element seen and its number. NAN_FIRST: NaN lies before all; else it is passed over. */
#define ARG_JOIN(name, op, type) name##_##op##_##type
#define ARG_NAME(name, op, type) ARG_JOIN(name, op, type)
CPU_CLONES static void ARG_NAME(extreme, NAME, T)(int64_t n, const void *line, void *result) {
  enum { WIDTH = 32 };
  const T *x = line;
  T best[WIDTH];
  for (int l = 0; l < WIDTH; ++l) best[l] = x[l < n ? l : 0];
  int64_t i = 0;
  for (; i + WIDTH <= n; i += WIDTH) {
#pragma omp simd
    for (int l = 0; l < WIDTH; ++l) {
      const T now = x[i + l], before = best[l];
      best[l] = JOIN(before, now);
    }
  }
  for (; i < n; ++i) best[0] = JOIN(best[0], x[i]);
  for (int l = 1; l < WIDTH; ++l) best[0] = JOIN(best[0], best[l]);
  *(ACC *)result = (ACC)best[0];
}

CPU_CLONES static void ARG_NAME(columns, NAME, T)(int64_t n, const void *row, int64_t number, void *values, int64_t *restrict numbers) {
  const T *restrict x = row;
  ACC *restrict best = values;
#pragma omp simd
  for (int64_t j = 0; j < n; ++j) {
    const ACC now = (ACC)x[j], old = best[j];
    const int64_t tie = (now == old) | ((now != now) & (old != old)), lower = number < numbers[j];
    const int64_t nan = NAN_FIRST ? (now != now) & (old == old) : (now == now) & (old != old);
    const int64_t better = (BEFORE(now, old) | nan | (tie & lower)) & (NAN_FIRST | (now == now));
    best[j] = better ? now : old;
    numbers[j] = better ? number : numbers[j];
  }
}

/* The lowest number of an element that equals `value`, `none` if there is no lower one; elements lie `ld` apart. ascending: numbers do. */
static int64_t ARG_NAME(find, NAME, T)(int64_t n, const void *line, int64_t ld, const void *value, const hearth_index_numbers *numbers, bool ascending,
                                       int64_t none) {
  const T *x = line;
  const ACC wanted = *(const ACC *)value;
  for (int64_t i = 0; i < n; ++i) {
    const ACC now = (ACC)x[i * ld];
    if (!(now == wanted || (wanted != wanted && now != now))) continue;
    const int64_t number = hearth_number_of(numbers, i);
    if (number < none) none = number;
    if (ascending) return none;
  }
  return none;
}
#undef ARG_JOIN
#undef ARG_NAME
#undef NAME
#undef JOIN
#undef BEFORE
#undef NAN_FIRST
