/* Template for one real type T and PARTS of it per element; T8 is a vector of 8. */
#define JOIN2(a, b) a##b
#define JOIN(a, b) JOIN2(a, b)

/* Whether a row is contiguous numbers. */
static bool JOIN(has_rows_, NAME)(const hearth_view *view) {
  return view->stride[1] == PARTS * (int64_t)sizeof(T);
}

/* Eight rows at a time, so that a line of memory and a line of each column are used up while they are in the first cache. first_column: of real numbers. */
CPU_CLONES static void JOIN(gather_some_, NAME)(const hearth_view *view, const char *base, int64_t count, int64_t first_column, const double *scale,
                                                double *columns, int64_t leading) {
  const int64_t rows = view->stride[0], across = view->stride[1];
  for (int64_t j = first_column; j < PARTS * view->extent[1]; ++j) {
    const char *restrict from = base + j / PARTS * across + j % PARTS * (int64_t)sizeof(T);
    double *restrict to = columns + j * leading;
    const double factor = scale ? scale[j] : 1.0;
    for (int64_t q = 0; q < count; ++q) to[q] = (double)*(const T *)(from + q * rows) * factor;
  }
}

CPU_CLONES static void JOIN(gather_rows_, NAME)(const hearth_view *view, const char *base, int64_t whole, const double *scale, double *columns,
                                                int64_t leading) {
  const int64_t rows = view->stride[0];
  for (int64_t j = 0; j < whole; j += LINE) {
    eight x[LINE], y[LINE];
    for (int i = 0; i < LINE; ++i) x[i] = __builtin_convertvector(*(const T8 *)(base + i * rows + j * (int64_t)sizeof(T)), eight);
    turn(x, y);
    for (int i = 0; i < LINE; ++i) *(eight *)(columns + (j + i) * leading) = y[i] * (scale ? scale[j + i] : 1.0);
  }
}

static void JOIN(gather_, NAME)(const hearth_view *view, int64_t first, int64_t count, const double *scale, double *columns, int64_t leading) {
  const int64_t width = PARTS * view->extent[1], whole = JOIN(has_rows_, NAME)(view) ? width - width % LINE : 0;
  const char *const base = (const char *)view->data + first * view->stride[0];
  if (PARTS == 1 && view->stride[0] == (int64_t)sizeof(T)) {
    JOIN(gather_some_, NAME)(view, base, count, 0, scale, columns, leading);
    return;
  }
  for (int64_t r = 0; r < count; r += LINE) {
    const int64_t lines = count - r < LINE ? count - r : LINE, moved = lines == LINE ? whole : 0;
    if (moved > 0) JOIN(gather_rows_, NAME)(view, base + r * view->stride[0], moved, scale, columns + r, leading);
    JOIN(gather_some_, NAME)(view, base + r * view->stride[0], lines, moved, scale, columns + r, leading);
  }
}

CPU_CLONES static void JOIN(scatter_some_, NAME)(const hearth_view *view, char *base, int64_t count, int64_t first_column, const double *columns,
                                                 int64_t leading) {
  const int64_t rows = view->stride[0], across = view->stride[1];
  for (int64_t j = first_column; j < PARTS * view->extent[1]; ++j) {
    char *restrict to = base + j / PARTS * across + j % PARTS * (int64_t)sizeof(T);
    const double *restrict from = columns + j * leading;
    for (int64_t q = 0; q < count; ++q) *(T *)(to + q * rows) = (T)from[q];
  }
}

CPU_CLONES static void JOIN(scatter_rows_, NAME)(const hearth_view *view, char *base, int64_t whole, const double *columns, int64_t leading) {
  const int64_t rows = view->stride[0];
  for (int64_t j = 0; j < whole; j += LINE) {
    eight x[LINE], y[LINE];
    for (int i = 0; i < LINE; ++i) x[i] = *(const eight *)(columns + (j + i) * leading);
    turn(x, y);
    for (int i = 0; i < LINE; ++i) *(T8 *)(base + i * rows + j * (int64_t)sizeof(T)) = __builtin_convertvector(y[i], T8);
  }
}

static void JOIN(scatter_, NAME)(const hearth_view *view, int64_t first, int64_t count, const double *columns, int64_t leading) {
  const int64_t width = PARTS * view->extent[1], whole = JOIN(has_rows_, NAME)(view) ? width - width % LINE : 0;
  char *const base = (char *)view->data + first * view->stride[0];
  if (PARTS == 1 && view->stride[0] == (int64_t)sizeof(T)) {
    JOIN(scatter_some_, NAME)(view, base, count, 0, columns, leading);
    return;
  }
  for (int64_t r = 0; r < count; r += LINE) {
    const int64_t lines = count - r < LINE ? count - r : LINE, moved = lines == LINE ? whole : 0;
    if (moved > 0) JOIN(scatter_rows_, NAME)(view, base + r * view->stride[0], moved, columns + r, leading);
    JOIN(scatter_some_, NAME)(view, base + r * view->stride[0], lines, moved, columns + r, leading);
  }
}

#undef JOIN
#undef JOIN2
#undef T
#undef T8
#undef PARTS
#undef NAME
