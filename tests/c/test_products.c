/* Outer and inner products, traces, triangles and norms over layouts, types and backends against plain loops. */
#include "harness.h"
#include "linalg_values.h"

static const hearth_backend backends[] = {TEST_BACKENDS};
static const int32_t dtypes[] = {HEARTH_FLOAT64, HEARTH_COMPLEX64, HEARTH_FLOAT32, HEARTH_COMPLEX128, HEARTH_INT32};
enum { DTYPES = 5 };

static bool is_usable(int kind) {
  return kind != TABLE_PERMUTED || test_size <= 4;
}

typedef void (*check_function)(hearth_context *ctx, int kind, int32_t dtype, int32_t order);

/* Every layout on the cpu with half of the types in turn; some of them elsewhere. */
static void for_layouts(check_function check) {
  for (int which = 0; which < 3; which++) {
    hearth_context *ctx = test_context(backends[which]);
    for (int kind = 0; kind < TABLE_KINDS; kind++)
      for (int d = 0; d < DTYPES; d++)
        if (is_usable(kind) && (backends[which] == HEARTH_BACKEND_CPU ? (kind + d) % 2 == 0 : (kind + d) % 5 == which)) check(ctx, kind, dtypes[d], d % 2);
    test_context_destroy(&ctx);
  }
}

static void expect(hearth_array **result, const numbers *expected, int32_t dtype, double tolerance, const char *what, int kind) {
  int32_t type = 0;
  assert_ok(hearth_array_dtype(*result, &type));
  const double far = numbers_far(*result, expected);
  if (!(far <= tolerance) || type != dtype)
    fprintf(stderr, "[rank %d of %d] %s, layout %d: %g off, type %d, not %d\n", test_rank, test_size, what, kind, far, type, dtype);
  assert_all(far <= tolerance && type == dtype);
  hearth_array_destroy(result);
}

static void check_outer(hearth_context *ctx, int kind, int32_t dtype, int32_t order) {
  const int64_t m = 11, n = 7;
  const numbers a = numbers_whole(1, &m, is_complex_type(dtype), 1), b = numbers_whole(1, &n, is_complex_type(dtype), 2);
  numbers c = numbers_make(2, (int64_t[]){m, n});
  for (int64_t i = 0; i < m * n; i++) c.at[i] = a.at[i / n] * b.at[i % n];
  hearth_array *x = numbers_array(ctx, kind, &a, dtype, order), *y = numbers_array(ctx, (kind + 3) % 4, &b, dtype, order), *z = NULL;
  assert_ok(hearth_outer(x, y, &z));
  expect(&z, &c, dtype, 0.0, "outer", kind);
  hearth_array_destroy(&x), hearth_array_destroy(&y);
  free(a.at), free(b.at), free(c.at);
}
static void outer(void **state) {
  (void)state, for_layouts(check_outer);
}

static void check_vecdot(hearth_context *ctx, int kind, int32_t dtype, int32_t order) {
  const int64_t shape[3] = {5, 4, 6};
  const numbers a = numbers_whole(3, shape, is_complex_type(dtype), 1), b = numbers_whole(3, shape, is_complex_type(dtype), 2);
  hearth_array *x = numbers_array(ctx, kind, &a, dtype, order), *y = numbers_array(ctx, (kind + 3) % 4, &b, dtype, order), *z = NULL;
  for (int32_t axis = 0; axis < 3; axis++) {
    const int32_t kept[2] = {axis == 0, axis == 2 ? 1 : 2};
    numbers c = numbers_make(2, (int64_t[]){shape[kept[0]], shape[kept[1]]});
    for (int64_t i = 0; i < 120; i++) {
      const int64_t index[3] = {i / 24, i / 6 % 4, i % 6};
      c.at[index[kept[0]] * shape[kept[1]] + index[kept[1]]] += conj(a.at[i]) * b.at[i];
    }
    assert_ok(hearth_vecdot(x, y, axis, &z));
    expect(&z, &c, dtype == HEARTH_INT32 ? HEARTH_INT64 : dtype, 0.0, "vecdot", kind);
    free(c.at);
  }
  hearth_array_destroy(&x), hearth_array_destroy(&y);
  free(a.at), free(b.at);
}
static void vecdot(void **state) {
  (void)state, for_layouts(check_vecdot);
}

static void check_trace(hearth_context *ctx, int kind, int32_t dtype, int32_t order) {
  static const int64_t shapes[][2] = {{9, 9}, {4, 13}, {13, 4}, {1, 5}};
  static const int64_t offsets[] = {0, 2, -3, 40, -40};
  for (int s = 0; s < 4; s++) {
    const numbers a = numbers_whole(2, shapes[s], is_complex_type(dtype), 1);
    hearth_array *x = numbers_array(ctx, kind, &a, dtype, order), *z = NULL;
    for (int o = 0; o < 5; o++) {
      numbers c = numbers_make(1, (int64_t[]){1});
      for (int64_t i = 0; i < shapes[s][0]; i++)
        if (i + offsets[o] >= 0 && i + offsets[o] < shapes[s][1]) c.at[0] += a.at[i * shapes[s][1] + i + offsets[o]];
      assert_ok(hearth_trace(x, offsets[o], &z));
      expect(&z, &c, dtype == HEARTH_INT32 ? HEARTH_INT64 : dtype, 0.0, "trace", kind);
      free(c.at);
    }
    hearth_array_destroy(&x);
    free(a.at);
  }
}
static void trace(void **state) {
  (void)state, for_layouts(check_trace);
}

static void check_triangles(hearth_context *ctx, int kind, int32_t dtype, int32_t order) {
  static const int64_t shapes[][3] = {{9, 9, 0}, {4, 13, 0}, {13, 4, 0}, {2, 7, 8}};
  static const int64_t ks[] = {0, 1, -2, INT64_MAX, INT64_MIN};
  for (int s = 0; s < 4; s++) {
    const int32_t ndim = s == 3 ? 3 : 2;
    const int64_t m = shapes[s][ndim - 2], n = shapes[s][ndim - 1];
    const numbers a = numbers_whole(ndim, shapes[s], is_complex_type(dtype), 1);
    hearth_array *x = numbers_array(ctx, kind, &a, dtype, order), *z = NULL;
    for (int i = 0; i < 10; i++) {
      const int64_t k = ks[i / 2];
      numbers c = numbers_make(ndim, shapes[s]);
      for (int64_t e = 0; e < numbers_count(&a); e++) {
        const int64_t row = e / n % m, column = e % n;
        const bool above = k == INT64_MIN || (k != INT64_MAX && column > row + k), below = k == INT64_MAX || (k != INT64_MIN && column < row + k);
        c.at[e] = (i % 2 ? below : above) ? 0.0 : a.at[e];
      }
      assert_ok(i % 2 ? hearth_triu(x, k, &z) : hearth_tril(x, k, &z));
      expect(&z, &c, dtype, 0.0, "triangle", kind);
      free(c.at);
    }
    hearth_array_destroy(&x);
    free(a.at);
  }
}
static void triangles(void **state) {
  (void)state, for_layouts(check_triangles);
}

static double norm_of(const numbers *a, double order, int64_t first, int64_t step, int64_t n) {
  double sum = order == -INFINITY ? INFINITY : 0.0;
  for (int64_t i = 0; i < n; i++) {
    const double size = cabs(a->at[first + i * step]);
    if (order == INFINITY)
      sum = fmax(sum, size);
    else if (order == -INFINITY)
      sum = fmin(sum, size);
    else
      sum += order == 0.0 ? size != 0.0 : pow(size, order);
  }
  return isinf(order) || order == 0.0 ? sum : pow(sum, 1.0 / order);
}

static void check_norms(hearth_context *ctx, int kind, int32_t dtype, int32_t order) {
  static const double orders[] = {0.0, 1.0, 2.0, 3.0, 0.5, INFINITY, -INFINITY};
  const int64_t m = 6, n = 5;
  const numbers a = numbers_whole(2, (int64_t[]){m, n}, is_complex_type(dtype), 1);
  const int32_t real = is_single_type(dtype) ? HEARTH_FLOAT32 : HEARTH_FLOAT64, axis = 1;
  const double tolerance = is_single_type(dtype) ? 3e-5 : 1e-12; /* values up to 700 */
  hearth_array *x = numbers_array(ctx, kind, &a, dtype, order), *z = NULL;
  for (int o = 0; o < 7; o++) {
    numbers all = numbers_make(1, (int64_t[]){1}), rows = numbers_make(1, &m);
    all.at[0] = norm_of(&a, orders[o], 0, 1, m * n);
    for (int64_t i = 0; i < m; i++) rows.at[i] = norm_of(&a, orders[o], i * n, 1, n);
    assert_ok(hearth_vector_norm(x, orders[o], 0, NULL, NULL, &z));
    expect(&z, &all, real, tolerance * (1.0 + cabs(all.at[0])), "vector norm of all", kind);
    assert_ok(hearth_vector_norm(x, orders[o], 1, &axis, NULL, &z));
    expect(&z, &rows, real, tolerance * 100.0, "vector norms of rows", kind);
    free(all.at), free(rows.at);
  }
  double expected[4] = {norm_of(&a, 2.0, 0, 1, m * n), 0.0, 0.0, norm_of(&a, INFINITY, 0, 1, m * n)};
  for (int64_t j = 0; j < n; j++) expected[1] = fmax(expected[1], norm_of(&a, 1.0, j, n, m));
  for (int64_t i = 0; i < m; i++) expected[2] = fmax(expected[2], norm_of(&a, 1.0, i * n, 1, n));
  for (int32_t o = 0; o < 4; o++) {
    double value = -1.0;
    assert_ok(hearth_matrix_norm(x, o, &value));
    assert_near(value, expected[o], tolerance * expected[o]);
  }
  hearth_array_destroy(&x);
  free(a.at);
}
static void norms(void **state) {
  (void)state, for_layouts(check_norms);
}

/* Powers that would overflow or vanish: the norm is that of the numbers beside 1, times the scale. */
static void norms_scale(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  static const double scales[] = {1e-200, 1e200, 0.0};
  for (int s = 0; s < 3; s++) {
    const int64_t n = 20;
    const double tiny = scales[s] == 0.0 ? 1.0 : scales[s];
    numbers a = numbers_whole(1, &n, false, 3);
    const double expected = norm_of(&a, 3.0, 0, 1, n) * scales[s];
    for (int64_t i = 0; i < n; i++) a.at[i] *= scales[s];
    hearth_array *x = numbers_array(ctx, TABLE_SPLIT_FIRST, &a, HEARTH_FLOAT64, 0), *z = NULL;
    assert_ok(hearth_vector_norm(x, 3.0, 0, NULL, NULL, &z));
    const numbers value = numbers_of(z);
    assert_near(creal(value.at[0]) / tiny, expected / tiny, 1e-12 * expected / tiny);
    hearth_array_destroy(&x), hearth_array_destroy(&z);
    free(a.at), free(value.at);
  }
  test_context_destroy(&ctx);
}

/* Norms by singular values, of an outer product and of a rotation times 3 beside it, which are known. */
static void norms_of_singular_values(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  for (int kind = 0; kind < TABLE_KINDS; kind += 3) {
    numbers a = numbers_make(2, (int64_t[]){7, 5});
    double norm = -1.0;
    for (int i = 0; i < 3; i++)
      for (int j = 0; j < 2; j++) a.at[5 * i + j] = (double)((i + 1) * (j + 1)); /* |1 2 3| |1 2| */
    a.at[5 * 4 + 3] = a.at[5 * 5 + 4] = 3.0 * cos(0.4);
    a.at[5 * 4 + 4] = 3.0 * sin(0.4);
    a.at[5 * 5 + 3] = -3.0 * sin(0.4);
    hearth_array *x = numbers_array(ctx, kind, &a, HEARTH_FLOAT64, kind % 2);
    assert_ok(hearth_matrix_norm(x, HEARTH_MATRIX_NORM_TWO, &norm));
    assert_near(norm, sqrt(70.0), 1e-12);
    assert_ok(hearth_matrix_norm(x, HEARTH_MATRIX_NORM_NUCLEAR, &norm));
    assert_near(norm, sqrt(70.0) + 6.0, 1e-12);
    hearth_array_destroy(&x);
    free(a.at);
  }
  test_context_destroy(&ctx);
}

static void refused(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU), *other = test_context(HEARTH_BACKEND_CPU);
  const numbers a = numbers_whole(2, (int64_t[]){4, 5}, false, 1), v = numbers_whole(1, (int64_t[]){5}, false, 1);
  hearth_array *x = numbers_array(ctx, TABLE_SPLIT_FIRST, &a, HEARTH_FLOAT64, 0), *line = numbers_array(ctx, TABLE_SPLIT_FIRST, &v, HEARTH_FLOAT64, 0);
  hearth_array *far = numbers_array(other, TABLE_SPLIT_FIRST, &a, HEARTH_FLOAT64, 0), *z = x;
  double norm = -1.0;
  assert_status(HEARTH_ERR_ARGUMENT, hearth_outer(x, NULL, &z));
  assert_all(z == NULL);
  assert_status(HEARTH_ERR_MISMATCH, hearth_outer(x, far, &z));
  assert_status(HEARTH_ERR_MISMATCH, hearth_vecdot(x, far, 0, &z));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_vecdot(x, x, 2, &z));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_trace(line, 0, &z));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_tril(line, 0, &z));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_matrix_norm(line, 0, &norm));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_matrix_norm(x, 6, &norm));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_matrix_norm(x, 0, test_rank == 0 ? NULL : &norm));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_vector_norm(x, NAN, 0, NULL, NULL, &z));
  if (test_size > 1) assert_status(HEARTH_ERR_MISMATCH, hearth_trace(x, test_rank, &z));
  if (test_size > 1) assert_status(HEARTH_ERR_MISMATCH, hearth_triu(x, test_rank, &z));
  if (test_size > 1) assert_status(HEARTH_ERR_MISMATCH, hearth_vector_norm(x, test_rank, 0, NULL, NULL, &z));
  assert_all(z == NULL && norm == -1.0);
  hearth_array_destroy(&x), hearth_array_destroy(&far), hearth_array_destroy(&line);
  test_context_destroy(&other);
  test_context_destroy(&ctx);
  free(a.at), free(v.at);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(outer),
                                          cmocka_unit_test(vecdot),
                                          cmocka_unit_test(trace),
                                          cmocka_unit_test(triangles),
                                          cmocka_unit_test(norms),
                                          cmocka_unit_test(norms_scale),
                                          cmocka_unit_test(norms_of_singular_values),
                                          cmocka_unit_test(refused)};
HEARTH_TEST_MAIN(tests)
