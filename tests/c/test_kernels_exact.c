#include "core/memory.h"
#include "exact_oracle.h"
#include "kernels/exact.h"
#include "kernels_operand.h"

static void check_bits(const hearth_context *ctx, double value, double expected, const char *what, int64_t which) {
  if (bits_of(value) != bits_of(expected))
    fail_msg("%s, %d threads, %s, %lld: %.17g, not %.17g", ctx->backend->name, ctx->threads, what, (long long)which, value, expected);
}

static hearth_view host_sums(hearth_exact *sums, int ndim, const int64_t *extent, int axes) {
  hearth_view view = {.data = sums, .dtype = HEARTH_INT64, .space = HEARTH_SPACE_HOST, .ndim = ndim};
  int64_t step = sizeof *sums;
  for (int d = ndim - 1; d >= 0; d--) {
    view.extent[d] = extent[d];
    view.stride[d] = axes >> d & 1 ? 0 : step;
    if (!(axes >> d & 1)) step *= extent[d];
  }
  return view;
}

static void fill_data(operand *o, int kind) {
  int64_t i = 0;
  FOR_ELEMENTS(&o->host, index) put_number(&o->host, index, data_at(kind, i++));
  push(o);
}

/* Blocks of all lengths, every kind of data, float32 and float64. */
static void sums_of_rows(hearth_context *ctx) {
  static const int64_t lengths[] = {0, 1, 7, 2047, 2048, 2049, 30001, 140009};
  const int32_t types[] = {HEARTH_FLOAT64, HEARTH_FLOAT32};
  for (size_t l = 0; l < sizeof lengths / sizeof *lengths; l++)
    for (int kind = 0; kind < DATA_KINDS; kind++)
      for (int t = 0; t < 2; t++) {
        if (ctx->backend->space == HEARTH_SPACE_GUARD && lengths[l] > 30001) continue;
        operand x = OPERAND(ctx, types[t], l % 2 ? ROW : GAPS, lengths[l]);
        oracle expected = {0};
        hearth_exact sums[1] = {0};
        fill_data(&x, kind);
        FOR_ELEMENTS(&x.host, index) oracle_add(&expected, get(&x.host, index).re);
        const hearth_view target = host_sums(sums, 1, lengths + l, 1);
        assert_int_equal(ctx->backend->exact->sum(ctx->queue, &(hearth_exact_terms){HEARTH_EXACT_VALUE, 0, 1.0, &x.view, NULL}, &target), HEARTH_OK);
        check_bits(ctx, hearth_exact_round(sums), oracle_round(&expected), t ? "float32 row" : "float64 row", 100 * (int64_t)l + kind);
        operand_free(&x);
      }
}

static double expected_term(const hearth_exact_terms *terms, double x, double y) {
  const volatile double product = x * y, difference = (x - y) * terms->scale, square = difference * difference;
  if (terms->omit && isnan(x)) return 0.0;
  return terms->kind == HEARTH_EXACT_VALUE ? x : terms->kind == HEARTH_EXACT_OTHER ? y : terms->kind == HEARTH_EXACT_PRODUCT ? product : square;
}

static void check_axes(const hearth_context *ctx, const hearth_exact_terms *terms, const hearth_view *x, const hearth_view *y, int axes) {
  int64_t most = 1;
  for (int d = 0; d < x->ndim; d++) most *= axes >> d & 1 ? 1 : x->extent[d];
  hearth_exact *sums = calloc((size_t)most, sizeof *sums);
  oracle *expected = calloc((size_t)most, sizeof *expected);
  const hearth_view target = host_sums(sums, x->ndim, x->extent, axes);
  FOR_ELEMENTS(x, index) {
    int64_t at = 0;
    for (int d = 0; d < x->ndim; d++) at += index[d] * target.stride[d];
    at /= (int64_t)sizeof *sums;
    const value a = get(x, index);
    const value b = y ? get(y, index) : (value){0};
    oracle_add(&expected[at], expected_term(terms, a.integer ? (double)a.i : a.re, b.integer ? (double)b.i : b.re));
  }
  for (int twice = 0; twice < 2; twice++) assert_int_equal(ctx->backend->exact->sum(ctx->queue, terms, &target), HEARTH_OK);
  for (int64_t k = 0; k < most; k++) check_bits(ctx, hearth_exact_round(&sums[k]), 2.0 * oracle_round(&expected[k]), "axes", k);
  free(sums);
  free(expected);
}

/* Any axes of views in every layout, and every way to make terms. */
static void sums_over_axes(hearth_context *ctx) {
  static const int64_t shapes[][3] = {{5, 7, 11}, {600, 3, 5}, {2, 300, 4}, {40, 2, 300}, {1, 1, 9}, {2100, 1, 300}};
  static const int32_t types[] = {HEARTH_FLOAT64, HEARTH_FLOAT32, HEARTH_INT16, HEARTH_INT64, HEARTH_BOOL};
  int number = 0;
  for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
    for (int axes = 0; axes < 8; axes++)
      for (int layout = 0; layout < LAYOUTS; layout++, number++) {
        if (s == 5 && (axes != 1 + (layout & 2) || layout % 2)) continue; /* the long one */
        if (s > 0 && (axes == 0 || (axes + layout) % 3 != 0)) continue;
        const int y_layout = number % 3 == 0 ? ROW : number % 3 == 1 ? BROADCAST_FIRST : BROADCAST_ALL;
        operand x = OPERAND(ctx, types[s == 5 ? 0 : number % 5], layout, shapes[s][0], shapes[s][1], shapes[s][2]);
        operand y = OPERAND(ctx, types[number / 5 % 2], y_layout, shapes[s][0], shapes[s][1], shapes[s][2]);
        fill_data(&x, number % 7 == 0 ? DATA_CANCELLING : DATA_ROUGH);
        fill_data(&y, DATA_ROUGH);
        const hearth_exact_terms terms[] = {{HEARTH_EXACT_VALUE, number % 2, 1.0, &x.view, NULL},
                                            {HEARTH_EXACT_PRODUCT, 0, 1.0, &x.view, &y.view},
                                            {HEARTH_EXACT_SQUARE, 0, 0.125, &x.view, &y.view},
                                            {HEARTH_EXACT_SQUARE, 0, 1.0, &x.view, NULL},
                                            {HEARTH_EXACT_OTHER, 1, 1.0, &x.view, &y.view}};
        for (int k = 0; k < 5; k++) check_axes(ctx, &terms[k], &x.host, terms[k].y ? &y.host : NULL, axes);
        operand_free(&x);
        operand_free(&y);
      }
}

/* Columns beside each other of all kinds of data, so that some do not fit the anchors of the rows before; NaN left out. */
static void columns_of_all_kinds(hearth_context *ctx) {
  enum { ROWS = 4500 };
  for (int omit = 0; omit < 2; omit++)
    for (int64_t n = 5; n <= 300; n += 295) {
      operand x = OPERAND(ctx, HEARTH_FLOAT64, ROW, ROWS, n);
      hearth_exact *sums = calloc((size_t)n, sizeof *sums);
      oracle *expected = calloc((size_t)n, sizeof *expected);
      FOR_ELEMENTS(&x.host, index) {
        double value = data_at((int)(index[1] % DATA_KINDS), index[0]) * (index[0] > 3000 ? 1e6 : 1.0);
        if (omit && index[0] % 5 == 1) value = NAN;
        put_number(&x.host, index, value);
        if (!omit || !isnan(value)) oracle_add(&expected[index[1]], value);
      }
      push(&x);
      const hearth_view target = host_sums(sums, 2, x.view.extent, 1);
      assert_int_equal(ctx->backend->exact->sum(ctx->queue, &(hearth_exact_terms){HEARTH_EXACT_VALUE, omit, 1.0, &x.view, NULL}, &target), HEARTH_OK);
      for (int64_t j = 0; j < n; j++) check_bits(ctx, hearth_exact_round(&sums[j]), oracle_round(&expected[j]), "column", j);
      free(sums);
      free(expected);
      operand_free(&x);
    }
}

/* Sums that overflow on the way, and one that does at the end. */
static void huge_terms(hearth_context *ctx) {
  enum { N = 3000 };
  operand x = OPERAND(ctx, HEARTH_FLOAT64, ROW, N);
  const int64_t extent[1] = {N};
  for (int last = 0; last < 2; last++) {
    hearth_exact sums[1] = {0};
    FOR_ELEMENTS(&x.host, index) put_number(&x.host, index, last ? 1.0 : index[0] < N / 2 ? 1.5e308 : index[0] == N - 1 ? -1.4e308 : -1.5e308);
    if (last) put_number(&x.host, (int64_t[4]){0}, 1.7e308);
    if (last) put_number(&x.host, (int64_t[4]){1}, 1.7e308);
    push(&x);
    const hearth_view target = host_sums(sums, 1, extent, 1);
    assert_int_equal(ctx->backend->exact->sum(ctx->queue, &(hearth_exact_terms){HEARTH_EXACT_VALUE, 0, 1.0, &x.view, NULL}, &target), HEARTH_OK);
    check_bits(ctx, hearth_exact_round(sums), last ? INFINITY : 1.5e308 - 1.4e308, "huge", last);
  }
  operand_free(&x);
}

static void bad_operands(hearth_context *ctx) {
  operand x = OPERAND(ctx, HEARTH_COMPLEX64, ROW, 3), y = OPERAND(ctx, HEARTH_FLOAT64, ROW, 3);
  hearth_exact sums[1] = {0};
  hearth_view target = host_sums(sums, 1, x.view.extent, 1);
  hearth_exact_terms terms = {HEARTH_EXACT_VALUE, 0, 1.0, &x.view, NULL};
  assert_int_equal(ctx->backend->exact->sum(ctx->queue, &terms, &target), HEARTH_ERR_UNSUPPORTED);
  terms.x = &y.view;
  terms.kind = HEARTH_EXACT_PRODUCT;
  assert_int_equal(ctx->backend->exact->sum(ctx->queue, &terms, &target), HEARTH_ERR_INTERNAL);
  terms.kind = HEARTH_EXACT_VALUE;
  target.stride[0] = 8;
  assert_int_equal(ctx->backend->exact->sum(ctx->queue, &terms, &target), HEARTH_ERR_INTERNAL);
  operand_free(&x);
  operand_free(&y);
}

/* Slices as their definition says, with numbers of any size in a row, against integers of 64 bits made here. */
static void check_gram(hearth_context *ctx, int32_t dtype, layout layout, int64_t n, int64_t k) {
  operand a = OPERAND(ctx, dtype, layout, n, k);
  int32_t exponent[40];
  double largest[40];
  int64_t *levels = calloc((size_t)(3 * n * n), sizeof *levels), *slice = calloc((size_t)(3 * n * k), sizeof *slice);
  for (int64_t i = 0; i < n; i++) exponent[i] = dtype == HEARTH_FLOAT64 ? (int32_t)(i % 5) * 300 - 600 : (int32_t)(i % 5) * 10 - 20;
  FOR_ELEMENTS(&a.host, index) {
    const int64_t i = index[0], j = index[1];
    const double unit = dtype == HEARTH_INT8 ? 0.0 : data_at(DATA_ROUGH, i * k + j) * (j % 7 == 2 ? 1e-7 : 1.0);
    put_number(&a.host, index, j == i && dtype != HEARTH_INT8 ? ldexp(1.0, exponent[i]) : ldexp(unit, exponent[i]));
    double rest = ldexp(get(&a.host, index).re, -exponent[i]) * 0x1p20;
    for (int s = 0; s < (dtype == HEARTH_FLOAT32 ? 2 : 3); s++) {
      slice[(i * k + j) * 3 + s] = llrint(rest);
      rest = (rest - (double)llrint(rest)) * 0x1p21;
    }
  }
  push(&a);
  assert_int_equal(ctx->backend->exact->gram_range(ctx->queue, &a.view, largest), HEARTH_OK);
  for (int64_t i = 0; i < n && k >= n; i++) check_bits(ctx, largest[i], ldexp(1.0, exponent[i]), "range", i);
  assert_int_equal(ctx->backend->exact->gram(ctx->queue, &a.view, exponent, levels), HEARTH_OK);
  for (int64_t i = 0; i < n; i++)
    for (int64_t j = i; j < n; j++) {
      int64_t sum[3] = {0};
      for (int64_t l = 0; l < k; l++) {
        const int64_t *x = slice + (i * k + l) * 3, *y = slice + (j * k + l) * 3;
        sum[0] += x[0] * y[0];
        sum[1] += x[0] * y[1] + x[1] * y[0];
        sum[2] += x[1] * y[1] + x[0] * y[2] + x[2] * y[0];
      }
      for (int l = 0; l < 3; l++)
        if (levels[(l * n + i) * n + j] != sum[l])
          fail_msg("%s: level %d (%d, %d): %lld, not %lld", ctx->backend->name, l, (int)i, (int)j, (long long)levels[(l * n + i) * n + j], (long long)sum[l]);
    }
  free(levels);
  free(slice);
  operand_free(&a);
}

static void products(hearth_context *ctx) {
  const layout layouts[] = {ROW, COLUMN, GAPS, PERMUTED};
  for (int l = 0; l < 4; l++) {
    check_gram(ctx, HEARTH_FLOAT64, layouts[l], 7, 50);
    check_gram(ctx, HEARTH_FLOAT32, layouts[l], 5, 60);
    check_gram(ctx, HEARTH_FLOAT64, layouts[l], 1, 3);
    check_gram(ctx, HEARTH_FLOAT64, layouts[l], 3, 0);
  }
  if (ctx->backend->space == HEARTH_SPACE_GUARD) return;
  check_gram(ctx, HEARTH_FLOAT64, ROW, 37, 4200);
  check_gram(ctx, HEARTH_FLOAT64, COLUMN, 37, 4200);
}

/* Products at their largest: all elements 2^exponent, so that blocks reach the bound of exactness. */
static void largest_products(hearth_context *ctx) {
  const int64_t k = 4096;
  operand a = OPERAND(ctx, HEARTH_FLOAT64, ROW, 3, k);
  int64_t levels[27] = {0};
  const int32_t exponent[3] = {0, 0, 0};
  const double most = 1.0 - 0x1p-21 - 0x1p-41; /* slices 2^20 (rounded up), -2^20 and ... */
  FOR_ELEMENTS(&a.host, index) put_number(&a.host, index, index[0] == 0 ? 1.0 : index[0] == 1 ? most : 0.5 + 0x1p-21);
  push(&a);
  assert_int_equal(ctx->backend->exact->gram(ctx->queue, &a.view, exponent, levels), HEARTH_OK);
  assert_true(levels[0] == k << 40);
  for (int i = 0; i < 3; i++)
    for (int j = i; j < 3; j++) {
      int64_t x[3], y[3];
      const double values[3] = {1.0, most, 0.5 + 0x1p-21};
      double u = values[i] * 0x1p20, v = values[j] * 0x1p20;
      for (int s = 0; s < 3; s++) {
        x[s] = llrint(u);
        y[s] = llrint(v);
        u = (u - (double)x[s]) * 0x1p21;
        v = (v - (double)y[s]) * 0x1p21;
      }
      assert_true(levels[i * 3 + j] == k * x[0] * y[0]);
      assert_true(levels[9 + i * 3 + j] == k * (x[0] * y[1] + x[1] * y[0]));
      assert_true(levels[18 + i * 3 + j] == k * (x[1] * y[1] + x[0] * y[2] + x[2] * y[0]));
    }
  operand_free(&a);
}

/* Every element against a sum in the order that the contract names, in all layouts; the bits must not depend on what stands beside it. */
static void products_in_a_fixed_order(hearth_context *ctx) {
  static const int64_t shapes[][3] = {{3, 5, 4}, {37, 70, 9}, {2, 100, 130}, {130, 41, 3}, {5, 1, 6}, {4, 0, 3}};
  const layout layouts[] = {ROW, COLUMN, GAPS, PERMUTED};
  for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
    for (int l = 0; l < 4; l++) {
      const int64_t m = shapes[s][0], k = shapes[s][1], n = shapes[s][2];
      operand a = OPERAND(ctx, HEARTH_FLOAT64, layouts[l], m, k), b = OPERAND(ctx, HEARTH_FLOAT64, layouts[(l + 1) % 4], k, n);
      operand c = OPERAND(ctx, HEARTH_FLOAT64, layouts[(l + 2) % 4], m, n);
      fill_data(&a, DATA_ROUGH);
      fill_data(&b, DATA_ROUGH);
      fill_number(&c, NAN);
      assert_int_equal(ctx->backend->exact->product(ctx->queue, &a.view, &b.view, &c.view), HEARTH_OK);
      FOR_ELEMENTS(&c.host, index) {
        double sum = 0.0;
        for (int64_t i = 0; i < k; i++) {
          const volatile double product = get(&a.host, (int64_t[4]){index[0], i}).re * get(&b.host, (int64_t[4]){i, index[1]}).re;
          const volatile double next = sum + product;
          sum = next;
        }
        put_number(&c.host, index, sum);
      }
      check_operand(&c, 0.0, "fixed order");
      operand_free(&a);
      operand_free(&b);
      operand_free(&c);
    }
}

static void not_finite(hearth_context *ctx) {
  operand a = OPERAND(ctx, HEARTH_FLOAT32, COLUMN, 4, 9);
  double largest[4];
  fill_number(&a, -3.0);
  put_number(&a.host, (int64_t[4]){1, 5}, NAN);
  put_number(&a.host, (int64_t[4]){2, 8}, -INFINITY);
  push(&a);
  assert_int_equal(ctx->backend->exact->gram_range(ctx->queue, &a.view, largest), HEARTH_OK);
  assert_true(largest[0] == 3.0 && isnan(largest[1]) && isnan(largest[2]) && largest[3] == 3.0);
  operand_free(&a);
}

#define TEST(name)                                                                                                                                             \
  static void test_##name(void **state) {                                                                                                                      \
    (void)state;                                                                                                                                               \
    for_contexts(name);                                                                                                                                        \
  }
TEST(sums_of_rows)
TEST(sums_over_axes)
TEST(columns_of_all_kinds)
TEST(huge_terms)
TEST(products_in_a_fixed_order)
TEST(bad_operands)
TEST(products)
TEST(largest_products)
TEST(not_finite)

static const struct CMUnitTest tests[] = {cmocka_unit_test(test_sums_of_rows),
                                          cmocka_unit_test(test_sums_over_axes),
                                          cmocka_unit_test(test_columns_of_all_kinds),
                                          cmocka_unit_test(test_huge_terms),
                                          cmocka_unit_test(test_products_in_a_fixed_order),
                                          cmocka_unit_test(test_bad_operands),
                                          cmocka_unit_test(test_products),
                                          cmocka_unit_test(test_largest_products),
                                          cmocka_unit_test(test_not_finite)};
HEARTH_TEST_MAIN(tests)
