/* Histograms and bincount against plain counting with NumPy's edges. */
#include "order_values.h"

/* numpy.histogram in float64: the bin of x, or -1. */
static int64_t oracle_bin(int64_t n, double low, double high, double x) {
  for (int64_t b = 0; b < n; b++) {
    const double left = (double)b * ((high - low) / (double)n) + low, right = b == n - 1 ? high : (double)(b + 1) * ((high - low) / (double)n) + low;
    if (x >= left && (x < right || (b == n - 1 && x <= right))) return b;
  }
  return -1;
}

typedef struct histogram_case {
  int64_t shape[2], nbins;
  double low, high;
  int32_t dtype;
  int pattern;
} histogram_case;
static const histogram_case cases[] = {
    {{13, 9}, 10, -128, 127, HEARTH_FLOAT32, RANDOM},  {{13, 9}, 7, NAN, NAN, HEARTH_FLOAT64, RANDOM},    {{6, 5}, 4, -3, 2, HEARTH_FLOAT32, SPECIAL},
    {{20, 3}, 5, 0, 3, HEARTH_INT32, DUPLICATES},      {{20, 3}, 3, NAN, NAN, HEARTH_FLOAT64, ALL_EQUAL}, {{8, 0}, 3, NAN, NAN, HEARTH_FLOAT32, RANDOM},
    {{30, 2}, 1000, NAN, 50, HEARTH_INT64, ASCENDING}, {{11, 4}, 1, 0, 0, HEARTH_INT8, RANDOM},
};
enum { CASES = sizeof cases / sizeof *cases };

static double weight_of(int64_t i) {
  return (double)(i % 7) - 2;
}

static void histogram_one(hearth_context *ctx, const histogram_case *c, int kind, bool weighted) {
  const int64_t n = order_volume(2, c->shape), ends = c->nbins + 1;
  hearth_layout *layout = table_layout(ctx, kind, 2, c->shape), *other = table_layout(ctx, (kind + 5) % TABLE_KINDS, 2, c->shape);
  double *values = malloc((size_t)(2 * n + 2) * sizeof *values), *weights = values + n + 1, *expected = calloc((size_t)c->nbins, sizeof *expected);
  double low = INFINITY, high = -INFINITY;
  for (int64_t i = 0; i < n; i++) {
    values[i] = order_value(c->pattern, i, n);
    weights[i] = weight_of(i);
    low = fmin(low, values[i]);
    high = fmax(high, values[i]);
  }
  low = isnan(c->low) ? n > 0 ? low : 0 : c->low;
  high = isnan(c->high) ? n > 0 ? high : 1 : c->high;
  if (low == high) low -= 0.5, high += 0.5;
  for (int64_t i = 0; i < n; i++) {
    const int64_t bin = oracle_bin(c->nbins, low, high, values[i]);
    if (bin >= 0) expected[bin] += weighted ? weights[i] : 1;
  }
  hearth_array *a = order_array(ctx, layout, c->dtype, kind % 2, 2, c->shape, values), *w = NULL, *counts = NULL, *edges = NULL;
  if (weighted) w = order_array(ctx, other, kind % 2 ? HEARTH_FLOAT64 : HEARTH_INT32, 0, 2, c->shape, weights);
  int32_t dtype;
  assert_ok(hearth_histogram(a, c->nbins, c->low, c->high, w, &counts, &edges));
  assert_ok(hearth_array_dtype(counts, &dtype));
  assert_all(dtype == (weighted ? HEARTH_FLOAT64 : HEARTH_INT64));
  double *x = order_whole(ctx, counts, 1, &c->nbins), *e = order_whole(ctx, edges, 1, &ends);
  int64_t wrong = 0;
  for (int64_t b = 0; b < c->nbins; b++) wrong += x[b] != expected[b] || e[b] != (double)b * ((high - low) / (double)c->nbins) + low;
  assert_all(wrong == 0 && e[c->nbins] == high);
  free(x);
  free(e);
  free(values);
  free(expected);
  hearth_array_destroy(&a);
  hearth_array_destroy(&w);
  hearth_array_destroy(&counts);
  hearth_array_destroy(&edges);
  hearth_layout_destroy(&layout);
  hearth_layout_destroy(&other);
}

static void elements_are_counted(void **state) {
  (void)state;
  const hearth_backend backends[] = {TEST_BACKENDS};
  for (size_t k = 0; k < sizeof backends / sizeof *backends; k++) {
    hearth_context *ctx = test_context(backends[k]);
    for (int c = 0; c < CASES; c++)
      for (int kind = 0; kind < TABLE_KINDS; kind++) histogram_one(ctx, &cases[c], kind, (kind + c) % 2);
    test_context_destroy(&ctx);
  }
}

/* Values at and beside the edges, where arithmetic alone puts some into the wrong bin: 0.1 steps are no multiples of 0.1. */
static void edges_belong_to_the_right(void **state) {
  (void)state;
  enum { BINS = 37, VALUES = 3 * (BINS + 1) };
  const double low = -1.3, high = 2.7;
  const int64_t n = VALUES, bins = BINS;
  double values[VALUES], expected[BINS] = {0};
  for (int i = 0; i <= BINS; i++) {
    const double edge = i == BINS ? high : (double)i * ((high - low) / BINS) + low;
    values[3 * i] = edge;
    values[3 * i + 1] = nextafter(edge, -INFINITY);
    values[3 * i + 2] = nextafter(edge, INFINITY);
  }
  for (int i = 0; i < VALUES; i++) {
    const int64_t bin = oracle_bin(BINS, low, high, values[i]);
    if (bin >= 0) expected[bin]++;
  }
  const hearth_backend backends[] = {TEST_BACKENDS};
  for (size_t k = 0; k < sizeof backends / sizeof *backends; k++) {
    hearth_context *ctx = test_context(backends[k]);
    hearth_layout *layout = table_layout(ctx, TABLE_SPLIT_FIRST, 1, &n);
    hearth_array *a = order_array(ctx, layout, HEARTH_FLOAT64, 0, 1, &n, values), *counts = NULL, *edges = NULL;
    assert_ok(hearth_histogram(a, BINS, low, high, NULL, &counts, &edges));
    double *x = order_whole(ctx, counts, 1, &bins);
    int64_t wrong = 0;
    for (int b = 0; b < BINS; b++) wrong += x[b] != expected[b];
    assert_all(wrong == 0);
    free(x);
    hearth_array_destroy(&a);
    hearth_array_destroy(&counts);
    hearth_array_destroy(&edges);
    hearth_layout_destroy(&layout);
    test_context_destroy(&ctx);
  }
}

static void numbers_are_counted(void **state) {
  (void)state;
  const hearth_backend backends[] = {TEST_BACKENDS};
  const int64_t shape[2] = {17, 5};
  for (size_t k = 0; k < sizeof backends / sizeof *backends; k++) {
    hearth_context *ctx = test_context(backends[k]);
    for (int kind = 0; kind < TABLE_KINDS; kind++) {
      hearth_layout *layout = table_layout(ctx, kind, 2, shape);
      double values[85], weights[85];
      const int64_t n = kind % 2 ? 40 : 23;
      for (int64_t i = 0; i < 85; i++) {
        values[i] = (double)(i * i % 23);
        weights[i] = weight_of(i);
      }
      values[84] = 22;
      hearth_array *a = order_array(ctx, layout, kind % 3 ? HEARTH_INT64 : HEARTH_UINT8, 0, 2, shape, values), *w = NULL, *counts = NULL;
      if (kind % 4 == 1) w = order_array(ctx, layout, HEARTH_FLOAT32, 1, 2, shape, weights);
      assert_ok(hearth_bincount(a, w, kind % 2 ? 40 : 3, &counts));
      double *x = order_whole(ctx, counts, 1, &n), expected[40] = {0};
      int64_t wrong = 0;
      for (int i = 0; i < 85; i++) expected[(int)values[i]] += w ? weights[i] : 1;
      for (int64_t b = 0; b < n; b++) wrong += x[b] != expected[b];
      assert_all(wrong == 0);
      free(x);
      hearth_array_destroy(&a);
      hearth_array_destroy(&w);
      hearth_array_destroy(&counts);
      hearth_layout_destroy(&layout);
    }
    test_context_destroy(&ctx);
  }
}

static void bad_arguments_are_refused(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  const int64_t shape[2] = {6, 4}, wider[2] = {6, 5};
  hearth_layout *layout = NULL, *other = NULL;
  hearth_array *a = NULL, *i = NULL, *z = NULL, *w = NULL, *x = NULL, *y = NULL;
  assert_ok(hearth_layout_split(ctx, 2, shape, 0, &layout));
  assert_ok(hearth_layout_split(ctx, 2, wider, 0, &other));
  assert_ok(hearth_array_create(layout, HEARTH_FLOAT32, 0, &a));
  assert_ok(hearth_array_create(layout, HEARTH_INT32, 0, &i));
  assert_ok(hearth_array_create(layout, HEARTH_COMPLEX64, 0, &z));
  assert_ok(hearth_array_create(other, HEARTH_FLOAT64, 0, &w));
  assert_ok(hearth_array_fill(a, NAN));
  assert_ok(hearth_array_fill(i, -3));
  assert_all(hearth_histogram(NULL, 3, 0, 1, NULL, &x, &y) == HEARTH_ERR_ARGUMENT && hearth_bincount(NULL, NULL, 0, &x) == HEARTH_ERR_ARGUMENT);
  assert_status(HEARTH_ERR_ARGUMENT, hearth_histogram(a, 0, 0, 1, NULL, &x, &y));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_histogram(a, 3, 2, 1, NULL, &x, &y));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_histogram(a, 3, 0, INFINITY, NULL, &x, &y));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_histogram(a, 3, 0, 1, NULL, &x, test_rank == 0 ? NULL : &y));
  assert_status(HEARTH_ERR_MISMATCH, hearth_histogram(a, 3, 0, 1, w, &x, &y));
  assert_status(HEARTH_ERR_UNSUPPORTED, hearth_histogram(a, 3, 0, 1, z, &x, &y));
  assert_status(HEARTH_ERR_UNSUPPORTED, hearth_histogram(z, 3, 0, 1, NULL, &x, &y));
  assert_status(HEARTH_ERR_NOT_FINITE, hearth_histogram(a, 3, NAN, 1, NULL, &x, &y));
  if (test_size > 1) assert_status(HEARTH_ERR_MISMATCH, hearth_histogram(a, 3, test_rank == 0 ? -1 : 0, 1, NULL, &x, &y));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_bincount(i, NULL, 0, &x));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_bincount(i, NULL, -1, &x));
  assert_status(HEARTH_ERR_UNSUPPORTED, hearth_bincount(a, NULL, 0, &x));
  assert_all(!x && !y);
  hearth_array_destroy(&a);
  hearth_array_destroy(&i);
  hearth_array_destroy(&z);
  hearth_array_destroy(&w);
  hearth_layout_destroy(&layout);
  hearth_layout_destroy(&other);
  test_context_destroy(&ctx);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(elements_are_counted),
    cmocka_unit_test(edges_belong_to_the_right),
    cmocka_unit_test(numbers_are_counted),
    cmocka_unit_test(bad_arguments_are_refused),
};
HEARTH_TEST_MAIN(tests)
