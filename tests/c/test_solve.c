/* Linear systems against elimination in plain C, determinants, conditions; singular and other bad matrices; hosts with floating-point traps. */
#define _GNU_SOURCE
#include "dense_values.h"
#include <fenv.h>
#include <string.h>

static const int32_t dtypes[] = {HEARTH_FLOAT64, HEARTH_COMPLEX128, HEARTH_FLOAT32, HEARTH_COMPLEX64, HEARTH_INT16};
enum { DTYPES = sizeof dtypes / sizeof *dtypes };
static const int64_t orders[] = {1, 2, 0, 13, 24};
enum { ORDERS = sizeof orders / sizeof *orders };

/* No symmetry, condition of a few hundred at most. */
static dense_number general(const dense_rule *rule, int64_t i, int64_t j) {
  return dense_random(rule, i, j) + (i == (j + 1) % rule->n ? (double)(rule->dtype < HEARTH_FLOAT16 ? 60 : 6) : 0);
}

static bool message_has(hearth_context *ctx, const char *text) {
  char message[400];
  int32_t status, rank;
  hearth_last_error(ctx, &status, &rank, message, sizeof message);
  if (!strstr(message, text)) print_error("no \"%s\" in: %s\n", text, message);
  return strstr(message, text) != NULL;
}

static int32_t promoted(int32_t a, int32_t b) {
  int32_t dtype = -1;
  hearth_promote((hearth_dtype)a, (hearth_dtype)b, &dtype);
  return dtype < HEARTH_FLOAT16 ? HEARTH_FLOAT64 : dtype;
}

static double epsilon_of(int32_t a, int32_t b) {
  return dense_epsilon(promoted(a, b));
}

static void check_solve(hearth_context *ctx, int kind, const dense_rule *rule, const dense_rule *sides, int32_t ndim) {
  const int64_t n = rule->n, m = ndim == 1 ? 1 : sides->n;
  hearth_array *a = dense_array(ctx, kind, kind % 2, 2, rule), *b = dense_array(ctx, (kind * 7 + 3) % TABLE_PERMUTED, kind % 3 == 0, ndim, sides), *x = NULL;
  dense_rule used = *sides;
  used.n = m;
  int32_t dtype = -1;
  assert_ok(hearth_solve(a, b, &x));
  hearth_array_dtype(x, &dtype);
  assert_all(dtype == promoted(rule->dtype, sides->dtype) && dense_same_layout(x, b));
  dense_number *matrix = dense_expected(rule), *expected = dense_expected(&used), *found = dense_whole(x, ndim, n, m);
  dense_eliminate(n, m, matrix, expected);
  assert_near(dense_distance(n * m, expected, found), 0, 2000 * epsilon_of(rule->dtype, sides->dtype) * (1 + dense_most(n * m, expected)));
  free(matrix), free(expected), free(found);
  hearth_array_destroy(&a);
  hearth_array_destroy(&b);
  hearth_array_destroy(&x);
}

static int turn_of_triangle;
static bool in_triangle(int64_t i, int64_t j) {
  const bool lower = turn_of_triangle & 1, unit = turn_of_triangle & 2;
  return i == j ? !unit : lower ? i > j : i < j;
}

/* What is not read is NaN, or 99 among integers. */
static dense_number triangle(const dense_rule *rule, int64_t i, int64_t j) {
  if (!in_triangle(i, j)) return rule->dtype < HEARTH_FLOAT16 ? 99 : NAN;
  return dense_random(rule, i, j) / (i == j ? 1 : 4 * (double)rule->n) + (i == j ? 3 : 0);
}

static dense_number triangle_alone(const dense_rule *rule, int64_t i, int64_t j) {
  return in_triangle(i, j) ? triangle(rule, i, j) : i == j ? 1 : 0;
}

static void check_triangular(hearth_context *ctx, int kind, const dense_rule *rule, const dense_rule *sides, int32_t ndim) {
  const int64_t n = rule->n, m = ndim == 1 ? 1 : sides->n;
  dense_rule stored = *rule, full = *rule, used = *sides;
  stored.at = triangle;
  full.at = triangle_alone;
  used.n = m;
  if (rule->dtype < HEARTH_FLOAT16) stored.dtype = full.dtype = HEARTH_FLOAT64;
  hearth_triangular_options options = HEARTH_TRIANGULAR_OPTIONS_INIT;
  options.lower = turn_of_triangle & 1;
  options.unit_diagonal = turn_of_triangle & 2;
  options.transposed = turn_of_triangle / 4 % 3;
  hearth_array *a = dense_array(ctx, kind, kind % 2, 2, &stored), *b = dense_array(ctx, (kind * 5 + 1) % TABLE_PERMUTED, kind % 3 == 0, ndim, sides), *x = NULL;
  assert_ok(hearth_solve_triangular(a, b, &options, &x));
  assert_all(dense_same_layout(x, b));
  dense_number *matrix = dense_expected(&full), *expected = dense_expected(&used), *found = dense_whole(x, ndim, n, m), *used_matrix = dense_expected(&full);
  for (int64_t i = 0; i < n && options.transposed; i++)
    for (int64_t j = 0; j < n; j++) used_matrix[i * n + j] = options.transposed == HEARTH_ADJOINT ? conj(matrix[j * n + i]) : matrix[j * n + i];
  dense_eliminate(n, m, used_matrix, expected);
  assert_near(dense_distance(n * m, expected, found), 0, 200 * epsilon_of(stored.dtype, sides->dtype) * (1 + dense_most(n * m, expected)));
  free(matrix), free(expected), free(found), free(used_matrix);
  hearth_array_destroy(&a);
  hearth_array_destroy(&b);
  hearth_array_destroy(&x);
}

static dense_number only(hearth_array *array) {
  dense_number *whole = dense_whole(array, 1, 1, 1), value = whole[0];
  free(whole);
  hearth_array_destroy(&array);
  return value;
}

static void check_inverse(hearth_context *ctx, int kind, const dense_rule *rule) {
  const int64_t n = rule->n;
  hearth_array *a = dense_array(ctx, kind, kind % 2, 2, rule), *inverse = NULL, *det = NULL, *sign = NULL, *logarithm = NULL;
  assert_ok(hearth_inv(a, &inverse));
  assert_ok(hearth_det(a, &det));
  assert_ok(hearth_slogdet(a, &sign, &logarithm));
  assert_all(dense_same_layout(a, inverse));
  dense_number *matrix = dense_expected(rule), *copy = dense_expected(rule), *found = dense_whole(inverse, 2, n, n),
               *unit = calloc((size_t)(n * n + 1), sizeof *unit);
  for (int64_t i = 0; i < n; i++) unit[i * n + i] = 1;
  const dense_number expected = dense_eliminate(n, n, copy, unit), value = only(det), s = only(sign), l = only(logarithm);
  const double tolerance = 2000 * (rule->dtype < HEARTH_FLOAT16 ? DBL_EPSILON : dense_epsilon(rule->dtype)), size = cabs(expected);
  assert_near(dense_distance(n * n, unit, found), 0, tolerance * (1 + dense_most(n * n, unit)));
  assert_near(cabs(value / size - expected / size), 0, tolerance);
  assert_near(cabs(s - expected / size), 0, tolerance);
  assert_near(creal(l), log(size), tolerance * (1 + fabs(log(size))));
  double norm = 0, inverse_norm = 0, cond = 0, reciprocal = 0;
  for (int64_t j = 0; j < n; j++) {
    double sum = 0, inverse_sum = 0;
    for (int64_t i = 0; i < n; i++) sum += cabs(matrix[i * n + j]), inverse_sum += cabs(unit[i * n + j]);
    norm = fmax(norm, sum);
    inverse_norm = fmax(inverse_norm, inverse_sum);
  }
  if (n > 0) {
    assert_ok(hearth_cond(a, HEARTH_COND_1, &cond));
    assert_near(cond / (norm * inverse_norm), 1, 1e-9);
    assert_ok(hearth_rcond(a, &reciprocal));
    assert_all(reciprocal * cond > 1 - 1e-9 && reciprocal * cond < 4);
  }
  free(matrix), free(copy), free(found), free(unit);
  hearth_array_destroy(&a);
  hearth_array_destroy(&inverse);
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
        if (!dense_turn(kind, turn++, which == 0 ? 9 : 23)) continue;
        const dense_rule rule = {orders[o], orders[o], dtypes[turn % DTYPES], turn, general};
        const dense_rule sides = {orders[o], turn % 4 * 2, dtypes[turn / 2 % DTYPES], turn + 1, dense_random};
        turn_of_triangle = turn;
        check_solve(ctx, kind, &rule, &sides, 1 + turn % 2);
        check_triangular(ctx, kind, &rule, &sides, 2 - turn % 2);
        check_inverse(ctx, kind, &rule);
      }
    test_context_destroy(&ctx);
  }
}

/* Every option of the triangular solve, distributed. */
static void triangles(void **state) {
  (void)state;
  hearth_context *ctx = dense_context(HEARTH_BACKEND_CPU, 1);
  for (turn_of_triangle = 0; turn_of_triangle < 12; turn_of_triangle++) {
    const dense_rule rule = {17, 17, dtypes[turn_of_triangle % 2], 1, general}, sides = {17, 3, dtypes[turn_of_triangle % 2], 2, dense_random};
    check_triangular(ctx, turn_of_triangle % TABLE_PERMUTED, &rule, &sides, 2);
  }
  test_context_destroy(&ctx);
}

/* A block-cyclic matrix in column-major memory that is longer than its columns: used on its own grid, and where it is only read, in place. */
static void block_cyclic_matrices(void **state) {
  (void)state;
  enum { N = 23 };
  hearth_context *ctx = dense_context(HEARTH_BACKEND_CPU, 1);
  for (int turn = 0; turn < 3; turn++) {
    const int64_t shape[2] = {N, N}, grid[2] = {turn == 1                     ? test_size
                                                : test_size == 4 && turn == 2 ? 2
                                                                              : 1,
                                                turn == 1                     ? 1
                                                : test_size == 4 && turn == 2 ? 2
                                                                              : test_size};
    hearth_layout_builder *builder = NULL;
    hearth_layout *layout = NULL;
    int64_t local[2];
    assert_ok(hearth_layout_builder_create(ctx, 2, shape, &builder));
    assert_ok(hearth_layout_builder_grid(builder, 2, grid));
    assert_ok(hearth_layout_builder_block_cyclic(builder, 0, 0, 3, 0, 0));
    assert_ok(hearth_layout_builder_block_cyclic(builder, 1, 1, 3, 0, 0));
    assert_ok(hearth_layout_builder_finish(builder, &layout));
    hearth_layout_builder_destroy(&builder);
    assert_ok(hearth_layout_local_shape(layout, 2, local));
    const int64_t leading = local[0] + 5, numbers = leading * local[1];
    double *memory = calloc((size_t)numbers + 1, sizeof *memory), *before = malloc(((size_t)numbers + 1) * sizeof *before);
    const hearth_window window = {memory, HEARTH_FLOAT64, 2, {local[0], local[1]}, {8, 8 * leading}};
    turn_of_triangle = 1;
    const dense_rule rule = {N, N, HEARTH_FLOAT64, 1, triangle_alone}, sides = {N, 2, HEARTH_FLOAT64, 2, dense_random};
    hearth_array *a = NULL, *b = dense_array(ctx, TABLE_SPLIT_FIRST, 0, 2, &sides), *x = NULL, *y = NULL;
    hearth_triangular_options options = HEARTH_TRIANGULAR_OPTIONS_INIT;
    double cond = 0;
    options.lower = 1;
    assert_ok(hearth_array_wrap(layout, 1, &window, &a));
    assert_all(values_visit(a, HEARTH_WRITE, dense_write, (void *)(uintptr_t)&rule) == 0);
    memcpy(before, memory, (size_t)numbers * sizeof *memory);
    assert_ok(hearth_solve_triangular(a, b, &options, &x));
    assert_ok(hearth_solve(a, b, &y));
    assert_ok(hearth_cond(a, HEARTH_COND_FROBENIUS, &cond));
    assert_all(memcmp(before, memory, (size_t)numbers * sizeof *memory) == 0 && cond > N);
    dense_number *matrix = dense_expected(&rule), *expected = dense_expected(&sides), *xs = dense_whole(x, 2, N, 2), *ys = dense_whole(y, 2, N, 2);
    dense_eliminate(N, 2, matrix, expected);
    assert_near(dense_distance(2 * N, expected, xs), 0, 1e-12);
    assert_near(dense_distance(2 * N, expected, ys), 0, 1e-12);
    free(matrix), free(expected), free(xs), free(ys);
    hearth_array *arrays[] = {a, b, x, y};
    for (int i = 0; i < 4; i++) hearth_array_destroy(&arrays[i]);
    free(memory), free(before);
    hearth_layout_destroy(&layout);
  }
  test_context_destroy(&ctx);
}

/* Column `zero` is 0 below and at its diagonal element after elimination: rows and columns of a triangular matrix of ones, with a permuted order of rows. */
static int zero;
static dense_number singular(const dense_rule *rule, int64_t i, int64_t j) {
  const int64_t row = (i + 5) % rule->n;
  return row == j ? (j == zero ? 0 : 2) : row < j ? 1 : 0;
}

static void singular_matrices(void **state) {
  (void)state;
  for (int alone = 0; alone < 2; alone++) {
    hearth_context *ctx = dense_context(HEARTH_BACKEND_CPU, alone ? 1000 : 1);
    for (zero = 0; zero < 17; zero += 8) {
      const dense_rule rule = {17, 17, dtypes[zero % 4], 1, singular}, sides = {17, 2, HEARTH_FLOAT64, 1, dense_random};
      hearth_array *a = dense_array(ctx, TABLE_GRID_CUTS, 0, 2, &rule), *b = dense_array(ctx, TABLE_SPLIT_FIRST, 0, 2, &sides), *x = a, *sign = NULL;
      char text[60];
      double number = 0;
      snprintf(text, sizeof text, "pivot %d (0-based)", zero);
      assert_status(HEARTH_ERR_NUMERICAL, hearth_solve(a, b, &x));
      assert_all(x == NULL && message_has(ctx, text));
      assert_status(HEARTH_ERR_NUMERICAL, hearth_inv(a, &x));
      assert_ok(hearth_det(a, &x));
      assert_all(only(x) == 0);
      assert_ok(hearth_slogdet(a, &sign, &x));
      assert_all(only(sign) == 0);
      assert_all(creal(only(x)) == -INFINITY);
      assert_ok(hearth_cond(a, HEARTH_COND_INF, &number));
      assert_all(number == INFINITY);
      assert_ok(hearth_rcond(a, &number));
      assert_all(number == 0);
      hearth_array_destroy(&a);
      hearth_array_destroy(&b);
      turn_of_triangle = 0;
      const dense_rule upper = {17, 17, HEARTH_FLOAT64, 1, singular};
      a = dense_array(ctx, TABLE_SPLIT_LAST, 0, 2, &upper);
      b = dense_array(ctx, TABLE_SPLIT_FIRST, 0, 1, &sides);
      x = NULL;
      assert_status(HEARTH_ERR_NUMERICAL, hearth_solve_triangular(a, b, NULL, &x)); /* the permuted rows leave zeros on the diagonal */
      assert_all(x == NULL && message_has(ctx, "of its diagonal is 0"));
      hearth_array_destroy(&a);
      hearth_array_destroy(&b);
    }
    test_context_destroy(&ctx);
  }
}

/* diag(1, 2, .., 10) 10^-3 with one rotation: condition 10 in the norm 2. The determinant is far below the smallest number, then above the largest. */
static double diagonal_scale;
static dense_number diagonal(const dense_rule *rule, int64_t i, int64_t j) {
  (void)rule;
  return i == j ? (double)(i + 1) * diagonal_scale : 0;
}

static void conditions_and_extremes(void **state) {
  (void)state;
  for (int alone = 0; alone < 2; alone++) {
    hearth_context *ctx = dense_context(HEARTH_BACKEND_CPU, alone ? 1000 : 1);
    for (int up = 0; up < 2; up++) {
      diagonal_scale = up ? 0x1p300 : 0x1p-300;
      const dense_rule rule = {10, 10, HEARTH_FLOAT64, 1, diagonal}, oblong = {10, 7, HEARTH_FLOAT64, 1, diagonal};
      hearth_array *a = dense_array(ctx, TABLE_GRID_CYCLIC, 0, 2, &rule), *b = dense_array(ctx, TABLE_GRID_CYCLIC, 0, 2, &oblong), *x = NULL, *sign = NULL;
      double number = 0;
      static const double expected[] = {10, 10, 10, 0};
      for (int32_t ord = HEARTH_COND_2; ord <= HEARTH_COND_INF; ord++) {
        assert_ok(hearth_cond(a, ord, &number));
        assert_near(number, expected[ord], 1e-13);
      }
      assert_ok(hearth_cond(b, HEARTH_COND_2, &number));
      assert_near(number, 7, 1e-13);
      if (!up) {
        double squares = 0, inverses = 0;
        for (int i = 1; i <= 10; i++) squares += i * i, inverses += 1.0 / (i * i);
        diagonal_scale = 3;
        hearth_array *c = dense_array(ctx, TABLE_GRID_CYCLIC, 0, 2, &rule);
        assert_ok(hearth_cond(c, HEARTH_COND_FROBENIUS, &number));
        assert_near(number, sqrt(squares * inverses), 1e-12);
        hearth_array_destroy(&c);
        diagonal_scale = 0x1p-300;
      }
      assert_ok(hearth_slogdet(a, &sign, &x));
      assert_all(only(sign) == 1);
      assert_near(creal(only(x)), log(3628800.0) + (up ? 3000 : -3000) * log(2.0), 1e-12 * 2100);
      assert_ok(hearth_det(a, &x));
      assert_all(creal(only(x)) == (up ? INFINITY : 0));
      hearth_array_destroy(&a);
      hearth_array_destroy(&b);
    }
    test_context_destroy(&ctx);
  }
}

static dense_number nan_at_4_1(const dense_rule *rule, int64_t i, int64_t j) {
  return i == 4 && j == 1 ? NAN : general(rule, i, j);
}

static void refusals(void **state) {
  (void)state;
  hearth_context *ctx = dense_context(HEARTH_BACKEND_CPU, 1), *other = test_context(HEARTH_BACKEND_CPU);
  const dense_rule oblong = {5, 6, HEARTH_FLOAT64, 4, dense_random}, bad = {6, 6, HEARTH_FLOAT64, 4, nan_at_4_1}, right = {6, 6, HEARTH_FLOAT64, 4, general};
  hearth_array *a = dense_array(ctx, TABLE_CYCLIC_1, 0, 2, &oblong), *b = dense_array(ctx, TABLE_CYCLIC_1, 0, 2, &bad), *x = NULL, *y = NULL;
  hearth_array *c = dense_array(ctx, TABLE_CYCLIC_1, 0, 2, &right), *d = dense_array(other, TABLE_CYCLIC_1, 0, 2, &right);
  hearth_triangular_options options = HEARTH_TRIANGULAR_OPTIONS_INIT;
  double number = 0;
  assert_status(HEARTH_ERR_ARGUMENT, hearth_solve(a, c, &x));
  assert_status(HEARTH_ERR_MISMATCH, hearth_solve(c, a, &x));
  assert_all(message_has(ctx, "5 rows"));
  assert_status(HEARTH_ERR_MISMATCH, hearth_solve(c, d, &x));
  assert_status(HEARTH_ERR_NOT_FINITE, hearth_solve(b, c, &x));
  assert_all(message_has(ctx, "[4, 1]"));
  assert_status(HEARTH_ERR_NOT_FINITE, hearth_solve(c, b, &x));
  assert_all(message_has(ctx, "right-hand side"));
  assert_status(HEARTH_ERR_NOT_FINITE, hearth_inv(b, &x));
  assert_status(HEARTH_ERR_NOT_FINITE, hearth_cond(b, HEARTH_COND_2, &number));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_cond(a, HEARTH_COND_1, &number));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_cond(c, 9, &number));
  if (test_size > 1) assert_status(HEARTH_ERR_MISMATCH, hearth_cond(c, test_rank == 0, &number));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_det(a, &x));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_slogdet(c, &x, test_rank == 0 ? NULL : &y));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_solve(c, test_rank == 0 ? NULL : c, &x));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_solve(c, c, test_rank == 0 ? NULL : &x));
  options.transposed = 3;
  assert_status(HEARTH_ERR_ARGUMENT, hearth_solve_triangular(c, c, &options, &x));
  options.transposed = 0;
  options.lower = test_rank == 0;
  if (test_size > 1) assert_status(HEARTH_ERR_MISMATCH, hearth_solve_triangular(c, c, &options, &x));
  options.lower = 1;
  assert_status(HEARTH_ERR_NOT_FINITE, hearth_solve_triangular(b, c, &options, &x));
  options.lower = 0;
  assert_ok(hearth_solve_triangular(b, c, &options, &x)); /* [4, 1] is below the diagonal */
  hearth_array *arrays[] = {a, b, c, d, x};
  for (int i = 0; i < 5; i++) hearth_array_destroy(&arrays[i]);
  test_context_destroy(&other);
  test_last_ctx = ctx;
  test_context_destroy(&ctx);
}

/* A host that traps: nothing is raised in it, and its traps are there afterwards. */
static void hosts_with_traps(void **state) {
  (void)state;
  const int traps = FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW;
  for (int alone = 0; alone < 2; alone++) {
    hearth_context *ctx = dense_context(HEARTH_BACKEND_CPU, alone ? 1000 : 1);
    const dense_rule rule = {40, 40, HEARTH_FLOAT32, 1, dense_hermitian}, bad = {40, 40, HEARTH_FLOAT32, 1, nan_at_4_1};
    hearth_array *a = dense_array(ctx, TABLE_SPLIT_FIRST, 0, 2, &rule), *b = dense_array(ctx, TABLE_SPLIT_FIRST, 0, 2, &bad), *made[7] = {NULL}, *none = NULL;
    hearth_eigh_options some = HEARTH_EIGH_OPTIONS_INIT;
    double number = 0;
    some.k = 5;
    feclearexcept(FE_ALL_EXCEPT);
    feenableexcept(traps);
    hearth_status status[8];
    status[0] = hearth_eigh(a, NULL, &made[0], &made[1]);
    status[1] = hearth_eigh(a, &some, &made[2], &made[3]);
    status[2] = hearth_solve(a, a, &made[4]);
    status[3] = hearth_inv(a, &made[5]);
    status[4] = hearth_cond(a, HEARTH_COND_2, &number);
    status[5] = hearth_rcond(a, &number);
    status[6] = hearth_det(a, &made[6]);
    status[7] = hearth_inv(b, &none);
    const int raised = fetestexcept(traps), enabled = fegetexcept();
    fedisableexcept(traps);
    for (int i = 0; i < 7; i++) assert_all(status[i] == HEARTH_OK);
    assert_all(status[7] == HEARTH_ERR_NOT_FINITE);
    assert_all(raised == 0 && (enabled & traps) == traps);
    for (int i = 0; i < 7; i++) hearth_array_destroy(&made[i]);
    hearth_array_destroy(&a);
    hearth_array_destroy(&b);
    test_context_destroy(&ctx);
  }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(layouts_and_types),       cmocka_unit_test(triangles), cmocka_unit_test(block_cyclic_matrices), cmocka_unit_test(singular_matrices),
    cmocka_unit_test(conditions_and_extremes), cmocka_unit_test(refusals),  cmocka_unit_test(hosts_with_traps)};
HEARTH_TEST_MAIN(tests)
