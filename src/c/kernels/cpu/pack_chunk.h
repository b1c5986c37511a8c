/* Template: pack on contiguous chunks, SRC to DST. Straight-line code: what is not finite is replaced by a selection, the counts are sums of comparisons.
 * Returns the number of infinities. */
#define PACK_JOIN(dst, src) pack_##dst##_##src
#define PACK_NAME(dst, src) PACK_JOIN(dst, src)
CPU_CLONES static int64_t PACK_NAME(DST, SRC)(int64_t n, void *to, const void *from, const double *restrict shift, const double *restrict scale,
                                              int32_t *restrict missing) {
  DST *restrict dst = to;
  const SRC *restrict src = from;
  int32_t infinite = 0;
#pragma omp simd reduction(+ : infinite)
  for (int64_t i = 0; i < n; ++i) {
    const double x = (double)src[i], y = (x - shift[i]) * scale[i];
    const int looked = scale[i] != 0.0, finite = fabs(x) <= DBL_MAX, nan = x != x;
    dst[i] = looked & finite ? (DST)y : (DST)0;
    missing[i] += looked & nan;
    infinite += looked & !finite & !nan;
  }
  return infinite;
}
#undef PACK_JOIN
#undef PACK_NAME
#undef DST
#undef SRC
