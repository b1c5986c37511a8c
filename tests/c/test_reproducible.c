/* The same bits however the terms are dealt out: over ranks, layouts, threads and backends; expected bits come from another method (exact_oracle.h). */
#include "array_values.h"
#include "exact_oracle.h"
#include "harness.h"
#include "layout_table.h"
#include <stdlib.h>

static hearth_context *reproducible_context(hearth_backend backend, int threads) {
  hearth_context_options options = HEARTH_CONTEXT_OPTIONS_INIT;
  options.backend = backend;
  options.threads = threads;
  options.leak_check = 1;
  options.reduction = HEARTH_REDUCTION_REPRODUCIBLE;
  return test_context_with(&options);
}

/* Every backend with one thread, and the cpu with two. */
enum { CONTEXTS = 4 };
static hearth_context *context_number(int which) {
  static const hearth_backend backends[CONTEXTS] = {TEST_BACKENDS, HEARTH_BACKEND_CPU};
  return reproducible_context(backends[which], which == CONTEXTS - 1 ? 2 : 1);
}

/* Which of the table's layouts there are on this number of ranks. */
static bool is_usable(int kind) {
  return kind != TABLE_PERMUTED || test_size <= 4;
}

static bool same_bits(double value, double expected, const char *what, int64_t which) {
  if (bits_of(value) == bits_of(expected)) return true;
  fprintf(stderr, "[rank %d of %d] %s %lld: %.17g, not %.17g\n", test_rank, test_size, what, (long long)which, value, expected);
  return false;
}

/* Terms dealt out at random, in another order on every rank count. */
enum { TERMS = 20011 };
static int64_t my_terms(int64_t *term, int shuffle) {
  int64_t n = 0;
  for (int64_t i = 0; i < TERMS; i++)
    if (scramble((uint64_t)(i + shuffle)) % (uint64_t)test_size == (uint64_t)test_rank) term[n++] = i;
  for (int64_t i = n - 1; i > 0; i--) {
    const int64_t j = (int64_t)(scramble((uint64_t)(i * 31 + shuffle)) % (uint64_t)(i + 1)), t = term[i];
    term[i] = term[j];
    term[j] = t;
  }
  return n;
}

static void check_sums(hearth_context *ctx, const double *sums, const oracle *expected) {
  bool right = true;
  for (int kind = 0; kind < DATA_KINDS; kind++) right &= same_bits(sums[kind], oracle_round(&expected[kind]), "kind of data", kind);
  (void)ctx;
  assert_all(right);
}

static void sums_of_local_arrays(void **state) {
  (void)state;
  oracle expected[DATA_KINDS] = {0}, weighted[DATA_KINDS] = {0};
  int64_t *term = malloc(TERMS * sizeof *term);
  double *values = malloc(DATA_KINDS * TERMS * sizeof *values), *weights = malloc(TERMS * sizeof *weights), sums[DATA_KINDS];
  for (int kind = 0; kind < DATA_KINDS; kind++)
    for (int64_t i = 0; i < TERMS; i++) {
      const volatile double product = data_at(kind, i) * data_at(DATA_ROUGH, i + 7);
      oracle_add(&expected[kind], data_at(kind, i));
      oracle_add(&weighted[kind], product);
    }
  for (int which = 0; which < CONTEXTS; which++)
    for (int shuffle = 0; shuffle < 2; shuffle++) {
      hearth_context *ctx = context_number(which);
      const int64_t n = my_terms(term, shuffle);
      for (int kind = 0; kind < DATA_KINDS; kind++)
        for (int64_t i = 0; i < n; i++) values[kind * n + i] = data_at(kind, term[i]);
      for (int64_t i = 0; i < n; i++) weights[i] = data_at(DATA_ROUGH, term[i] + 7);
      assert_ok(hearth_reproducible_sum(ctx, n, DATA_KINDS, values, sums));
      check_sums(ctx, sums, expected);
      assert_ok(hearth_reproducible_weighted_sum(ctx, n, DATA_KINDS, values, weights, sums));
      check_sums(ctx, sums, weighted);
      test_context_destroy(&ctx);
    }
  free(term);
  free(values);
  free(weights);
}

/* 10^16 beside 1, sums that leave the range on the way, and nothing at all. */
static void hard_sums(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  const double size = test_size, values[4][2] = {{1e16, -1e16}, {1.5e308, -1.5e308}, {0x1p-1074, 0.0}, {INFINITY, 1.0}};
  double fields[4][3], sums[4] = {7, 7, 7, 7};
  for (int k = 0; k < 4; k++) {
    fields[k][0] = values[k][0];
    fields[k][1] = k < 2 ? 1.0 : 0.0;
    fields[k][2] = values[k][1];
  }
  assert_ok(hearth_reproducible_sum(ctx, 3, 4, fields[0], sums));
  assert_all(sums[0] == size && sums[1] == size && sums[2] == size * 0x1p-1074 && sums[3] == INFINITY);
  const double mine[2] = {test_rank == 0 ? 1.7e308 : 1.6e308, test_rank % 2 ? -INFINITY : INFINITY};
  assert_ok(hearth_reproducible_sum(ctx, 1, 2, mine, sums));
  assert_all(test_size == 1 ? sums[0] == 1.7e308 && sums[1] == INFINITY : sums[0] == INFINITY && isnan(sums[1]));
  assert_ok(hearth_reproducible_sum(ctx, 0, 2, NULL, sums));
  assert_all(sums[0] == 0.0 && sums[1] == 0.0);
  assert_ok(hearth_reproducible_sum(ctx, 5, 0, mine, NULL));
  assert_ok(hearth_reproducible_weighted_sum(ctx, 0, 1, NULL, NULL, sums));
  assert_all(sums[0] == 0.0);
  test_context_destroy(&ctx);
}

/* Many fields cost no more messages than one. */
static void fields_travel_together(void **state) {
  (void)state;
  enum { FIELDS = 500 };
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  double values[FIELDS], sums[FIELDS];
  int64_t collectives[3], messages, bytes[3];
  for (int k = 0; k < FIELDS; k++) values[k] = 1.0 + k;
  for (int i = 0; i < 3; i++) {
    assert_ok(hearth_context_traffic(ctx, &collectives[i], &messages, &bytes[i]));
    assert_ok(hearth_reproducible_sum(ctx, 1, i == 0 ? 1 : FIELDS, values, sums));
  }
  assert_all(collectives[2] - collectives[1] == collectives[1] - collectives[0] && collectives[1] - collectives[0] <= 2);
  assert_all(bytes[2] - bytes[1] <= FIELDS * 5 * 8 + 100); /* a few limbs of 68 */
  for (int k = 0; k < FIELDS; k++) assert_true(sums[k] == (1.0 + k) * test_size);
  test_context_destroy(&ctx);
}

static void refused_sums(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  const double values[6] = {1, 2, 3, 4, 5, 6};
  double sums[3] = {7, 8, 9};
  const int last = test_rank == test_size - 1;
  assert_status(HEARTH_ERR_ARGUMENT, hearth_reproducible_sum(ctx, last ? -1 : 2, 3, values, sums));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_reproducible_sum(ctx, 2, 3, last ? NULL : values, sums));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_reproducible_sum(ctx, 2, 3, values, last ? NULL : sums));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_reproducible_weighted_sum(ctx, 2, 3, values, last ? NULL : values, sums));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_reproducible_sum(ctx, INT64_MAX / 2, last ? 1000 : 3, values, sums));
  if (test_size > 1) assert_status(HEARTH_ERR_MISMATCH, hearth_reproducible_sum(ctx, 2, last ? 2 : 3, values, sums));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_reproducible_sum(NULL, 2, 3, values, sums));
  assert_all(sums[0] == 7 && sums[1] == 8 && sums[2] == 9);
  test_context_destroy(&ctx);
}

/* Elements by their flat index. */
typedef struct element_rule {
  int kind;
  int64_t seed;
  const int64_t *shape;
} element_rule;

static double element_value(const element_rule *rule, int32_t dtype, int64_t flat, int imaginary) {
  const double x = data_at(rule->kind, flat + rule->seed + 5000 * imaginary);
  if (dtype == HEARTH_FLOAT32 || dtype == HEARTH_COMPLEX64) return (double)(float)x;
  return dtype == HEARTH_INT32 ? (double)(int32_t)(x * 1e9) : x;
}

static void write_element(char *address, int32_t dtype, int32_t ndim, const int64_t *global, void *user) {
  const element_rule *rule = user;
  int64_t flat = 0;
  for (int32_t d = 0; d < ndim; d++) flat = flat * rule->shape[d] + global[d];
  const double re = element_value(rule, dtype, flat, 0), im = element_value(rule, dtype, flat, 1);
  if (dtype == HEARTH_COMPLEX128)
    memcpy(address, (double[2]){re, im}, 16);
  else if (dtype == HEARTH_COMPLEX64)
    memcpy(address, (float[2]){(float)re, (float)im}, 8);
  else
    value_set(address, dtype, re);
}

static hearth_array *make_array(hearth_context *ctx, int kind, int32_t ndim, const element_rule *rule, int32_t dtype, int32_t order) {
  hearth_layout *layout = table_layout(ctx, kind, ndim, rule->shape);
  hearth_array *array = NULL;
  assert_ok(hearth_array_create(layout, dtype, order, &array));
  assert_all(values_visit(array, HEARTH_WRITE, write_element, (void *)(uintptr_t)rule) == 0);
  hearth_layout_destroy(&layout);
  return array;
}

static bool is_complex(int32_t dtype) {
  return dtype == HEARTH_COMPLEX64 || dtype == HEARTH_COMPLEX128;
}

static void expected_dot(const element_rule *a, int32_t a_dtype, const element_rule *b, int32_t b_dtype, int64_t n, int conjugate, double result[2]) {
  oracle sums[2] = {0};
  for (int64_t i = 0; i < n; i++)
    for (int p = 0; p <= is_complex(a_dtype); p++)
      for (int q = 0; q <= is_complex(b_dtype); q++) {
        const double sign = (p && conjugate ? -1.0 : 1.0) * (p && q ? -1.0 : 1.0);
        const volatile double product = element_value(a, a_dtype, i, p) * element_value(b, b_dtype, i, q);
        oracle_add(&sums[p ^ q], sign * product);
      }
  result[0] = oracle_round(&sums[0]);
  result[1] = oracle_round(&sums[1]);
}

static void check_dot(hearth_array *value, int complex, const double *expected, int64_t which) {
  hearth_window window;
  assert_ok(hearth_array_access(value, 0, HEARTH_READ, &window));
  const double *result = window.base;
  bool right = window.ndim == 1 && window.extent[0] == 1 && window.dtype == (complex ? HEARTH_COMPLEX128 : HEARTH_FLOAT64);
  right = right && same_bits(result[0], expected[0], "dot", which) && (!complex || same_bits(result[1], expected[1], "dot, imaginary", which));
  assert_ok(hearth_array_release(value, 0));
  hearth_array_destroy(&value);
  assert_all(right);
}

static void dots(void **state) {
  (void)state;
  static const int32_t types[][2] = {{HEARTH_FLOAT64, HEARTH_FLOAT64}, {HEARTH_FLOAT32, HEARTH_FLOAT64},    {HEARTH_COMPLEX128, HEARTH_COMPLEX64},
                                     {HEARTH_INT32, HEARTH_FLOAT32},   {HEARTH_FLOAT64, HEARTH_COMPLEX128}, {HEARTH_COMPLEX64, HEARTH_INT32}};
  const int64_t shape[3] = {7, 5, 12};
  const element_rule a_rule = {DATA_CANCELLING, 3, shape}, b_rule = {DATA_ROUGH, 17, shape};
  for (int which = 0; which < CONTEXTS; which++) {
    hearth_context *ctx = context_number(which);
    for (int kind = 0; kind < TABLE_KINDS; kind++) {
      const int other = (kind * 5 + which) % TABLE_KINDS, t = (kind + which) % 6, conjugate = kind % 2;
      if (!is_usable(kind) || !is_usable(other)) continue;
      hearth_array *a = make_array(ctx, kind, 3, &a_rule, types[t][0], kind % 2), *b = make_array(ctx, other, 3, &b_rule, types[t][1], which % 2),
                   *value = NULL;
      double expected[2];
      expected_dot(&a_rule, types[t][0], &b_rule, types[t][1], 7 * 5 * 12, conjugate, expected);
      assert_ok((conjugate ? hearth_vdot : hearth_dot)(a, b, &value));
      check_dot(value, is_complex(types[t][0]) || is_complex(types[t][1]), expected, kind);
      hearth_array_destroy(&a);
      hearth_array_destroy(&b);
    }
    test_context_destroy(&ctx);
  }
}

static void refused_dots(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU), *other = test_context(HEARTH_BACKEND_CPU);
  const int64_t shape[2] = {4, 6}, wrong[2] = {4, 7};
  const element_rule rule = {DATA_ROUGH, 0, shape}, wrong_rule = {DATA_ROUGH, 0, wrong};
  hearth_array *a = make_array(ctx, TABLE_SPLIT_FIRST, 2, &rule, HEARTH_FLOAT64, 0), *b = make_array(ctx, TABLE_SPLIT_LAST, 2, &wrong_rule, HEARTH_FLOAT64, 0);
  hearth_array *c = make_array(other, TABLE_SPLIT_FIRST, 2, &rule, HEARTH_FLOAT64, 0), *d = make_array(ctx, TABLE_SPLIT_FIRST, 1, &rule, HEARTH_FLOAT64, 0);
  hearth_array *value = a;
  test_last_ctx = ctx;
  assert_status(HEARTH_ERR_MISMATCH, hearth_dot(a, b, &value));
  assert_all(value == NULL);
  assert_status(HEARTH_ERR_MISMATCH, hearth_dot(a, d, &value));
  assert_status(HEARTH_ERR_MISMATCH, hearth_dot(a, c, &value));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_vdot(a, test_rank == 0 ? NULL : a, &value));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_vdot(a, a, test_rank == 0 ? NULL : &value));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_dot(NULL, NULL, &value));
  hearth_array_destroy(&a);
  hearth_array_destroy(&b);
  hearth_array_destroy(&c);
  hearth_array_destroy(&d);
  test_context_destroy(&ctx);
  test_last_ctx = other;
  test_context_destroy(&other);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(sums_of_local_arrays), cmocka_unit_test(hard_sums), cmocka_unit_test(fields_travel_together),
                                          cmocka_unit_test(refused_sums),         cmocka_unit_test(dots),      cmocka_unit_test(refused_dots)};
HEARTH_TEST_MAIN(tests)
