/* Template for one real type T and PARTS of it per element. */
#define JOIN2(a, b) a##b
#define JOIN(a, b) JOIN2(a, b)

/* Eight rows at a time, so that a line of memory and a line of each column are used up while they are in the first cache. */
CPU_CLONES static void JOIN(gather_, NAME)(const hearth_view *view, int64_t first, int64_t count, const double *scale, double *columns, int64_t leading) {
  const int64_t n = view->extent[1], rows = view->stride[0], across = view->stride[1];
  const char *const base = (const char *)view->data + first * rows;
  if (rows == (int64_t)sizeof(T) && PARTS == 1) {
    for (int64_t j = 0; j < n; ++j) {
      const T *restrict from = (const T *)(base + j * across);
      double *restrict to = columns + j * leading;
      const double factor = scale ? scale[j] : 1.0;
      for (int64_t r = 0; r < count; ++r) to[r] = (double)from[r] * factor;
    }
    return;
  }
  for (int64_t r = 0; r < count; r += LINE)
    for (int64_t j = 0; j < n; ++j)
      for (int part = 0; part < PARTS; ++part) {
        const char *restrict from = base + r * rows + j * across + part * (int64_t)sizeof(T);
        double *restrict to = columns + (PARTS * j + part) * leading + r;
        const double factor = scale ? scale[PARTS * j + part] : 1.0;
        const int64_t lines = count - r < LINE ? count - r : LINE;
        for (int64_t q = 0; q < lines; ++q) to[q] = (double)*(const T *)(from + q * rows) * factor;
      }
}

CPU_CLONES static void JOIN(scatter_, NAME)(const hearth_view *view, int64_t first, int64_t count, const double *columns, int64_t leading) {
  const int64_t n = view->extent[1], rows = view->stride[0], across = view->stride[1];
  char *const base = (char *)view->data + first * rows;
  if (rows == (int64_t)sizeof(T) && PARTS == 1) {
    for (int64_t j = 0; j < n; ++j) {
      T *restrict to = (T *)(base + j * across);
      const double *restrict from = columns + j * leading;
      for (int64_t r = 0; r < count; ++r) to[r] = (T)from[r];
    }
    return;
  }
  for (int64_t r = 0; r < count; r += LINE) {
    const int64_t lines = count - r < LINE ? count - r : LINE;
    for (int64_t q = 0; q < lines; ++q) {
      char *restrict to = base + (r + q) * rows;
      const double *restrict from = columns + r + q;
      for (int64_t j = 0; j < n; ++j)
        for (int part = 0; part < PARTS; ++part) *(T *)(to + j * across + part * (int64_t)sizeof(T)) = (T)from[(PARTS * j + part) * leading];
    }
  }
}

#undef JOIN
#undef JOIN2
#undef T
#undef PARTS
#undef NAME
