/* Kernels on matrices, on every backend: gemm, syrk, sums over rows, searches along rows, and the passes of the incremental SVD. */
#include "kernels_operand.h"
#include "kernels/cpu/queue.h"
#include "kernels/cpu/tiles.h"

#define COUNT(list) ((int)(sizeof(list) / sizeof *(list)))
#define AT(view, ...) NUMBER((view).host, __VA_ARGS__)
#define SET(view, x, ...) put_number(&(view).host, (int64_t[]){__VA_ARGS__}, x)

typedef struct size {
  int64_t m, n, k;
} size;

static double tolerance_of(int32_t dtype, int64_t terms) {
  return (dtype == HEARTH_FLOAT32 ? 1.2e-7 : 2.3e-16) * 4 * (8 + sqrt((double)terms) * 2);
}

static void check_gemm(hearth_context *ctx, int32_t dtype, size s, const layout layouts[3], double alpha, double beta) {
  char what[160];
  operand a = OPERAND(ctx, dtype, layouts[0], s.m, s.k), b = OPERAND(ctx, dtype, layouts[1], s.k, s.n), c = OPERAND(ctx, dtype, layouts[2], s.m, s.n);
  snprintf(what, sizeof what, "gemm %s %d %d %d, layouts %d %d %d, alpha %g, beta %g", hearth_dtype_name(dtype), (int)s.m, (int)s.n, (int)s.k, layouts[0],
           layouts[1], layouts[2], alpha, beta);
  fill_rough(&a, 1);
  fill_rough(&b, 2);
  beta == 0.0 ? fill_number(&c, NAN) : fill_rough(&c, 3);
  assert_int_equal(ctx->backend->gemm(ctx->queue, 0, alpha, &a.view, &b.view, beta, &c.view), HEARTH_OK);
  for (int64_t i = 0; i < s.m; ++i)
    for (int64_t j = 0; j < s.n; ++j) {
      double sum = 0.0;
      for (int64_t l = 0; l < s.k; ++l) sum += AT(a, i, l) * AT(b, l, j);
      SET(c, alpha * sum + (beta == 0.0 ? 0.0 : beta * AT(c, i, j)), i, j);
    }
  check_operand(&c, tolerance_of(dtype, s.k), what);
  operand_free(&a), operand_free(&b), operand_free(&c);
}

/* BLAS with every combination of strides. */
static void gemm_strides(hearth_context *ctx) {
  static const size sizes[] = {{1, 1, 1}, {7, 5, 6}, {1, 9, 4}, {9, 1, 4}, {6, 5, 1}, {33, 21, 40}, {0, 3, 4}, {3, 0, 4}, {3, 4, 0}};
  static const double factors[][2] = {{1, 0}, {-2, 1}, {0.5, -0.25}};
  static const layout layouts[] = {ROW, COLUMN, GAPS, NEGATIVE, COLUMN_GAPS};
  for (int i = 0; i < 125; ++i)
    for (int s = 0; s < COUNT(sizes); ++s)
      for (int32_t dtype = HEARTH_FLOAT32; dtype <= HEARTH_FLOAT64; ++dtype)
        check_gemm(ctx, dtype, sizes[s], (layout[]){layouts[i % 5], layouts[i / 5 % 5], layouts[i / 25]}, factors[(i + s) % 3][0], factors[(i + s) % 3][1]);
}
static void test_gemm_strides(void **state) {
  (void)state, for_contexts(gemm_strides);
}

/* One long dimension: the paths that share it between threads. */
static void gemm_long(hearth_context *ctx) {
  static const size sizes[] = {{5, 7, 4003}, {26, 9, 6001}, {1, 1, 5000}, {4003, 6, 9}, {5001, 13, 3}, {6, 4003, 9}, {3001, 1, 1}, {2500, 9, 0}};
  static const layout layouts[][3] = {{ROW, COLUMN, ROW},       {COLUMN, ROW, COLUMN},         {COLUMN, COLUMN, ROW},
                                      {GAPS, NEGATIVE, COLUMN}, {COLUMN_GAPS, PERMUTED, GAPS}, {ROW, ROW, COLUMN_GAPS}};
  for (int s = 0; s < COUNT(sizes); ++s)
    for (int l = 0; l < COUNT(layouts); ++l)
      for (int32_t dtype = HEARTH_FLOAT32; dtype <= HEARTH_FLOAT64; ++dtype)
        check_gemm(ctx, dtype, sizes[s], layouts[l], (l + s) % 2 ? 1.0 : -0.5, (double)((l + s) % 3) / 2);
}
static void test_gemm_long(void **state) {
  (void)state, for_contexts(gemm_long);
}

static void check_syrk(hearth_context *ctx, int32_t dtype, int64_t n, int64_t k, layout la, layout lc, double alpha, double beta) {
  char what[128];
  operand a = OPERAND(ctx, dtype, la, n, k), c = OPERAND(ctx, HEARTH_FLOAT64, lc, n, n);
  snprintf(what, sizeof what, "syrk %s %d %d, layouts %d %d, beta %g", hearth_dtype_name(dtype), (int)n, (int)k, la, lc, beta);
  fill_rough(&a, 1);
  FOR_ELEMENTS(&c.host, index) put_number(&c.host, index, beta == 0.0 ? NAN : rough(index[0] * index[1] + index[0] + index[1]));
  push(&c);
  assert_int_equal(ctx->backend->syrk(ctx->queue, alpha, &a.view, beta, &c.view), HEARTH_OK);
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = 0; j < n; ++j) {
      double sum = 0.0;
      for (int64_t l = 0; l < k; ++l) sum += AT(a, i, l) * AT(a, j, l);
      SET(c, alpha * sum + (beta == 0.0 ? 0.0 : beta * AT(c, i, j)), i, j);
    }
  check_operand(&c, tolerance_of(dtype, k), what);
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = 0; j < i; ++j) assert_true(AT(c, i, j) == AT(c, j, i));
  operand_free(&a), operand_free(&c);
}

static void syrk_all(hearth_context *ctx) {
  static const int64_t sizes[][2] = {{1, 1}, {5, 9}, {67, 40}, {4, 0}, {0, 4}, {1, 6}, {3, 1}};
  for (int32_t dtype = HEARTH_FLOAT32; dtype <= HEARTH_FLOAT64; ++dtype) {
    for (int s = 0; s < COUNT(sizes); ++s)
      for (int la = 0; la < LAYOUTS; ++la)
        for (int lc = 0; lc < LAYOUTS; ++lc) check_syrk(ctx, dtype, sizes[s][0], sizes[s][1], la, lc, lc % 2 ? 1.0 : -3.0, 0.5 * ((la + lc) % 3));
    for (int la = 0; la < LAYOUTS; ++la) check_syrk(ctx, dtype, 6, 9001, la, la % 2 ? ROW : COLUMN, 1.0, la % 2);
    /* The mirror shared between threads. */
    check_syrk(ctx, dtype, 401, 3, ROW, COLUMN, 1.0, 1.0);
    check_syrk(ctx, dtype, 401, 3, COLUMN_GAPS, COLUMN_GAPS, 1.0, 0.0);
  }
}
static void test_syrk(void **state) {
  (void)state, for_contexts(syrk_all);
}

static const int64_t group_sizes[][2] = {{7, 5}, {1, 4}, {4, 1}, {0, 3}, {3, 0}, {61, 1300}, {5003, 53}, {100003, 2}, {3, 60001}};

/* Labels of `groups` groups; NULL for one. */
static int32_t *labels_of(int64_t n, int groups) {
  if (groups == 1) return NULL;
  int32_t *labels = malloc(sizeof *labels * (size_t)(n + 1));
  for (int64_t i = 0; i < n; ++i) labels[i] = (int32_t)((i * i + 3 * i) % groups);
  return labels;
}

static void check_groups(hearth_context *ctx, int32_t dtype, const int64_t size[2], int groups, layout la, layout ls, bool scaled) {
  operand a = OPERAND(ctx, dtype, la, size[0], size[1]), sums = OPERAND(ctx, HEARTH_FLOAT64, ls, groups, size[1]);
  operand squares = OPERAND(ctx, HEARTH_FLOAT64, ls, size[1]), scale = OPERAND(ctx, HEARTH_FLOAT64, ls == COLUMN ? GAPS : ls, size[1]);
  int32_t *labels = labels_of(size[0], groups);
  char what[128];
  snprintf(what, sizeof what, "%s [%d, %d], %d groups, layouts %d %d", hearth_dtype_name(dtype), (int)size[0], (int)size[1], groups, la, ls);
  fill_rough(&a, 1), fill_rough(&sums, 2), fill_rough(&squares, 4), fill_rough(&scale, 5);
  assert_int_equal(ctx->backend->group_sums(ctx->queue, &sums.view, &a.view, labels), HEARTH_OK);
  assert_int_equal(ctx->backend->column_squares(ctx->queue, &squares.view, &a.view), HEARTH_OK);
  FOR_ELEMENTS(&a.host, index) {
    const int64_t g = labels ? labels[index[0]] : 0, j = index[1];
    const double x = number(&a.host, index);
    SET(sums, AT(sums, g, j) + x, g, j);
    SET(squares, AT(squares, j) + x * x, j);
  }
  check_operand(&sums, tolerance_of(HEARTH_FLOAT64, 4 * size[0]), what);
  check_operand(&squares, tolerance_of(HEARTH_FLOAT64, 4 * size[0]), what);
  assert_int_equal(ctx->backend->group_center(ctx->queue, &a.view, &sums.view, labels, scaled ? &scale.view : NULL), HEARTH_OK);
  FOR_ELEMENTS(&a.host, index) {
    const double x = number(&a.host, index) - AT(sums, labels ? labels[index[0]] : 0, index[1]);
    put_number(&a.host, index, scaled ? x * AT(scale, index[1]) : x);
  }
  check_operand(&a, 0.0, what);
  operand_free(&a), operand_free(&sums), operand_free(&squares), operand_free(&scale);
  free(labels);
}

static void groups_all(hearth_context *ctx) {
  for (int32_t dtype = HEARTH_FLOAT32; dtype <= HEARTH_FLOAT64; ++dtype)
    for (int s = 0; s < COUNT(group_sizes); ++s)
      for (int la = 0; la < LAYOUTS; ++la) {
        const bool large = group_sizes[s][0] * group_sizes[s][1] > 100000;
        if (large && la > GAPS) continue;
        for (int ls = large ? la : 0; ls < (large ? la + 1 : LAYOUTS); ++ls) check_groups(ctx, dtype, group_sizes[s], (la + s) % 2 ? 1 : 4, la, ls, ls % 2);
      }
}
static void test_groups(void **state) {
  (void)state, for_contexts(groups_all);
}

static void check_rows(hearth_context *ctx, int64_t k, int64_t m, layout layout) {
  operand a = OPERAND(ctx, HEARTH_FLOAT64, layout, k, m);
  double *largest = malloc(sizeof(double) * 4 * (size_t)(k + 1)), *threshold = largest + k, *value = threshold + k, most[16];
  int64_t *index = malloc(sizeof *index * (size_t)(k + 1));
  fill_rough(&a, k);
  for (int64_t i = 0; i < k && m > 3; ++i) {
    SET(a, NAN, i, 1);
    if (i == 1) SET(a, -INFINITY, i, m - 1);
    if (i == 2)
      for (int64_t j = 0; j < m; ++j) SET(a, NAN, i, j);
  }
  push(&a);
  assert_int_equal(ctx->backend->row_absmax(ctx->queue, &a.view, largest), HEARTH_OK);
  for (int64_t i = 0; i < k; ++i) {
    most[i] = 0;
    for (int64_t j = 0; j < m; ++j)
      if (fabs(AT(a, i, j)) > most[i]) most[i] = fabs(AT(a, i, j));
    assert_true(largest[i] == most[i]);
    threshold[i] = i == 3 ? 5.0 : i == 2 ? 0.0 : most[i] * (1 - 1e-2);
  }
  assert_int_equal(ctx->backend->row_first(ctx->queue, &a.view, threshold, index, value), HEARTH_OK);
  for (int64_t i = 0; i < k; ++i) {
    int64_t j = 0;
    for (; j < m && !(fabs(AT(a, i, j)) >= threshold[i]); ++j) {
    }
    assert_int_equal(index[i], j < m ? j : -1);
    assert_true(value[i] == (j < m ? AT(a, i, j) : 0.0));
  }
  check_operand(&a, 0.0, "searched rows");
  operand_free(&a);
  free(largest), free(index);
}

static void rows_all(hearth_context *ctx) {
  for (int l = 0; l < LAYOUTS; ++l) {
    check_rows(ctx, 5, 0, l), check_rows(ctx, 0, 5, l), check_rows(ctx, 4, 1, l), check_rows(ctx, 5, 37, l);
    check_rows(ctx, 7, 2051, l), check_rows(ctx, 5, 40009, l);
  }
}
static void test_rows(void **state) {
  (void)state, for_contexts(rows_all);
}

static double joined(const operand *u, const operand *b, int64_t i, int64_t j) {
  const int64_t k = u->host.extent[1];
  return j < k ? AT(*u, i, j) : AT(*b, i, j - k);
}

/* The joined bases as plain doubles, column by column. */
static double *joined_columns(const operand *u, const operand *b) {
  const int64_t p = u->host.extent[0], n = u->host.extent[1] + b->host.extent[1];
  double *columns = malloc(sizeof *columns * (size_t)(p * n + 1));
  for (int64_t j = 0; j < n; ++j)
    for (int64_t i = 0; i < p; ++i) columns[i + j * p] = joined(u, b, i, j);
  return columns;
}

static void check_residual(hearth_context *ctx, int64_t p, int64_t k, int64_t m, layout lu, layout lc) {
  operand u = OPERAND(ctx, HEARTH_FLOAT64, lu, p, k), b = OPERAND(ctx, HEARTH_FLOAT64, COLUMN_GAPS, p, m);
  operand c = OPERAND(ctx, HEARTH_FLOAT64, lc, k, m), gram = OPERAND(ctx, HEARTH_FLOAT64, lc, k + m, k + m);
  fill_rough(&u, 1), fill_rough(&b, 2), fill_number(&gram, NAN);
  FOR_ELEMENTS(&c.host, index) put_number(&c.host, index, rough(index[0] + 7 * index[1]) / (double)k); /* b stays of order 1 */
  push(&c);

  assert_int_equal(ctx->backend->residual_gram(ctx->queue, &u.view, &b.view, &c.view, &gram.view), HEARTH_OK);
  for (int64_t i = 0; i < p; ++i)
    for (int64_t j = 0; j < m; ++j) {
      double sum = AT(b, i, j);
      for (int64_t l = 0; l < k; ++l) sum -= AT(u, i, l) * AT(c, l, j);
      SET(b, sum, i, j);
    }
  double *columns = joined_columns(&u, &b);
  FOR_ELEMENTS(&gram.host, index) {
    double sum = 0.0;
    for (int64_t r = 0; r < p; ++r) sum += columns[r + index[0] * p] * columns[r + index[1] * p];
    put_number(&gram.host, index, sum);
  }
  free(columns);
  check_operand(&b, 1e-14, "residual");
  check_operand(&u, 0.0, "basis of the residual");
  check_operand(&gram, 1e-15 * (8 + 16 * sqrt((double)p)), "Gram matrix of the residual");
  operand_free(&u), operand_free(&b), operand_free(&c), operand_free(&gram);
}

static void check_rotate(hearth_context *ctx, int64_t p, int64_t k, int64_t m, layout lu, layout lz) {
  operand u = OPERAND(ctx, HEARTH_FLOAT64, lu, p, k), b = OPERAND(ctx, HEARTH_FLOAT64, COLUMN_GAPS, p, m), z = OPERAND(ctx, HEARTH_FLOAT64, lz, k + m, k);
  fill_rough(&u, 1), fill_rough(&b, 2), fill_rough(&z, 3);
  assert_int_equal(ctx->backend->rotate(ctx->queue, &u.view, &b.view, &z.view), HEARTH_OK);
  double *columns = joined_columns(&u, &b);
  FOR_ELEMENTS(&u.host, index) {
    double sum = 0.0;
    for (int64_t l = 0; l < k + m; ++l) sum += columns[index[0] + l * p] * AT(z, l, index[1]);
    put_number(&u.host, index, sum);
  }
  free(columns);
  check_operand(&u, 1e-14, "rotated basis");
  check_operand(&b, 0.0, "b of the rotation");
  operand_free(&u), operand_free(&b), operand_free(&z);
}

static void stream_all(hearth_context *ctx) {
  static const size sizes[] = {{0, 3, 2},    {1, 3, 2},     {5, 1, 1},      {25, 0, 4},    {7, 3, 0},     {24, 6, 2},
                               {1000, 8, 5}, {1031, 0, 16}, {1013, 26, 16}, {9001, 13, 9}, {1201, 70, 31}};
  for (int s = 0; s < COUNT(sizes); ++s)
    for (int l = 0; l < 3; ++l) {
      static const layout layouts[] = {COLUMN, ROW, GAPS};
      check_residual(ctx, sizes[s].m, sizes[s].n, sizes[s].k, l % 2 ? COLUMN_GAPS : COLUMN, layouts[l]);
      check_rotate(ctx, sizes[s].m, sizes[s].n, sizes[s].k, l % 2 ? COLUMN_GAPS : COLUMN, layouts[l]);
    }
}
static void test_stream(void **state) {
  (void)state, for_contexts(stream_all);
}

/* The tile kernels that this processor would not choose. */
static void test_tiles(void **state) {
  (void)state;
  const cpu_tiles *best = cpu_tiles_choose(), *sets[3] = {&cpu_tiles_generic, best, best};
#if defined(__x86_64__)
  if (best != &cpu_tiles_generic) sets[2] = &cpu_tiles_avx2;
#endif
  for (int i = 0; i < 3; ++i) {
    hearth_context *ctx = kernels_context(CONTEXTS - 1);
    ctx->queue->tiles = sets[i];
    if (i % test_size == test_rank) {
      stream_all(ctx);
      check_gemm(ctx, HEARTH_FLOAT64, (size){11, 13, 4003}, (layout[]){ROW, COLUMN, ROW}, 1.0, 0.5);
      check_gemm(ctx, HEARTH_FLOAT64, (size){4003, 13, 11}, (layout[]){COLUMN, ROW, COLUMN}, 1.0, 0.5);
    }
    test_context_destroy(&ctx);
  }
}

int main(int argc, char **argv) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_gemm_strides), cmocka_unit_test(test_gemm_long), cmocka_unit_test(test_syrk),
                                     cmocka_unit_test(test_groups),       cmocka_unit_test(test_rows),      cmocka_unit_test(test_stream),
                                     cmocka_unit_test(test_tiles)};
  return test_main(argc, argv, tests, sizeof tests / sizeof *tests);
}
