/* Template: elements of TYPE moved by masks and tables. Wants TYPE and NAME(function); undefines both. Strides in bytes; the list of compress is dense. */
CPU_CLONES
static int64_t NAME(compress)(int64_t n, void *list, const char *src, int64_t stride, const uint8_t *mask) {
  TYPE *restrict to = list;
  int64_t k = 0;
  if (stride == (int64_t)sizeof(TYPE)) {
    const TYPE *restrict from = (const TYPE *)src;
    for (int64_t i = 0; i < n; ++i) {
      to[k] = from[i];
      k += mask[i] != 0;
    }
  } else {
    for (int64_t i = 0; i < n; ++i, src += stride) {
      to[k] = *(const TYPE *)src;
      k += mask[i] != 0;
    }
  }
  return k;
}

static int64_t NAME(expand)(int64_t n, char *dst, int64_t stride, const uint8_t *mask, const char *src, int64_t src_stride) {
  int64_t k = 0;
  for (int64_t i = 0; i < n; ++i, dst += stride)
    if (mask[i]) *(TYPE *)dst = *(const TYPE *)(src + k++ * src_stride);
  return k;
}

/* Every element where the mask is set := *value. */
CPU_CLONES
static void NAME(fill)(int64_t n, char *dst, int64_t stride, const uint8_t *mask, const void *value) {
  const TYPE x = *(const TYPE *)value;
  if (stride == (int64_t)sizeof(TYPE)) {
    TYPE *restrict to = (TYPE *)dst;
    for (int64_t i = 0; i < n; ++i) to[i] = mask[i] ? x : to[i];
  } else {
    for (int64_t i = 0; i < n; ++i, dst += stride)
      if (mask[i]) *(TYPE *)dst = x;
  }
}

CPU_CLONES
static void NAME(pick)(int64_t n, char *dst, int64_t dst_stride, const char *src, int64_t src_stride, const int64_t *from) {
  if (dst_stride == (int64_t)sizeof(TYPE) && src_stride == (int64_t)sizeof(TYPE)) {
    TYPE *restrict to = (TYPE *)dst;
    const TYPE *restrict all = (const TYPE *)src;
    for (int64_t j = 0; j < n; ++j) to[j] = all[from[j]];
  } else {
    for (int64_t j = 0; j < n; ++j, dst += dst_stride) *(TYPE *)dst = *(const TYPE *)(src + from[j] * src_stride);
  }
}

/* Places of dst from `low` to `high` - 1 only, in the order of j. */
static void NAME(place)(int64_t n, char *dst, int64_t dst_stride, const int64_t *to, const char *src, int64_t src_stride, const int64_t *from, int64_t low,
                        int64_t high) {
  const uint64_t width = (uint64_t)(high - low);
  for (int64_t j = 0; j < n; ++j)
    if ((uint64_t)(to[j] - low) < width) *(TYPE *)(dst + to[j] * dst_stride) = *(const TYPE *)(src + (from ? from[j] : j) * src_stride);
}

/* dst[j] := src[j, index[j]], and dst[j, index[j]] := src[j]; `across` is the stride along the axis. */
static void NAME(gather)(int64_t n, char *dst, int64_t dst_stride, const char *src, int64_t src_stride, const char *index, int64_t index_stride,
                         int64_t across) {
  for (int64_t j = 0; j < n; ++j, dst += dst_stride, src += src_stride, index += index_stride)
    *(TYPE *)dst = *(const TYPE *)(src + *(const int64_t *)index * across);
}
static void NAME(scatter)(int64_t n, char *dst, int64_t dst_stride, const char *src, int64_t src_stride, const char *index, int64_t index_stride,
                          int64_t across) {
  for (int64_t j = 0; j < n; ++j, dst += dst_stride, src += src_stride, index += index_stride)
    *(TYPE *)(dst + *(const int64_t *)index * across) = *(const TYPE *)src;
}
#undef TYPE
#undef NAME
