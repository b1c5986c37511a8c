/* Template: pack on contiguous chunks, SRC to DST. Straight-line code: all-ones and all-zeros masks instead of conditions, which compilers turn into branches
 * around the arithmetic and then do not vectorise. Returns the number of infinities. */
#define PACK_JOIN(dst, src) pack_##dst##_##src
#define PACK_NAME(dst, src) PACK_JOIN(dst, src)
CPU_CLONES static int64_t PACK_NAME(DST, SRC)(int64_t n, void *to, const void *from, const double *restrict shift, const double *restrict scale,
                                              int32_t *restrict missing) {
  DST *restrict dst = to;
  const SRC *restrict src = from;
  int64_t infinite = 0;
#pragma omp simd reduction(+ : infinite)
  for (int64_t i = 0; i < n; ++i) {
    const double x = (double)src[i];
    const int64_t looked = -(int64_t)(scale[i] != 0.0), finite = -(int64_t)(fabs(x) <= DBL_MAX), nan = -(int64_t)(x != x);
    union {
      double number;
      int64_t bits;
    } y = {(x - shift[i]) * scale[i]};
    y.bits &= looked & finite;
    dst[i] = (DST)y.number;
    missing[i] -= (int32_t)(looked & nan);
    infinite -= looked & ~finite & ~nan;
  }
  return infinite;
}
#undef PACK_JOIN
#undef PACK_NAME
#undef DST
#undef SRC
