/* Running sums, weighted means, covariance: against plain loops over the whole array. */
#include "core/context_impl.h"
#include "reduce_case.h"

static const int64_t shape3[3] = {5, 4, 6};

static bool message_has(hearth_context *ctx, const char *text) {
  char message[512];
  int32_t status, rank;
  hearth_last_error(ctx, &status, &rank, message, sizeof message);
  if (!strstr(message, text)) print_error("rank %d: \"%s\" lacks \"%s\"\n", test_rank, message, text);
  return strstr(message, text) != NULL;
}

typedef struct values_check {
  int32_t ndim;
  int64_t shape[HEARTH_MAX_NDIM];
  double _Complex *want;
  double tolerance;
  int64_t wrong, seen;
} values_check;

static void values_compare(char *address, int32_t dtype, int32_t ndim, const int64_t *global, void *user) {
  values_check *check = user;
  const double _Complex got = result_get(address, dtype), want = check->want[case_flat(ndim, check->shape, global)];
  check->seen++;
  if (near(__real__ got, __real__ want, check->tolerance) && near(__imag__ got, __imag__ want, check->tolerance)) return;
  if (check->wrong++ == 0) print_error("rank %d: [%d, %d]: %.17g, not %.17g\n", test_rank, (int)global[0], (int)global[ndim > 1], __real__ got, __real__ want);
}

static void check_values(hearth_array *result, int32_t ndim, const int64_t *shape, double _Complex *want, double tolerance) {
  values_check check = {.ndim = ndim, .want = want, .tolerance = tolerance};
  int64_t found[HEARTH_MAX_NDIM];
  for (int32_t d = 0; d < ndim; d++) check.shape[d] = shape[d];
  assert_ok(hearth_array_shape(result, ndim, found));
  assert_all(memcmp(found, shape, (size_t)ndim * sizeof *shape) == 0);
  assert_all(values_visit(result, HEARTH_READ, values_compare, &check) == 0);
  assert_all(check.wrong == 0);
}

static void check_cumsum(hearth_context *ctx, int kind, int32_t dtype, int32_t ndim, const int64_t *shape, int32_t axis) {
  reduce_case c = case_make(ndim, shape, dtype, 0);
  hearth_array *array = case_array(ctx, &c, kind, dtype, (kind + axis) % 2), *result = NULL;
  hearth_layout *before = NULL, *after = NULL;
  int64_t step = 1;
  int32_t equal = 0, type = 0;
  assert_ok(hearth_cumsum(array, axis, &result));
  for (int32_t d = axis + 1; d < ndim; d++) step *= shape[d];
  for (int64_t i = 0; i < c.volume; i++)
    if (i / step % shape[axis] > 0) c.value[i] += c.value[i - step];
  check_values(result, ndim, shape, c.value, dtype == HEARTH_FLOAT32 ? 1e-6 : 1e-13);
  assert_ok(hearth_array_layout(array, &before));
  assert_ok(hearth_array_layout(result, &after));
  assert_ok(hearth_layout_equal(before, after, &equal));
  assert_ok(hearth_array_dtype(result, &type));
  assert_all(equal == 1 && type == (dtype <= HEARTH_INT64 ? HEARTH_INT64 : dtype));
  hearth_layout_destroy(&before);
  hearth_layout_destroy(&after);
  hearth_array_destroy(&array);
  hearth_array_destroy(&result);
  free(c.value);
}

static void test_cumsum(void **state) {
  static const hearth_backend backends[] = {TEST_BACKENDS};
  static const int32_t dtypes[] = {HEARTH_FLOAT64, HEARTH_INT32, HEARTH_FLOAT32, HEARTH_COMPLEX128, HEARTH_BOOL};
  (void)state;
  for (int b = 0; b < 3; b++) {
    hearth_context *ctx = test_context(backends[b]);
    for (int kind = 0; kind < TABLE_KINDS; kind++) {
      for (int32_t axis = 0; axis < 3; axis++) check_cumsum(ctx, kind, dtypes[(kind + axis + b) % 5], 3, shape3, axis);
      check_cumsum(ctx, kind, dtypes[(kind + b) % 5], 1, (int64_t[]){37}, 0);
    }
    test_context_destroy(&ctx);
  }
}

static void test_cumsum_refusals(void **state) {
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  reduce_case c = case_make(3, shape3, HEARTH_FLOAT64, 0);
  hearth_array *array = case_array(ctx, &c, TABLE_SPLIT_FIRST, HEARTH_FLOAT64, HEARTH_ROW_MAJOR), *result = NULL;
  (void)state;
  assert_status(HEARTH_ERR_ARGUMENT, hearth_cumsum(NULL, 0, &result));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_cumsum(array, 3, &result));
  assert_all(message_has(ctx, "axis 3"));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_cumsum(array, 0, NULL));
  if (test_size > 1) assert_status(HEARTH_ERR_MISMATCH, hearth_cumsum(array, test_rank == 0 ? 1 : 2, &result));
  assert_all(result == NULL);
  hearth_array_destroy(&array);
  test_context_destroy(&ctx);
  free(c.value);
}

/* Weights of the array's shape, of one axis, of its last axes; with and without NaN. */
typedef struct weighing {
  int32_t naxes, axes[3], ndim;
  int64_t shape[3];
  int32_t lined_up[3]; /* dimension of the array that dimension d of the weights belongs to */
} weighing;
static const weighing weighings[] = {{0, {0}, 3, {5, 4, 6}, {0, 1, 2}}, {1, {0}, 1, {5}, {0}},          {1, {1}, 1, {4}, {1}},
                                     {1, {2}, 3, {5, 4, 6}, {0, 1, 2}}, {2, {2, 1}, 2, {4, 6}, {1, 2}}, {2, {0, 2}, 3, {5, 1, 6}, {0, 1, 2}}};

static void check_average(hearth_context *ctx, int kind, const weighing *w, int nan_every) {
  reduce_case c = case_make(3, shape3, HEARTH_FLOAT64, nan_every), v = case_make(w->ndim, w->shape, HEARTH_INT32, 0);
  double _Complex sum[120] = {0}, total[120] = {0};
  int64_t kept[3] = {1, 1, 1}, results = 1;
  hearth_reduce_options options = HEARTH_REDUCE_OPTIONS_INIT;
  options.nan_policy = nan_every ? HEARTH_NAN_OMIT : HEARTH_NAN_ERROR;
  options.keepdims = 1;
  for (int d = 0; d < 3; d++) kept[d] = shape3[d];
  for (int k = 0; k < w->naxes; k++) kept[w->axes[k]] = 1;
  for (int d = 0; d < 3; d++) results *= kept[d] = w->naxes ? kept[d] : 1;
  for (int64_t i = 0; i < v.volume; i++) v.value[i] = v.value[i] * v.value[i] + 1;
  for (int64_t i = 0; i < c.volume; i++) {
    const int64_t index[3] = {i / 24, i / 6 % 4, i % 6};
    int64_t at = 0, from = 0;
    for (int d = 0; d < 3; d++) at = at * kept[d] + (kept[d] > 1 ? index[d] : 0);
    for (int d = 0; d < w->ndim; d++) from = from * w->shape[d] + (w->shape[d] > 1 ? index[w->lined_up[d]] : 0);
    if (nan_every && isnan((double)c.value[i])) continue;
    sum[at] += c.value[i] * v.value[from];
    total[at] += v.value[from];
  }
  for (int64_t i = 0; i < results; i++) sum[i] = (double)sum[i] / (double)total[i];
  hearth_array *array = case_array(ctx, &c, kind, HEARTH_FLOAT64, kind % 2), *result = NULL;
  hearth_array *weights = case_array(ctx, &v, (kind * 5 + 3) % TABLE_KINDS, HEARTH_INT32, HEARTH_ROW_MAJOR);
  assert_ok(hearth_average(array, weights, w->naxes, w->axes, &options, &result));
  check_values(result, 3, kept, sum, 1e-13);
  hearth_array_destroy(&array);
  hearth_array_destroy(&weights);
  hearth_array_destroy(&result);
  free(c.value);
  free(v.value);
}

static void test_average(void **state) {
  static const hearth_backend backends[] = {TEST_BACKENDS};
  (void)state;
  for (int b = 0; b < 3; b++) {
    hearth_context *ctx = test_context(backends[b]);
    for (int kind = 0; kind < TABLE_KINDS; kind++)
      for (int w = kind % 2; w < 6; w += 2) check_average(ctx, kind, &weighings[w], kind % 3 ? 0 : 7);
    test_context_destroy(&ctx);
  }
}

static void test_average_refusals(void **state) {
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU), *other = test_context(HEARTH_BACKEND_CPU);
  reduce_case c = case_make(3, shape3, HEARTH_FLOAT64, 0), v = case_make(1, (int64_t[]){3}, HEARTH_FLOAT64, 0);
  hearth_array *array = case_array(ctx, &c, TABLE_SPLIT_FIRST, HEARTH_FLOAT64, HEARTH_ROW_MAJOR), *result = NULL;
  hearth_array *weights = case_array(ctx, &v, TABLE_REPLICATED, HEARTH_FLOAT64, HEARTH_ROW_MAJOR);
  hearth_array *foreign = case_array(other, &c, TABLE_REPLICATED, HEARTH_FLOAT64, HEARTH_ROW_MAJOR);
  (void)state;
  assert_status(HEARTH_ERR_MISMATCH, hearth_average(array, weights, 1, (int32_t[]){0}, NULL, &result));
  assert_all(message_has(ctx, "broadcast"));
  assert_status(HEARTH_ERR_MISMATCH, hearth_average(array, foreign, 0, NULL, NULL, &result));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_average(array, NULL, 0, NULL, NULL, &result));
  hearth_array_destroy(&foreign);
  hearth_array_destroy(&weights);
  hearth_array_destroy(&array);
  test_context_destroy(&other);
  test_context_destroy(&ctx);
  free(c.value);
  free(v.value);
}

enum { VARIABLES = 5, OBSERVATIONS = 31 };

static double variable_at(int64_t i, int64_t k) {
  return 1000.0 * (double)i + sin((double)(k * (i + 1))) + 0.1 * (double)((k * 7 + i * i) % 11);
}

static void check_cov(hearth_context *ctx, int kind, int rowvar, int32_t dtype) {
  const int64_t shape[2] = {rowvar ? VARIABLES : OBSERVATIONS, rowvar ? OBSERVATIONS : VARIABLES}, square[2] = {VARIABLES, VARIABLES};
  reduce_case c = case_make(2, shape, dtype, 0);
  double _Complex cov[VARIABLES * VARIABLES], corr[VARIABLES * VARIABLES];
  double x[VARIABLES][OBSERVATIONS];
  for (int64_t i = 0; i < VARIABLES; i++) {
    double mean = 0;
    for (int64_t k = 0; k < OBSERVATIONS; k++) {
      x[i][k] = dtype == HEARTH_FLOAT32 ? (double)(float)variable_at(i, k) : variable_at(i, k);
      c.value[rowvar ? i * OBSERVATIONS + k : k * VARIABLES + i] = x[i][k];
      mean += x[i][k] / OBSERVATIONS;
    }
    for (int64_t k = 0; k < OBSERVATIONS; k++) x[i][k] -= mean;
  }
  for (int64_t i = 0; i < VARIABLES; i++)
    for (int64_t j = 0; j < VARIABLES; j++) {
      double sum = 0;
      for (int64_t k = 0; k < OBSERVATIONS; k++) sum += x[i][k] * x[j][k];
      cov[i * VARIABLES + j] = sum / (OBSERVATIONS - 2);
    }
  for (int64_t i = 0; i < VARIABLES; i++)
    for (int64_t j = 0; j < VARIABLES; j++)
      corr[i * VARIABLES + j] = (double)cov[i * VARIABLES + j] / sqrt((double)cov[i * VARIABLES + i]) / sqrt((double)cov[j * VARIABLES + j]);
  hearth_array *array = case_array(ctx, &c, kind, dtype, kind % 2), *result = NULL;
  assert_ok(hearth_cov(array, rowvar, 2, &result));
  check_values(result, 2, square, cov, 1e-11);
  hearth_array_destroy(&result);
  assert_ok(hearth_corrcoef(array, rowvar, &result));
  check_values(result, 2, square, corr, 1e-11);
  hearth_array_destroy(&result);
  hearth_array_destroy(&array);
  free(c.value);
}

static void test_cov(void **state) {
  static const hearth_backend backends[] = {TEST_BACKENDS};
  (void)state;
  for (int b = 0; b < 3; b++) {
    hearth_context *ctx = test_context(backends[b]);
    for (int kind = 0; kind < TABLE_KINDS; kind++) check_cov(ctx, kind, (kind + b) % 2, kind % 3 ? HEARTH_FLOAT64 : HEARTH_FLOAT32);
    test_context_destroy(&ctx);
  }
}

static void test_cov_refusals(void **state) {
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  reduce_case c = case_make(3, shape3, HEARTH_FLOAT64, 0), d = case_make(2, (int64_t[]){4, 6}, HEARTH_FLOAT64, 0);
  hearth_array *array = case_array(ctx, &c, TABLE_SPLIT_FIRST, HEARTH_FLOAT64, HEARTH_ROW_MAJOR), *result = NULL;
  (void)state;
  assert_status(HEARTH_ERR_ARGUMENT, hearth_cov(array, 1, 1, &result));
  assert_all(message_has(ctx, "3 dimensions"));
  d.value[9] = NAN;
  hearth_array *nan = case_array(ctx, &d, TABLE_SPLIT_FIRST, HEARTH_FLOAT64, HEARTH_ROW_MAJOR);
  assert_status(HEARTH_ERR_NOT_FINITE, hearth_corrcoef(nan, 1, &result));
  assert_all(message_has(ctx, "[1, 3]"));
  d.value[9] = INFINITY;
  hearth_array *infinite = case_array(ctx, &d, TABLE_SPLIT_LAST, HEARTH_FLOAT64, HEARTH_ROW_MAJOR);
  assert_status(HEARTH_ERR_NOT_FINITE, hearth_cov(infinite, 1, 1, &result));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_cov(infinite, 1, -1, &result));
  assert_all(result == NULL);
  hearth_array_destroy(&infinite);
  hearth_array_destroy(&nan);
  hearth_array_destroy(&array);
  test_context_destroy(&ctx);
  free(c.value);
  free(d.value);
}

int main(int argc, char **argv) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_cumsum),  cmocka_unit_test(test_cumsum_refusals),
                                     cmocka_unit_test(test_average), cmocka_unit_test(test_average_refusals),
                                     cmocka_unit_test(test_cov),     cmocka_unit_test(test_cov_refusals)};
  return test_main(argc, argv, tests, sizeof tests / sizeof *tests);
}
