/* Products of complex matrices with conjugation, on every backend. */
#include "kernels_operand.h"
#include "kernels/backend.h"

#define COUNT(list) ((int)(sizeof(list) / sizeof *(list)))

typedef struct size {
  int64_t m, n, k;
} size;

typedef struct factors {
  double alpha, beta;
} factors;

static value at(const operand *o, int64_t i, int64_t j) {
  return get(&o->host, (int64_t[HEARTH_MAX_NDIM]){i, j});
}

static double tolerance_of(int32_t dtype, int64_t terms) {
  return (dtype == HEARTH_COMPLEX64 ? 1.2e-7 : 2.3e-16) * 4 * (8 + sqrt((double)terms) * 4);
}

static void fill_complex(const operand *o, int64_t seed) {
  FOR_ELEMENTS(&o->host, index) {
    put(&o->host, index, (value){0, 0, rough(seed), rough(3 * seed + 7)});
    seed++;
  }
  push(o);
}

/* c := f.alpha (sum of a b) + f.beta c on the images, in double. */
static void expect_product(const operand *a, const operand *b, const operand *c, size s, int32_t conjugate, factors f) {
  for (int64_t i = 0; i < s.m; ++i)
    for (int64_t j = 0; j < s.n; ++j) {
      double re = 0.0, im = 0.0;
      for (int64_t l = 0; l < s.k; ++l) {
        value x = at(a, i, l), y = at(b, l, j);
        if (conjugate & HEARTH_CONJUGATE_A) x.im = -x.im;
        if (conjugate & HEARTH_CONJUGATE_B) y.im = -y.im;
        re += x.re * y.re - x.im * y.im;
        im += x.re * y.im + x.im * y.re;
      }
      const value old = f.beta == 0.0 ? (value){0, 0, 0.0, 0.0} : at(c, i, j);
      put(&c->host, (int64_t[HEARTH_MAX_NDIM]){i, j}, (value){0, 0, f.alpha * re + f.beta * old.re, f.alpha * im + f.beta * old.im});
    }
}

static void check_gemm(hearth_context *ctx, int32_t dtype, size s, const layout layouts[3], int32_t conjugate, factors f) {
  char what[160];
  operand a = OPERAND(ctx, dtype, layouts[0], s.m, s.k), b = OPERAND(ctx, dtype, layouts[1], s.k, s.n), c = OPERAND(ctx, dtype, layouts[2], s.m, s.n);
  snprintf(what, sizeof what, "gemm %s %d %d %d, layouts %d %d %d, conjugate %d, alpha %g, beta %g", hearth_dtype_name((hearth_dtype)dtype), (int)s.m, (int)s.n,
           (int)s.k, layouts[0], layouts[1], layouts[2], conjugate, f.alpha, f.beta);
  fill_complex(&a, 1);
  fill_complex(&b, 2);
  f.beta == 0.0 ? fill_number(&c, NAN) : fill_complex(&c, 3);
  assert_int_equal(ctx->backend->gemm(ctx->queue, conjugate, f.alpha, &a.view, &b.view, f.beta, &c.view), HEARTH_OK);
  expect_product(&a, &b, &c, s, conjugate, f);
  check_operand(&c, tolerance_of(dtype, s.k), what);
  operand_free(&a), operand_free(&b), operand_free(&c);
}

static void gemm_strides(hearth_context *ctx) {
  static const size sizes[] = {{1, 1, 1}, {7, 5, 6}, {1, 9, 4}, {9, 1, 4}, {6, 5, 1}, {0, 3, 4}, {3, 4, 0}, {33, 21, 20}};
  static const factors some[] = {{1, 0}, {-2, 1}, {0.5, -0.25}};
  static const layout layouts[] = {ROW, COLUMN, GAPS, NEGATIVE, COLUMN_GAPS};
  for (int i = 0; i < 125; ++i)
    for (int s = 0; s < COUNT(sizes); ++s)
      check_gemm(ctx, (i / 4 + s) % 2 ? HEARTH_COMPLEX64 : HEARTH_COMPLEX128, sizes[s], (layout[]){layouts[i % 5], layouts[i / 5 % 5], layouts[i / 25]},
                 (i + s) % 4, some[(i + s) % 3]);
}
static void test_gemm_strides(void **state) {
  (void)state, for_contexts(gemm_strides);
}

/* One long dimension: the paths that share it between threads. */
static void gemm_long(hearth_context *ctx) {
  static const size sizes[] = {{5, 7, 4003}, {1, 1, 5000}, {4003, 6, 9}, {6, 4003, 9}, {3001, 1, 1}};
  static const layout layouts[][3] = {{ROW, COLUMN, ROW}, {COLUMN, ROW, COLUMN}, {GAPS, NEGATIVE, COLUMN}, {ROW, ROW, COLUMN_GAPS}};
  for (int s = 0; s < COUNT(sizes); ++s)
    for (int l = 0; l < COUNT(layouts); ++l)
      check_gemm(ctx, s % 2 ? HEARTH_COMPLEX64 : HEARTH_COMPLEX128, sizes[s], layouts[l], (l + s) % 4,
                 (factors){l % 2 ? 1.0 : -0.5, (double)((l + s) % 3) / 2});
}
static void test_gemm_long(void **state) {
  (void)state, for_contexts(gemm_long);
}

static void check_syrk(hearth_context *ctx, int32_t dtype, int64_t n, int64_t k, layout la, layout lc, factors f) {
  char what[128];
  operand a = OPERAND(ctx, dtype, la, n, k), c = OPERAND(ctx, HEARTH_COMPLEX128, lc, n, n);
  operand transposed = a;
  snprintf(what, sizeof what, "syrk %s %d %d, layouts %d %d, beta %g", hearth_dtype_name((hearth_dtype)dtype), (int)n, (int)k, la, lc, f.beta);
  fill_complex(&a, 1);
  FOR_ELEMENTS(&c.host, index) {
    const double im = rough(index[0] * index[1] + index[0] + index[1] + 5);
    const double re = rough(index[0] * index[1]);
    put(&c.host, index, f.beta == 0.0 ? (value){0, 0, NAN, NAN} : (value){0, 0, re, index[0] == index[1] ? 0.0 : index[0] < index[1] ? im : -im});
  }
  push(&c);
  assert_int_equal(ctx->backend->syrk(ctx->queue, f.alpha, &a.view, f.beta, &c.view), HEARTH_OK);
  transposed.host.extent[0] = k, transposed.host.extent[1] = n;
  transposed.host.stride[0] = a.host.stride[1], transposed.host.stride[1] = a.host.stride[0];
  expect_product(&a, &transposed, &c, (size){n, n, k}, HEARTH_CONJUGATE_B, f);
  check_operand(&c, tolerance_of(dtype, k), what);
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = 0; j <= i; ++j) assert_true(at(&c, i, j).re == at(&c, j, i).re && at(&c, i, j).im == -at(&c, j, i).im);
  operand_free(&a), operand_free(&c);
}

static void syrk_all(hearth_context *ctx) {
  static const int64_t sizes[][2] = {{1, 1}, {5, 9}, {37, 20}, {4, 0}, {0, 4}, {1, 6}, {3, 1}};
  for (int32_t dtype = HEARTH_COMPLEX64; dtype <= HEARTH_COMPLEX128; ++dtype) {
    for (int s = 0; s < COUNT(sizes); ++s)
      for (int la = 0; la < LAYOUTS; ++la)
        for (int lc = 0; lc < LAYOUTS; ++lc)
          check_syrk(ctx, dtype, sizes[s][0], sizes[s][1], la, lc, (factors){lc % 2 ? 1.0 : -3.0, 0.5 * ((la + lc + s) % 3)});
    for (int la = 0; la < LAYOUTS; ++la) check_syrk(ctx, dtype, 6, 9001, la, la % 2 ? ROW : COLUMN, (factors){1.0, la % 2});
    /* The mirror shared between threads. */
    check_syrk(ctx, dtype, 301, 3, ROW, COLUMN, (factors){1.0, 1.0});
    check_syrk(ctx, dtype, 301, 3, COLUMN_GAPS, COLUMN_GAPS, (factors){1.0, 0.0});
  }
}
static void test_syrk(void **state) {
  (void)state, for_contexts(syrk_all);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(test_gemm_strides), cmocka_unit_test(test_gemm_long), cmocka_unit_test(test_syrk)};
HEARTH_TEST_MAIN(tests)
