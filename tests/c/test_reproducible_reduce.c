/* Reductions in reproducible mode: the bits that exact sums give, for every layout, backend, number of threads and of ranks. */
#include "array_values.h"
#include "exact_oracle.h"
#include "harness.h"
#include "layout_table.h"
#include <stdlib.h>

enum { CONTEXTS = 4 };
static hearth_context *context_number(int which) {
  static const hearth_backend backends[CONTEXTS] = {TEST_BACKENDS, HEARTH_BACKEND_CPU};
  hearth_context_options options = HEARTH_CONTEXT_OPTIONS_INIT;
  options.backend = backends[which];
  options.threads = which == CONTEXTS - 1 ? 2 : 1;
  options.leak_check = 1;
  options.reduction = HEARTH_REDUCTION_REPRODUCIBLE;
  return test_context_with(&options);
}

static bool is_usable(int kind) {
  return kind != TABLE_PERMUTED || test_size <= 4;
}

typedef hearth_status (*function)(const hearth_array *, int32_t, const int32_t *, const hearth_reduce_options *, hearth_array **);
enum { SUM, MEAN, VAR, STD, NORM, FUNCTIONS };
static const function functions[FUNCTIONS] = {hearth_sum, hearth_mean, hearth_var, hearth_std, hearth_norm};

typedef struct rule {
  int32_t ndim, dtype;
  int64_t shape[3];
  int data;      /* kind of data */
  int nan_every; /* 0: none */
  double scale;
} rule;

static double component(const rule *r, int64_t flat, int imaginary) {
  if (r->nan_every && flat % r->nan_every == 1) return NAN;
  const double x = data_at(r->data, flat + 7000 * imaginary) * r->scale;
  if (r->dtype == HEARTH_FLOAT32) return (double)(float)x;
  return r->dtype == HEARTH_INT32 ? (double)(int32_t)(x * 1e6) : x;
}

static void write_element(char *address, int32_t dtype, int32_t ndim, const int64_t *global, void *user) {
  const rule *r = user;
  int64_t flat = 0;
  for (int32_t d = 0; d < ndim; d++) flat = flat * r->shape[d] + global[d];
  if (dtype == HEARTH_COMPLEX128)
    memcpy(address, (double[2]){component(r, flat, 0), component(r, flat, 1)}, 16);
  else
    value_set(address, dtype, component(r, flat, 0));
}

static hearth_array *make_array(hearth_context *ctx, int kind, const rule *r, int32_t order) {
  hearth_layout *layout = table_layout(ctx, kind, r->ndim, r->shape);
  hearth_array *array = NULL;
  assert_ok(hearth_array_create(layout, r->dtype, order, &array));
  assert_all(values_visit(array, HEARTH_WRITE, write_element, (void *)(uintptr_t)r) == 0);
  hearth_layout_destroy(&layout);
  return array;
}

/* What is asked for: axes as bits (0: all). */
typedef struct question {
  const rule *r;
  int function, axes;
  bool omit;
  double *expected; /* [result][2] */
  int64_t wrong, seen;
} question;

/* The number of the result that element `flat` belongs to. */
static int64_t result_of(const question *q, int64_t flat) {
  int64_t number = 0, step = 1;
  for (int32_t d = q->r->ndim - 1; d >= 0; d--) {
    if (q->axes && !(q->axes >> d & 1)) {
      number += flat % q->r->shape[d] * step;
      step *= q->r->shape[d];
    }
    flat /= q->r->shape[d];
  }
  return number;
}

static int64_t volume(const rule *r, int64_t *results, int axes) {
  int64_t all = 1;
  *results = 1;
  for (int32_t d = 0; d < r->ndim; d++) {
    all *= r->shape[d];
    if (axes && !(axes >> d & 1)) *results *= r->shape[d];
  }
  return all;
}

/* One pass: sums of the elements, or of the squares of their distances from `center`. */
static void sum_all(const question *q, const double *center, bool squares, double *sums, double *counts) {
  int64_t results;
  const int64_t all = volume(q->r, &results, q->axes);
  const int parts = q->r->dtype == HEARTH_COMPLEX128 ? 2 : 1;
  oracle *oracles = calloc((size_t)(2 * results), sizeof *oracles);
  for (int64_t k = 0; k < results; k++) counts[k] = 0.0;
  for (int64_t i = 0; i < all; i++) {
    const int64_t k = result_of(q, i);
    for (int p = 0; p < parts; p++) {
      const double x = component(q->r, i, p);
      if (q->omit && isnan(x)) continue;
      const volatile double difference = center ? x - center[2 * k + p] : x, square = difference * difference;
      oracle_add(&oracles[2 * k + (squares ? 0 : p)], squares ? square : x);
      counts[k] += p == 0;
    }
  }
  for (int64_t k = 0; k < 2 * results; k++) sums[k] = oracle_round(&oracles[k]);
  free(oracles);
}

static void answer(question *q) {
  int64_t results;
  volume(q->r, &results, q->axes);
  double *counts = malloc((size_t)results * sizeof *counts), *means = calloc((size_t)(2 * results), sizeof *means);
  q->expected = malloc((size_t)(2 * results) * sizeof *q->expected);
  sum_all(q, NULL, q->function == NORM, q->expected, counts);
  for (int64_t k = 0; k < 2 * results; k++) {
    means[k] = q->expected[k] / counts[k / 2];
    if (q->function == MEAN) q->expected[k] = means[k];
    if (q->function == NORM) q->expected[k] = sqrt(q->expected[k]);
  }
  if (q->function == VAR || q->function == STD) {
    sum_all(q, means, true, q->expected, counts);
    for (int64_t k = 0; k < results; k++) {
      q->expected[2 * k] /= counts[k];
      if (q->function == STD) q->expected[2 * k] = sqrt(q->expected[2 * k]);
    }
  }
  free(counts);
  free(means);
}

/* Results that are float32 are rounded once more. */
static double stored(int32_t dtype, double x) {
  return dtype == HEARTH_FLOAT32 ? (double)(float)x : x;
}

static void compare(char *address, int32_t dtype, int32_t ndim, const int64_t *global, void *user) {
  question *q = user;
  int64_t number = 0;
  for (int32_t d = 0, k = 0; d < q->r->ndim && q->axes; d++)
    if (!(q->axes >> d & 1)) number = number * q->r->shape[d] + global[k++];
  const int complex = dtype == HEARTH_COMPLEX128;
  double value[2] = {0, 0};
  (void)ndim;
  if (complex)
    memcpy(value, address, 16);
  else
    value[0] = value_get(address, dtype);
  q->seen++;
  for (int p = 0; p <= complex; p++)
    if (bits_of(value[p]) != bits_of(stored(dtype, q->expected[2 * number + p]))) {
      if (q->wrong++ == 0)
        fprintf(stderr, "[rank %d of %d] function %d, axes %d, result %lld: %.17g, not %.17g\n", test_rank, test_size, q->function, q->axes, (long long)number,
                value[p], q->expected[2 * number + p]);
    }
}

static void ask(hearth_context *ctx, int kind, const rule *r, question *q) {
  hearth_array *array = make_array(ctx, kind, r, kind % 2), *result = NULL;
  hearth_reduce_options options = HEARTH_REDUCE_OPTIONS_INIT;
  int32_t naxes = 0, axes[3];
  options.nan_policy = q->omit ? HEARTH_NAN_OMIT : HEARTH_NAN_PROPAGATE;
  for (int32_t d = 0; d < r->ndim; d++)
    if (q->axes >> d & 1) axes[naxes++] = d;
  q->wrong = q->seen = 0;
  test_last_ctx = ctx; /* whose messages tell of failures */
  assert_ok(functions[q->function](array, naxes, axes, &options, &result));
  assert_all(values_visit(result, HEARTH_READ, compare, q) == 0);
  assert_all(q->wrong == 0 && (q->axes || q->seen == 1));
  hearth_array_destroy(&result);
  hearth_array_destroy(&array);
}

static const rule rules[] = {{3, HEARTH_FLOAT64, {7, 5, 6}, DATA_CANCELLING, 0, 1.0}, {2, HEARTH_FLOAT32, {20, 9}, DATA_ROUGH, 0, 1.0},
                             {3, HEARTH_COMPLEX128, {4, 6, 5}, DATA_ROUGH, 0, 1e3},   {1, HEARTH_FLOAT64, {300}, DATA_WIDE, 0, 1e-20},
                             {2, HEARTH_FLOAT64, {9, 8}, DATA_ROUGH, 5, 1.0},         {2, HEARTH_INT32, {8, 9}, DATA_ROUGH, 0, 1.0}};
enum { RULES = sizeof rules / sizeof *rules };

/* Every function, set of axes and type; the layouts, backends and threads change from one to the next. */
static void every_layout(void **state) {
  (void)state;
  hearth_context *ctx[CONTEXTS];
  const int step = test_size > 4 ? TABLE_KINDS : 5;
  int number = 0;
  for (int which = 0; which < CONTEXTS; which++) ctx[which] = context_number(which);
  for (int k = 0; k < RULES; k++)
    for (int f = rules[k].dtype == HEARTH_INT32 ? MEAN : SUM; f < FUNCTIONS; f++)
      for (int axes = 0; axes < 1 << rules[k].ndim; axes++, number++) {
        question q = {.r = &rules[k], .function = f, .axes = axes, .omit = rules[k].nan_every && (axes + f) % 2};
        if (rules[k].data == DATA_WIDE && f == NORM) continue; /* its squares are for the test below */
        answer(&q);
        for (int kind = number % step; kind < TABLE_KINDS; kind += step)
          if (is_usable(kind)) ask(ctx[(number + kind) % CONTEXTS], kind, &rules[k], &q);
        free(q.expected);
      }
  for (int which = CONTEXTS - 1; which >= 0; which--) test_context_destroy(&ctx[which]);
}

/* More results than one lot of exact sums holds, kept along one axis, and along the outer two. */
static void many_results(void **state) {
  (void)state;
  static const rule many[] = {{2, HEARTH_FLOAT64, {3, 40000}, DATA_CANCELLING, 0, 1.0}, {3, HEARTH_COMPLEX128, {2, 3, 20000}, DATA_ROUGH, 0, 1.0}};
  for (int k = 0; k < 2; k++) {
    question q = {.r = &many[k], .function = k ? MEAN : SUM, .axes = k ? 2 : 1};
    hearth_context *ctx = context_number(1);
    answer(&q);
    for (int kind = k; kind < TABLE_KINDS; kind += 4)
      if (is_usable(kind)) ask(ctx, kind, &many[k], &q);
    free(q.expected);
    test_context_destroy(&ctx);
  }
}

static double only_value(hearth_array **array) {
  hearth_window window;
  assert_ok(hearth_array_access(*array, 0, HEARTH_READ, &window));
  const double value = *(double *)window.base;
  assert_ok(hearth_array_release(*array, 0));
  hearth_array_destroy(array);
  return value;
}

/* Squares beyond the range of float64 on both sides. */
static void norms_at_the_ends(void **state) {
  (void)state;
  static const double scales[] = {0x1p1000, 0x1p-1000, 0x1p-1060};
  hearth_context *ctx = context_number(1);
  for (int k = 0; k < 3; k++) {
    rule r = {1, HEARTH_FLOAT64, {50}, DATA_ROUGH, 0, scales[k]};
    long double squares = 0;
    for (int64_t i = 0; i < 50; i++) squares += (long double)component(&r, i, 0) * component(&r, i, 0);
    hearth_array *array = make_array(ctx, TABLE_CYCLIC_1, &r, 0), *result = NULL;
    assert_ok(hearth_norm(array, 0, NULL, NULL, &result));
    const double value = only_value(&result), expected = (double)sqrtl(squares);
    assert_all(fabs(value - expected) <= 1e-15 * expected && value > 0.0);
    hearth_array_destroy(&array);
  }
  test_context_destroy(&ctx);
}

/* Weights with a layout of their own, or of one dimension; NaN left out takes its weight along. */
static void averages(void **state) {
  (void)state;
  static const rule r = {2, HEARTH_FLOAT64, {9, 14}, DATA_CANCELLING, 6, 1.0}, full = {2, HEARTH_FLOAT64, {9, 14}, DATA_ROUGH, 0, 3.0};
  static const rule line = {1, HEARTH_FLOAT64, {9}, DATA_ROUGH, 0, 5.0};
  question q = {.r = &r, .axes = 1, .expected = malloc(28 * sizeof(double))};
  for (int which = 0; which < CONTEXTS; which++) {
    hearth_context *ctx = context_number(which);
    for (int kind = which; kind < TABLE_KINDS; kind += 3) {
      if (!is_usable(kind) || !is_usable((kind + 4) % TABLE_KINDS)) continue;
      const rule *weights = kind % 2 ? &full : &line;
      oracle products[14] = {0}, totals[14] = {0};
      for (int64_t i = 0; i < 9 * 14; i++) {
        const double x = component(&r, i, 0), w = component(weights, kind % 2 ? i : i / 14, 0);
        const volatile double product = x * w;
        if (!isnan(x)) oracle_add(&products[i % 14], product);
        if (!isnan(x)) oracle_add(&totals[i % 14], w);
      }
      for (int64_t k = 0; k < 14; k++) q.expected[2 * k] = oracle_round(&products[k]) / oracle_round(&totals[k]);
      hearth_array *array = make_array(ctx, kind, &r, kind % 2), *other = make_array(ctx, (kind + 4) % TABLE_KINDS, weights, 0), *result = NULL;
      hearth_reduce_options options = HEARTH_REDUCE_OPTIONS_INIT;
      options.nan_policy = HEARTH_NAN_OMIT;
      q.wrong = 0;
      assert_ok(hearth_average(array, other, 1, (int32_t[]){0}, &options, &result));
      assert_all(values_visit(result, HEARTH_READ, compare, &q) == 0 && q.wrong == 0);
      hearth_array_destroy(&result);
      hearth_array_destroy(&array);
      hearth_array_destroy(&other);
    }
    test_context_destroy(&ctx);
  }
  free(q.expected);
}

/* What has no reproducible form says so; what has no rounding is as in any mode. NaN is named. */
static void what_is_refused(void **state) {
  (void)state;
  hearth_context *ctx = context_number(1);
  const rule r = {2, HEARTH_FLOAT64, {6, 7}, DATA_ROUGH, 0, 1.0}, integers = {2, HEARTH_INT32, {6, 7}, DATA_ROUGH, 0, 1e-6};
  const rule broken = {2, HEARTH_FLOAT64, {6, 7}, DATA_ROUGH, 40, 1.0};
  hearth_array *array = make_array(ctx, TABLE_SPLIT_FIRST, &r, 0), *numbers = make_array(ctx, TABLE_SPLIT_LAST, &integers, 0), *result = array;
  hearth_array *with_nan = make_array(ctx, TABLE_SPLIT_LAST, &broken, 0);
  char message[400];
  int32_t status, where;
  assert_status(HEARTH_ERR_NOT_REPRODUCIBLE, hearth_prod(array, 0, NULL, NULL, &result));
  assert_all(result == NULL);
  assert_ok(hearth_prod(numbers, 0, NULL, NULL, &result));
  hearth_array_destroy(&result);
  assert_ok(hearth_sum(numbers, 0, NULL, NULL, &result));
  hearth_array_destroy(&result);
  assert_ok(hearth_max(array, 0, NULL, NULL, &result));
  hearth_array_destroy(&result);
  for (int f = 0; f < FUNCTIONS; f++) {
    assert_status(HEARTH_ERR_NOT_FINITE, functions[f](with_nan, 0, NULL, NULL, &result));
    hearth_last_error(ctx, &status, &where, message, sizeof message);
    assert_all(strstr(message, "[0, 1]") != NULL && result == NULL);
  }
  hearth_array_destroy(&array);
  hearth_array_destroy(&numbers);
  hearth_array_destroy(&with_nan);
  test_context_destroy(&ctx);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(every_layout), cmocka_unit_test(many_results), cmocka_unit_test(norms_at_the_ends),
                                          cmocka_unit_test(averages), cmocka_unit_test(what_is_refused)};
HEARTH_TEST_MAIN(tests)
