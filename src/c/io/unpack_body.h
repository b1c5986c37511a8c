/* Included per stored type S and result type T. Block by block: first the flags, compared in the stored type, then the values, so that src may be dst. */
#define UNPACK_JOIN(s, t) TYPED(s, t)
#define UNPACK_INTEGER(value, type) ((int64_t)(type)(value) == (int64_t)(value))

static void UNPACK_JOIN(S, T)(const hearth_unpack *u, bool keep_missing, int64_t n, const void *src, void *dst) {
  const S *x = src;
  T *y = dst;
  const T scale = (T)u->scale, offset = (T)u->offset, low = (T)u->low, high = (T)u->high;
  for (int64_t from = 0; from < n; from += BLOCK) {
    const int64_t m = n - from < BLOCK ? n - from : BLOCK;
    unsigned char bad[BLOCK] = {0};
    for (int64_t k = 0; k < u->nmissing && !keep_missing; k++) {
#if INTEGER
      if (!UNPACK_INTEGER(u->missing_integer[k], S)) continue;
      const S value = (S)u->missing_integer[k];
#else
      const S value = (S)u->missing[k];
#endif
      for (int64_t i = 0; i < m; i++) bad[i] |= x[from + i] == value;
    }
    if (u->has_low && !u->range_unpacked && !keep_missing)
#if INTEGER
      for (int64_t i = 0; i < m; i++) bad[i] |= (int64_t)x[from + i] < u->low_integer;
#else
      for (int64_t i = 0; i < m; i++) bad[i] |= x[from + i] < (S)u->low;
#endif
    if (u->has_high && !u->range_unpacked && !keep_missing)
#if INTEGER
      for (int64_t i = 0; i < m; i++) bad[i] |= (int64_t)x[from + i] > u->high_integer;
#else
      for (int64_t i = 0; i < m; i++) bad[i] |= x[from + i] > (S)u->high;
#endif
    for (int64_t i = 0; i < m; i++) {
      const T value = u->scaled ? (T)x[from + i] * scale + offset : (T)x[from + i];
      y[from + i] = bad[i] ? (T)NAN : value;
    }
    if (u->range_unpacked && !keep_missing)
      for (int64_t i = 0; i < m; i++)
        if ((u->has_low && y[from + i] < low) || (u->has_high && y[from + i] > high)) y[from + i] = (T)NAN;
  }
}
#undef UNPACK_JOIN
#undef UNPACK_INTEGER
