/* Median, quantiles, percentiles; histograms. */
#include "order_values.h"

static const double quantiles[] = {0.0, 1.0, 0.5, 0.1, 0.75, 0.333};
enum { QUANTILES = sizeof quantiles / sizeof *quantiles };

typedef struct quantile_case {
  int32_t ndim;
  int64_t shape[3];
  int32_t naxes, axes[3], dtype;
  int pattern;
} quantile_case;
static const quantile_case cases[] = {
    {1, {37}, 1, {0}, HEARTH_FLOAT32, RANDOM},         {1, {40}, 0, {0}, HEARTH_FLOAT64, SPECIAL},      {1, {1}, 1, {0}, HEARTH_INT32, RANDOM},
    {2, {23, 5}, 1, {0}, HEARTH_FLOAT32, DUPLICATES},  {2, {23, 5}, 1, {1}, HEARTH_FLOAT64, RANDOM},    {2, {9, 8}, 2, {1, 0}, HEARTH_INT64, DESCENDING},
    {2, {5, 0}, 1, {1}, HEARTH_FLOAT32, RANDOM},       {2, {0, 4}, 1, {1}, HEARTH_FLOAT64, RANDOM},     {3, {5, 6, 7}, 1, {1}, HEARTH_FLOAT32, SPECIAL},
    {3, {5, 6, 7}, 2, {0, 2}, HEARTH_FLOAT32, RANDOM}, {3, {4, 3, 6}, 2, {2, 1}, HEARTH_INT16, RANDOM}, {3, {4, 3, 6}, 3, {0, 1, 2}, HEARTH_FLOAT64, ALL_EQUAL},
    {3, {8, 3, 2}, 1, {0}, HEARTH_INT8, ASCENDING},
};
enum { CASES = sizeof cases / sizeof *cases };

static int by_value(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double oracle_quantile(int64_t n, const double *sorted, double q, int method) {
  const double place = q * (double)(n - 1);
  const int64_t i = (int64_t)floor(place), j = (int64_t)ceil(place);
  const double t = place - (double)i, a = sorted[i], b = sorted[j];
  if (a == b || t == 0) return a;
  if (method == HEARTH_QUANTILE_LOWER) return a;
  if (method == HEARTH_QUANTILE_HIGHER) return b;
  if (method == HEARTH_QUANTILE_NEAREST) return t < 0.5 || (t == 0.5 && i % 2 == 0) ? a : b;
  if (method == HEARTH_QUANTILE_MIDPOINT) return a / 2 + b / 2;
  return isinf(a) || isinf(b) ? a + b : a + (b - a) * t;
}

static bool is_reduced(const quantile_case *c, int32_t d) {
  for (int32_t k = 0; k < c->naxes; k++)
    if (c->axes[k] == d) return true;
  return c->naxes == 0;
}

/* The elements that make result `number` (row-major over the kept axes), sorted, NaN left out; *nans: how many. */
static int64_t gather(const quantile_case *c, const double *values, int64_t number, double *sorted, int64_t *nans) {
  int64_t n = 0, volume = order_volume(c->ndim, c->shape);
  *nans = 0;
  for (int64_t i = 0; i < volume; i++) {
    int64_t rest = i, output = 0, step = 1;
    for (int32_t d = c->ndim - 1; d >= 0; d--) {
      if (!is_reduced(c, d)) {
        output += rest % c->shape[d] * step;
        step *= c->shape[d];
      }
      rest /= c->shape[d];
    }
    if (output != number) continue;
    if (isnan(values[i]))
      ++*nans;
    else
      sorted[n++] = values[i];
  }
  qsort(sorted, (size_t)n, sizeof *sorted, by_value);
  return n;
}

/* `found` [nq, results] against the oracle; infinite neighbours interpolate to what they may. */
static int64_t count_wrong(const quantile_case *c, const double *values, int64_t results, int32_t nq, const double *q, int method, int policy,
                           const double *found) {
  double *sorted = malloc((size_t)(order_volume(c->ndim, c->shape) + 1) * sizeof *sorted);
  int64_t wrong = 0, nans;
  for (int64_t o = 0; o < results; o++) {
    const int64_t n = gather(c, values, o, sorted, &nans);
    for (int32_t k = 0; k < nq; k++) {
      const bool none = n == 0 || (nans > 0 && policy == HEARTH_NAN_PROPAGATE);
      const double expected = none ? NAN : oracle_quantile(n, sorted, q[k], method), got = found[k * results + o];
      wrong += !order_same(expected, got) && !(fabs(expected - got) <= 1e-13 * fabs(expected));
    }
  }
  free(sorted);
  return wrong;
}

static void quantile_one(hearth_context *ctx, const quantile_case *c, int kind, int number) {
  hearth_layout *layout = table_layout(ctx, kind, c->ndim, c->shape);
  const int64_t volume = order_volume(c->ndim, c->shape);
  double *values = malloc((size_t)(volume + 1) * sizeof *values);
  for (int64_t i = 0; i < volume; i++) values[i] = order_value(c->pattern, i, volume);
  hearth_array *a = order_array(ctx, layout, c->dtype, number % 2, c->ndim, c->shape, values), *found = NULL, *middle = NULL;
  hearth_reduce_options options = HEARTH_REDUCE_OPTIONS_INIT;
  options.nan_policy = number / 2 % 2 ? HEARTH_NAN_OMIT : HEARTH_NAN_PROPAGATE;
  options.keepdims = number % 3 == 0;
  const int method = number % 5;
  double percent[QUANTILES];
  for (int k = 0; k < QUANTILES; k++) percent[k] = 100 * quantiles[k];
  if (number % 2)
    assert_ok(hearth_quantile(a, QUANTILES, quantiles, c->naxes, c->axes, method, &options, &found));
  else
    assert_ok(hearth_percentile(a, QUANTILES, percent, c->naxes, c->axes, method, &options, &found));
  assert_ok(hearth_median(a, c->naxes, c->axes, &options, &middle));
  int64_t shape[4] = {QUANTILES}, results = 1;
  int32_t ndim = 1;
  for (int32_t d = 0; d < c->ndim; d++) {
    if (!is_reduced(c, d)) results *= c->shape[d];
    if (!is_reduced(c, d) || options.keepdims) shape[ndim++] = is_reduced(c, d) ? 1 : c->shape[d];
  }
  double *x = order_whole(ctx, found, ndim, shape);
  assert_all(count_wrong(c, values, results, QUANTILES, quantiles, method, options.nan_policy, x) == 0);
  free(x);
  if (ndim == 1) shape[ndim++] = 1;
  x = order_whole(ctx, middle, ndim - 1, shape + 1);
  assert_all(count_wrong(c, values, results, 1, &quantiles[2], HEARTH_QUANTILE_MIDPOINT, options.nan_policy, x) == 0);
  free(x);
  free(values);
  hearth_array_destroy(&a);
  hearth_array_destroy(&found);
  hearth_array_destroy(&middle);
  hearth_layout_destroy(&layout);
}

static void every_layout_has_its_quantiles(void **state) {
  (void)state;
  const hearth_backend backends[] = {TEST_BACKENDS};
  int number = 0;
  for (size_t k = 0; k < sizeof backends / sizeof *backends; k++) {
    hearth_context *ctx = test_context(backends[k]);
    for (int c = 0; c < CASES; c++)
      for (int kind = 0; kind < TABLE_KINDS; kind++) quantile_one(ctx, &cases[c], kind, number++);
    test_context_destroy(&ctx);
  }
}

/* Long enough for rounds of histograms: values of one octave, of both signs, mostly zeros (as rain), ties; each column another kind. */
static double long_value(int64_t i, int64_t column) {
  const uint64_t mixed = ((uint64_t)(i * 7 + column) + 1) * 0x9e3779b97f4a7c15u;
  const double u = (double)(mixed >> 40) / 16777216.0;
  switch (column % 5) {
  case 0:
    return (double)(float)(270 + 40 * u);
  case 1:
    return (double)(float)((u - 0.5) * u * 1e3);
  case 2:
    return u < 0.6 ? 0.0 : (double)(float)(u * u * 1e-3);
  case 3:
    return floor(16 * u);
  default:
    return i % 100 == 0 ? 1e30 : 1.25;
  }
}

static void long_columns(hearth_context *ctx, int32_t dtype, int kind) {
  const quantile_case c = {2, {30011, 5}, 1, {0}, dtype, 0};
  const int64_t volume = order_volume(2, c.shape), shape[2] = {QUANTILES, 5};
  hearth_layout *layout = table_layout(ctx, kind, 2, c.shape);
  double *values = malloc((size_t)volume * sizeof *values);
  for (int64_t i = 0; i < volume; i++) values[i] = (double)(float)long_value(i / 5, i % 5);
  hearth_array *a = order_array(ctx, layout, dtype, kind % 2, 2, c.shape, values), *found = NULL;
  assert_ok(hearth_quantile(a, QUANTILES, quantiles, 1, c.axes, HEARTH_QUANTILE_LINEAR, NULL, &found));
  double *x = order_whole(ctx, found, 2, shape);
  assert_all(count_wrong(&c, values, 5, QUANTILES, quantiles, HEARTH_QUANTILE_LINEAR, HEARTH_NAN_ERROR, x) == 0);
  free(x);
  free(values);
  hearth_array_destroy(&a);
  hearth_array_destroy(&found);
  hearth_layout_destroy(&layout);
}

static void long_columns_have_their_quantiles(void **state) {
  (void)state;
  for (int threads = 1; threads <= 2; threads++) {
    hearth_context_options options = HEARTH_CONTEXT_OPTIONS_INIT;
    options.backend = HEARTH_BACKEND_CPU;
    options.threads = threads;
    options.leak_check = 1;
    hearth_context *ctx = test_context_with(&options);
    for (int kind = 0; kind < TABLE_KINDS; kind += 1 + (threads == 2)) long_columns(ctx, kind % 2 ? HEARTH_FLOAT32 : HEARTH_FLOAT64, kind);
    test_context_destroy(&ctx);
  }
  hearth_context *ctx = test_context(HEARTH_BACKEND_GUARD);
  long_columns(ctx, HEARTH_FLOAT32, TABLE_SPLIT_FIRST);
  test_context_destroy(&ctx);
}

static void bad_arguments_are_refused(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  const int64_t shape[2] = {6, 4};
  const int32_t axes[2] = {0, 0}, beyond = 2;
  const double low = -0.1, high = 1.1, half = 0.5, own = test_rank == 0 ? 0.25 : 0.5;
  hearth_layout *layout = NULL;
  hearth_array *a = NULL, *z = NULL, *r = NULL;
  hearth_reduce_options options = HEARTH_REDUCE_OPTIONS_INIT;
  assert_ok(hearth_layout_split(ctx, 2, shape, 0, &layout));
  assert_ok(hearth_array_create(layout, HEARTH_FLOAT32, 0, &a));
  assert_ok(hearth_array_create(layout, HEARTH_COMPLEX64, 0, &z));
  assert_ok(hearth_array_fill(z, 1));
  assert_ok(hearth_array_fill(a, 1));
  assert_all(hearth_median(NULL, 0, NULL, NULL, &r) == HEARTH_ERR_ARGUMENT && hearth_quantile(NULL, 1, &half, 0, NULL, 0, NULL, &r) == HEARTH_ERR_ARGUMENT);
  assert_status(HEARTH_ERR_ARGUMENT, hearth_median(a, 1, &beyond, NULL, &r));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_median(a, 2, axes, NULL, &r));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_median(a, 0, NULL, NULL, NULL));
  assert_status(HEARTH_ERR_UNSUPPORTED, hearth_median(z, 0, NULL, NULL, &r));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_quantile(a, 1, &low, 0, NULL, 0, NULL, &r));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_quantile(a, 1, &high, 0, NULL, 0, NULL, &r));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_quantile(a, 0, &half, 0, NULL, 0, NULL, &r));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_quantile(a, 1, &half, 0, NULL, 9, NULL, &r));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_quantile(a, 1, test_rank == 0 ? NULL : &half, 0, NULL, 0, NULL, &r));
  if (test_size > 1) assert_status(HEARTH_ERR_MISMATCH, hearth_quantile(a, 1, &own, 0, NULL, 0, NULL, &r));
  options.nan_policy = 17;
  assert_status(HEARTH_ERR_ARGUMENT, hearth_median(a, 0, NULL, &options, &r));
  assert_ok(hearth_array_fill(a, NAN));
  assert_status(HEARTH_ERR_NOT_FINITE, hearth_median(a, 0, NULL, NULL, &r));
  assert_status(HEARTH_ERR_NOT_FINITE, hearth_percentile(a, 1, &half, 1, axes, 0, NULL, &r));
  assert_all(r == NULL);
  hearth_array_destroy(&a);
  hearth_array_destroy(&z);
  hearth_layout_destroy(&layout);
  test_context_destroy(&ctx);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_layout_has_its_quantiles),
    cmocka_unit_test(long_columns_have_their_quantiles),
    cmocka_unit_test(bad_arguments_are_refused),
};
HEARTH_TEST_MAIN(tests)
