/* The matrix exponential over layouts, types and norms, against Taylor series in long double. */
#include "harness.h"
#include "linalg_values.h"

static bool is_usable(int kind) {
  return kind != TABLE_PERMUTED || test_size <= 4;
}

static void multiply(int64_t n, const long double _Complex *a, const long double _Complex *b, long double _Complex *c) {
  for (int64_t i = 0; i < n * n; i++) {
    c[i] = 0;
    for (int64_t l = 0; l < n; l++) c[i] += a[i / n * n + l] * b[l * n + i % n];
  }
}

/* 2^-8 of the matrix, 16 terms, squared 8 times: for norms up to 100. */
static numbers exponential(const numbers *a) {
  const int64_t n = a->shape[0];
  numbers result = numbers_make(2, a->shape);
  long double _Complex *x = calloc((size_t)(4 * n * n), sizeof *x), *term = x + n * n, *sum = term + n * n, *next = sum + n * n;
  for (int64_t i = 0; i < n * n; i++) {
    x[i] = (long double _Complex)a->at[i] * 0x1p-8L;
    sum[i] = term[i] = i / n == i % n;
  }
  for (int k = 1; k <= 16; k++) {
    multiply(n, term, x, next);
    for (int64_t i = 0; i < n * n; i++) sum[i] += term[i] = next[i] / k;
  }
  for (int k = 0; k < 8; k++) {
    multiply(n, sum, sum, next);
    for (int64_t i = 0; i < n * n; i++) sum[i] = next[i];
  }
  for (int64_t i = 0; i < n * n; i++) result.at[i] = (double _Complex)sum[i];
  free(x);
  return result;
}

static double largest(const numbers *a) {
  double most = 0.0;
  for (int64_t i = 0; i < numbers_count(a); i++) most = fmax(most, cabs(a->at[i]));
  return most;
}

static void check_exponential(hearth_context *ctx, const numbers *a, int kind, int32_t dtype, int32_t order, double tolerance) {
  const numbers expected = exponential(a);
  hearth_array *x = numbers_array(ctx, kind, a, dtype, order), *y = NULL;
  int32_t type = 0;
  assert_ok(hearth_expm(x, &y));
  assert_ok(hearth_array_dtype(y, &type));
  const double far = numbers_far(y, &expected), size = largest(&expected);
  if (!(far <= tolerance * size)) fprintf(stderr, "[rank %d of %d] expm, layout %d, dtype %d: %g of %g off\n", test_rank, test_size, kind, dtype, far, size);
  assert_all(far <= tolerance * size && type == dtype);
  hearth_array_destroy(&x), hearth_array_destroy(&y);
  free(expected.at);
}

static void layouts(void **state) {
  (void)state;
  static const hearth_backend backends[] = {TEST_BACKENDS};
  static const int32_t dtypes[] = {HEARTH_FLOAT64, HEARTH_COMPLEX128, HEARTH_FLOAT32, HEARTH_COMPLEX64};
  for (int which = 0; which < 3; which++) {
    hearth_context *ctx = test_context(backends[which]);
    for (int kind = 0; kind < TABLE_KINDS; kind++) {
      const int32_t dtype = dtypes[(kind + which) % 4];
      if (!is_usable(kind) || (backends[which] != HEARTH_BACKEND_CPU && kind % 5 != which)) continue;
      numbers a = numbers_rough(2, (int64_t[]){7, 7}, is_complex_type(dtype), kind + 1);
      for (int i = 0; i < 49 && is_single_type(dtype); i++) a.at[i] = CMPLX((double)(float)creal(a.at[i]), (double)(float)cimag(a.at[i]));
      check_exponential(ctx, &a, kind, dtype, kind % 2, is_single_type(dtype) ? 1e-6 : 1e-13);
      free(a.at);
    }
    test_context_destroy(&ctx);
  }
}

/* Norms for each degree, and for scaling; a matrix of one element, of none, of zeros, and one whose powers vanish. */
static void norms(void **state) {
  (void)state;
  static const double norms[] = {1e-300, 1e-3, 0.2, 0.9, 2.0, 5.0, 40.0, 0.0};
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  for (int s = 0; s < 8; s++) {
    numbers a = numbers_rough(2, (int64_t[]){6, 6}, s % 2, s + 1);
    double sum = 0.0;
    for (int j = 0; j < 6; j++) {
      double column = 0.0;
      for (int i = 0; i < 6; i++) column += cabs(a.at[6 * i + j]);
      sum = fmax(sum, column);
    }
    for (int i = 0; i < 36; i++) a.at[i] *= norms[s] / sum;
    check_exponential(ctx, &a, TABLE_SPLIT_FIRST, HEARTH_COMPLEX128, 0, norms[s] > 10.0 ? 1e-11 : 1e-14);
    free(a.at);
  }
  numbers one = numbers_make(2, (int64_t[]){1, 1}), shift = numbers_make(2, (int64_t[]){5, 5}), none = numbers_make(2, (int64_t[]){0, 0});
  one.at[0] = -3.5;
  for (int i = 0; i < 4; i++) shift.at[6 * i + 1] = 100.0;
  check_exponential(ctx, &one, TABLE_SPLIT_LAST, HEARTH_FLOAT64, 0, 1e-14);
  check_exponential(ctx, &shift, TABLE_CYCLIC_1, HEARTH_FLOAT64, 1, 1e-13);
  check_exponential(ctx, &none, TABLE_SPLIT_FIRST, HEARTH_FLOAT64, 0, 0.0);
  free(one.at), free(shift.at), free(none.at);
  test_context_destroy(&ctx);
}

static void refused(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  numbers a = numbers_rough(2, (int64_t[]){4, 4}, false, 1), wide = numbers_rough(2, (int64_t[]){4, 5}, false, 1);
  char message[400];
  int32_t status, where;
  a.at[6] = NAN;
  hearth_array *x = numbers_array(ctx, TABLE_CYCLIC_1, &a, HEARTH_FLOAT64, 0), *w = numbers_array(ctx, TABLE_SPLIT_FIRST, &wide, HEARTH_FLOAT64, 0), *y = x;
  assert_status(HEARTH_ERR_NOT_FINITE, hearth_expm(x, &y));
  assert_all(y == NULL);
  assert_status(HEARTH_ERR_ARGUMENT, hearth_expm(w, &y));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_expm(w, NULL));
  hearth_array_destroy(&x);
  a.at[6] = -INFINITY;
  x = numbers_array(ctx, TABLE_SPLIT_LAST, &a, HEARTH_FLOAT64, 0);
  assert_status(HEARTH_ERR_NOT_FINITE, hearth_expm(x, &y));
  hearth_last_error(ctx, &status, &where, message, sizeof message);
  assert_all(strstr(message, "expm") != NULL);
  hearth_array_destroy(&x), hearth_array_destroy(&w);
  free(a.at), free(wide.at);
  test_context_destroy(&ctx);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(layouts), cmocka_unit_test(norms), cmocka_unit_test(refused)};
HEARTH_TEST_MAIN(tests)
