/* Template: the passes over terms of type T. Wants T and NAME(stem). */

CPU_CLONES static cpu_exact_pass NAME(pass)(int64_t n, const T *x, double a, double b) {
  double first = 0.0, second = 0.0, most = 0.0, left = 0.0;
#pragma omp simd reduction(+ : first, second, left) reduction(max : most)
  for (int64_t i = 0; i < n; ++i) {
    const double value = (double)x[i], size = fabs(value), q = (value + a) - a, r = value - q, p = (r + b) - b;
    first += q;
    second += p;
    left += fabs(r - p);
    most = size > most ? size : most;
  }
  return (cpu_exact_pass){first, second, most, left};
}

/* The same, keeping what is left. */
CPU_CLONES static void NAME(peel)(int64_t n, const T *x, double a, double b, double *left) {
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) {
    const double value = (double)x[i], q = (value + a) - a, r = value - q, p = (r + b) - b;
    left[i] = r - p;
  }
}

static void NAME(one_by_one)(hearth_exact *sum, int64_t n, const T *x) {
  for (int64_t i = 0; i < n; ++i) hearth_exact_add(sum, (double)x[i]);
}

CPU_CLONES static void NAME(row)(int64_t n, const T *x, cpu_exact_columns *tile) {
  const double *restrict a = tile->a, *restrict b = tile->b;
  double *restrict first = tile->first, *restrict second = tile->second, *restrict left = tile->left, *restrict most = tile->most;
#pragma omp simd
  for (int64_t j = 0; j < n; ++j) {
    const double value = (double)x[j], size = fabs(value), q = (value + a[j]) - a[j], r = value - q, p = (r + b[j]) - b[j];
    first[j] += q;
    second[j] += p;
    left[j] += fabs(r - p);
    most[j] = size > most[j] ? size : most[j];
  }
}

void NAME(cpu_exact_rows)(cpu_exact_columns *tile, int64_t rows, int64_t n, const T *x, int64_t pitch) {
  for (int64_t i = 0; i < rows; ++i) NAME(row)(n, x + i * pitch, tile);
}
#undef T
#undef NAME
