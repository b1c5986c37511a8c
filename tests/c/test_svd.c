/* Singular values and vectors against planted ones, references of real data, and the sign rule. */
#include "planted.h"
#include <hearth/decomposition.h>

static const int32_t dtypes[] = {HEARTH_FLOAT64, HEARTH_FLOAT32, HEARTH_COMPLEX128, HEARTH_COMPLEX64};
static const hearth_backend backends[] = {TEST_BACKENDS};

/* The entry of largest magnitude of each vector, first of those within 1e-6 (2e-6 is beyond doubt), is real and positive. */
static bool signs_are_right(int64_t vectors, int64_t length, int64_t step, int64_t along, const dense_number *x, double epsilon) {
  bool right = true;
  for (int64_t v = 0; v < vectors; v++) {
    double most = 0;
    int64_t first = -1;
    for (int64_t i = 0; i < length; i++) most = fmax(most, cabs(x[v * step + i * along]));
    for (int64_t i = 0; i < length && first < 0; i++)
      if (cabs(x[v * step + i * along]) >= most * (1.0 - 1e-6)) first = v * step + i * along;
    right = right && (most == 0 || (creal(x[first]) > 0.0 && fabs(cimag(x[first])) <= 4 * epsilon * most));
  }
  return right;
}

/* bound: in units of epsilon. */
static void check_svd(const hearth_array *a, const planted *p, const hearth_qr_options *options, double bound) {
  const int64_t m = p->rule.m, n = p->rule.n, k = m < n ? m : n;
  const double epsilon = dense_epsilon(p->rule.dtype), limit = bound * epsilon;
  hearth_array *u = NULL, *s = NULL, *vt = NULL, *values = NULL;
  assert_ok(hearth_svd(a, options, &u, &s, &vt));
  assert_ok(hearth_svdvals(a, &values));
  dense_number *matrix = dense_whole(a, 2, m, n), *left = dense_whole(u, 2, m, k), *sigma = dense_whole(s, 1, k, 1), *right = dense_whole(vt, 2, k, n);
  dense_number *alone = dense_whole(values, 1, k, 1), *scaled = malloc((size_t)(k * n + 1) * sizeof *scaled);
  dense_number *rows = malloc((size_t)(k * n + 1) * sizeof *rows);
  bool close = true;
  for (int64_t i = 0; i < k; i++) {
    const double wanted = p->scale * planted_value(p, i), value = creal(sigma[i]);
    close = close && fabs(value - wanted) <= limit * p->scale && fabs(creal(alone[i]) - value) <= limit * p->scale;
    close = close && (i == 0 || value <= creal(sigma[i - 1]));
    for (int64_t j = 0; j < n; j++) {
      scaled[i * n + j] = sigma[i] * right[i * n + j];
      rows[j * k + i] = right[i * n + j]; /* vt^T: columns */
    }
  }
  const double defect_u = dense_defect(m, k, left), defect_v = dense_defect(n, k, rows), error = planted_residual(m, n, k, matrix, left, scaled);
  if (!close || !(defect_u <= limit) || !(defect_v <= limit) || !(error <= limit))
    fprintf(stderr, "[%d of %d] %d x %d (%g) dtype %d: values %d, u %g, vt %g, residual %g\n", test_rank, test_size, (int)m, (int)n, p->smallest,
            (int)p->rule.dtype, close, defect_u, defect_v, error);
  assert_all(close);
  assert_all(defect_u <= limit && defect_v <= limit && error <= limit);
  assert_all(m >= n ? signs_are_right(k, n, n, 1, right, epsilon) : signs_are_right(k, m, 1, k, left, epsilon));
  dense_number *const all[] = {matrix, left, sigma, right, alone, scaled, rows};
  for (int i = 0; i < 7; i++) free(all[i]);
  hearth_array_destroy(&u);
  hearth_array_destroy(&s);
  hearth_array_destroy(&vt);
  hearth_array_destroy(&values);
}

static void layouts(void **state) {
  (void)state;
  static const int64_t shapes[][2] = {{61, 7}, {7, 40}, {12, 12}, {9, 1}, {1, 9}, {150, 19}};
  int turn = 0;
  for (size_t b = 0; b < 3; b++) {
    hearth_context *ctx = test_context(backends[b]);
    for (size_t c = 0; c < sizeof shapes / sizeof *shapes; c++)
      for (int kind = 0; kind < TABLE_KINDS; kind++) {
        hearth_qr_options options = HEARTH_QR_OPTIONS_INIT;
        if (!dense_turn(kind, turn++, 4)) continue;
        const planted p = planted_make(shapes[c][0], shapes[c][1], dtypes[(size_t)(turn / 4) % 4], 0.1);
        hearth_array *a = dense_array(ctx, kind, turn / 2 % 2, 2, &p.rule);
        if (shapes[c][0] >= shapes[c][1]) options.method = turn / 16 % 5;
        if (turn / 16 % 5 == 4) options.method = HEARTH_QR_SCALAPACK;
        check_svd(a, &p, &options, 60.0);
        hearth_array_destroy(&a);
      }
    test_context_destroy(&ctx);
  }
}

/* Small singular values are good to epsilon times the largest, whatever the condition number and the scale. */
static void accuracy(void **state) {
  (void)state;
  static const double smallest[] = {1e-3, 1e-7, 1e-11, 1e-15}, scales[] = {1.0, 1e-20, 1e20, 1e-200};
  for (size_t b = 0; b < 3; b++) {
    hearth_context *ctx = test_context(backends[b]);
    for (int c = 0; c < 4; c++)
      for (int wide = 0; wide < 2; wide++) {
        planted p = planted_make(wide ? 20 : 300, wide ? 300 : 20, wide ? HEARTH_COMPLEX128 : HEARTH_FLOAT64, smallest[c]);
        p.scale = scales[(c + wide) % 4];
        hearth_array *a = dense_array(ctx, wide ? TABLE_SPLIT_LAST : TABLE_SPLIT_FIRST, c % 2, 2, &p.rule);
        check_svd(a, &p, NULL, 45.0); /* 1e-14 */
        hearth_array_destroy(&a);
      }
    test_context_destroy(&ctx);
  }
}

/* float32 data whose condition number is that of the type: no leading mode is lost. */
static void float32_modes(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  const planted p = planted_make(500, 16, HEARTH_FLOAT32, 1e-7);
  hearth_array *a = dense_array(ctx, TABLE_SPLIT_FIRST, 0, 2, &p.rule), *s = NULL;
  assert_ok(hearth_svdvals(a, &s));
  dense_number *values = dense_whole(s, 1, 16, 1);
  for (int i = 0; i < 14; i++) assert_all(fabs(creal(values[i]) - planted_value(&p, i)) < 2e-8 + 1e-7 * planted_value(&p, i));
  free(values);
  hearth_array_destroy(&a);
  hearth_array_destroy(&s);
  test_context_destroy(&ctx);
}

static void deficient(void **state) {
  (void)state;
  for (size_t b = 0; b < 3; b++) {
    hearth_context *ctx = test_context(backends[b]);
    for (int which = 0; which < 8; which++) {
      planted p = planted_make(which % 2 ? 9 : 70, which % 2 ? 50 : 9, dtypes[which / 2], 0.1);
      int64_t rank = -1;
      p.rank = which < 6 ? 4 : 0;
      hearth_array *a = dense_array(ctx, TABLE_CYCLIC_2, 1, 2, &p.rule);
      check_svd(a, &p, NULL, 60.0);
      assert_ok(hearth_matrix_rank(a, -1.0, &rank));
      assert_all(rank == p.rank);
      assert_ok(hearth_matrix_rank(a, 0.7, &rank));
      assert_all(rank == (p.rank > 0 ? 2 : 0)); /* 0.1^(k/8) */
      hearth_array_destroy(&a);
    }
    test_context_destroy(&ctx);
  }
}

static dense_number whole_at(const dense_rule *rule, int64_t i, int64_t j) {
  return creal(dense_random(rule, i, j));
}

/* Integers are computed in float64. */
static void integers(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_GUARD);
  const dense_rule rule = {30, 4, HEARTH_INT32, 3, whole_at}, wide = {30, 4, HEARTH_FLOAT64, 3, whole_at};
  hearth_array *a = dense_array(ctx, TABLE_BOXES, 0, 2, &rule), *b = NULL, *s = NULL, *t = NULL;
  int32_t dtype = -1;
  (void)wide;
  assert_ok(hearth_array_cast(a, HEARTH_FLOAT64, &b));
  assert_ok(hearth_svdvals(a, &s));
  assert_ok(hearth_svdvals(b, &t));
  assert_ok(hearth_array_dtype(s, &dtype));
  assert_all(dtype == HEARTH_FLOAT64);
  dense_number *x = dense_whole(s, 1, 4, 1), *y = dense_whole(t, 1, 4, 1);
  assert_all(dense_distance(4, x, y) == 0.0 && creal(x[3]) > 0.0);
  free(x);
  free(y);
  hearth_array_destroy(&a);
  hearth_array_destroy(&b);
  hearth_array_destroy(&s);
  hearth_array_destroy(&t);
  test_context_destroy(&ctx);
}

static void refused(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  const planted p = planted_make(40, 5, HEARTH_FLOAT64, 0.1);
  hearth_array *a = dense_array(ctx, TABLE_SPLIT_FIRST, 0, 2, &p.rule), *line = dense_array(ctx, TABLE_SPLIT_FIRST, 0, 1, &p.rule), *u = a, *s = a, *vt = a;
  int64_t rank = -1;
  assert_status(HEARTH_ERR_ARGUMENT, hearth_svd(line, NULL, &u, &s, &vt));
  assert_all(u == NULL && s == NULL && vt == NULL);
  assert_status(HEARTH_ERR_ARGUMENT, hearth_svd(a, NULL, &u, test_rank == 0 ? NULL : &s, &vt));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_svdvals(a, test_rank == 0 ? NULL : &s));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_matrix_rank(a, (double)NAN, &rank));
  if (test_size > 1) assert_status(HEARTH_ERR_MISMATCH, hearth_matrix_rank(a, 0.1 * (test_rank + 1), &rank));
  hearth_array_destroy(&a);
  hearth_array_destroy(&line);
  test_context_destroy(&ctx);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(layouts),   cmocka_unit_test(accuracy), cmocka_unit_test(float32_modes),
                                          cmocka_unit_test(deficient), cmocka_unit_test(integers), cmocka_unit_test(refused)};
HEARTH_TEST_MAIN(tests)
