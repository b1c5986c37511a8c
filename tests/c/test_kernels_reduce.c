/* Reductions of every backend against the reference's, over types, layouts of memory, axes, lengths at which threads and blocks come in; and what float64 sums
 * and moments are worth. */
#include "kernels/reduce.h"
#include "kernels_operand.h"
#include <math.h>
#include <stdlib.h>

static hearth_context *reference;

enum { NDIM = 3 };
typedef struct shape {
  int64_t extent[NDIM];
} shape;
/* Short and long lines, few and many columns, what several threads share by kept and by reduced dimensions. */
static const shape shapes[] = {{{3, 4, 5}}, {{20, 3, 18}}, {{2, 3, 300}}, {{300, 1, 7}}, {{1, 1, 3000}}, {{300, 300, 3}}, {{9, 100, 300}}};

static void fill_values(const operand *o, int nan_every) {
  int64_t i = 0;
  FOR_ELEMENTS(&o->host, index) {
    double x = (double)((i * 7919 + 5) % 41 - 20);
    if (o->view.dtype == HEARTH_BOOL || o->view.dtype == HEARTH_UINT8) x = (double)(i % 3);
    if (o->view.dtype >= HEARTH_FLOAT16) x *= 0.125;
    if (nan_every && i % nan_every == 1) x = NAN;
    put_number(&o->host, index, x);
    i++;
  }
  push(o);
}

static hearth_view accumulators(const operand *o, int mask, int64_t bytes, int32_t dtype, void *data, int64_t *n) {
  hearth_view acc = o->host;
  *n = 1;
  acc.data = data;
  acc.dtype = dtype;
  for (int d = NDIM - 1; d >= 0; --d) {
    acc.stride[d] = mask >> d & 1 ? 0 : *n * bytes;
    if (!(mask >> d & 1)) *n *= acc.extent[d];
  }
  return acc;
}

static void compare(const char *what, const hearth_context *ctx, int32_t dtype, int64_t numbers, const void *got, const void *want, double tolerance) {
  for (int64_t i = 0; i < numbers; ++i) {
    if (dtype == HEARTH_INT64) {
      if (((const int64_t *)got)[i] != ((const int64_t *)want)[i])
        fail_msg("%s, %s: [%d] is %lld, not %lld", ctx->backend->name, what, (int)i, (long long)((const int64_t *)got)[i],
                 (long long)((const int64_t *)want)[i]);
    } else {
      const double a = ((const double *)got)[i], b = ((const double *)want)[i];
      if (!(a == b || (isnan(a) && isnan(b)) || fabs(a - b) <= tolerance * fmax(1.0, fabs(b))))
        fail_msg("%s, %s: [%d] is %.17g, not %.17g", ctx->backend->name, what, (int)i, a, b);
    }
  }
}

static bool known(int op, int32_t src, int32_t dtype) {
  if (op == HEARTH_REDUCE_WEIGHTS) return false;
  if (op == HEARTH_REDUCE_NONZERO) return dtype == HEARTH_INT64;
  if (op == HEARTH_REDUCE_SQUARES || op == HEARTH_REDUCE_MOMENTS) return dtype == HEARTH_FLOAT64;
  return dtype == HEARTH_FLOAT64 || src <= HEARTH_INT64 || op == HEARTH_REDUCE_SUM;
}

static void check_accumulate(hearth_context *ctx, const operand *o, int mask, const hearth_reduce_rule *rule, const operand *weights) {
  char what[128];
  int64_t n;
  const int64_t bytes = hearth_reduce_bytes(rule);
  hearth_view acc = accumulators(o, mask, bytes, rule->dtype, NULL, &n);
  char *got = malloc((size_t)(n * bytes)), *want = malloc((size_t)(n * bytes));
  hearth_reduce_start(rule, n, got);
  hearth_reduce_start(rule, n, want);
  acc.data = got;
  assert_int_equal(ctx->backend->reduce->accumulate(ctx->queue, rule, &acc, &o->view, weights ? &weights->view : NULL), HEARTH_OK);
  assert_int_equal(ctx->backend->wait(ctx->queue), HEARTH_OK);
  acc.data = want;
  assert_int_equal(reference->backend->reduce->accumulate(reference->queue, rule, &acc, &o->host, weights ? &weights->host : NULL), HEARTH_OK);
  snprintf(what, sizeof what, "op %d of %s into %s, omit %d, axes %d, extents %d %d %d", rule->op, hearth_dtype_name((hearth_dtype)o->view.dtype),
           hearth_dtype_name((hearth_dtype)rule->dtype), rule->omit, mask, (int)o->view.extent[0], (int)o->view.extent[1], (int)o->view.extent[2]);
  compare(what, ctx, rule->dtype, n * bytes / 8, got, want, 1e-11);
  free(got);
  free(want);
}

static void check_arg(hearth_context *ctx, const operand *o, int mask, const hearth_reduce_rule *rule, bool tables) {
  char what[128];
  int64_t n, step = 1, *values[2], *numbers[2];
  hearth_index_numbers along[NDIM] = {{NULL, 0, 0}};
  hearth_view value = accumulators(o, mask, 8, rule->dtype, NULL, &n), number = value;
  number.dtype = HEARTH_INT64;
  for (int d = NDIM - 1; d >= 0; --d) {
    const int64_t extent = o->view.extent[d];
    if (!(mask >> d & 1)) continue;
    if (tables) along[d].table = malloc((size_t)extent * sizeof(int64_t));
    for (int64_t i = 0; tables && i < extent; ++i) along[d].table[i] = (i * 7 % extent) * step; /* in no order where 7 does not divide the extent */
    if (!tables) along[d].step = step;
    step *= extent;
  }
  for (int k = 0; k < 2; ++k) {
    values[k] = malloc((size_t)n * 8);
    numbers[k] = malloc((size_t)n * 8);
    hearth_reduce_start(rule, n, values[k]);
    for (int64_t i = 0; i < n; ++i) numbers[k][i] = INT64_MAX;
    value.data = values[k], number.data = numbers[k];
    hearth_context *with = k ? reference : ctx;
    assert_int_equal(with->backend->reduce->arg(with->queue, rule, &value, &number, k ? &o->host : &o->view, along), HEARTH_OK);
  }
  snprintf(what, sizeof what, "place %d of %s, omit %d, axes %d, tables %d, extents %d %d %d", rule->op, hearth_dtype_name((hearth_dtype)o->view.dtype),
           rule->omit, mask, tables, (int)o->view.extent[0], (int)o->view.extent[1], (int)o->view.extent[2]);
  compare(what, ctx, HEARTH_INT64, n, numbers[0], numbers[1], 0);
  compare(what, ctx, rule->dtype, n, values[0], values[1], 0);
  for (int k = 0; k < 2; ++k) free(values[k]), free(numbers[k]);
  for (int d = 0; d < NDIM; ++d) free(along[d].table);
}

static void check_operand_all(hearth_context *ctx, const operand *o, int nan_every, const operand *weights, int turn) {
  for (int mask = 1; mask < 8; ++mask)
    for (int op = 0; op < HEARTH_REDUCE_OPS; ++op)
      for (int32_t dtype = HEARTH_INT64; dtype <= HEARTH_FLOAT64; dtype += HEARTH_FLOAT64 - HEARTH_INT64) {
        const bool large = o->view.extent[0] * o->view.extent[1] * o->view.extent[2] > 100000;
        if ((mask + op + turn) % (large ? 5 : 3) && (large || (mask != 1 && mask != 7))) continue;
        const hearth_reduce_rule rule = {op, dtype, nan_every && (mask + op) % 2};
        if (nan_every && dtype == HEARTH_INT64 && op != HEARTH_REDUCE_NONZERO) continue;
        if (known(op, o->view.dtype, dtype)) check_accumulate(ctx, o, mask, &rule, NULL);
        if (dtype == HEARTH_FLOAT64 && (op == HEARTH_REDUCE_SUM || op == HEARTH_REDUCE_WEIGHTS)) check_accumulate(ctx, o, mask, &rule, weights);
        const bool extreme = op == HEARTH_REDUCE_MIN || op == HEARTH_REDUCE_MAX;
        if (extreme && (dtype == HEARTH_INT64) == (o->view.dtype <= HEARTH_INT64)) check_arg(ctx, o, mask, &rule, (mask + turn) % 2);
      }
}

static void accumulate_shapes(hearth_context *ctx) {
  static const int32_t dtypes[] = {HEARTH_FLOAT32, HEARTH_FLOAT64, HEARTH_INT32, HEARTH_INT64, HEARTH_UINT8, HEARTH_BOOL, HEARTH_FLOAT16};
  const int several = ctx->threads > 1; /* the large ones */
  for (int s = 0; s < (int)(sizeof shapes / sizeof *shapes) - 2 * !several; ++s)
    for (int t = 0; t < 7; ++t) {
      const int32_t dtype = dtypes[t];
      const layout kind = (layout)((s + t) % LAYOUTS);
      if (s >= 5 && t >= 2) continue;
      const int nan_every = (dtype >= HEARTH_FLOAT16 && (s + t) % 2) ? 29 : 0;
      operand o = operand_make(ctx, dtype, kind, NDIM, shapes[s].extent);
      operand w = operand_make(ctx, HEARTH_FLOAT32, s % 2 ? BROADCAST_LAST : ROW, NDIM, shapes[s].extent);
      fill_values(&o, nan_every);
      fill_values(&w, 0);
      check_operand_all(ctx, &o, nan_every, &w, s + t);
      operand_free(&o);
      operand_free(&w);
    }
}

static void test_accumulate(void **state) {
  (void)state;
  reference = kernels_context(0);
  for_contexts(accumulate_shapes);
  test_context_destroy(&reference);
}

static void check_cumulate(hearth_context *ctx, int32_t src, int32_t dst, int32_t dtype, layout kind, const int64_t *extent, int dim) {
  char what[128];
  int64_t n;
  operand a = operand_make(ctx, src, kind, NDIM, extent), b = operand_make(ctx, dst, kind == ROW ? COLUMN : ROW, NDIM, extent);
  fill_values(&a, 0);
  fill_number(&b, -77);
  hearth_view start = accumulators(&a, 1 << dim, 8, dtype, NULL, &n);
  int64_t *from = malloc((size_t)n * 8);
  for (int64_t i = 0; i < n; ++i) dtype == HEARTH_INT64 ? (void)(from[i] = i % 7) : (void)(((double *)from)[i] = 0.5 * (double)(i % 7));
  start.data = from;
  assert_int_equal(reference->backend->reduce->cumulate(reference->queue, dim, &b.host, &a.host, &start), HEARTH_OK);
  assert_int_equal(ctx->backend->reduce->cumulate(ctx->queue, dim, &b.view, &a.view, &start), HEARTH_OK);
  snprintf(what, sizeof what, "running sum of %s along %d", hearth_dtype_name((hearth_dtype)src), dim);
  check_operand(&b, 1e-12, what);
  free(from);
  operand_free(&a);
  operand_free(&b);
}

static void cumulate_shapes(hearth_context *ctx) {
  static const int64_t long_line[NDIM] = {1, 2, 100000};
  for (int s = 0; s < 3; ++s)
    for (int dim = 0; dim < NDIM; ++dim) {
      check_cumulate(ctx, HEARTH_FLOAT64, HEARTH_FLOAT64, HEARTH_FLOAT64, (layout)((s + dim) % LAYOUTS), shapes[s].extent, dim);
      check_cumulate(ctx, HEARTH_FLOAT32, HEARTH_FLOAT32, HEARTH_FLOAT64, (layout)((s + dim + 1) % LAYOUTS), shapes[s].extent, dim);
      check_cumulate(ctx, HEARTH_INT16, HEARTH_INT64, HEARTH_INT64, (layout)((s + dim + 2) % LAYOUTS), shapes[s].extent, dim);
    }
  check_cumulate(ctx, HEARTH_FLOAT64, HEARTH_FLOAT64, HEARTH_FLOAT64, ROW, long_line, 2);
  check_cumulate(ctx, HEARTH_INT64, HEARTH_INT64, HEARTH_INT64, ROW, long_line, 2);
}

static void test_cumulate(void **state) {
  (void)state;
  reference = kernels_context(0);
  for_contexts(cumulate_shapes);
  test_context_destroy(&reference);
}

/* Columns of float32 around large means, one of them with an outlier in front: moments are as good as two passes in long double, whatever is seen first. */
static void accuracy(hearth_context *ctx) {
  enum { ROWS = 20000, COLUMNS = 18 };
  if (ctx->backend != &hearth_backend_cpu) return;
  operand o = OPERAND(ctx, HEARTH_FLOAT32, ROW, ROWS, COLUMNS);
  float *x = (float *)o.host.data;
  for (int64_t i = 0; i < ROWS; ++i)
    for (int64_t j = 0; j < COLUMNS; ++j)
      x[i * COLUMNS + j] =
          (float)((j % 3 ? 1e4 : -1e4) + rough(i * COLUMNS + j) * (j % 2 ? 1.0 : 0.1) + (i == 0 && j == 5 ? 1e7 : 0) + (j == 7 ? (double)i : 0));
  push(&o);
  double acc[3 * COLUMNS];
  const hearth_reduce_rule rule = {HEARTH_REDUCE_MOMENTS, HEARTH_FLOAT64, false};
  hearth_reduce_start(&rule, COLUMNS, acc);
  hearth_view moments = o.host;
  moments.data = acc, moments.dtype = HEARTH_FLOAT64, moments.stride[0] = 0, moments.stride[1] = 24;
  assert_int_equal(ctx->backend->reduce->accumulate(ctx->queue, &rule, &moments, &o.view, NULL), HEARTH_OK);
  for (int64_t j = 0; j < COLUMNS; ++j) {
    long double sum = 0, squares = 0;
    for (int64_t i = 0; i < ROWS; ++i) sum += (long double)x[i * COLUMNS + j];
    for (int64_t i = 0; i < ROWS; ++i) squares += ((long double)x[i * COLUMNS + j] - sum / ROWS) * ((long double)x[i * COLUMNS + j] - sum / ROWS);
    assert_true(acc[3 * j] == ROWS);
    if (!(fabs(acc[3 * j + 1] / (double)(sum / ROWS) - 1) < 1e-15 && fabs(acc[3 * j + 2] / (double)squares - 1) < 1e-13))
      fail_msg("column %d: mean %.17g, not %.17g; squares %.17g, not %.17g", (int)j, acc[3 * j + 1], (double)(sum / ROWS), acc[3 * j + 2], (double)squares);
  }
  operand_free(&o);
}

/* A million tenths: plain summation is off by 1e-11 relative, this by rounding alone. */
static void long_sum(hearth_context *ctx) {
  enum { N = 3000000 };
  if (ctx->backend != &hearth_backend_cpu) return;
  operand o = OPERAND(ctx, HEARTH_FLOAT64, ROW, N);
  fill_number(&o, 0.1);
  double sum = 0;
  const hearth_reduce_rule rule = {HEARTH_REDUCE_SUM, HEARTH_FLOAT64, false};
  hearth_view acc = o.host;
  acc.data = &sum, acc.stride[0] = 0;
  assert_int_equal(ctx->backend->reduce->accumulate(ctx->queue, &rule, &acc, &o.view, NULL), HEARTH_OK);
  const double exact = 300000.0000000000166533; /* 3e6 x the float64 nearest 0.1 */
  if (!(fabs(sum / exact - 1) < 1e-14)) fail_msg("sum %.17g", sum);
  operand_free(&o);
}

static void test_accuracy(void **state) {
  (void)state;
  for_contexts(accuracy);
  for_contexts(long_sum);
}

/* What no kernel takes is refused, not done. */
static void refusals(hearth_context *ctx) {
  operand o = OPERAND(ctx, HEARTH_COMPLEX128, ROW, 4);
  double acc[3] = {0};
  hearth_view one = o.host;
  one.data = acc, one.dtype = HEARTH_FLOAT64, one.stride[0] = 0;
  const hearth_reduce_rule sum = {HEARTH_REDUCE_SUM, HEARTH_FLOAT64, false}, strange = {99, HEARTH_FLOAT64, false};
  assert_int_equal(ctx->backend->reduce->accumulate(ctx->queue, &sum, &one, &o.view, NULL), HEARTH_ERR_UNSUPPORTED);
  assert_int_equal(ctx->backend->reduce->accumulate(ctx->queue, &strange, &one, &o.view, NULL), HEARTH_ERR_UNSUPPORTED);
  one.extent[0] = 3;
  assert_int_equal(ctx->backend->reduce->accumulate(ctx->queue, &sum, &one, &o.view, NULL), HEARTH_ERR_INTERNAL);
  operand_free(&o);
}

static void test_refusals(void **state) {
  (void)state;
  for_contexts(refusals);
}

int main(int argc, char **argv) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_accumulate), cmocka_unit_test(test_cumulate), cmocka_unit_test(test_accuracy),
                                     cmocka_unit_test(test_refusals)};
  return test_main(argc, argv, tests, sizeof tests / sizeof *tests);
}
