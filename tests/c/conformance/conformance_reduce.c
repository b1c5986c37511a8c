/* Reductions over all elements and over each axis against plain sums in the order of the indices. */
#include "conformance.h"
#include <complex.h>

typedef enum reduction { SUM, PROD, MIN, MAX, PTP, ARGMIN, ARGMAX, ALL, ANY, COUNT, MEAN, VAR, STD, NORM } reduction;

typedef hearth_status (*reduce_function)(const hearth_array *array, int32_t naxes, const int32_t *axes, const hearth_reduce_options *options,
                                         hearth_array **result);
static const reduce_function functions_of[] = {
    [SUM] = hearth_sum,       [PROD] = hearth_prod,     [MIN] = hearth_min, [MAX] = hearth_max,  [PTP] = hearth_ptp,
    [ARGMIN] = hearth_argmin, [ARGMAX] = hearth_argmax, [ALL] = hearth_all, [ANY] = hearth_any,  [COUNT] = hearth_count_nonzero,
    [MEAN] = hearth_mean,     [VAR] = hearth_var,       [STD] = hearth_std, [NORM] = hearth_norm};

static hearth_status run(const conf_call *call, hearth_array **result) {
  return functions_of[call->function->code](call->in[0], call->axis >= 0, &call->axis, NULL, result);
}

/* Also with the axes' places kept. */
static hearth_status run_keepdims(const conf_call *call, hearth_array **result) {
  hearth_reduce_options options = HEARTH_REDUCE_OPTIONS_INIT;
  options.keepdims = 1;
  return functions_of[call->function->code](call->in[0], call->axis >= 0, &call->axis, &options, result);
}

static int32_t real_of(int32_t dtype) {
  return dtype == HEARTH_COMPLEX64 ? HEARTH_FLOAT32 : dtype == HEARTH_COMPLEX128 ? HEARTH_FLOAT64 : dtype;
}

static int32_t result_type(reduction r, int32_t dtype) {
  const bool integer = is_integer_type(dtype);
  if (r == ALL || r == ANY) return HEARTH_BOOL;
  if (r == ARGMIN || r == ARGMAX || r == COUNT) return HEARTH_INT64;
  if (r == SUM || r == PROD) return integer ? HEARTH_INT64 : dtype;
  if (r == MEAN) return integer ? HEARTH_FLOAT64 : dtype;
  if (r >= VAR) return integer ? HEARTH_FLOAT64 : real_of(dtype);
  return dtype;
}

typedef struct sums {
  int64_t n, count, at_min, at_max, isum, iprod, imin, imax;
  double complex sum, product;
  double squares, min, max;
  bool all, any;
} sums;

static void add(sums *s, value x, int64_t along) {
  const double re = x.integer ? (double)x.i : x.re;
  const double complex z = CMPLX(re, x.im);
  const bool smaller = s->n == 0 || (x.integer ? x.i < s->imin : re < s->min), larger = s->n == 0 || (x.integer ? x.i > s->imax : re > s->max);
  if (smaller) s->min = re, s->imin = x.i, s->at_min = along;
  if (larger) s->max = re, s->imax = x.i, s->at_max = along;
  s->isum += x.i;
  s->iprod = (int64_t)((uint64_t)(s->n == 0 ? 1 : s->iprod) * (uint64_t)x.i);
  s->sum += z;
  s->product = s->n == 0 ? z : s->product * z;
  s->squares += re * re + x.im * x.im;
  s->count += z != 0;
  s->n++;
}

static value result_of(reduction r, const sums *s, bool integer, double spread) {
  const double n = (double)s->n;
  const double complex mean = s->sum / n;
  switch (r) {
  case SUM:
    return (value){integer, s->isum, creal(s->sum), cimag(s->sum)};
  case PROD:
    return (value){integer, s->n ? s->iprod : 1, s->n ? creal(s->product) : 1, s->n ? cimag(s->product) : 0};
  case MIN:
    return (value){integer, s->imin, s->min, 0};
  case MAX:
    return (value){integer, s->imax, s->max, 0};
  case PTP:
    return (value){integer, s->imax - s->imin, s->max - s->min, 0};
  case ARGMIN:
    return (value){1, s->at_min, 0, 0};
  case ARGMAX:
    return (value){1, s->at_max, 0, 0};
  case ALL:
    return (value){1, s->count == s->n, 0, 0};
  case ANY:
    return (value){1, s->count > 0, 0, 0};
  case COUNT:
    return (value){1, s->count, 0, 0};
  case MEAN:
    return (value){0, 0, creal(mean), cimag(mean)};
  case VAR:
    return (value){0, 0, spread / n, 0};
  case STD:
    return (value){0, 0, sqrt(spread / n), 0};
  default:
    return (value){0, 0, sqrt(s->squares), 0};
  }
}

static double spread_of(const whole *a, int32_t axis, int64_t kept, double complex mean) {
  double spread = 0;
  for (int64_t i = 0; i < elements_of(a); i++) {
    int64_t along;
    if (whole_kept(a, axis, i, &along) != kept) continue;
    const value x = whole_get(a, i);
    const double complex d = CMPLX(x.integer ? (double)x.i : x.re, x.im) - mean;
    spread += creal(d) * creal(d) + cimag(d) * cimag(d);
  }
  return spread;
}

static whole expect(const conf_call *call) {
  const whole *a = &call->all[0];
  const reduction r = (reduction)call->function->code;
  whole result = whole_reduced(a, call->axis, result_type(r, a->dtype));
  for (int64_t k = 0; k < elements_of(&result); k++) {
    sums s = {0};
    for (int64_t i = 0; i < elements_of(a); i++) {
      int64_t along;
      if (whole_kept(a, call->axis, i, &along) == k) add(&s, whole_get(a, i), along);
    }
    const double spread = r == VAR || r == STD ? spread_of(a, call->axis, k, s.sum / (double)s.n) : 0;
    whole_set(&result, k, result_of(r, &s, is_integer_type(result.dtype), spread));
  }
  return result;
}

static whole expect_keepdims(const conf_call *call) {
  whole result = expect(call), kept;
  int64_t shape[HEARTH_MAX_NDIM];
  for (int32_t d = 0; d < call->all[0].ndim; d++) shape[d] = call->axis < 0 || d == call->axis ? 1 : call->all[0].extent[d];
  kept = whole_make(result.dtype, call->all[0].ndim, shape);
  for (int64_t k = 0; k < elements_of(&kept); k++) whole_set(&kept, k, whole_get(&result, k));
  whole_free(&result);
  return kept;
}

#define REDUCE(name, code, dtypes, ulps)                                                                                                                       \
  { name, dtypes, 1, ulps, run, expect, code }
static const conf_function functions[] = {
    REDUCE("sum", SUM, CONF_ANY, 16),
    REDUCE("prod", PROD, CONF_ANY, 64),
    REDUCE("all", ALL, CONF_ANY, 0),
    REDUCE("any", ANY, CONF_ANY, 0),
    REDUCE("count_nonzero", COUNT, CONF_ANY, 0),
    REDUCE("mean", MEAN, CONF_ANY, 16),
    REDUCE("var", VAR, CONF_ANY, 16),
    REDUCE("std", STD, CONF_ANY, 16),
    REDUCE("norm", NORM, CONF_ANY, 16),
    {"sum, keepdims", CONF_ANY, 1, 16, run_keepdims, expect_keepdims, SUM},
    {"std, keepdims", CONF_ANY, 1, 16, run_keepdims, expect_keepdims, STD},
};
/* Of nothing there is no smallest. */
static const conf_function extremes[] = {
    REDUCE("min", MIN, CONF_REAL, 0),       REDUCE("max", MAX, CONF_REAL, 0),       REDUCE("ptp", PTP, CONF_INTEGERS | CONF_FLOATS, 0),
    REDUCE("argmin", ARGMIN, CONF_REAL, 0), REDUCE("argmax", ARGMAX, CONF_REAL, 0),
};

static void sums_and_moments(void **state) {
  (void)state;
  conf_run(functions, sizeof functions / sizeof functions[0], true);
}

static void extremes_and_places(void **state) {
  (void)state;
  conf_run(extremes, sizeof extremes / sizeof extremes[0], false);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(sums_and_moments), cmocka_unit_test(extremes_and_places)};
HEARTH_TEST_MAIN(tests)
