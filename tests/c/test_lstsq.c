/* Least squares: certified regressions, planted solutions, deficient and wide matrices, layouts and types. */
#include "planted.h"
#include <hearth/solve.h>

static const hearth_backend backends[] = {TEST_BACKENDS};
static const int32_t dtypes[] = {HEARTH_FLOAT64, HEARTH_FLOAT32, HEARTH_COMPLEX128, HEARTH_COMPLEX64};

typedef struct table {
  dense_rule rule;
  double values[32][8];
} table;

static dense_number table_at(const dense_rule *rule, int64_t i, int64_t j) {
  return ((const table *)(const void *)rule)->values[i][j];
}

/* Digits that agree. */
static double digits(double got, double certified) {
  return got == certified ? 16.0 : -log10(fabs(got - certified) / fabs(certified));
}

static void check_regression(hearth_context *ctx, int kind, int32_t order, table *a, table *b, const double *certified, double least) {
  const int64_t n = a->rule.n;
  hearth_array *matrix = dense_array(ctx, kind, order, 2, &a->rule), *sides = dense_array(ctx, kind, 0, 1, &b->rule), *x = NULL, *residuals = NULL, *s = NULL;
  int64_t rank = -1;
  assert_ok(hearth_lstsq(matrix, sides, -1.0, &x, &residuals, &rank, &s));
  assert_all(rank == n);
  dense_number *got = dense_whole(x, 1, n, 1), *left = dense_whole(residuals, 1, 1, 1);
  double worst = 16.0, sum = 0.0;
  for (int64_t j = 0; j < n; j++) worst = fmin(worst, digits(creal(got[j]), certified[j]));
  if (worst < least) fprintf(stderr, "[%d of %d] %.2f digits\n", test_rank, test_size, worst);
  assert_all(worst >= least);
  for (int64_t i = 0; i < a->rule.m; i++) {
    long double r = b->values[i][0];
    for (int64_t j = 0; j < n; j++) r -= (long double)a->values[i][j] * creal(got[j]);
    sum += (double)(r * r);
  }
  assert_all(fabs(creal(left[0]) - sum) <= 1e-7 * sum + 1e-12); /* of the x that was found */
  free(got);
  free(left);
  hearth_array_destroy(&matrix);
  hearth_array_destroy(&sides);
  hearth_array_destroy(&x);
  hearth_array_destroy(&residuals);
  hearth_array_destroy(&s);
}

static bool read_longley(table *a, table *b) {
  char path[TEST_PATH], line[400];
  if (!test_data("nist/Longley.dat", path)) return false;
  FILE *file = fopen(path, "r");
  int number = 0, rows = 0;
  while (file && fgets(line, sizeof line, file)) {
    double v[7];
    if (++number < 61 || sscanf(line, "%lf %lf %lf %lf %lf %lf %lf", v, v + 1, v + 2, v + 3, v + 4, v + 5, v + 6) != 7 || rows == 16) continue;
    b->values[rows][0] = v[0];
    a->values[rows][0] = 1.0;
    for (int j = 1; j < 7; j++) a->values[rows][j] = v[j];
    rows++;
  }
  if (file) fclose(file);
  assert_all(rows == 16);
  return true;
}

/* NIST's certified values; LAPACK's gelsd has 10.9 digits of Longley (condition number 5e9). */
static void longley(void **state) {
  (void)state;
  static const double certified[] = {-3482258.63459582, 15.0618722713733,       -0.358191792925910E-01, -2.02022980381683,
                                     -1.03322686717359, -0.511041056535807E-01, 1829.15146461355};
  table a = {.rule = {16, 7, HEARTH_FLOAT64, 1, table_at}}, b = {.rule = {16, 1, HEARTH_FLOAT64, 1, table_at}};
  if (!read_longley(&a, &b)) return;
  for (size_t which = 0; which < 3; which++) {
    hearth_context *ctx = test_context(backends[which]);
    for (int kind = 0; kind < TABLE_KINDS; kind += 4) check_regression(ctx, kind, kind % 2, &a, &b, certified, 10.9);
    test_context_destroy(&ctx);
  }
}

/* Polynomials of degree 5 through x = 0 .. 20 (Wampler 1 and 2), with solutions that are exact. */
static void wampler(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  for (int which = 0; which < 2; which++) {
    table a = {.rule = {21, 6, HEARTH_FLOAT64, 1, table_at}}, b = {.rule = {21, 1, HEARTH_FLOAT64, 1, table_at}};
    double certified[6];
    for (int i = 0; i < 21; i++) {
      double power = 1.0;
      b.values[i][0] = 0.0;
      for (int j = 0; j < 6; j++, power *= i) {
        certified[j] = which ? pow(10.0, -j) : 1.0;
        a.values[i][j] = power;
        b.values[i][0] += which ? power * 1e5 / pow(10.0, j) : power;
      }
      if (which) b.values[i][0] /= 1e5;
    }
    check_regression(ctx, TABLE_SPLIT_FIRST, 0, &a, &b, certified, 9.3); /* NumPy: 9.3 and 10.2 */
    check_regression(ctx, TABLE_CYCLIC_1, 1, &a, &b, certified, 9.3);
  }
  test_context_destroy(&ctx);
}

static dense_number sides_at(const dense_rule *rule, int64_t i, int64_t j) {
  return dense_random(rule, i, j);
}

/* The least-squares solution of least norm satisfies a^H (a x - b) = 0 and lies in the range of a^H. */
static void check_solution(hearth_context *ctx, int kind, const planted *p, int64_t k, double bound) {
  const int64_t m = p->rule.m, n = p->rule.n;
  const dense_rule right = {m, k, p->rule.dtype, 5, sides_at};
  const double epsilon = dense_epsilon(p->rule.dtype);
  hearth_array *a = dense_array(ctx, kind, kind % 2, 2, &p->rule), *b = dense_array(ctx, (kind + 1) % 3, kind / 2 % 2, 2, &right), *x = NULL, *residuals = NULL,
               *s = NULL;
  int64_t rank = -1;
  int32_t dtype = -1;
  assert_ok(hearth_lstsq(a, b, 1e-5, &x, &residuals, &rank, &s));
  assert_all(rank == p->rank);
  assert_ok(hearth_array_dtype(x, &dtype));
  assert_all(dtype == p->rule.dtype);
  dense_number *matrix = dense_whole(a, 2, m, n), *sides = dense_whole(b, 2, m, k), *got = dense_whole(x, 2, n, k);
  dense_number *image = dense_product(false, m, k, n, matrix, got);
  for (int64_t i = 0; i < m * k; i++) image[i] -= sides[i];
  dense_number *normal = dense_product(true, n, k, m, matrix, image);
  assert_all(dense_most(n * k, normal) <= bound * epsilon * dense_most(m * k, sides));
  if (p->rank < n) { /* no part along the planted right vectors of value 0 */
    for (int64_t v = p->rank; v < (m < n ? m : n); v++)
      for (int64_t j = 0; j < k; j++) {
        dense_number sum = 0;
        for (int64_t i = 0; i < n; i++) {
          const double angle = p->rule.dtype >= HEARTH_COMPLEX64 ? -1.3 * (double)i : 0.0;
          sum += planted_wave_of(n, i, v) * (cos(angle) + sin(angle) * (dense_number)I) * got[i * k + j];
        }
        assert_all(cabs(sum) <= bound * epsilon * dense_most(n * k, got));
      }
  }
  int64_t shape[1];
  assert_ok(hearth_array_shape(residuals, 1, shape));
  assert_all(shape[0] == (m > n && rank == n ? k : 0));
  free(matrix);
  free(sides);
  free(got);
  free(image);
  free(normal);
  hearth_array_destroy(&a);
  hearth_array_destroy(&b);
  hearth_array_destroy(&x);
  hearth_array_destroy(&residuals);
  hearth_array_destroy(&s);
}

static void layouts(void **state) {
  (void)state;
  static const int64_t shapes[][2] = {{50, 6}, {6, 31}, {9, 9}};
  int turn = 0;
  for (size_t which = 0; which < 3; which++) {
    hearth_context *ctx = test_context(backends[which]);
    for (int c = 0; c < 3; c++)
      for (int kind = 0; kind < TABLE_KINDS; kind++) {
        if (!dense_turn(kind, turn++, 6)) continue;
        planted p = planted_make(shapes[c][0], shapes[c][1], dtypes[turn / 6 % 4], 0.2);
        if (turn / 6 % 3 == 0) p.rank = 4;
        check_solution(ctx, kind, &p, 2, 400.0);
      }
    test_context_destroy(&ctx);
  }
}

static dense_number broken_at(const dense_rule *rule, int64_t i, int64_t j) {
  return i == 7 ? (double)NAN : dense_random(rule, i, j);
}

static void refused(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  const planted p = planted_make(20, 3, HEARTH_FLOAT64, 0.1);
  const dense_rule good = {20, 1, HEARTH_FLOAT64, 1, sides_at}, shorter = {19, 1, HEARTH_FLOAT64, 1, sides_at}, broken = {20, 1, HEARTH_FLOAT64, 1, broken_at};
  hearth_array *a = dense_array(ctx, TABLE_SPLIT_FIRST, 0, 2, &p.rule), *b = dense_array(ctx, TABLE_SPLIT_FIRST, 0, 1, &good), *x = a, *residuals = a, *s = a;
  hearth_array *few = dense_array(ctx, TABLE_SPLIT_FIRST, 0, 1, &shorter), *nan = dense_array(ctx, TABLE_SPLIT_FIRST, 0, 2, &broken);
  int64_t rank = -1;
  char message[400];
  int32_t status, where;
  assert_status(HEARTH_ERR_MISMATCH, hearth_lstsq(a, few, -1.0, &x, &residuals, &rank, &s));
  assert_all(x == NULL && residuals == NULL && s == NULL);
  assert_status(HEARTH_ERR_ARGUMENT, hearth_lstsq(b, b, -1.0, &x, &residuals, &rank, &s));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_lstsq(a, b, (double)NAN, &x, &residuals, &rank, &s));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_lstsq(a, test_rank == 0 ? NULL : b, -1.0, &x, &residuals, &rank, &s));
  assert_status(HEARTH_ERR_NOT_FINITE, hearth_lstsq(a, nan, -1.0, &x, &residuals, &rank, &s));
  hearth_last_error(ctx, &status, &where, message, sizeof message);
  assert_all(strstr(message, "(7, 0)") != NULL);
  hearth_array_destroy(&a);
  hearth_array_destroy(&b);
  hearth_array_destroy(&few);
  hearth_array_destroy(&nan);
  test_context_destroy(&ctx);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(longley), cmocka_unit_test(wampler), cmocka_unit_test(layouts), cmocka_unit_test(refused)};
HEARTH_TEST_MAIN(tests)
