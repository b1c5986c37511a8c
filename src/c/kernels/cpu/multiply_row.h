/* Template: dst[i] := a[i] b[i] for one REAL. Contiguous rows, of which b may be one value, are the fast ones. */
#define MULTIPLY_JOIN(real) multiply_##real
#define MULTIPLY_NAME(real) MULTIPLY_JOIN(real)
static void MULTIPLY_NAME(REAL)(int64_t n, char *const data[3], const int64_t stride[3]) {
  const int unit = stride[0] == (int64_t)sizeof(REAL) && stride[1] == (int64_t)sizeof(REAL);
  /* No restrict: dst may be a. */
  REAL *dst = (REAL *)data[0];
  const REAL *a = (const REAL *)data[1], *b = (const REAL *)data[2];
  if (unit && stride[2] == (int64_t)sizeof(REAL)) {
#pragma omp simd
    for (int64_t i = 0; i < n; ++i) dst[i] = a[i] * b[i];
  } else if (unit && stride[2] == 0) {
    const REAL factor = *b;
#pragma omp simd
    for (int64_t i = 0; i < n; ++i) dst[i] = a[i] * factor;
  } else {
    for (int64_t i = 0; i < n; ++i) *(REAL *)(data[0] + i * stride[0]) = *(const REAL *)(data[1] + i * stride[1]) * *(const REAL *)(data[2] + i * stride[2]);
  }
}
#undef MULTIPLY_JOIN
#undef MULTIPLY_NAME
#undef REAL
