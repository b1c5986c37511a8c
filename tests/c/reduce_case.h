/* Reductions computed the plain way on the whole global array, and arrays to compare with them. */
#ifndef HEARTH_TESTS_REDUCE_CASE_H
#define HEARTH_TESTS_REDUCE_CASE_H
#include "array_values.h"
#include "harness.h"
#include "layout_table.h"
#include <math.h>
#include <stdlib.h>

typedef enum reduce_kind {
  KIND_SUM,
  KIND_PROD,
  KIND_MIN,
  KIND_MAX,
  KIND_PTP,
  KIND_ARGMIN,
  KIND_ARGMAX,
  KIND_ALL,
  KIND_ANY,
  KIND_NONZERO,
  KIND_MEAN,
  KIND_VAR,
  KIND_STD,
  KIND_NORM,
  KINDS
} reduce_kind;

typedef hearth_status (*reduce_function)(const hearth_array *, int32_t, const int32_t *, const hearth_reduce_options *, hearth_array **);
static const reduce_function reduce_functions[KINDS] = {hearth_sum, hearth_prod, hearth_min,           hearth_max,  hearth_ptp, hearth_argmin, hearth_argmax,
                                                        hearth_all, hearth_any,  hearth_count_nonzero, hearth_mean, hearth_var, hearth_std,    hearth_norm};
static const char *const reduce_names[KINDS] = {"sum", "prod", "min",           "max",  "ptp", "argmin", "argmax",
                                                "all", "any",  "count_nonzero", "mean", "var", "std",    "norm"};

typedef struct reduce_case {
  int32_t ndim;
  int64_t shape[HEARTH_MAX_NDIM];
  double _Complex *value; /* of the whole array, row-major */
  int64_t volume;
} reduce_case;

static inline int64_t case_flat(int32_t ndim, const int64_t *shape, const int64_t *index) {
  int64_t flat = 0;
  for (int32_t d = 0; d < ndim; d++) flat = flat * shape[d] + index[d];
  return flat;
}

/* A whole number of small size and many ties for integers; a fraction of it for floats; nan_every > 0: NaN now and then. */
static inline reduce_case case_make(int32_t ndim, const int64_t *shape, int32_t dtype, int nan_every) {
  reduce_case c = {.ndim = ndim, .volume = 1};
  for (int32_t d = 0; d < ndim; d++) c.volume *= c.shape[d] = shape[d];
  c.value = malloc((size_t)(c.volume + 1) * sizeof *c.value);
  for (int64_t i = 0; i < c.volume; i++) {
    const int64_t whole = (i * 7919 + 13) % 23 - 11;
    double re = dtype >= HEARTH_FLOAT16 ? (double)(float)(0.125 * (double)whole) : (double)whole;
    if (dtype == HEARTH_BOOL) re = whole % 3 != 0;
    if (dtype == HEARTH_UINT8) re = fabs(re);
    if (nan_every && i % nan_every == 2) re = NAN;
    c.value[i] = dtype == HEARTH_COMPLEX64 || dtype == HEARTH_COMPLEX128 ? re + 1.0iF * (0.25 * (double)((i * 31) % 9) - 1.0) : re;
  }
  return c;
}

static inline void case_store(char *address, int32_t dtype, int32_t ndim, const int64_t *global, void *user) {
  const reduce_case *c = user;
  const double _Complex x = c->value[case_flat(ndim, c->shape, global)];
  if (dtype == HEARTH_COMPLEX64)
    *(float _Complex *)address = (float _Complex)x;
  else if (dtype == HEARTH_COMPLEX128)
    *(double _Complex *)address = x;
  else if (dtype == HEARTH_BOOL)
    *(uint8_t *)address = x != 0;
  else
    value_set(address, dtype, (double)x);
}

static inline hearth_array *case_array(hearth_context *ctx, const reduce_case *c, int kind, int32_t dtype, int32_t order) {
  hearth_array *array = NULL;
  hearth_layout *layout = table_layout(ctx, kind, c->ndim, c->shape);
  assert_ok(hearth_array_create(layout, dtype, order, &array));
  assert_all(values_visit(array, HEARTH_WRITE, case_store, (void *)c) == 0);
  hearth_layout_destroy(&layout);
  return array;
}

typedef struct moments {
  int64_t n, nonzero, all, least, most; /* least and most: row-major numbers among the reduced axes */
  double _Complex sum, product;
  long double squares;
  double min, max;
  bool nan;
} moments;

static inline void moments_add(moments *m, double _Complex x, int64_t number, bool omit) {
  const double re = (double)x;
  m->all++;
  m->nonzero += x != 0;
  if (isnan(re)) m->nan = true;
  if (isnan(re) && omit) return;
  if (m->n == 0 || (isnan(re) && !isnan(m->min)) || re < m->min) m->min = re, m->least = number;
  if (m->n == 0 || (isnan(re) && !isnan(m->max)) || re > m->max) m->max = re, m->most = number;
  m->n++;
  m->sum += x;
  m->product *= x;
  m->squares += (long double)__real__ x * __real__ x + (long double)__imag__ x * __imag__ x;
}

/* Visits the elements of one result, which lies at `at` (0 along the reduced axes). */
static inline moments case_moments(const reduce_case *c, const bool *reduced, const int64_t *at, bool omit, double _Complex mean, long double *deviations) {
  moments m = {.product = 1};
  int64_t index[HEARTH_MAX_NDIM];
  *deviations = 0;
  for (int64_t i = 0; i < c->volume; i++) {
    int64_t rest = i, number = 0, step = 1;
    bool mine = true;
    for (int32_t d = c->ndim - 1; d >= 0; d--) {
      index[d] = rest % c->shape[d];
      rest /= c->shape[d];
      if (reduced[d]) {
        number += step * index[d];
        step *= c->shape[d];
      } else {
        mine = mine && index[d] == at[d];
      }
    }
    if (!mine) continue;
    moments_add(&m, c->value[i], number, omit);
    const double _Complex away = c->value[i] - mean;
    if (!(omit && isnan((double)c->value[i]))) *deviations += (long double)__real__ away * __real__ away + (long double)__imag__ away * __imag__ away;
  }
  return m;
}

static inline double _Complex case_expected(const reduce_case *c, reduce_kind kind, const bool *reduced, const int64_t *at, bool omit, int ddof) {
  long double deviations;
  moments m = case_moments(c, reduced, at, omit, 0, &deviations);
  const double _Complex mean = m.n > 0 ? m.sum / (double)m.n : NAN;
  if (kind == KIND_VAR || kind == KIND_STD) case_moments(c, reduced, at, omit, mean, &deviations);
  const bool none = m.n == 0;
  switch (kind) {
  case KIND_SUM:
    return m.sum;
  case KIND_PROD:
    return m.product;
  case KIND_MIN:
    return none ? NAN : m.min;
  case KIND_MAX:
    return none ? NAN : m.max;
  case KIND_PTP:
    return none ? NAN : m.max - m.min;
  case KIND_ARGMIN:
    return (double)m.least;
  case KIND_ARGMAX:
    return (double)m.most;
  case KIND_ALL:
    return m.nonzero == m.all;
  case KIND_ANY:
    return m.nonzero > 0;
  case KIND_NONZERO:
    return (double)m.nonzero;
  case KIND_MEAN:
    return mean;
  case KIND_VAR:
    return m.n > ddof ? (double)(deviations / (long double)(m.n - ddof)) : NAN;
  case KIND_STD:
    return m.n > ddof ? sqrt((double)(deviations / (long double)(m.n - ddof))) : NAN;
  default:
    return sqrt((double)m.squares);
  }
}

typedef struct result_check {
  const reduce_case *c;
  reduce_kind kind;
  const bool *reduced;
  bool omit, keepdims;
  int ddof;
  double tolerance;
  int64_t seen, wrong;
} result_check;

static inline double _Complex result_get(const char *address, int32_t dtype) {
  if (dtype == HEARTH_COMPLEX64) return *(const float _Complex *)address;
  if (dtype == HEARTH_COMPLEX128) return *(const double _Complex *)address;
  return dtype == HEARTH_BOOL ? (double)*(const uint8_t *)address : value_get(address, dtype);
}

static inline bool near(double a, double b, double tolerance) {
  return a == b || (isnan(a) && isnan(b)) || fabs(a - b) <= tolerance * fmax(1.0, fabs(b));
}

static inline void result_compare(char *address, int32_t dtype, int32_t ndim, const int64_t *global, void *user) {
  result_check *check = user;
  const reduce_case *c = check->c;
  int64_t at[HEARTH_MAX_NDIM] = {0};
  (void)ndim;
  for (int32_t d = 0, k = 0; d < c->ndim; d++) {
    if (!check->reduced[d]) at[d] = global[check->keepdims ? d : k++];
  }
  const double _Complex want = case_expected(c, check->kind, check->reduced, at, check->omit, check->ddof), got = result_get(address, dtype);
  const double tolerance = dtype == HEARTH_FLOAT32 || dtype == HEARTH_COMPLEX64 ? fmax(check->tolerance, 1e-6) : check->tolerance;
  const bool wide = dtype == HEARTH_COMPLEX64 || dtype == HEARTH_COMPLEX128;
  check->seen++;
  if (near(__real__ got, __real__ want, tolerance) && (!wide || near(__imag__ got, __imag__ want, tolerance))) return;
  if (check->wrong++ == 0)
    print_error("rank %d: %s at [%d,%d,%d]: %.17g%+.17gi, not %.17g%+.17gi\n", test_rank, reduce_names[check->kind], (int)at[0], (int)at[1], (int)at[2],
                __real__ got, __imag__ got, __real__ want, __imag__ want);
}

#endif
