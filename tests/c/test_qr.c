/* QR: orthogonality, residual, shape of R, uniqueness against Gram-Schmidt in long double, methods, ranks, scales, references, refusals. */
#include "planted.h"
#include <hearth/decomposition.h>

typedef struct qr_case {
  int64_t m, n;
  double smallest;
} qr_case;

/* R of a full-rank matrix by modified Gram-Schmidt, done twice, in long double. */
static void expected_r(int64_t m, int64_t n, const dense_number *a, dense_number *r) {
  long double _Complex *q = malloc((size_t)(m * n + 1) * sizeof *q);
  for (int64_t i = 0; i < m * n; i++) q[i] = a[i];
  memset(r, 0, (size_t)(n * n) * sizeof *r);
  for (int64_t j = 0; j < n; j++) {
    for (int twice = 0; twice < 2; twice++)
      for (int64_t k = 0; k < j; k++) {
        long double _Complex sum = 0;
        for (int64_t i = 0; i < m; i++) sum += conjl(q[i * n + k]) * q[i * n + j];
        for (int64_t i = 0; i < m; i++) q[i * n + j] -= sum * q[i * n + k];
        r[k * n + j] += (dense_number)sum;
      }
    long double size = 0;
    for (int64_t i = 0; i < m; i++) size += creall(q[i * n + j] * conjl(q[i * n + j]));
    size = sqrtl(size);
    for (int64_t i = 0; i < m; i++) q[i * n + j] /= size;
    r[j * n + j] = (double)size;
  }
  free(q);
}

static bool triangle_is_right(int64_t k, int64_t n, const dense_number *r) {
  bool right = true;
  for (int64_t i = 0; i < k; i++) {
    right = right && (i >= n || (creal(r[i * n + i]) >= 0.0 && cimag(r[i * n + i]) == 0.0));
    for (int64_t j = 0; j < i && j < n; j++) right = right && r[i * n + j] == 0;
  }
  return right;
}

static bool is_tall(int32_t method) {
  return method != HEARTH_QR_AUTO && method != HEARTH_QR_SCALAPACK;
}

/* Factorises; returns the method and rank that were reported. Bounds in units of epsilon. */
static void check_qr(const hearth_array *a, const planted *p, int32_t method, double bound, int32_t *used, int64_t *rank) {
  const int64_t m = p->rule.m, n = p->rule.n, k = m < n ? m : n;
  hearth_qr_options options = HEARTH_QR_OPTIONS_INIT;
  hearth_array *q = NULL, *r = NULL;
  double residual = -1.0, orthogonality = -1.0;
  const double epsilon = dense_epsilon(p->rule.dtype);
  options.method = method;
  assert_ok(hearth_qr_report(a, &options, &q, &r, used, rank));
  dense_number *matrix = dense_whole(a, 2, m, n), *wanted = dense_expected(&p->rule), *left = dense_whole(q, 2, m, k), *right = dense_whole(r, 2, k, n);
  assert_all(dense_distance(m * n, matrix, wanted) <= epsilon * dense_most(m * n, wanted)); /* as far as the type holds it */
  free(wanted);
  const double defect = dense_defect(m, k, left), error = planted_residual(m, n, k, matrix, left, right);
  if (!(defect <= bound * epsilon) || !(error <= bound * epsilon))
    fprintf(stderr, "[%d of %d] %d x %d (%g) dtype %d method %d used %d: orthogonality %g, residual %g\n", test_rank, test_size, (int)m, (int)n, p->smallest,
            (int)p->rule.dtype, (int)method, (int)*used, defect, error);
  assert_all(defect <= bound * epsilon);
  assert_all(error <= bound * epsilon);
  assert_all(triangle_is_right(k, n, right));
  assert_ok(hearth_qr_quality(a, q, r, &residual, &orthogonality));
  assert_near(orthogonality, defect, 1e-14);
  assert_near(residual, error, 1e-14);
  free(matrix);
  free(left);
  free(right);
  hearth_array_destroy(&q);
  hearth_array_destroy(&r);
}

static const int32_t dtypes[] = {HEARTH_FLOAT64, HEARTH_FLOAT32, HEARTH_COMPLEX128, HEARTH_COMPLEX64};
static const hearth_backend backends[] = {TEST_BACKENDS};

/* All layouts, types, backends and methods, each with some of the others. */
static void layouts(void **state) {
  (void)state;
  static const qr_case cases[] = {{61, 7, 0.01}, {30, 30, 0.1}, {5, 9, 0.1}, {8, 1, 1.0}, {200, 19, 1e-3}, {1, 1, 1.0}, {3, 3, 0.5}};
  int turn = 0;
  for (size_t b = 0; b < 3; b++) {
    hearth_context *ctx = test_context(backends[b]);
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++)
      for (int kind = 0; kind < TABLE_KINDS; kind++) {
        if (!dense_turn(kind, turn++, 5)) continue;
        const int32_t dtype = dtypes[(size_t)(turn / 5) % 4];
        const int32_t method = cases[c].m < cases[c].n ? HEARTH_QR_AUTO : turn / 20 % 5;
        const planted p = planted_make(cases[c].m, cases[c].n, dtype, cases[c].smallest);
        hearth_array *a = dense_array(ctx, kind, turn / 2 % 2, 2, &p.rule);
        int32_t used = -1;
        int64_t rank = -1;
        check_qr(a, &p, method, 40.0, &used, &rank);
        assert_all(rank == (cases[c].m < cases[c].n ? cases[c].m : cases[c].n));
        assert_all(!is_tall(method) || used == method || method == HEARTH_QR_SHIFTED_CHOLESKY_QR3);
        hearth_array_destroy(&a);
      }
    test_context_destroy(&ctx);
  }
}

/* R is unique. */
static void unique(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  for (int d = 0; d < 4; d += 2)
    for (int32_t method = HEARTH_QR_AUTO; method <= HEARTH_QR_SCALAPACK; method++) {
      const planted p = planted_make(90, 12, dtypes[d], 0.05);
      hearth_qr_options options = HEARTH_QR_OPTIONS_INIT;
      hearth_array *a = dense_array(ctx, TABLE_CYCLIC_3, method % 2, 2, &p.rule), *q = NULL, *r = NULL;
      dense_number *matrix = dense_expected(&p.rule), expected[144];
      options.method = method;
      assert_ok(hearth_qr(a, &options, &q, &r));
      dense_number *got = dense_whole(r, 2, 12, 12);
      expected_r(90, 12, matrix, expected);
      assert_all(dense_distance(144, got, expected) < 1e-14);
      free(matrix);
      free(got);
      hearth_array_destroy(&a);
      hearth_array_destroy(&q);
      hearth_array_destroy(&r);
    }
  test_context_destroy(&ctx);
}

/* Condition numbers up to 1e15: the ladder's every step, and what it says it did. */
static void condition_numbers(void **state) {
  (void)state;
  static const struct {
    double smallest;
    int32_t method;
  } steps[] = {{0.1, HEARTH_QR_CHOLESKY_QR2},
               {1e-5, HEARTH_QR_CHOLESKY_QR2},
               {1e-9, HEARTH_QR_SHIFTED_CHOLESKY_QR3},
               {1e-12, HEARTH_QR_SHIFTED_CHOLESKY_QR3},
               {1e-15, -1}};
  for (size_t b = 0; b < 3; b++) {
    hearth_context *ctx = test_context(backends[b]);
    for (size_t s = 0; s < sizeof steps / sizeof *steps; s++)
      for (int d = 0; d < 4; d += 2) {
        const planted p = planted_make(400, 24, dtypes[d], steps[s].smallest);
        hearth_array *a = dense_array(ctx, (int)s % 2 ? TABLE_SPLIT_FIRST : TABLE_CUTS_FRONT, d / 2, 2, &p.rule);
        int32_t used = -1;
        int64_t rank = -1;
        check_qr(a, &p, HEARTH_QR_AUTO, 45.0, &used, &rank); /* 1e-14 */
        assert_all(steps[s].method < 0 || used == steps[s].method);
        assert_all(rank >= 22 && (rank == 24 || steps[s].smallest < 1e-13));
        check_qr(a, &p, HEARTH_QR_TSQR, 45.0, &used, &rank);
        hearth_array_destroy(&a);
      }
    test_context_destroy(&ctx);
  }
}

/* Scaling by a power of two, or any number, changes R by that factor alone. */
static void scales(void **state) {
  (void)state;
  static const double factors[] = {1e-20, 1e20, 0x1p-700, 0x1p800, 1e-300};
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  for (size_t f = 0; f < sizeof factors / sizeof *factors; f++)
    for (int32_t method = HEARTH_QR_AUTO; method <= HEARTH_QR_SCALAPACK; method++) {
      planted p = planted_make(150, 9, HEARTH_FLOAT64, 1e-3);
      int32_t used = -1;
      int64_t rank = -1;
      p.scale = factors[f];
      hearth_array *a = dense_array(ctx, TABLE_SPLIT_FIRST, 0, 2, &p.rule), *q = NULL, *r = NULL;
      dense_number *matrix = dense_expected(&p.rule);
      hearth_qr_options options = HEARTH_QR_OPTIONS_INIT;
      options.method = method;
      assert_ok(hearth_qr_report(a, &options, &q, &r, &used, &rank));
      assert_all(rank == 9);
      dense_number *left = dense_whole(q, 2, 150, 9), *right = dense_whole(r, 2, 9, 9);
      for (int i = 0; i < 81; i++) right[i] /= factors[f];
      for (int i = 0; i < 1350; i++) matrix[i] /= factors[f];
      assert_all(dense_defect(150, 9, left) < 1e-14);
      assert_all(planted_residual(150, 9, 9, matrix, left, right) < 1e-14);
      free(matrix);
      free(left);
      free(right);
      hearth_array_destroy(&a);
      hearth_array_destroy(&q);
      hearth_array_destroy(&r);
    }
  test_context_destroy(&ctx);
}

static dense_number graded_at(const dense_rule *rule, int64_t i, int64_t j) {
  return planted_at(rule, i, j) * pow(10.0, 30.0 * (double)(j % 5) - 60.0) * (j == 3 ? 1e-120 : 1.0);
}

/* Columns of very different sizes are no bad condition, also where their squares leave the range of numbers. */
static void graded_columns(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  planted p = planted_make(120, 10, HEARTH_FLOAT64, 0.1);
  p.rule.at = graded_at;
  hearth_array *a = dense_array(ctx, TABLE_SPLIT_FIRST, 0, 2, &p.rule), *q = NULL, *r = NULL;
  dense_number *matrix = dense_expected(&p.rule);
  assert_ok(hearth_qr(a, NULL, &q, &r));
  dense_number *left = dense_whole(q, 2, 120, 10), *right = dense_whole(r, 2, 10, 10);
  assert_all(dense_defect(120, 10, left) < 1e-14);
  for (int j = 0; j < 10; j++) { /* column by column */
    dense_number column[120], coefficients[10];
    for (int i = 0; i < 120; i++) column[i] = matrix[i * 10 + j];
    for (int i = 0; i < 10; i++) coefficients[i] = right[i * 10 + j];
    assert_all(planted_residual(120, 1, 10, column, left, coefficients) < 1e-14);
  }
  free(matrix);
  free(left);
  free(right);
  hearth_array_destroy(&a);
  hearth_array_destroy(&q);
  hearth_array_destroy(&r);
  test_context_destroy(&ctx);
}

static dense_number twins_at(const dense_rule *rule, int64_t i, int64_t j) {
  return j == 4 ? 0.0 : planted_at(rule, i, j == 6 ? 2 : j);
}

/* Rank deficiency is an answer. */
static void deficient(void **state) {
  (void)state;
  for (size_t b = 0; b < 3; b++) {
    hearth_context *ctx = test_context(backends[b]);
    for (int d = 0; d < 4; d++)
      for (int which = 0; which < 4; which++) {
        planted p = planted_make(which == 3 ? 6 : 80, 8, dtypes[d], 0.1);
        int32_t used = -1;
        int64_t rank = -1;
        if (which == 0) p.rank = 5;
        if (which == 1) p.rule.at = twins_at; /* a zero column, two equal ones */
        if (which == 2) p.rank = 0;
        if (which == 3) p.rank = 4; /* wide */
        hearth_array *a = dense_array(ctx, TABLE_GRID_REPLICAS, which % 2, 2, &p.rule);
        check_qr(a, &p, HEARTH_QR_AUTO, 45.0, &used, &rank);
        assert_all(rank == (which == 0 ? 5 : which == 1 ? 6 : which == 2 ? 0 : 4));
        if (which == 1 || which == 2) {
          hearth_qr_options options = HEARTH_QR_OPTIONS_INIT;
          hearth_array *q = a, *r = a;
          options.method = HEARTH_QR_CHOLESKY_QR2;
          assert_status(HEARTH_ERR_NUMERICAL, hearth_qr(a, &options, &q, &r));
          assert_all(q == NULL && r == NULL);
        }
        hearth_array_destroy(&a);
      }
    test_context_destroy(&ctx);
  }
}

/* More columns than the kernels of few columns take, rows that fill no tile, several threads. */
static void many_columns(void **state) {
  (void)state;
  hearth_context_options options = HEARTH_CONTEXT_OPTIONS_INIT;
  options.backend = HEARTH_BACKEND_CPU;
  options.threads = 2;
  options.leak_check = 1;
  hearth_context *ctx = test_context_with(&options);
  for (int64_t n = 64; n <= 192; n += 64) {
    const planted p = planted_make(n == 192 ? 400 : 1501, n, n == 128 ? HEARTH_COMPLEX128 : HEARTH_FLOAT64, 0.1);
    dense_rule rule = p.rule;
    rule.at = dense_random;
    const planted random = {rule, 0.1, 1.0, n};
    hearth_array *a = dense_array(ctx, TABLE_SPLIT_FIRST, n == 64, 2, &rule), *q = NULL, *r = NULL;
    double residual, orthogonality;
    assert_ok(hearth_qr(a, NULL, &q, &r));
    assert_ok(hearth_qr_quality(a, q, r, &residual, &orthogonality));
    assert_all(residual < 5e-15 && orthogonality < 1e-14);
    hearth_array_destroy(&q);
    hearth_array_destroy(&r);
    hearth_array_destroy(&a);
    (void)random;
  }
  test_context_destroy(&ctx);
}

static void nothing(void **state) {
  (void)state;
  static const int64_t shapes[3][2] = {{0, 3}, {4, 0}, {0, 0}};
  for (size_t b = 0; b < 3; b++) {
    hearth_context *ctx = test_context(backends[b]);
    for (int s = 0; s < 3; s++) {
      hearth_layout *layout = NULL;
      hearth_array *a = NULL, *q = NULL, *r = NULL;
      int64_t shape[2], rank = -1;
      int32_t method = -1;
      assert_ok(hearth_layout_split(ctx, 2, shapes[s], 0, &layout));
      assert_ok(hearth_zeros(layout, HEARTH_FLOAT64, 0, &a));
      assert_ok(hearth_qr_report(a, NULL, &q, &r, &method, &rank));
      assert_ok(hearth_array_shape(q, 2, shape));
      assert_all(shape[0] == shapes[s][0] && shape[1] == 0 && rank == 0);
      assert_ok(hearth_array_shape(r, 2, shape));
      assert_all(shape[0] == 0 && shape[1] == shapes[s][1]);
      hearth_array_destroy(&a);
      hearth_array_destroy(&q);
      hearth_array_destroy(&r);
      hearth_layout_destroy(&layout);
    }
    test_context_destroy(&ctx);
  }
}

static dense_number broken_at(const dense_rule *rule, int64_t i, int64_t j) {
  return i == 17 && j == 3 ? (rule->seed == 1 ? (double)NAN : (double)INFINITY) : planted_at(rule, i, j);
}

static void refused(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  planted p = planted_make(40, 5, HEARTH_FLOAT64, 0.1);
  hearth_array *a = dense_array(ctx, TABLE_SPLIT_FIRST, 0, 2, &p.rule), *line = dense_array(ctx, TABLE_SPLIT_FIRST, 0, 1, &p.rule), *q = a, *r = a;
  hearth_qr_options options = HEARTH_QR_OPTIONS_INIT;
  char message[400];
  int32_t status, where, method;
  int64_t rank;
  assert_status(HEARTH_ERR_ARGUMENT, hearth_qr(line, NULL, &q, &r));
  assert_all(q == NULL && r == NULL);
  assert_status(HEARTH_ERR_ARGUMENT, hearth_qr(a, NULL, test_rank == 0 ? NULL : &q, &r));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_qr_report(a, NULL, &q, &r, &method, test_rank == 0 ? NULL : &rank));
  options.method = 9;
  assert_status(HEARTH_ERR_ARGUMENT, hearth_qr(a, &options, &q, &r));
  options.method = test_rank;
  if (test_size > 1) assert_status(HEARTH_ERR_MISMATCH, hearth_qr(a, &options, &q, &r));
  for (int seed = 1; seed <= 2; seed++) {
    p.rule.at = broken_at;
    p.rule.seed = seed;
    hearth_array *broken = dense_array(ctx, TABLE_CYCLIC_1, 0, 2, &p.rule);
    for (options.method = 0; options.method <= HEARTH_QR_SCALAPACK; options.method++) {
      assert_status(HEARTH_ERR_NOT_FINITE, hearth_qr(broken, &options, &q, &r));
      hearth_last_error(ctx, &status, &where, message, sizeof message);
      assert_all(strstr(message, "17") != NULL && strstr(message, "3") != NULL && q == NULL && r == NULL);
    }
    hearth_array_destroy(&broken);
  }
  planted wide = planted_make(5, 9, HEARTH_FLOAT64, 0.1);
  hearth_array *b = dense_array(ctx, TABLE_SPLIT_FIRST, 0, 2, &wide.rule);
  options.method = HEARTH_QR_TSQR;
  assert_status(HEARTH_ERR_UNSUPPORTED, hearth_qr(b, &options, &q, &r));
  hearth_array_destroy(&b);
  hearth_array_destroy(&a);
  hearth_array_destroy(&line);
  test_context_destroy(&ctx);
  hearth_context_options reproducible = HEARTH_CONTEXT_OPTIONS_INIT;
  reproducible.reduction = HEARTH_REDUCTION_REPRODUCIBLE;
  reproducible.leak_check = 1;
  ctx = test_context_with(&reproducible);
  p = planted_make(40, 5, HEARTH_FLOAT64, 0.1);
  a = dense_array(ctx, TABLE_SPLIT_FIRST, 0, 2, &p.rule);
  assert_status(HEARTH_ERR_NOT_REPRODUCIBLE, hearth_qr(a, NULL, &q, &r));
  hearth_array_destroy(&a);
  test_context_destroy(&ctx);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(layouts),      cmocka_unit_test(unique),         cmocka_unit_test(condition_numbers),
                                          cmocka_unit_test(scales),       cmocka_unit_test(graded_columns), cmocka_unit_test(deficient),
                                          cmocka_unit_test(many_columns), cmocka_unit_test(nothing),        cmocka_unit_test(refused)};
HEARTH_TEST_MAIN(tests)
