/* Kernels of indexing on every backend, in every memory layout, small and large enough for several threads; against plain loops. */
#include "kernels/index.h"
#include "kernels_operand.h"

typedef struct shape {
  int ndim, axis;
  int64_t extent[3], n; /* n: entries of the tables */
} shape;
static const shape shapes[] = {{1, 0, {37}, 50}, {2, 0, {9, 5}, 14}, {2, 1, {5, 9}, 7}, {3, 1, {3, 7, 4}, 11}, {3, 2, {2, 3, 6}, 6}, {2, 0, {4, 0}, 3}};
static const shape large[] = {{1, 0, {90001}, 80000}, {2, 0, {2503, 37}, 2700}, {2, 1, {37, 2503}, 2700}, {3, 1, {40, 50, 45}, 70}};
static const int32_t dtypes[] = {HEARTH_FLOAT64, HEARTH_INT8, HEARTH_COMPLEX128, HEARTH_FLOAT32, HEARTH_INT16};

static int64_t place(int64_t j, int64_t extent) {
  return (j * 7919 + 13) % extent;
}

static int64_t *make_table(int64_t n, int64_t extent) {
  int64_t *table = malloc((size_t)(n + 1) * sizeof *table);
  for (int64_t j = 0; j < n; j++) table[j] = place(j, extent);
  return table;
}

static void fill_numbers(const operand *o, int64_t seed) {
  FOR_ELEMENTS(&o->host, index) put_number(&o->host, index, (double)(seed++ * 31 % 101));
  push(o);
}

static operand make(hearth_context *ctx, int32_t dtype, layout layout, const shape *s, int64_t along) {
  int64_t extent[3];
  memcpy(extent, s->extent, sizeof extent);
  extent[s->axis] = along;
  return operand_make(ctx, dtype, layout, s->ndim, extent);
}

/* dst(to[j]) := src(from[j]) one j after the other. */
static void check_move(hearth_context *ctx, const shape *s, int32_t dtype, layout a, layout b, bool scatters) {
  const int64_t extent = s->extent[s->axis];
  int64_t *table = make_table(s->n, extent);
  operand dst = make(ctx, dtype, a, s, scatters ? extent : s->n), src = make(ctx, dtype, b, s, scatters ? s->n : extent);
  fill_numbers(&src, 5);
  fill_number(&dst, 1);
  assert_int_equal(ctx->backend->index->move(ctx->queue, &dst.view, &src.view, s->axis, s->n, scatters ? table : NULL, scatters ? NULL : table), HEARTH_OK);
  hearth_view walked = scatters ? src.host : dst.host;
  FOR_ELEMENTS(&walked, index) { /* row-major: along the axis j ascends */
    int64_t other[HEARTH_MAX_NDIM];
    memcpy(other, index, sizeof other);
    other[s->axis] = table[index[s->axis]];
    put(&dst.host, scatters ? other : index, get(&src.host, scatters ? index : other));
  }
  check_operand(&dst, 0, "move");
  operand_free(&dst);
  operand_free(&src);
  free(table);
}

static void check_masks(hearth_context *ctx, const shape *s, int32_t dtype, layout a, layout b, int density) {
  operand src = make(ctx, dtype, a, s, s->extent[s->axis]), mask = make(ctx, HEARTH_BOOL, b, s, s->extent[s->axis]);
  const hearth_index_kernels *index_kernels = ctx->backend->index;
  int64_t n = 0, counted = -1, k = 0;
  fill_numbers(&src, 3);
  FOR_ELEMENTS(&mask.host, at) {
    put_number(&mask.host, at, (k * 5 + k / 7) % 8 < density);
    n += (k * 5 + k / 7) % 8 < density;
    k++;
  }
  push(&mask);
  assert_int_equal(index_kernels->count(ctx->queue, &mask.view, &counted), HEARTH_OK);
  assert_int_equal(counted, n);
  operand list = OPERAND(ctx, dtype, a == GAPS ? GAPS : ROW, n), places = OPERAND(ctx, HEARTH_INT64, b == GAPS ? GAPS : ROW, n, s->ndim);
  const int64_t first[3] = {100, 7, 1000};
  push(&list);
  push(&places);
  assert_int_equal(index_kernels->compress(ctx->queue, &list.view, &src.view, &mask.view), HEARTH_OK);
  assert_int_equal(index_kernels->nonzero(ctx->queue, &places.view, &mask.view, first), HEARTH_OK);
  k = 0;
  FOR_ELEMENTS(&mask.host, at) {
    if (!get(&mask.host, at).i) continue;
    put(&list.host, (int64_t[]){k}, get(&src.host, at));
    for (int d = 0; d < s->ndim; d++) put(&places.host, (int64_t[]){k, d}, (value){1, at[d] + first[d], 0, 0});
    k++;
  }
  check_operand(&list, 0, "compress");
  check_operand(&places, 0, "nonzero");
  assert_int_equal(index_kernels->fill(ctx->queue, &src.view, &mask.view, 77), HEARTH_OK);
  FOR_ELEMENTS(&mask.host, at) {
    if (get(&mask.host, at).i) put_number(&src.host, at, 77);
  }
  check_operand(&src, 0, "fill where");
  fill_numbers(&list, 11);
  assert_int_equal(index_kernels->expand(ctx->queue, &src.view, &mask.view, &list.view), HEARTH_OK);
  k = 0;
  FOR_ELEMENTS(&mask.host, at) {
    if (get(&mask.host, at).i) put(&src.host, at, get(&list.host, (int64_t[]){k++}));
  }
  check_operand(&src, 0, "expand");
  operand_free(&src);
  operand_free(&mask);
  operand_free(&list);
  operand_free(&places);
}

static void check_along(hearth_context *ctx, const shape *s, int32_t dtype, layout a, layout b, bool scatters) {
  const int64_t extent = s->extent[s->axis];
  operand all = make(ctx, dtype, a, s, extent), some = make(ctx, dtype, b, s, s->n), places = make(ctx, HEARTH_INT64, (a + b) % LAYOUTS, s, s->n);
  int64_t k = 0, outside = 0;
  FOR_ELEMENTS(&places.host, at) put(&places.host, at, (value){1, place(k++, extent), 0, 0});
  push(&places);
  fill_numbers(&all, 5);
  fill_numbers(&some, 50);
  assert_int_equal(ctx->backend->index->outside(ctx->queue, &places.view, extent, &outside), HEARTH_OK);
  assert_int_equal(outside, -1);
  if (scatters)
    assert_int_equal(ctx->backend->index->scatter(ctx->queue, &all.view, &some.view, &places.view, s->axis), HEARTH_OK);
  else
    assert_int_equal(ctx->backend->index->gather(ctx->queue, &some.view, &all.view, &places.view, s->axis), HEARTH_OK);
  FOR_ELEMENTS(&places.host, at) {
    int64_t other[HEARTH_MAX_NDIM];
    memcpy(other, at, sizeof other);
    other[s->axis] = get(&places.host, at).i;
    put(scatters ? &all.host : &some.host, scatters ? other : at, get(scatters ? &some.host : &all.host, scatters ? at : other));
  }
  check_operand(&all, 0, "scatter");
  check_operand(&some, 0, "gather");
  k = 0;
  FOR_ELEMENTS(&places.host, at) {
    if (k == elements_of(&places.host) / 2 || k == elements_of(&places.host) - 1) put(&places.host, at, (value){1, k % 2 ? extent : -1, 0, 0});
    k++;
  }
  push(&places);
  assert_int_equal(ctx->backend->index->outside(ctx->queue, &places.view, extent, &outside), HEARTH_OK);
  assert_int_equal(outside, k > 0 ? k / 2 : -1);
  operand_free(&all);
  operand_free(&some);
  operand_free(&places);
}

static void check_all(hearth_context *ctx, const shape *s, int number) {
  const layout a = number % LAYOUTS, b = (number / 2 + 1) % LAYOUTS;
  const int32_t dtype = dtypes[number % 5];
  for (int scatters = 0; scatters < 2; scatters++) {
    check_move(ctx, s, dtype, a, b, scatters);
    if (s->n <= s->extent[s->axis] || s->n < 1000) check_along(ctx, s, dtype, b, a, scatters);
  }
  check_masks(ctx, s, dtype, a, b, number % 3 == 0 ? 8 : number % 3 == 1 ? 3 : 0);
}

static void small_operands(hearth_context *ctx) {
  for (size_t k = 0; k < sizeof shapes / sizeof *shapes; k++)
    for (int number = 0; number < 25; number++) check_all(ctx, &shapes[k], number);
}
static void test_small(void **state) {
  (void)state, for_contexts(small_operands);
}

static void large_operands(hearth_context *ctx) {
  if (ctx->threads == 1 || ctx->backend != &hearth_backend_cpu) return;
  for (size_t k = 0; k < sizeof large / sizeof *large; k++)
    for (int number = 0; number < 10; number += 5) check_all(ctx, &large[k], number + 10 * (int)k); /* float64 */
}
static void test_large(void **state) {
  (void)state, for_contexts(large_operands);
}

static void refusals(hearth_context *ctx) {
  operand a = OPERAND(ctx, HEARTH_FLOAT64, ROW, 4, 3), b = OPERAND(ctx, HEARTH_FLOAT64, ROW, 4, 2), f = OPERAND(ctx, HEARTH_FLOAT32, ROW, 4, 3);
  operand list = OPERAND(ctx, HEARTH_FLOAT64, ROW, 2), mask = OPERAND(ctx, HEARTH_BOOL, ROW, 4, 3);
  fill_number(&mask, 1);
  fill_number(&a, 0);
  const hearth_index_kernels *k = ctx->backend->index;
  int64_t place;
  assert_int_not_equal(k->move(ctx->queue, &a.view, &b.view, 0, 4, NULL, NULL), HEARTH_OK);
  assert_int_not_equal(k->move(ctx->queue, &a.view, &f.view, 0, 4, NULL, NULL), HEARTH_OK);
  assert_int_not_equal(k->move(ctx->queue, &a.view, &b.view, 2, 1, NULL, NULL), HEARTH_OK);
  assert_int_not_equal(k->move(ctx->queue, &a.view, &b.view, 1, 3, NULL, NULL), HEARTH_OK);
  assert_int_not_equal(k->compress(ctx->queue, &list.view, &b.view, &mask.view), HEARTH_OK);
  assert_int_not_equal(k->compress(ctx->queue, &a.view, &a.view, &mask.view), HEARTH_OK);
  assert_int_not_equal(k->nonzero(ctx->queue, &a.view, &mask.view, (int64_t[]){0, 0}), HEARTH_OK);
  assert_int_not_equal(k->outside(ctx->queue, &a.view, 4, &place), HEARTH_OK);
  assert_int_not_equal(k->gather(ctx->queue, &a.view, &a.view, &a.view, 0), HEARTH_OK);
  operand_free(&a);
  operand_free(&b);
  operand_free(&f);
  operand_free(&list);
  operand_free(&mask);
}
static void test_refusals(void **state) {
  (void)state, for_contexts(refusals);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(test_small), cmocka_unit_test(test_large), cmocka_unit_test(test_refusals)};
HEARTH_TEST_MAIN(tests)
