/* Eigenvalues and Cholesky factors: residuals and orthogonality, values and pivots known beforehand, what is refused. */
#include "dense_values.h"
#include <string.h>

static const int32_t dtypes[] = {HEARTH_FLOAT64, HEARTH_COMPLEX128, HEARTH_FLOAT32, HEARTH_COMPLEX64, HEARTH_INT16, HEARTH_BOOL};
enum { DTYPES = sizeof dtypes / sizeof *dtypes };
static const int64_t orders[] = {1, 2, 0, 13, 24};
enum { ORDERS = sizeof orders / sizeof *orders };

static bool message_has(hearth_context *ctx, const char *text) {
  char message[400];
  int32_t status, rank;
  hearth_last_error(ctx, &status, &rank, message, sizeof message);
  if (!strstr(message, text)) print_error("no \"%s\" in: %s\n", text, message);
  return strstr(message, text) != NULL;
}

/* What is not read is NaN. */
static dense_number lower_alone(const dense_rule *rule, int64_t i, int64_t j) {
  return i < j && rule->dtype >= HEARTH_FLOAT16 ? NAN : dense_hermitian(rule, i, j);
}

static dense_number positive_lower_alone(const dense_rule *rule, int64_t i, int64_t j) {
  return i < j && rule->dtype >= HEARTH_FLOAT16 ? NAN : dense_positive(rule, i, j);
}

static int32_t result_dtype(int32_t dtype) {
  return dtype < HEARTH_FLOAT16 ? HEARTH_FLOAT64 : dtype;
}

/* The sign rule, by itself. */
static void check_signs(int64_t n, int64_t k, const dense_number *v) {
  for (int64_t j = 0; j < k; j++) {
    double largest = 0;
    int64_t first = 0;
    for (int64_t i = 0; i < n; i++) largest = fmax(largest, cabs(v[i * k + j]));
    while (cabs(v[first * k + j]) < largest * (1 - 1e-6)) first++;
    if (!(creal(v[first * k + j]) > 0) || fabs(cimag(v[first * k + j])) > 1e-6 * largest) fail_msg("column %d has another sign", (int)j);
  }
}

static void check_eigh(hearth_context *ctx, int kind, const dense_rule *rule, int64_t k, int32_t which) {
  const int64_t n = rule->n, count = k ? k : n;
  hearth_eigh_options options = HEARTH_EIGH_OPTIONS_INIT;
  options.k = k;
  options.which = which;
  hearth_array *a = dense_array(ctx, kind, kind % 2, 2, rule), *w = NULL, *v = NULL, *values = NULL, *all = NULL;
  assert_ok(hearth_eigh(a, &options, &w, &v));
  assert_ok(hearth_eigvalsh(a, &options, &values));
  assert_ok(hearth_eigvalsh(a, NULL, &all));
  dense_rule full = *rule;
  full.at = dense_hermitian;
  dense_number *expected = dense_expected(&full), *ws = dense_whole(w, 1, count, 1), *vs = dense_whole(v, 2, n, count),
               *alone = dense_whole(values, 1, count, 1), *every = dense_whole(all, 1, n, 1), *av = dense_product(false, n, count, n, expected, vs);
  int32_t dtype = -1, order = -1;
  hearth_array_dtype(v, &dtype);
  hearth_array_order(v, &order);
  assert_all(dtype == result_dtype(rule->dtype) && order == kind % 2);
  const double tolerance = 20 * dense_epsilon(rule->dtype) * (double)(n + 1), size = 1 + dense_most(n, every);
  const int64_t first = which == HEARTH_EIGH_LARGEST ? n - count : 0;
  for (int64_t i = 0; i < n; i++)
    for (int64_t j = 0; j < count; j++) av[i * count + j] -= vs[i * count + j] * ws[j];
  assert_near(dense_most(n * count, av), 0, tolerance * size);
  assert_near(dense_defect(n, count, vs), 0, tolerance);
  assert_near(dense_distance(count, ws, alone), 0, tolerance * size);
  assert_near(dense_distance(count, ws, every + first), 0, tolerance * size);
  for (int64_t i = 1; i < n; i++)
    if (!(creal(every[i]) >= creal(every[i - 1]))) fail_msg("eigenvalues do not ascend");
  check_signs(n, count, vs);
  free(expected), free(ws), free(vs), free(alone), free(every), free(av);
  hearth_array_destroy(&a);
  hearth_array_destroy(&w);
  hearth_array_destroy(&v);
  hearth_array_destroy(&values);
  hearth_array_destroy(&all);
}

static void check_cholesky(hearth_context *ctx, int kind, const dense_rule *rule) {
  const int64_t n = rule->n;
  dense_rule positive = *rule, full = *rule;
  if (rule->dtype == HEARTH_BOOL) positive.dtype = full.dtype = HEARTH_INT16; /* ones everywhere are not definite */
  positive.at = positive_lower_alone;
  full.at = dense_positive;
  hearth_array *a = dense_array(ctx, kind, kind % 2, 2, &positive), *l = NULL;
  hearth_layout *of_a = NULL, *of_l = NULL;
  int32_t equal = 0;
  assert_ok(hearth_cholesky(a, &l));
  hearth_array_layout(a, &of_a);
  hearth_array_layout(l, &of_l);
  hearth_layout_equal(of_a, of_l, &equal);
  assert_all(equal);
  dense_number *expected = dense_expected(&full), *ls = dense_whole(l, 2, n, n), *adjoint = malloc((size_t)(n * n + 1) * sizeof *adjoint);
  for (int64_t i = 0; i < n; i++)
    for (int64_t j = 0; j < n; j++) {
      adjoint[j * n + i] = conj(ls[i * n + j]);
      if (j > i && ls[i * n + j] != 0) fail_msg("l is not triangular");
      if (j == i && !(creal(ls[i * n + j]) > 0 && cimag(ls[i * n + j]) == 0)) fail_msg("the diagonal of l is not positive");
    }
  dense_number *product = dense_product(false, n, n, n, ls, adjoint);
  assert_near(dense_distance(n * n, expected, product), 0, 10 * dense_epsilon(rule->dtype) * (double)n * (1 + dense_most(n * n, expected)));
  free(expected), free(ls), free(adjoint), free(product);
  hearth_layout_destroy(&of_a);
  hearth_layout_destroy(&of_l);
  hearth_array_destroy(&a);
  hearth_array_destroy(&l);
}

/* Layouts, orders and types take turns; most of them distributed on the CPU. */
static void layouts_and_types(void **state) {
  (void)state;
  static const hearth_backend backends[] = {HEARTH_BACKEND_CPU, HEARTH_BACKEND_GUARD, HEARTH_BACKEND_CPU, HEARTH_BACKEND_REFERENCE};
  int turn = 0;
  for (int which = 0; which < 4; which++) {
    hearth_context *ctx = dense_context(backends[which], which < 2 ? 1 : 0);
    for (int o = 0; o < ORDERS; o++)
      for (int kind = 0; kind < TABLE_KINDS; kind++) {
        if (!dense_turn(kind, turn++, which == 0 ? 7 : 19)) continue;
        const dense_rule rule = {orders[o], orders[o], dtypes[turn % DTYPES], turn, lower_alone};
        check_eigh(ctx, kind, &rule, turn % 3 == 0 ? 0 : (orders[o] + 2) / 3, turn % 2);
        check_cholesky(ctx, kind, &rule);
      }
    test_context_destroy(&ctx);
  }
}

/* The second difference: 2 - 2 cos(pi (k + 1) / (n + 1)), vectors sin(pi (i + 1) (k + 1) / (n + 1)). */
static dense_number second_difference(const dense_rule *rule, int64_t i, int64_t j) {
  (void)rule;
  return i == j ? 2 : i == j + 1 || j == i + 1 ? -1 : 0;
}

/* One eigenvalue that is 1 and all others 0: clusters are where representations and deflation fail if they do. */
static dense_number projector(const dense_rule *rule, int64_t i, int64_t j) {
  (void)i, (void)j;
  return 1.0 / (double)rule->n;
}

static void known_spectra(void **state) {
  (void)state;
  enum { N = 75 };
  hearth_context *ctx = dense_context(HEARTH_BACKEND_CPU, 1);
  const dense_rule rules[] = {{N, N, HEARTH_FLOAT64, 0, second_difference}, {N, N, HEARTH_COMPLEX128, 0, projector}, {N, N, HEARTH_FLOAT64, 0, projector}};
  for (int r = 0; r < 3; r++) {
    hearth_array *a = dense_array(ctx, TABLE_GRID_CYCLIC, 1, 2, &rules[r]), *w = NULL, *v = NULL;
    hearth_eigh_options options = HEARTH_EIGH_OPTIONS_INIT;
    options.which = HEARTH_EIGH_LARGEST;
    for (options.k = 0; options.k <= 20; options.k += 20) {
      const int64_t count = options.k ? options.k : N;
      assert_ok(hearth_eigh(a, &options, &w, &v));
      dense_number *ws = dense_whole(w, 1, count, 1), *vs = dense_whole(v, 2, N, count);
      for (int64_t k = 0; k < count; k++) {
        const double expected = r == 0 ? 2 - 2 * cos(M_PI * (double)(N - count + k + 1) / (N + 1)) : k == count - 1 ? 1 : 0;
        if (fabs(creal(ws[k]) - expected) > 1e-13) fail_msg("eigenvalue %d is %.17g, not %.17g", (int)k, creal(ws[k]), expected);
      }
      assert_near(dense_defect(N, count, vs), 0, 1e-13);
      free(ws), free(vs);
      hearth_array_destroy(&w);
      hearth_array_destroy(&v);
    }
    hearth_array_destroy(&a);
  }
  test_context_destroy(&ctx);
}

/* Few vectors of a matrix of many blocks: where ScaLAPACK's pdsyevr forgets to transform back. */
static void few_of_many(void **state) {
  (void)state;
  enum { N = 400, K = 5 };
  hearth_context *ctx = dense_context(HEARTH_BACKEND_CPU, 1);
  const dense_rule rule = {N, N, test_size % 2 ? HEARTH_FLOAT64 : HEARTH_COMPLEX128, 9, dense_hermitian};
  hearth_array *a = dense_array(ctx, TABLE_SPLIT_FIRST, 0, 2, &rule), *w = NULL, *v = NULL;
  hearth_eigh_options options = HEARTH_EIGH_OPTIONS_INIT;
  options.k = K;
  options.which = HEARTH_EIGH_LARGEST;
  assert_ok(hearth_eigh(a, &options, &w, &v));
  dense_number *ws = dense_whole(w, 1, K, 1), *vs = dense_whole(v, 2, N, K), *matrix = dense_expected(&rule), *av = dense_product(false, N, K, N, matrix, vs);
  for (int i = 0; i < N * K; i++) av[i] -= vs[i] * ws[i % K];
  assert_near(dense_most(N * K, av), 0, 1e-12 * cabs(ws[K - 1]));
  assert_near(dense_defect(N, K, vs), 0, 1e-12);
  free(ws), free(vs), free(matrix), free(av);
  hearth_array_destroy(&a);
  hearth_array_destroy(&w);
  hearth_array_destroy(&v);
  test_context_destroy(&ctx);
}

/* Diagonal 1.3^(n - i) and small entries beside it; complex in the complex type. */
static dense_number decaying(const dense_rule *rule, int64_t i, int64_t j) {
  return i == j ? pow(1.3, (double)(rule->n - i)) : 0.01 * dense_hermitian(rule, i, j);
}

/* Against the dense method on one rank: both ends, values alone, and a spectrum that does not let itself be found. */
static void randomized(void **state) {
  (void)state;
  enum { N = 130, K = 2 };
  static const hearth_backend backends[] = {HEARTH_BACKEND_GUARD, HEARTH_BACKEND_CPU};
  for (int turn = 0; turn < 3; turn++) {
    hearth_context *ctx = dense_context(backends[turn % 2], 0);
    const dense_rule rule = {N, N, dtypes[turn + 1], 9, decaying};
    hearth_array *a = dense_array(ctx, 3 * turn + 1, turn % 2, 2, &rule), *w = NULL, *v = NULL, *values = NULL, *expected = NULL, *vectors = NULL;
    hearth_eigh_options options = HEARTH_EIGH_OPTIONS_INIT;
    options.k = K;
    options.which = HEARTH_EIGH_LARGEST;
    assert_ok(hearth_eigh(a, &options, &expected, &vectors));
    options.method = turn < 2 ? HEARTH_EIGH_RANDOMIZED : HEARTH_EIGH_LANCZOS;
    assert_ok(hearth_eigh(a, &options, &w, &v));
    if (turn == 0)
      assert_ok(hearth_eigvalsh(a, &options, &values));
    else
      assert_ok(hearth_array_clone(w, &values));
    dense_number *ws = dense_whole(w, 1, K, 1), *es = dense_whole(expected, 1, K, 1), *vs = dense_whole(v, 2, N, K), *xs = dense_whole(vectors, 2, N, K),
                 *only = dense_whole(values, 1, K, 1);
    const double tolerance = fmax(1e-8, 100 * dense_epsilon(rule.dtype));
    assert_near(dense_distance(K, ws, es) / cabs(es[K - 1]), 0, tolerance);
    assert_near(dense_distance(K, ws, only), 0, 0);
    assert_near(dense_distance(N * K, vs, xs), 0, tolerance);
    free(ws), free(es), free(vs), free(xs), free(only);
    hearth_array *arrays[] = {w, v, values, expected, vectors};
    for (int i = 0; i < 5; i++) hearth_array_destroy(&arrays[i]);
    options.tolerance = -1;
    w = v = NULL;
    assert_status(HEARTH_ERR_ARGUMENT, hearth_eigh(a, &options, &w, &v));
    options.tolerance = 1e-30;
    if (turn == 0) {
      assert_status(HEARTH_ERR_NUMERICAL, hearth_eigh(a, &options, &w, &v));
      assert_all(message_has(ctx, "take the dense method"));
    }
    hearth_array_destroy(&a);
    test_context_destroy(&ctx);
  }
}

/* Scaling the matrix changes nothing but the scale. */
static dense_number tiny(const dense_rule *rule, int64_t i, int64_t j) {
  return dense_hermitian(rule, i, j) * 0x1p-600;
}

static void extreme_scales(void **state) {
  (void)state;
  for (int alone = 0; alone < 2; alone++) {
    hearth_context *ctx = dense_context(HEARTH_BACKEND_CPU, alone ? 1000 : 1);
    dense_rule rule = {20, 20, HEARTH_FLOAT64, 4, dense_hermitian};
    hearth_array *a = dense_array(ctx, TABLE_SPLIT_LAST, 0, 2, &rule), *w = NULL, *v = NULL, *small = NULL, *ws = NULL, *vs = NULL;
    rule.at = tiny;
    small = dense_array(ctx, TABLE_SPLIT_LAST, 0, 2, &rule);
    assert_ok(hearth_eigh(a, NULL, &w, &v));
    assert_ok(hearth_eigh(small, NULL, &ws, &vs));
    dense_number *x = dense_whole(w, 1, 20, 1), *y = dense_whole(ws, 1, 20, 1), *p = dense_whole(v, 2, 20, 20), *q = dense_whole(vs, 2, 20, 20);
    for (int i = 0; i < 20; i++) y[i] *= 0x1p600;
    assert_near(dense_distance(20, x, y), 0, 1e-13 * dense_most(20, x));
    assert_near(dense_distance(400, p, q), 0, 1e-12);
    free(x), free(y), free(p), free(q);
    hearth_array *arrays[] = {a, w, v, small, ws, vs};
    for (int i = 0; i < 6; i++) hearth_array_destroy(&arrays[i]);
    test_context_destroy(&ctx);
  }
}

static int bad_pivot;
static dense_number indefinite(const dense_rule *rule, int64_t i, int64_t j) {
  return i == j && i == bad_pivot ? -1.0 : dense_positive(rule, i, j);
}

static dense_number nan_below(const dense_rule *rule, int64_t i, int64_t j) {
  return (i == 7 && j == 3) || (i == 2 && j == 5) ? NAN : dense_positive(rule, i, j);
}

/* Every pivot, wherever its block lies on the grid: no rank is left waiting. */
static void cholesky_names_the_pivot(void **state) {
  (void)state;
  for (int alone = 0; alone < 2; alone++) {
    hearth_context *ctx = dense_context(HEARTH_BACKEND_CPU, alone ? 1000 : 1);
    for (bad_pivot = 0; bad_pivot < 19; bad_pivot += alone ? 9 : 2) {
      const dense_rule rule = {19, 19, dtypes[bad_pivot % 4], 4, indefinite};
      hearth_array *a = dense_array(ctx, TABLE_SPLIT_FIRST, 0, 2, &rule), *l = a;
      char text[40];
      snprintf(text, sizeof text, "pivot %d (0-based)", bad_pivot);
      assert_status(HEARTH_ERR_NUMERICAL, hearth_cholesky(a, &l));
      assert_all(l == NULL && message_has(ctx, text));
      hearth_array_destroy(&a);
    }
    test_context_destroy(&ctx);
  }
}

static void refusals(void **state) {
  (void)state;
  hearth_context *ctx = dense_context(HEARTH_BACKEND_CPU, 1);
  const dense_rule oblong = {5, 6, HEARTH_FLOAT64, 4, dense_random}, rule = {9, 9, HEARTH_FLOAT64, 4, nan_below},
                   right = {9, 9, HEARTH_FLOAT64, 4, dense_hermitian};
  hearth_array *a = dense_array(ctx, TABLE_CYCLIC_1, 0, 2, &oblong), *b = dense_array(ctx, TABLE_CYCLIC_1, 0, 2, &rule), *w = NULL, *v = NULL;
  hearth_array *line = dense_array(ctx, TABLE_CYCLIC_1, 0, 1, &oblong), *c = dense_array(ctx, TABLE_CYCLIC_1, 0, 2, &right);
  hearth_eigh_options options = HEARTH_EIGH_OPTIONS_INIT;
  assert_status(HEARTH_ERR_ARGUMENT, hearth_eigh(a, NULL, &w, &v));
  assert_all(message_has(ctx, "5 x 6"));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_cholesky(a, &w));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_eigvalsh(line, NULL, &w));
  assert_status(HEARTH_ERR_NOT_FINITE, hearth_eigh(b, NULL, &w, &v));
  assert_all(message_has(ctx, "[7, 3]"));
  assert_status(HEARTH_ERR_NOT_FINITE, hearth_cholesky(b, &w));
  options.k = 10;
  assert_status(HEARTH_ERR_ARGUMENT, hearth_eigh(c, &options, &w, &v));
  options.k = test_rank == 0 ? 3 : 4;
  if (test_size > 1) assert_status(HEARTH_ERR_MISMATCH, hearth_eigh(c, &options, &w, &v));
  options.k = 0;
  options.which = 7;
  assert_status(HEARTH_ERR_ARGUMENT, hearth_eigvalsh(c, &options, &w));
  options.which = 0;
  options.method = -1;
  assert_status(HEARTH_ERR_ARGUMENT, hearth_eigvalsh(c, &options, &w));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_eigh(c, NULL, &w, test_rank == 0 ? NULL : &v));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_eigh(NULL, NULL, &w, &v));
  assert_all(!w && !v);
  hearth_array_destroy(&a);
  hearth_array_destroy(&b);
  hearth_array_destroy(&c);
  hearth_array_destroy(&line);
  test_context_destroy(&ctx);
  hearth_context_options reproducible = HEARTH_CONTEXT_OPTIONS_INIT;
  reproducible.reduction = HEARTH_REDUCTION_REPRODUCIBLE;
  reproducible.leak_check = 1;
  ctx = test_context_with(&reproducible);
  a = dense_array(ctx, TABLE_CYCLIC_1, 0, 2, &right);
  assert_status(HEARTH_ERR_NOT_REPRODUCIBLE, hearth_eigh(a, NULL, &w, &v));
  hearth_array_destroy(&a);
  test_context_destroy(&ctx);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(layouts_and_types), cmocka_unit_test(known_spectra),  cmocka_unit_test(few_of_many),
                                          cmocka_unit_test(randomized),        cmocka_unit_test(extreme_scales), cmocka_unit_test(cholesky_names_the_pivot),
                                          cmocka_unit_test(refusals)};
HEARTH_TEST_MAIN(tests)
