/* The bridge to LAPACK and ScaLAPACK: factorisations of any layout, dtype and shape, on one rank and distributed. */
#include "dense_values.h"
#include "linalg/scalapack/bridge.h"
#include "linalg/scalapack/routines.h"
#include <string.h>

static const int64_t shapes[][2] = {{13, 7}, {7, 13}, {9, 9}, {33, 20}, {1, 5}, {5, 1}, {4, 0}, {0, 3}};
enum { SHAPES = sizeof shapes / sizeof *shapes };
static const int32_t dtypes[] = {HEARTH_FLOAT64, HEARTH_COMPLEX128, HEARTH_FLOAT32, HEARTH_COMPLEX64, HEARTH_INT32, HEARTH_BOOL};
enum { DTYPES = sizeof dtypes / sizeof *dtypes };

static int64_t smaller(int64_t a, int64_t b) {
  return a < b ? a : b;
}

static void check_qr(hearth_context *ctx, int kind, const dense_rule *rule, bool complete) {
  const int64_t m = rule->m, n = rule->n, k = complete ? m : smaller(m, n);
  hearth_array *a = dense_array(ctx, kind, kind % 2, 2, rule), *q = NULL, *r = NULL, *alone = NULL;
  assert_ok(hearth_bridge_qr("test", a, complete, NULL, NULL, &q, &r));
  assert_ok(hearth_bridge_qr("test", a, complete, NULL, NULL, NULL, &alone));
  dense_number *expected = dense_expected(rule), *qs = dense_whole(q, 2, m, k), *rs = dense_whole(r, 2, k, n), *other = dense_whole(alone, 2, k, n);
  dense_number *product = dense_product(false, m, n, k, qs, rs);
  const double tolerance = 20 * dense_epsilon(rule->dtype) * (double)(m + n);
  assert_near(dense_distance(m * n, expected, product), 0, tolerance * (1 + dense_most(m * n, expected)));
  assert_near(dense_defect(m, k, qs), 0, tolerance);
  assert_near(dense_distance(k * n, rs, other), 0, 0);
  for (int64_t i = 0; i < k; i++)
    for (int64_t j = 0; j < n && j < i; j++)
      if (rs[i * n + j] != 0) fail_msg("r is not triangular");
  free(expected), free(qs), free(rs), free(other), free(product);
  hearth_array_destroy(&a);
  hearth_array_destroy(&q);
  hearth_array_destroy(&r);
  hearth_array_destroy(&alone);
}

static void check_svd(hearth_context *ctx, int kind, const dense_rule *rule) {
  const int64_t m = rule->m, n = rule->n, k = smaller(m, n);
  double s[64], values[64];
  hearth_array *a = dense_array(ctx, kind, kind % 2, 2, rule), *u = NULL, *vt = NULL;
  assert_ok(hearth_bridge_svd("test", a, NULL, NULL, s, &u, &vt));
  assert_ok(hearth_bridge_svd("test", a, NULL, NULL, values, NULL, NULL));
  dense_number *expected = dense_expected(rule), *us = dense_whole(u, 2, m, k), *vts = dense_whole(vt, 2, k, n), *v = malloc((size_t)(k * n + 1) * sizeof *v);
  for (int64_t i = 0; i < k; i++)
    for (int64_t j = 0; j < n; j++) {
      v[j * k + i] = conj(vts[i * n + j]);
      vts[i * n + j] *= s[i];
    }
  dense_number *product = dense_product(false, m, n, k, us, vts);
  const double tolerance = 30 * dense_epsilon(rule->dtype) * (double)(m + n);
  assert_near(dense_distance(m * n, expected, product), 0, tolerance * (1 + dense_most(m * n, expected)));
  assert_near(dense_defect(m, k, us), 0, tolerance);
  assert_near(dense_defect(n, k, v), 0, tolerance);
  for (int64_t i = 0; i < k; i++)
    if (!(s[i] >= 0) || (i > 0 && s[i] > s[i - 1]) || fabs(values[i] - s[i]) > tolerance * s[0])
      fail_msg("singular value %d: %g, %g alone", (int)i, s[i], values[i]);
  free(expected), free(us), free(vts), free(v), free(product);
  hearth_array_destroy(&a);
  hearth_array_destroy(&u);
  hearth_array_destroy(&vt);
}

/* Layouts, shapes and types take turns; most of them distributed on the CPU. */
static void factorisations(void **state) {
  (void)state;
  static const hearth_backend backends[] = {HEARTH_BACKEND_CPU, HEARTH_BACKEND_GUARD, HEARTH_BACKEND_CPU};
  int turn = 0;
  for (int which = 0; which < 3; which++) {
    hearth_context *ctx = dense_context(backends[which], which < 2 ? 1 : 0);
    for (int shape = 0; shape < SHAPES; shape++)
      for (int kind = 0; kind < TABLE_KINDS; kind++) {
        if (!dense_turn(kind, turn++, which == 0 ? 5 : 17)) continue;
        const dense_rule rule = {shapes[shape][0], shapes[shape][1], dtypes[turn % DTYPES], 3, dense_random};
        check_qr(ctx, kind, &rule, turn % 3 == 0);
        check_svd(ctx, kind, &rule);
      }
    test_context_destroy(&ctx);
  }
}

/* Every type of the table itself, as the bridge could be asked to compute in. */
static void single_precision(void **state) {
  (void)state;
  hearth_context *ctx = dense_context(HEARTH_BACKEND_CPU, 1);
  for (int d = 0; d < 4; d++) {
    const dense_rule rule = {12, 12, dtypes[d], 5, dense_random};
    hearth_array *a = dense_array(ctx, TABLE_SPLIT_FIRST, 0, 2, &rule);
    hearth_bridge b;
    hearth_matrix x = {0}, y = {0}, z = {0};
    assert_ok(hearth_bridge_open(ctx, rule.dtype, 12, 12, HEARTH_BRIDGE_PRODUCTS, &b));
    assert_ok(hearth_bridge_bring(&b, a, &x));
    assert_ok(hearth_bridge_make(&b, 12, 12, &y));
    assert_ok(hearth_bridge_make(&b, 12, 12, &z));
    hearth_bridge_identity(&b, &y);
    int32_t *pivots = malloc(200 * sizeof *pivots), info = -1;
    double norm = 0, inverse_norm = 0;
    assert_ok(b.call->multiply(&b, &x, &y, &z)); /* z = a */
    assert_ok(b.call->norm(&b, 'M', &z, &norm));
    dense_number *expected = dense_expected(&rule);
    assert_near(norm, dense_most(144, expected), 1e-6);
    assert_ok(b.call->norm(&b, '1', &x, &norm));
    assert_ok(b.call->lu(&b, &x, pivots, &info));
    assert_all(info == 0);
    assert_ok(b.call->lu_solve(&b, 'N', &x, pivots, &y)); /* y = inverse */
    assert_ok(b.call->norm(&b, '1', &y, &inverse_norm));
    hearth_array *inverse = NULL;
    assert_ok(hearth_bridge_deliver(&b, &y, 12, 12, NULL, rule.dtype, 0, &inverse));
    dense_number *is = dense_whole(inverse, 2, 12, 12), *one = dense_product(false, 12, 12, 12, expected, is);
    for (int i = 0; i < 12; i++) one[13 * i] -= 1;
    assert_near(dense_most(144, one), 0, 20 * dense_epsilon(rule.dtype) * norm * inverse_norm);
    free(expected), free(is), free(one), free(pivots);
    hearth_array_destroy(&inverse);
    hearth_array_destroy(&a);
    hearth_bridge_release(&x);
    hearth_bridge_release(&y);
    hearth_bridge_release(&z);
    hearth_bridge_close(&b);
  }
  test_context_destroy(&ctx);
}

static dense_number infinite_at_3_2(const dense_rule *rule, int64_t i, int64_t j) {
  return i >= 3 && j == 2 ? (i == 3 ? INFINITY : NAN) : dense_random(rule, i, j);
}

static void refusals(void **state) {
  (void)state;
  for (int alone = 0; alone < 2; alone++) {
    hearth_context *ctx = dense_context(HEARTH_BACKEND_CPU, alone ? 1000 : 1);
    const dense_rule rule = {9, 6, HEARTH_FLOAT64, 5, infinite_at_3_2};
    hearth_array *a = dense_array(ctx, TABLE_GRID_CYCLIC, 0, 2, &rule), *q = NULL, *r = NULL;
    char message[300];
    int32_t status = 0, rank = 0;
    double s[6];
    assert_status(HEARTH_ERR_NOT_FINITE, hearth_bridge_qr("some name", a, false, NULL, NULL, &q, &r));
    hearth_last_error(ctx, &status, &rank, message, sizeof message);
    assert_all(strstr(message, "some name") && strstr(message, "[3, 2]") && !q && !r);
    assert_status(HEARTH_ERR_NOT_FINITE, hearth_bridge_svd("some name", a, NULL, NULL, s, &q, &r));
    hearth_bridge b;
    assert_status(HEARTH_ERR_UNSUPPORTED, hearth_bridge_open(ctx, HEARTH_FLOAT64, (int64_t)1 << 32, 2, HEARTH_BRIDGE_PRODUCTS, &b));
    hearth_array_destroy(&a);
    test_context_destroy(&ctx);
  }
}

/* Workspace counts under the cap: refused on all ranks, nothing lost. */
static void memory_cap(void **state) {
  (void)state;
  hearth_context_options options = HEARTH_CONTEXT_OPTIONS_INIT;
  options.leak_check = 1;
  options.memory_cap = 100000;
  hearth_context *ctx = test_context_with(&options);
  ctx->alone_below = 1;
  const dense_rule rule = {60, 60, HEARTH_FLOAT64, 1, dense_random};
  hearth_array *a = dense_array(ctx, TABLE_SPLIT_FIRST, 0, 2, &rule), *u = NULL, *vt = NULL;
  double s[60];
  int64_t before = 0, after = 0, peak, cap;
  hearth_context_memory(ctx, &before, &peak, &cap);
  if (test_size == 1) assert_status(HEARTH_ERR_MEMORY, hearth_bridge_svd("test", a, NULL, NULL, s, &u, &vt));
  hearth_context_memory(ctx, &after, &peak, &cap);
  assert_all(before == after);
  hearth_array_destroy(&a);
  hearth_array_destroy(&u);
  hearth_array_destroy(&vt);
  test_context_destroy(&ctx);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(factorisations), cmocka_unit_test(single_precision), cmocka_unit_test(refusals),
                                          cmocka_unit_test(memory_cap)};
HEARTH_TEST_MAIN(tests)
