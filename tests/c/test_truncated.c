/* Truncated decompositions against planted ones: hierarchical, randomized, incremental; and the polar decomposition. */
#include "planted.h"
#include <hearth/decomposition.h>

static const hearth_backend backends[] = {TEST_BACKENDS};
static const int32_t dtypes[] = {HEARTH_FLOAT64, HEARTH_FLOAT32, HEARTH_COMPLEX128, HEARTH_COMPLEX64};

typedef struct triple {
  hearth_array *u, *s, *vt;
} triple;

static void destroy(triple *t) {
  hearth_array_destroy(&t->u);
  hearth_array_destroy(&t->s);
  hearth_array_destroy(&t->vt);
}

/* Orthonormal factors of rank r; returns ||a - u s vt||_F / ||a||_F, and the values. */
static double check_triple(const hearth_array *a, int64_t m, int64_t n, int64_t r, const triple *t, double limit, double *values) {
  dense_number *matrix = dense_whole(a, 2, m, n), *left = dense_whole(t->u, 2, m, r), *sigma = dense_whole(t->s, 1, r, 1), *right = dense_whole(t->vt, 2, r, n);
  dense_number *scaled = malloc((size_t)(r * n + 1) * sizeof *scaled), *columns = malloc((size_t)(r * n + 1) * sizeof *columns);
  for (int64_t i = 0; i < r; i++) {
    if (values) values[i] = creal(sigma[i]);
    for (int64_t j = 0; j < n; j++) {
      scaled[i * n + j] = sigma[i] * right[i * n + j];
      columns[j * r + i] = right[i * n + j];
    }
  }
  const double defect_u = dense_defect(m, r, left), defect_v = dense_defect(n, r, columns), error = planted_residual(m, n, r, matrix, left, scaled);
  if (!(defect_u <= limit) || !(defect_v <= limit))
    fprintf(stderr, "[%d of %d] %d x %d: u %g, vt %g\n", test_rank, test_size, (int)m, (int)n, defect_u, defect_v);
  assert_all(defect_u <= limit && defect_v <= limit);
  dense_number *const all[] = {matrix, left, sigma, right, scaled, columns};
  for (int i = 0; i < 6; i++) free(all[i]);
  return error;
}

/* What is left out at best. */
static double tail(const planted *p, int64_t r) {
  double all = 0.0, left = 0.0;
  for (int64_t k = 0; k < p->rank; k++) {
    all += planted_value(p, k) * planted_value(p, k);
    if (k >= r) left += planted_value(p, k) * planted_value(p, k);
  }
  return sqrt(left / all);
}

/* One block: the singular values themselves. Several: within the error that is counted. */
static void hierarchical_rank(void **state) {
  (void)state;
  int turn = 0;
  for (size_t b = 0; b < 3; b++) {
    hearth_context *ctx = test_context(backends[b]);
    for (int kind = 0; kind < TABLE_KINDS; kind++) {
      if (!dense_turn(kind, turn++, 3)) continue;
      const int wide = turn / 3 % 2, blocks = turn / 6 % 2, d = turn / 3 % 4;
      const planted p = planted_make(wide ? 24 : 80, wide ? 70 : 24, dtypes[d], 1e-4);
      const double epsilon = dense_epsilon(p.rule.dtype);
      hearth_hsvd_options options = HEARTH_HSVD_OPTIONS_INIT;
      hearth_array *a = dense_array(ctx, kind, turn % 2, 2, &p.rule);
      triple t = {NULL, NULL, NULL};
      double error = -1.0, values[6];
      options.block = blocks ? 7 : 0;
      assert_ok(hearth_hsvd_rank(a, 6, &options, &t.u, &t.s, &t.vt, &error));
      const double is = check_triple(a, p.rule.m, p.rule.n, 6, &t, 60 * epsilon, values);
      if (!(fabs(error - is) <= 1e-6 + 4 * epsilon)) fprintf(stderr, "error %g, is %g, tail %g\n", error, is, tail(&p, 6));
      assert_all(fabs(error - is) <= 1e-6 + 4 * epsilon && is <= (blocks ? 1.5 : 1.0 + 1e-6) * tail(&p, 6) + 4 * epsilon);
      for (int k = 0; k < 6; k++) assert_all(fabs(values[k] - planted_value(&p, k)) <= (blocks ? tail(&p, 16) : 20 * epsilon) + 20 * epsilon);
      destroy(&t);
      hearth_array_destroy(&a);
    }
    test_context_destroy(&ctx);
  }
}

static void hierarchical_tolerance(void **state) {
  (void)state;
  static const double tolerances[] = {0.5, 0.03, 1e-3, 1e-9, 0.0, 1.0};
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  for (int i = 0; i < 6; i++)
    for (int blocks = 0; blocks < 2; blocks++) {
      const planted p = planted_make(90, 20, i % 2 ? HEARTH_COMPLEX128 : HEARTH_FLOAT64, 1e-12);
      hearth_hsvd_options options = HEARTH_HSVD_OPTIONS_INIT;
      hearth_array *a = dense_array(ctx, TABLE_SPLIT_FIRST, 0, 2, &p.rule);
      triple t = {NULL, NULL, NULL};
      double error = -1.0;
      int64_t shape[1];
      options.block = blocks ? 6 : 0;
      assert_ok(hearth_hsvd_rtol(a, tolerances[i], &options, &t.u, &t.s, &t.vt, &error));
      assert_ok(hearth_array_shape(t.s, 1, shape));
      const double is = check_triple(a, 90, 20, shape[0], &t, 1e-13, NULL);
      assert_all(error <= tolerances[i] + 1e-15 && is <= error * (1.0 + 1e-6) + 1e-14);
      /* no more values than it takes */
      if (!blocks && shape[0] > 0 && tolerances[i] > 0.0) assert_all(tail(&p, shape[0] - 1) > tolerances[i] * 0.999);
      if (tolerances[i] == 0.0) assert_all(shape[0] == 20);
      if (tolerances[i] == 1.0) assert_all(shape[0] == 0);
      destroy(&t);
      hearth_array_destroy(&a);
    }
  test_context_destroy(&ctx);
}

/* Fewer values than asked for where there are no more; nothing; scales. */
static void hierarchical_corners(void **state) {
  (void)state;
  static const double scales[] = {1.0, 1e-20, 1e20, 1e-200, 1e200};
  hearth_context *ctx = test_context(HEARTH_BACKEND_GUARD);
  for (int i = 0; i < 5; i++) {
    planted p = planted_make(40, 9, HEARTH_FLOAT64, 0.1);
    triple t = {NULL, NULL, NULL};
    double error = -1.0, values[3];
    p.rank = 3;
    p.scale = scales[i];
    hearth_array *a = dense_array(ctx, TABLE_CYCLIC_1, 0, 2, &p.rule);
    assert_ok(hearth_hsvd_rank(a, 5, NULL, &t.u, &t.s, &t.vt, &error));
    assert_all(check_triple(a, 40, 9, 3, &t, 1e-13, values) < 1e-13 && error < 1e-6);
    for (int k = 0; k < 3; k++) assert_all(fabs(values[k] / p.scale - planted_value(&p, k)) < 1e-13);
    destroy(&t);
    hearth_array_destroy(&a);
  }
  planted zero = planted_make(30, 4, HEARTH_FLOAT64, 0.1);
  triple t = {NULL, NULL, NULL};
  double error = -1.0;
  zero.rank = 0;
  hearth_array *a = dense_array(ctx, TABLE_SPLIT_FIRST, 0, 2, &zero.rule);
  assert_ok(hearth_hsvd_rank(a, 2, NULL, &t.u, &t.s, &t.vt, &error));
  check_triple(a, 30, 4, 0, &t, 0.0, NULL);
  assert_all(error == 0.0);
  destroy(&t);
  hearth_array_destroy(&a);
  test_context_destroy(&ctx);
}

static void randomized(void **state) {
  (void)state;
  int turn = 0;
  for (size_t b = 0; b < 3; b++) {
    hearth_context *ctx = test_context(backends[b]);
    for (int kind = 0; kind < TABLE_KINDS; kind++) {
      if (!dense_turn(kind, turn++, 4)) continue;
      const int wide = turn / 4 % 2, krylov = turn / 8 % 2, d = turn / 4 % 4;
      const planted p = planted_make(wide ? 30 : 70, wide ? 64 : 30, dtypes[d], 1e-6);
      const double epsilon = dense_epsilon(p.rule.dtype);
      hearth_rsvd_options options = HEARTH_RSVD_OPTIONS_INIT;
      hearth_array *a = dense_array(ctx, kind, turn % 2, 2, &p.rule);
      triple t = {NULL, NULL, NULL};
      double error = -1.0, values[5];
      options.oversample = 5;
      options.krylov = krylov;
      assert_ok(hearth_rsvd(a, 5, &options, &t.u, &t.s, &t.vt, &error));
      const double is = check_triple(a, p.rule.m, p.rule.n, 5, &t, 60 * epsilon, values);
      assert_all(fabs(error - is) <= (epsilon > 1e-10 ? 1e-3 : 1e-7) && is <= tail(&p, 5) * 1.0001 + 10 * epsilon);
      for (int k = 0; k < 5; k++) assert_all(fabs(values[k] - planted_value(&p, k)) <= 1e-8 + 40 * epsilon);
      destroy(&t);
      hearth_array_destroy(&a);
    }
    test_context_destroy(&ctx);
  }
}

/* Taking in columns bit by bit gives the decomposition of all of them. */
static void incremental(void **state) {
  (void)state;
  for (size_t b = 0; b < 3; b++) {
    hearth_context *ctx = test_context(backends[b]);
    for (int d = 0; d < 4; d++) {
      planted p = planted_make(60, 18, dtypes[d], 0.01);
      const double epsilon = dense_epsilon(dtypes[d]);
      p.rank = 6;
      hearth_array *a = dense_array(ctx, d % 2 ? TABLE_SPLIT_FIRST : TABLE_CYCLIC_3, d / 2, 2, &p.rule);
      triple t = {NULL, NULL, NULL};
      double values[6];
      for (int64_t first = 0; first < 18; first += 6) {
        const int64_t start[2] = {0, first}, count[2] = {60, 6};
        hearth_array *block = NULL;
        triple next = {NULL, NULL, NULL};
        assert_ok(hearth_slice(a, 2, start, count, NULL, &block));
        if (first == 0)
          assert_ok(hearth_svd(block, NULL, &next.u, &next.s, &next.vt));
        else
          assert_ok(hearth_isvd(t.u, t.s, t.vt, block, 6, &next.u, &next.s, &next.vt));
        destroy(&t);
        t = next;
        hearth_array_destroy(&block);
      }
      assert_all(check_triple(a, 60, 18, 6, &t, 60 * epsilon, values) < 60 * epsilon);
      for (int k = 0; k < 6; k++) assert_all(fabs(values[k] - planted_value(&p, k)) < 60 * epsilon);
      if (test_size > 1) {
        triple bad = {a, a, a};
        assert_status(HEARTH_ERR_MISMATCH, hearth_isvd(t.u, t.s, t.vt, a, test_rank == 0 ? 3 : 4, &bad.u, &bad.s, &bad.vt));
        assert_all(bad.u == NULL && bad.s == NULL && bad.vt == NULL);
      }
      destroy(&t);
      hearth_array_destroy(&a);
    }
    test_context_destroy(&ctx);
  }
}

static void polar(void **state) {
  (void)state;
  int turn = 0;
  for (size_t b = 0; b < 3; b++) {
    hearth_context *ctx = test_context(backends[b]);
    for (int kind = 0; kind < TABLE_KINDS; kind++) {
      if (!dense_turn(kind, turn++, 5)) continue;
      const int wide = turn / 5 % 2;
      const planted p = planted_make(wide ? 9 : 40, wide ? 15 : 8, dtypes[turn / 5 % 4], 0.1);
      const int64_t m = p.rule.m, n = p.rule.n;
      const double limit = 60 * dense_epsilon(p.rule.dtype);
      hearth_array *a = dense_array(ctx, kind, turn % 2, 2, &p.rule), *u = NULL, *h = NULL;
      assert_ok(hearth_polar(a, &u, &h));
      dense_number *matrix = dense_whole(a, 2, m, n), *left = dense_whole(u, 2, m, n), *right = dense_whole(h, 2, n, n);
      assert_all(planted_residual(m, n, n, matrix, left, right) < limit);
      if (!wide) assert_all(dense_defect(m, n, left) < limit);
      dense_number *square = dense_product(true, n, n, m, matrix, matrix), *of_h = dense_product(false, n, n, n, right, right);
      assert_all(dense_distance(n * n, square, of_h) < limit); /* h^2 = a^H a */
      double trace = 0.0, sum = 0.0;
      for (int64_t i = 0; i < n; i++) trace += creal(right[i * n + i]);
      for (int64_t k = 0; k < (m < n ? m : n); k++) sum += planted_value(&p, k);
      assert_all(fabs(trace - sum) < limit); /* h is the root that is not negative */
      dense_number *const all[] = {matrix, left, right, square, of_h};
      for (int i = 0; i < 5; i++) free(all[i]);
      hearth_array_destroy(&a);
      hearth_array_destroy(&u);
      hearth_array_destroy(&h);
    }
    test_context_destroy(&ctx);
  }
}

static dense_number broken_at(const dense_rule *rule, int64_t i, int64_t j) {
  return i == 11 && j == 2 ? (double)INFINITY : planted_at(rule, i, j);
}

static void refused(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  planted p = planted_make(30, 4, HEARTH_FLOAT64, 0.1);
  hearth_array *a = dense_array(ctx, TABLE_SPLIT_FIRST, 0, 2, &p.rule);
  p.rule.at = broken_at;
  hearth_array *broken = dense_array(ctx, TABLE_SPLIT_FIRST, 0, 2, &p.rule);
  triple t = {a, a, a};
  double error;
  hearth_rsvd_options options = HEARTH_RSVD_OPTIONS_INIT;
  assert_status(HEARTH_ERR_ARGUMENT, hearth_hsvd_rank(a, 0, NULL, &t.u, &t.s, &t.vt, &error));
  assert_all(t.u == NULL && t.s == NULL && t.vt == NULL);
  assert_status(HEARTH_ERR_ARGUMENT, hearth_hsvd_rtol(a, -0.1, NULL, &t.u, &t.s, &t.vt, &error));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_hsvd_rtol(a, (double)NAN, NULL, &t.u, &t.s, &t.vt, &error));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_rsvd(a, test_rank == 0 ? 0 : 2, NULL, &t.u, &t.s, &t.vt, &error));
  options.power = -1;
  assert_status(HEARTH_ERR_ARGUMENT, hearth_rsvd(a, 2, &options, &t.u, &t.s, &t.vt, &error));
  assert_status(HEARTH_ERR_NOT_FINITE, hearth_hsvd_rank(broken, 2, NULL, &t.u, &t.s, &t.vt, &error));
  assert_status(HEARTH_ERR_NOT_FINITE, hearth_rsvd(broken, 2, NULL, &t.u, &t.s, &t.vt, &error));
  assert_status(HEARTH_ERR_NOT_FINITE, hearth_polar(broken, &t.u, &t.s));
  assert_all(t.u == NULL && t.s == NULL && t.vt == NULL);
  hearth_array_destroy(&a);
  hearth_array_destroy(&broken);
  test_context_destroy(&ctx);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(hierarchical_rank),
                                          cmocka_unit_test(hierarchical_tolerance),
                                          cmocka_unit_test(hierarchical_corners),
                                          cmocka_unit_test(randomized),
                                          cmocka_unit_test(incremental),
                                          cmocka_unit_test(polar),
                                          cmocka_unit_test(refused)};
HEARTH_TEST_MAIN(tests)
