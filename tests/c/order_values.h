/* Global arrays of doubles as Hearth arrays of any layout and back, for functions whose results depend on all elements: every rank knows the whole array, gives
 * it through a replicated one, and compares the whole result. */
#ifndef HEARTH_TESTS_ORDER_VALUES_H
#define HEARTH_TESTS_ORDER_VALUES_H
#include "array_values.h"
#include "layout_table.h"
#include <math.h>
#include <stdlib.h>

typedef enum order_pattern { RANDOM, DUPLICATES, ALL_EQUAL, ASCENDING, DESCENDING, SPECIAL, ORDER_PATTERNS } order_pattern;

/* Whole numbers within int8, so that every dtype holds them; SPECIAL has NaN, infinities and zeros of both signs. */
static inline double order_value(int pattern, int64_t i, int64_t n) {
  const uint64_t mixed = ((uint64_t)i + 1) * 0x9e3779b97f4a7c15u;
  const double random = (double)(int64_t)(mixed >> 40 & 0xff) - 128, special[8] = {NAN, INFINITY, -INFINITY, 0.0, -0.0, -NAN, 1.0, -2.0};
  switch (pattern) {
  case DUPLICATES:
    return (double)(mixed >> 50 & 3);
  case ALL_EQUAL:
    return 7;
  case ASCENDING:
    return (double)(i * 200 / n - 100);
  case DESCENDING:
    return (double)(100 - i * 200 / n);
  case SPECIAL:
    return special[mixed >> 45 & 7];
  default:
    return random;
  }
}

static inline int64_t order_volume(int32_t ndim, const int64_t *shape) {
  int64_t n = 1;
  for (int32_t d = 0; d < ndim; d++) n *= shape[d];
  return n;
}

/* Row-major, all elements on every rank. Collective. */
static inline hearth_array *order_array(hearth_context *ctx, const hearth_layout *layout, int32_t dtype, int32_t order, int32_t ndim, const int64_t *shape,
                                        const double *values) {
  hearth_layout *everywhere = NULL;
  hearth_array *whole = NULL, *array = NULL;
  hearth_window window;
  assert_ok(hearth_layout_split(ctx, ndim, shape, -1, &everywhere));
  assert_ok(hearth_array_create(everywhere, dtype, HEARTH_ROW_MAJOR, &whole));
  assert_ok(hearth_array_create(layout, dtype, order, &array));
  assert_ok(hearth_array_access(whole, 0, HEARTH_WRITE, &window));
  for (int64_t i = 0; i < order_volume(ndim, shape); i++) {
    void *address = (char *)window.base + i * hearth_dtype_size((hearth_dtype)dtype);
    if (dtype == HEARTH_BOOL)
      *(uint8_t *)address = values[i] > 0;
    else
      value_set(address, dtype, values[i]);
  }
  assert_ok(hearth_array_release(whole, 0));
  assert_ok(hearth_array_copy(whole, array));
  hearth_array_destroy(&whole);
  hearth_layout_destroy(&everywhere);
  return array;
}

/* The whole array on every rank, row-major as float64; checks that it has this shape. Collective; free() it. */
static inline double *order_whole(hearth_context *ctx, hearth_array *array, int32_t ndim, const int64_t *shape) {
  hearth_layout *everywhere = NULL;
  hearth_array *whole = NULL;
  hearth_window window;
  int32_t found = -1;
  int64_t extent[HEARTH_MAX_NDIM];
  assert_ok(hearth_array_ndim(array, &found));
  assert_all(found == ndim);
  assert_ok(hearth_array_shape(array, ndim, extent));
  for (int32_t d = 0; d < ndim; d++) assert_all(extent[d] == shape[d]);
  const int64_t n = order_volume(ndim, shape);
  double *values = malloc((size_t)(n + 1) * sizeof *values);
  assert_ok(hearth_layout_split(ctx, ndim, shape, -1, &everywhere));
  assert_ok(hearth_array_create(everywhere, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, &whole));
  assert_ok(hearth_array_copy(array, whole));
  assert_ok(hearth_array_access(whole, 0, HEARTH_READ, &window));
  if (n > 0) memcpy(values, window.base, (size_t)n * sizeof *values);
  assert_ok(hearth_array_release(whole, 0));
  hearth_array_destroy(&whole);
  hearth_layout_destroy(&everywhere);
  return values;
}

static inline int order_same(double x, double y) {
  return x == y || (isnan(x) && isnan(y));
}

/* x before y? NaN after everything in both directions. */
static inline int order_before(double x, double y, int descending) {
  if (isnan(x) || isnan(y)) return !isnan(x) && isnan(y);
  return descending ? x > y : x < y;
}

/* The indices that sort line[0], line[step], ...: insertion, stable. */
static inline void order_argsort(int64_t n, const double *line, int64_t step, int descending, int64_t *index) {
  for (int64_t i = 0; i < n; i++) {
    int64_t j = i;
    for (; j > 0 && order_before(line[i * step], line[index[j - 1] * step], descending); j--) index[j] = index[j - 1];
    index[j] = i;
  }
}

/* Line l of the lines along `axis`: offset of its first element; *step between its elements. */
static inline int64_t order_line(int32_t ndim, const int64_t *shape, int32_t axis, int64_t l, int64_t *step) {
  *step = 1;
  for (int32_t d = axis + 1; d < ndim; d++) *step *= shape[d];
  return l / *step * *step * shape[axis] + l % *step;
}

#endif
