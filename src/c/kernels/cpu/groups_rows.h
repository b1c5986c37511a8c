/* Template for one REAL: sums over rows, with the columns (row_*) or the rows (column_*) contiguous. */
#define GROUPS_JOIN(name, real) name##_##real
#define GROUPS_NAME(name, real) GROUPS_JOIN(name, real)

CPU_CLONES static void GROUPS_NAME(row_sum, REAL)(int64_t n, double *restrict sums, const void *row) {
  const REAL *restrict a = row;
#pragma omp simd
  for (int64_t j = 0; j < n; ++j) sums[j] += (double)a[j];
}

CPU_CLONES static void GROUPS_NAME(row_squares, REAL)(int64_t n, double *restrict sums, const void *row) {
  const REAL *restrict a = row;
#pragma omp simd
  for (int64_t j = 0; j < n; ++j) sums[j] += (double)a[j] * (double)a[j];
}

CPU_CLONES static double GROUPS_NAME(column_sum, REAL)(int64_t n, const void *column) {
  const REAL *restrict a = column;
  double sum = 0.0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < n; ++i) sum += (double)a[i];
  return sum;
}

CPU_CLONES static double GROUPS_NAME(column_squares, REAL)(int64_t n, const void *column) {
  const REAL *restrict a = column;
  double sum = 0.0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < n; ++i) sum += (double)a[i] * (double)a[i];
  return sum;
}

static void GROUPS_NAME(column_scatter, REAL)(int64_t n, const void *column, const int32_t *labels, char *sums, int64_t stride) {
  const REAL *a = column;
  for (int64_t i = 0; i < n; ++i) *(double *)(sums + labels[i] * stride) += (double)a[i];
}

CPU_CLONES static void GROUPS_NAME(row_center, REAL)(int64_t n, void *row, const double *restrict means, const double *restrict scale) {
  REAL *restrict a = row;
#pragma omp simd
  for (int64_t j = 0; j < n; ++j) a[j] = (REAL)(((double)a[j] - means[j]) * scale[j]);
}

CPU_CLONES static void GROUPS_NAME(column_center, REAL)(int64_t n, void *column, double mean, double scale) {
  REAL *restrict a = column;
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) a[i] = (REAL)(((double)a[i] - mean) * scale);
}

static void GROUPS_NAME(column_gather, REAL)(int64_t n, void *column, const int32_t *labels, const char *means, int64_t stride, double scale) {
  REAL *a = column;
  for (int64_t i = 0; i < n; ++i) a[i] = (REAL)(((double)a[i] - *(const double *)(means + labels[i] * stride)) * scale);
}
#undef GROUPS_JOIN
#undef GROUPS_NAME
#undef REAL
