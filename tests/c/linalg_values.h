/* Matrices and vectors of small whole (complex) numbers, whose products are exact in every dtype, made and compared by each rank on its own part. */
#ifndef HEARTH_TESTS_LINALG_VALUES_H
#define HEARTH_TESTS_LINALG_VALUES_H
#include "array_values.h"
#include "layout_table.h"
#include <complex.h>
#include <math.h>

/* The numbers of a whole array in row-major order. */
typedef struct numbers {
  int32_t ndim;
  int64_t shape[HEARTH_MAX_NDIM];
  double _Complex *at;
} numbers;

static inline bool is_complex_type(int32_t dtype) {
  return dtype == HEARTH_COMPLEX64 || dtype == HEARTH_COMPLEX128;
}
static inline bool is_single_type(int32_t dtype) {
  return dtype == HEARTH_FLOAT32 || dtype == HEARTH_COMPLEX64;
}

static inline int64_t numbers_count(const numbers *x) {
  int64_t n = 1;
  for (int32_t d = 0; d < x->ndim; d++) n *= x->shape[d];
  return n;
}

static inline numbers numbers_make(int32_t ndim, const int64_t *shape) {
  numbers x = {.ndim = ndim};
  for (int32_t d = 0; d < ndim; d++) x.shape[d] = shape[d];
  x.at = calloc((size_t)numbers_count(&x) + 1, sizeof *x.at);
  return x;
}

/* Whole numbers between -4 and 4; `pairs`: both parts. */
static inline numbers numbers_whole(int32_t ndim, const int64_t *shape, bool pairs, int64_t seed) {
  numbers x = numbers_make(ndim, shape);
  for (int64_t i = 0; i < numbers_count(&x); i++) {
    const int64_t h = ((i + 17 * seed) * 7919 + 104729) % 100003;
    x.at[i] = CMPLX((double)(h % 9 - 4), pairs ? (double)(h / 9 % 7 - 3) : 0.0);
  }
  return x;
}

/* Numbers between -1 and 1 without a pattern. */
static inline numbers numbers_rough(int32_t ndim, const int64_t *shape, bool pairs, int64_t seed) {
  numbers x = numbers_make(ndim, shape);
  uint64_t state = (uint64_t)seed * 0x9e3779b97f4a7c15u + 1;
  for (int64_t i = 0; i < numbers_count(&x); i++) {
    double part[2];
    for (int k = 0; k < 2; k++) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      part[k] = (double)(state >> 11) * 0x1p-52 - 1.0;
    }
    x.at[i] = CMPLX(part[0], pairs ? part[1] : 0.0);
  }
  return x;
}

static inline double _Complex number_get(const char *address, int32_t dtype) {
  float f[2];
  double d[2];
  if (dtype == HEARTH_COMPLEX64) {
    memcpy(f, address, sizeof f);
    return CMPLX(f[0], f[1]);
  }
  if (dtype == HEARTH_COMPLEX128) {
    memcpy(d, address, sizeof d);
    return CMPLX(d[0], d[1]);
  }
  return value_get(address, dtype);
}

static inline void number_set(char *address, int32_t dtype, double _Complex z) {
  const float f[2] = {(float)creal(z), (float)cimag(z)};
  const double d[2] = {creal(z), cimag(z)};
  if (dtype == HEARTH_COMPLEX64)
    memcpy(address, f, sizeof f);
  else if (dtype == HEARTH_COMPLEX128)
    memcpy(address, d, sizeof d);
  else
    value_set(address, dtype, creal(z));
}

static inline int64_t numbers_place(const numbers *x, const int64_t *global) {
  int64_t place = 0;
  for (int32_t d = 0; d < x->ndim; d++) place = place * x->shape[d] + global[d];
  return place;
}

static inline void numbers_write_one(char *address, int32_t dtype, int32_t ndim, const int64_t *global, void *user) {
  (void)ndim;
  number_set(address, dtype, ((const numbers *)user)->at[numbers_place(user, global)]);
}

/* An array of the numbers (float16: not by way of this machine's C types). Collective. */
static inline hearth_array *numbers_array(hearth_context *ctx, int kind, const numbers *x, int32_t dtype, int32_t order) {
  hearth_layout *layout = table_layout(ctx, kind, x->ndim, x->shape);
  hearth_array *array = NULL;
  assert_ok(hearth_array_create(layout, dtype == HEARTH_FLOAT16 ? HEARTH_FLOAT32 : dtype, order, &array));
  assert_all(values_visit(array, HEARTH_WRITE, numbers_write_one, (void *)(uintptr_t)x) == 0);
  hearth_layout_destroy(&layout);
  if (dtype == HEARTH_FLOAT16) {
    hearth_array *wide = array;
    assert_ok(hearth_array_cast(wide, dtype, &array));
    hearth_array_destroy(&wide);
  }
  return array;
}

typedef struct numbers_comparison {
  const numbers *expected;
  double worst;
} numbers_comparison;

static inline void numbers_compare_one(char *address, int32_t dtype, int32_t ndim, const int64_t *global, void *user) {
  numbers_comparison *c = user;
  (void)ndim;
  const double far = cabs(number_get(address, dtype) - c->expected->at[numbers_place(c->expected, global)]);
  if (!(far <= c->worst)) c->worst = isnan(far) ? INFINITY : far;
}

/* Largest difference on this rank, INFINITY for another shape or NaN. */
static inline double numbers_far(hearth_array *array, const numbers *expected) {
  int32_t ndim = 0;
  int64_t shape[HEARTH_MAX_NDIM] = {0};
  numbers_comparison c = {expected, 0.0};
  if (hearth_array_ndim(array, &ndim) != HEARTH_OK || ndim != expected->ndim || hearth_array_shape(array, ndim, shape) != HEARTH_OK) return INFINITY;
  for (int32_t d = 0; d < ndim; d++)
    if (shape[d] != expected->shape[d]) return INFINITY;
  return values_visit(array, HEARTH_READ, numbers_compare_one, &c) == 0 ? c.worst : INFINITY;
}

static inline void numbers_collect_one(char *address, int32_t dtype, int32_t ndim, const int64_t *global, void *user) {
  numbers *x = user;
  (void)ndim;
  x->at[numbers_place(x, global)] = number_get(address, dtype);
}

/* All numbers of an array, on every rank. Collective. */
static inline numbers numbers_of(hearth_array *array) {
  hearth_array *everywhere = NULL;
  int32_t ndim = 0;
  int64_t shape[HEARTH_MAX_NDIM] = {0};
  assert_ok(hearth_resplit(array, -1, &everywhere));
  assert_ok(hearth_array_ndim(array, &ndim));
  assert_ok(hearth_array_shape(array, ndim, shape));
  numbers x = numbers_make(ndim, shape);
  assert_all(values_visit(everywhere, HEARTH_READ, numbers_collect_one, &x) == 0);
  hearth_array_destroy(&everywhere);
  return x;
}

#endif
