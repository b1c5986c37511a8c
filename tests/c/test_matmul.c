/* hearth_matmul over layouts, types, orders and backends: whole numbers, so that every way must give the same bits. */
#include "harness.h"
#include "linalg_values.h"

static bool is_usable(int kind) {
  return kind != TABLE_PERMUTED || test_size <= 4;
}

/* The product in plain loops. */
static numbers multiply(const numbers *a, const numbers *b) {
  const int64_t m = a->ndim == 1 ? 1 : a->shape[0], k = a->shape[a->ndim - 1], n = b->ndim == 1 ? 1 : b->shape[1];
  int64_t shape[2];
  int32_t ndim = 0;
  if (a->ndim == 2) shape[ndim++] = m;
  if (b->ndim == 2) shape[ndim++] = n;
  if (ndim == 0) shape[ndim++] = 1;
  numbers c = numbers_make(ndim, shape);
  for (int64_t i = 0; i < m; i++)
    for (int64_t j = 0; j < n; j++)
      for (int64_t l = 0; l < k; l++) c.at[i * n + j] += a->at[i * k + l] * b->at[l * n + j];
  return c;
}

typedef struct operand_rule {
  int kind;
  int32_t dtype, order;
} operand_rule;

static void check_product(hearth_context *ctx, const numbers *a, const numbers *b, const numbers *expected, const operand_rule rules[2], int32_t dtype) {
  hearth_array *x = numbers_array(ctx, rules[0].kind, a, rules[0].dtype, rules[0].order);
  hearth_array *y = numbers_array(ctx, rules[1].kind, b, rules[1].dtype, rules[1].order), *z = NULL;
  int32_t type = 0;
  assert_ok(hearth_matmul(x, y, &z));
  assert_ok(hearth_array_dtype(z, &type));
  const double far = numbers_far(z, expected);
  if (far != 0.0 || type != dtype)
    fprintf(stderr, "[rank %d of %d] layouts %d and %d, dtypes %d and %d: %g off, type %d\n", test_rank, test_size, rules[0].kind, rules[1].kind,
            rules[0].dtype, rules[1].dtype, far, type);
  assert_all(far == 0.0 && type == dtype);
  hearth_array_destroy(&x);
  hearth_array_destroy(&y);
  hearth_array_destroy(&z);
}

/* Every layout with every layout, on the backend that is fast; some on the others. */
static void layouts(void **state) {
  (void)state;
  static const hearth_backend backends[] = {TEST_BACKENDS};
  static const int32_t dtypes[] = {HEARTH_FLOAT64, HEARTH_FLOAT32, HEARTH_COMPLEX128, HEARTH_COMPLEX64};
  const int64_t left[2] = {7, 9}, right[2] = {9, 6};
  for (int which = 0; which < 3; which++) {
    hearth_context *ctx = test_context(backends[which]);
    for (int i = 0; i < TABLE_KINDS * TABLE_KINDS; i++) {
      const int ka = i / TABLE_KINDS, kb = i % TABLE_KINDS;
      if (!is_usable(ka) || !is_usable(kb) || (backends[which] != HEARTH_BACKEND_CPU && i % 7 != which)) continue;
      const int32_t dtype = dtypes[i % 4];
      const numbers a = numbers_whole(2, left, is_complex_type(dtype), 1), b = numbers_whole(2, right, is_complex_type(dtype), 2), c = multiply(&a, &b);
      check_product(ctx, &a, &b, &c, (operand_rule[]){{ka, dtype, i % 2}, {kb, dtype, i / 3 % 2}}, dtype);
      free(a.at), free(b.at), free(c.at);
    }
    test_context_destroy(&ctx);
  }
}

/* Shapes that make each of the ways the cheapest one, vectors, and what has no elements. */
static void shapes(void **state) {
  (void)state;
  static const int64_t sizes[][3] = {{300, 5, 4}, {4, 900, 5}, {5, 4, 300}, {64, 64, 64}, {1, 50, 1}, {1, 1, 40},
                                     {40, 1, 1},  {1, 60, 8},  {0, 4, 3},   {3, 0, 4},    {3, 4, 0},  {33, 70, 2}};
  static const int kinds[] = {TABLE_REPLICATED, TABLE_SPLIT_FIRST, TABLE_SPLIT_LAST, TABLE_GRID_CUTS, TABLE_CYCLIC_2, TABLE_INDEX};
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
    const int64_t m = sizes[s][0], k = sizes[s][1], n = sizes[s][2];
    const numbers a = numbers_whole(2, (int64_t[]){m, k}, false, 3), b = numbers_whole(2, (int64_t[]){k, n}, false, 4), c = multiply(&a, &b);
    for (int i = 0; i < 36; i++)
      if (m * n * k > 0 || i % 5 == 0)
        check_product(ctx, &a, &b, &c, (operand_rule[]){{kinds[i / 6], HEARTH_FLOAT64, i % 2}, {kinds[i % 6], HEARTH_FLOAT64, i / 2 % 2}}, HEARTH_FLOAT64);
    free(a.at), free(b.at), free(c.at);
  }
  test_context_destroy(&ctx);
}

static void vectors(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  const numbers a = numbers_whole(2, (int64_t[]){8, 11}, true, 1), x = numbers_whole(1, (int64_t[]){11}, true, 2),
                y = numbers_whole(1, (int64_t[]){8}, true, 3);
  const numbers ax = multiply(&a, &x), ya = multiply(&y, &a), xx = multiply(&x, &x);
  for (int kind = 0; kind < TABLE_KINDS; kind++) {
    const operand_rule mine = {kind, HEARTH_COMPLEX128, 0}, other = {is_usable((kind * 5) % TABLE_KINDS) ? (kind * 5) % TABLE_KINDS : 0, HEARTH_COMPLEX128, 1};
    if (!is_usable(kind)) continue;
    check_product(ctx, &a, &x, &ax, (operand_rule[]){mine, other}, HEARTH_COMPLEX128);
    check_product(ctx, &y, &a, &ya, (operand_rule[]){other, mine}, HEARTH_COMPLEX128);
    check_product(ctx, &x, &x, &xx, (operand_rule[]){mine, other}, HEARTH_COMPLEX128);
  }
  free(a.at), free(x.at), free(y.at), free(ax.at), free(ya.at), free(xx.at);
  test_context_destroy(&ctx);
}

/* NumPy's common type; integers as float64, float16 as float32. */
static void types(void **state) {
  (void)state;
  static const int32_t cases[][3] = {{HEARTH_FLOAT32, HEARTH_FLOAT64, HEARTH_FLOAT64},      {HEARTH_FLOAT32, HEARTH_COMPLEX64, HEARTH_COMPLEX64},
                                     {HEARTH_FLOAT64, HEARTH_COMPLEX64, HEARTH_COMPLEX128}, {HEARTH_INT32, HEARTH_INT8, HEARTH_FLOAT64},
                                     {HEARTH_INT64, HEARTH_FLOAT32, HEARTH_FLOAT64},        {HEARTH_FLOAT16, HEARTH_FLOAT16, HEARTH_FLOAT32},
                                     {HEARTH_INT8, HEARTH_FLOAT32, HEARTH_FLOAT32}};
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  for (size_t s = 0; s < sizeof cases / sizeof *cases; s++) {
    const numbers a = numbers_whole(2, (int64_t[]){6, 5}, is_complex_type(cases[s][0]), 1),
                  b = numbers_whole(2, (int64_t[]){5, 7}, is_complex_type(cases[s][1]), 2);
    const numbers c = multiply(&a, &b);
    check_product(ctx, &a, &b, &c, (operand_rule[]){{TABLE_SPLIT_FIRST, cases[s][0], 0}, {TABLE_CYCLIC_1, cases[s][1], 1}}, cases[s][2]);
    free(a.at), free(b.at), free(c.at);
  }
  test_context_destroy(&ctx);
}

/* A memory cap that makes panels of every way: the same product from many pieces. */
static void panels(void **state) {
  (void)state;
  static const int64_t sizes[][3] = {{200, 900, 210}, {1300, 900, 20}, {20, 900, 1300}, {1100, 4000, 1100}};
  static const int kinds[][2] = {{TABLE_SPLIT_LAST, TABLE_SPLIT_LAST},
                                 {TABLE_SPLIT_FIRST, TABLE_SPLIT_FIRST},
                                 {TABLE_GRID_CYCLIC, TABLE_SPLIT_LAST},
                                 {TABLE_SPLIT_LAST, TABLE_SPLIT_FIRST}};
  for (int s = 0; s < 4; s++)
    for (int t = 0; t < (s < 3 ? 4 : 1); t++) {
      const int64_t m = sizes[s][0], k = sizes[s][1], n = sizes[s][2];
      const int *kind = kinds[s == 3 ? 3 : t];
      const numbers a = numbers_whole(2, (int64_t[]){m, k}, false, 3), b = numbers_whole(2, (int64_t[]){k, n}, false, 4);
      hearth_context_options options = HEARTH_CONTEXT_OPTIONS_INIT;
      hearth_context *ctx = NULL;
      hearth_layout *layout = NULL;
      options.backend = HEARTH_BACKEND_CPU;
      options.leak_check = 1;
      options.memory_cap = (s == 3 ? 300 : 40) << 20;
      ctx = test_context_with(&options);
      hearth_array *x = numbers_array(ctx, kind[0], &a, HEARTH_FLOAT64, 0), *y = numbers_array(ctx, kind[1], &b, HEARTH_FLOAT64, 1), *z = NULL;
      assert_ok(hearth_matmul(x, y, &z));
      numbers c = numbers_of(z);
      double far = 0.0;
      for (int64_t e = test_rank; e < m * n; e += 97 * test_size) {
        double sum = 0.0;
        for (int64_t l = 0; l < k; l++) sum += creal(a.at[e / n * k + l]) * creal(b.at[l * n + e % n]);
        far = fmax(far, fabs(creal(c.at[e]) - sum));
      }
      assert_all(far == 0.0);
      free(a.at), free(b.at), free(c.at);
      hearth_array_destroy(&x), hearth_array_destroy(&y), hearth_array_destroy(&z);
      hearth_layout_destroy(&layout);
      test_context_destroy(&ctx);
    }
}

/* What stays stays, and the layout of the result is the one that is documented. */
static void results_lie_as_documented(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  const numbers tall = numbers_whole(2, (int64_t[]){400, 3}, false, 1), small = numbers_whole(2, (int64_t[]){3, 2}, false, 2),
                wide = numbers_whole(2, (int64_t[]){3, 400}, false, 3);
  hearth_array *a = numbers_array(ctx, TABLE_INDEX, &tall, HEARTH_FLOAT64, 0), *r = numbers_array(ctx, TABLE_REPLICATED, &small, HEARTH_FLOAT64, 0);
  hearth_array *w = numbers_array(ctx, TABLE_SPLIT_LAST, &wide, HEARTH_FLOAT64, 0), *t = numbers_array(ctx, TABLE_SPLIT_FIRST, &tall, HEARTH_FLOAT64, 1),
               *c = NULL;
  hearth_layout *layout = NULL;
  int32_t kind[2] = {0}, before = 0;
  int64_t extents[2] = {0}, local[2] = {0};
  assert_ok(hearth_matmul(a, r, &c)); /* tall times small: the rows of a */
  assert_ok(hearth_array_local_shape(c, 2, extents));
  assert_ok(hearth_array_local_shape(a, 2, local));
  assert_all(extents[0] == local[0] && extents[1] == 2);
  assert_ok(hearth_array_layout(c, &layout));
  assert_ok(hearth_layout_dim_kind(layout, 0, &kind[0]));
  hearth_layout_destroy(&layout);
  assert_ok(hearth_array_layout(a, &layout));
  assert_ok(hearth_layout_dim_kind(layout, 0, &before));
  hearth_layout_destroy(&layout);
  assert_all(kind[0] == before);
  hearth_array_destroy(&c);
  assert_ok(hearth_matmul(w, t, &c)); /* long inner products: on every rank */
  assert_ok(hearth_array_local_shape(c, 2, extents));
  assert_all(extents[0] == 3 && extents[1] == 3);
  hearth_array_destroy(&c);
  hearth_array *rt = NULL;
  assert_ok(hearth_transpose(r, 0, NULL, &rt));
  assert_ok(hearth_matmul(rt, w, &c)); /* small times wide: the columns of b */
  assert_ok(hearth_array_local_shape(c, 2, extents));
  assert_ok(hearth_array_local_shape(w, 2, local));
  assert_all(extents[0] == 2 && extents[1] == local[1]);
  hearth_array_destroy(&rt);
  hearth_array_destroy(&a), hearth_array_destroy(&r), hearth_array_destroy(&w), hearth_array_destroy(&t), hearth_array_destroy(&c);
  free(tall.at), free(small.at), free(wide.at);
  test_context_destroy(&ctx);
}

static void refused(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU), *other = test_context(HEARTH_BACKEND_CPU);
  const numbers a = numbers_whole(2, (int64_t[]){4, 5}, false, 1), cube = numbers_whole(3, (int64_t[]){4, 5, 2}, false, 1);
  hearth_array *x = numbers_array(ctx, TABLE_SPLIT_FIRST, &a, HEARTH_FLOAT64, 0), *y = numbers_array(other, TABLE_SPLIT_FIRST, &a, HEARTH_FLOAT64, 0);
  hearth_array *three = numbers_array(ctx, TABLE_SPLIT_FIRST, &cube, HEARTH_FLOAT64, 0), *z = x;
  char message[400];
  int32_t status, where;
  assert_status(HEARTH_ERR_MISMATCH, hearth_matmul(x, x, &z));
  assert_all(z == NULL);
  hearth_last_error(ctx, &status, &where, message, sizeof message);
  assert_all(strstr(message, "5") != NULL && strstr(message, "4") != NULL);
  assert_status(HEARTH_ERR_MISMATCH, hearth_matmul(x, y, &z));
  assert_status(HEARTH_ERR_UNSUPPORTED, hearth_matmul(x, three, &z));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_matmul(x, NULL, &z));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_matmul(NULL, NULL, &z));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_matmul(x, x, test_rank == 0 ? NULL : &z));
  hearth_array_destroy(&x), hearth_array_destroy(&y), hearth_array_destroy(&three);
  test_context_destroy(&other);
  test_context_destroy(&ctx);
  hearth_context_options options = HEARTH_CONTEXT_OPTIONS_INIT;
  options.reduction = HEARTH_REDUCTION_REPRODUCIBLE;
  options.leak_check = 1;
  ctx = test_context_with(&options);
  x = numbers_array(ctx, TABLE_REPLICATED, &a, HEARTH_FLOAT64, 0);
  hearth_array *transposed = NULL;
  assert_ok(hearth_transpose(x, 0, NULL, &transposed));
  assert_status(HEARTH_ERR_NOT_REPRODUCIBLE, hearth_matmul(x, transposed, &z));
  hearth_array_destroy(&x), hearth_array_destroy(&transposed);
  test_context_destroy(&ctx);
  free(a.at), free(cube.at);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(layouts), cmocka_unit_test(shapes), cmocka_unit_test(vectors),
                                          cmocka_unit_test(types),   cmocka_unit_test(panels), cmocka_unit_test(results_lie_as_documented),
                                          cmocka_unit_test(refused)};
HEARTH_TEST_MAIN(tests)
