/* Template: one conversion. Wants SRC, LOAD(x) and from convert_to.h DST, STORE(y), NAME; undefines SRC and LOAD. */
static void CONVERT_NAME(DST_CODE, SRC_CODE)(int64_t n, char *dst, int64_t dst_stride, const char *src, int64_t src_stride) {
  if (dst_stride == (int64_t)sizeof(DST) && src_stride == (int64_t)sizeof(SRC)) {
    DST *restrict to = (DST *)dst;
    const SRC *restrict from = (const SRC *)src;
#pragma omp simd
    for (int64_t i = 0; i < n; ++i) to[i] = STORE(LOAD(from[i]));
  } else {
    for (int64_t i = 0; i < n; ++i, dst += dst_stride, src += src_stride) *(DST *)dst = STORE(LOAD(*(const SRC *)src));
  }
}
#undef SRC
#undef SRC_CODE
#undef LOAD
