/* Elementwise kernels on every backend: operations x types x layouts of memory, against values computed apart; the same bits on all backends. */
#include "element_oracle.h"
#include "kernels_operand.h"
#include "kernels/map.h"

static const int32_t computes[] = {HEARTH_BOOL, HEARTH_INT32, HEARTH_INT64, HEARTH_FLOAT32, HEARTH_FLOAT64, HEARTH_COMPLEX64, HEARTH_COMPLEX128};
static const int32_t operations[] = {
#define CODE(name, code, operands, text) name,
    HEARTH_OPERATION_LIST(CODE)
#undef CODE
};
typedef struct shape {
  int ndim;
  int64_t extent[4];
} shape;
static const shape shapes[] = {{1, {37}}, {2, {5, 9}},    {3, {4, 1, 7}}, {3, {3, 5, 2}}, {4, {2, 3, 4, 3}},
                               {1, {0}},  {2, {40, 131}}, {2, {3, 2100}}, {2, {700, 3}}};
static const layout layouts[] = {ROW, COLUMN, GAPS, NEGATIVE, PERMUTED, BROADCAST_FIRST, BROADCAST_LAST, BROADCAST_ALL};
#define COUNT(list) ((int)(sizeof(list) / sizeof *(list)))

static value sample(int64_t i, int32_t op, bool plain) {
  static const double special[] = {NAN, INFINITY, -INFINITY, 0.0, -0.0, 1e-310};
  const int64_t k = (int64_t)((uint64_t)(i + 3) * 2654435761u >> 9) % 71;
  double x = (double)k - 20;
  if (op == HEARTH_OP_POWER || op == HEARTH_OP_RPOWER) x = (double)(k % 9) - 2;
  return (value){0, 0, !plain && k < COUNT(special) ? special[k] : x, x / 4 + 1};
}

static void fill_with(const operand *o, int64_t seed, int32_t op, bool plain) {
  FOR_ELEMENTS(&o->host, index) put(&o->host, index, sample(seed++, op, plain));
  push(o);
}

/* Compares the buffer with the expectation in the image. */
static void check_values(const operand *o, int32_t type, const char *what) {
  unsigned char *image = pull(o);
  hearth_view now = o->host;
  if (o->host.data) now.data = image + ((unsigned char *)o->host.data - o->image);
  FOR_ELEMENTS(&now, index) {
    const value got = get(&now, index), want = get(&o->host, index);
    if (!oracle_same(got, want, type, now.dtype))
      fail_msg("%s, %s: [%d,%d]: %.17g %.17g %lld, not %.17g %.17g %lld", o->ctx->backend->name, what, (int)index[0], (int)index[1], got.re, got.im,
               (long long)got.i, want.re, want.im, (long long)want.i);
    memcpy(element(&o->host, index), element(&now, index), (size_t)hearth_dtype_size(now.dtype));
  }
  if (memcmp(image, o->image, (size_t)o->bytes) != 0) fail_msg("%s, %s: wrote between the elements", o->ctx->backend->name, what);
  free(image);
}

static void check_operation(hearth_context *ctx, int32_t op, int32_t compute, int number) {
  const int32_t n = hearth_map_operands(op), result = hearth_map_result(op, compute);
  const int32_t others[] = {result, HEARTH_FLOAT32, HEARTH_INT16, HEARTH_FLOAT64, HEARTH_BOOL, HEARTH_COMPLEX64, HEARTH_INT64};
  const shape *s = &shapes[number % COUNT(shapes)];
  const bool plain = compute >= HEARTH_COMPLEX64;
  char what[128];
  operand source[3];
  const hearth_view *views[3];
  /* Every third time all types are the computation's, else they are mixed. */
  const int32_t to = number % 3 ? others[number % COUNT(others)] : result;
  operand dst = operand_make(ctx, to, layouts[number / 2 % LAYOUTS], s->ndim, s->extent);
  for (int32_t k = 0; k < n; k++) {
    const int32_t own = hearth_map_source(op, compute, k), from = number % 3 ? 1 + (number + 4 * k) % 11 : own;
    source[k] = operand_make(ctx, from, layouts[(number / (k + 1) + k) % COUNT(layouts)], s->ndim, s->extent);
    fill_with(&source[k], number + 100 * k, op, plain);
    views[k] = &source[k].view;
  }
  push(&dst);
  const hearth_map_step step = {op, {1, 2}};
  snprintf(what, sizeof what, "%s in %s, to %s, case %d", hearth_map_name(op), hearth_dtype_name(compute), hearth_dtype_name(to), number);
  assert_int_equal(ctx->backend->map->map(ctx->queue, compute, 1, &step, &dst.view, n, views), HEARTH_OK);
  FOR_ELEMENTS(&dst.host, index) {
    value x[3] = {{0}};
    for (int32_t k = 0; k < n; k++) x[k] = oracle_stored(hearth_map_source(op, compute, k), get(&source[k].host, index));
    put(&dst.host, index, oracle_stored(result, oracle_value(op, compute, x)));
  }
  check_values(&dst, compute, what);
  operand_free(&dst);
  for (int32_t k = 0; k < n; k++) operand_free(&source[k]);
}

static void every_operation(hearth_context *ctx) {
  int number = 0;
  for (int o = 0; o < COUNT(operations); o++)
    for (int c = 0; c < COUNT(computes); c++)
      for (int r = 0; r < 5 && hearth_map_exists(operations[o], computes[c]); r++) check_operation(ctx, operations[o], computes[c], number++);
  assert_true(number > 500);
}
static void test_every_operation(void **state) {
  (void)state, for_contexts(every_operation);
}

/* Steps on blocks, in place and with the first operand coming up again, numbers among the operands. */
static void chains(hearth_context *ctx) {
  static const double numbers[] = {2, 1, 0.5};
  for (int l = 0; l < LAYOUTS; l++)
    for (int s = 0; s < COUNT(shapes); s++) {
      operand a = operand_make(ctx, HEARTH_FLOAT32, l, shapes[s].ndim, shapes[s].extent);
      operand b = operand_make(ctx, HEARTH_FLOAT64, layouts[(l + s) % COUNT(layouts)], shapes[s].ndim, shapes[s].extent);
      hearth_view scalar[3];
      fill_rough(&a, 5 + l);
      fill_rough(&b, 9 + s);
      for (int k = 0; k < 3; k++) {
        scalar[k] = (hearth_view){.data = (void *)&numbers[k], .dtype = HEARTH_FLOAT64, .space = HEARTH_SPACE_HOST, .ndim = shapes[s].ndim};
        memcpy(scalar[k].extent, shapes[s].extent, sizeof shapes[s].extent);
      }
      const hearth_view *sources[] = {&a.view, &scalar[0], &scalar[1], &b.view, &scalar[2]};
      const hearth_map_step steps[] = {{HEARTH_OP_MULTIPLY, {1, 0}}, {HEARTH_OP_ADD, {2, 0}}, {HEARTH_OP_MULTIPLY, {0, 0}},
                                       {HEARTH_OP_MAXIMUM, {3, 0}},  {HEARTH_OP_SQUARE, {0}}, {HEARTH_OP_SUBTRACT, {4, 0}}};
      assert_int_equal(ctx->backend->map->map(ctx->queue, HEARTH_FLOAT64, COUNT(steps), steps, &a.view, COUNT(sources), sources), HEARTH_OK);
      FOR_ELEMENTS(&a.host, index) {
        const double x = number(&a.host, index), y = number(&b.host, index), z = fmax((x * 2 + 1) * x, y);
        put_number(&a.host, index, z * z - 0.5);
      }
      check_operand(&a, 0.0, "a chain in place");
      operand_free(&a);
      operand_free(&b);
    }
}
static void test_chains(void **state) {
  (void)state, for_contexts(chains);
}

/* exp, log and power of float64 and float32: bit by bit what the reference gives, wherever an element stands in its block and on any number of threads. */
static void same_bits_everywhere(hearth_context *ctx) {
  static const int32_t ops[] = {HEARTH_OP_EXP, HEARTH_OP_LOG, HEARTH_OP_POWER, HEARTH_OP_SQRT, HEARTH_OP_DIVIDE};
  enum { N = 70001 };
  hearth_context_options options = HEARTH_CONTEXT_OPTIONS_INIT;
  options.backend = HEARTH_BACKEND_REFERENCE;
  hearth_context *oracle = NULL;
  assert_int_equal(hearth_context_create(MPI_COMM_SELF, &options, &oracle), HEARTH_OK);
  for (int32_t dtype = HEARTH_FLOAT32; dtype <= HEARTH_FLOAT64; dtype++)
    for (int o = 0; o < COUNT(ops); o++) {
      operand a = OPERAND(ctx, dtype, ROW, N), b = OPERAND(ctx, dtype, ROW, N), dst = OPERAND(ctx, dtype, ROW, N);
      FOR_ELEMENTS(&a.host, index) {
        put_number(&a.host, index, exp(20 * rough(index[0])));
        put_number(&b.host, index, 6 * rough(3 * index[0] + 1));
      }
      push(&a), push(&b), push(&dst);
      const hearth_map_step step = {ops[o], {1, 0}};
      const hearth_view *there[] = {&a.view, &b.view}, *here[] = {&a.host, &b.host};
      const int32_t n = hearth_map_operands(ops[o]);
      assert_int_equal(ctx->backend->map->map(ctx->queue, dtype, 1, &step, &dst.view, n, there), HEARTH_OK);
      assert_int_equal(oracle->backend->map->map(oracle->queue, dtype, 1, &step, &dst.host, n, here), HEARTH_OK);
      unsigned char *image = pull(&dst);
      assert_memory_equal(image, dst.image, (size_t)dst.bytes);
      free(image);
      operand_free(&a), operand_free(&b), operand_free(&dst);
    }
  assert_int_equal(hearth_context_destroy(&oracle), HEARTH_OK);
}
static void test_same_bits_everywhere(void **state) {
  (void)state, for_contexts(same_bits_everywhere);
}

/* A function on blocks: what it sees is contiguous and complete. */
typedef struct seen {
  int64_t most;
  int unaligned;
} seen;
static void combine(void *user, int64_t n, const void *const *in, void *const *out) {
  const double *a = in[0];
  const int32_t *b = in[1];
  float *sum = out[0];
  double *product = out[1];
  if (n < 1 || n > HEARTH_BLOCK_ELEMENTS || (uintptr_t)a % 8) ((seen *)user)->unaligned = 1;
  for (int64_t i = 0; i < n; i++) {
    const double x = a[i], y = b[i];
    sum[i] = (float)(x + y);
    product[i] = x * y;
  }
}
static void functions_on_blocks(hearth_context *ctx) {
  for (int l = 0; l < COUNT(layouts); l++)
    for (int s = 0; s < COUNT(shapes); s++) {
      const int32_t ndim = shapes[s].ndim;
      operand a = operand_make(ctx, HEARTH_FLOAT64, (l + s) % LAYOUTS, ndim, shapes[s].extent),
              b = operand_make(ctx, HEARTH_INT32, layouts[l], ndim, shapes[s].extent);
      operand sum = operand_make(ctx, HEARTH_FLOAT32, (l + 1) % LAYOUTS, ndim, shapes[s].extent);
      seen seen = {0, 0};
      fill_rough(&a, l);
      int64_t k = s;
      FOR_ELEMENTS(&b.host, index) put_number(&b.host, index, (double)(k++ % 17));
      push(&b), push(&sum);
      const hearth_view *in[] = {&a.view, &b.view}, *out[] = {&sum.view, &a.view}; /* the product in place */
      assert_int_equal(ctx->backend->map->blocks(ctx->queue, combine, &seen, 2, in, 2, out), HEARTH_OK);
      FOR_ELEMENTS(&a.host, index) {
        const double x = number(&a.host, index), y = number(&b.host, index);
        put_number(&sum.host, index, x + y);
        put_number(&a.host, index, x * y);
      }
      check_operand(&sum, 0.0, "a function's first output");
      check_operand(&a, 0.0, "a function's output in place");
      assert_false(seen.unaligned);
      operand_free(&a), operand_free(&b), operand_free(&sum);
    }
}
static void test_functions_on_blocks(void **state) {
  (void)state, for_contexts(functions_on_blocks);
}

static int64_t far_between(hearth_context *ctx, int32_t compute, const operand *a, const operand *b, double rtol, double atol, bool nan_equal) {
  int64_t count = 5;
  const hearth_closeness close = {rtol, atol, nan_equal};
  assert_int_equal(ctx->backend->map->count_far(ctx->queue, compute, &a->view, &b->view, &close, &count), HEARTH_OK);
  return count - 5;
}

static void distances(hearth_context *ctx) {
  for (int l = 0; l < COUNT(layouts); l++) {
    operand a = OPERAND(ctx, HEARTH_FLOAT64, l % LAYOUTS, 61, 53), b = OPERAND(ctx, HEARTH_FLOAT32, (l + 2) % LAYOUTS, 61, 53);
    int64_t i = 0, larger = 0;
    FOR_ELEMENTS(&a.host, index) {
      const double error = i % 10 == 3 ? 2e-3 : 0.5e-3;
      put_number(&b.host, index, rough(i) + 3);
      put_number(&a.host, index, number(&b.host, index) * (1 + error));
      larger += i++ % 10 == 3;
    }
    push(&a), push(&b);
    assert_int_equal(far_between(ctx, HEARTH_FLOAT64, &a, &b, 1e-3, 0, false), larger);
    assert_int_equal(far_between(ctx, HEARTH_FLOAT64, &a, &b, 0, 1, false), 0);
    assert_int_equal(far_between(ctx, HEARTH_COMPLEX128, &a, &b, 1e-3, 0, false), larger);
    assert_int_equal(far_between(ctx, HEARTH_FLOAT64, &a, &b, 0, 0, true), 61 * 53);
    const int64_t at[4][2] = {{0, 0}, {3, 4}, {7, 52}, {60, 0}};
    static const double left[] = {NAN, INFINITY, INFINITY, 2}, right[] = {NAN, INFINITY, -INFINITY, NAN};
    fill_number(&a, 1), fill_number(&b, 1);
    for (int k = 0; k < 4; k++) put_number(&a.host, at[k], left[k]), put_number(&b.host, at[k], right[k]);
    push(&a), push(&b);
    assert_int_equal(far_between(ctx, HEARTH_FLOAT64, &a, &b, 1, 1, false), 3);
    assert_int_equal(far_between(ctx, HEARTH_FLOAT64, &a, &b, 1, 1, true), 2);
    assert_int_equal(far_between(ctx, HEARTH_COMPLEX128, &a, &b, 1, 1, true), 2);
    operand_free(&a), operand_free(&b);
  }
  /* Integers that float64 cannot tell apart. */
  operand a = OPERAND(ctx, HEARTH_INT64, ROW, 3), b = OPERAND(ctx, HEARTH_INT64, ROW, 3);
  const int64_t left[] = {INT64_MAX, INT64_MIN, 7}, right[] = {INT64_MAX - 1, INT64_MAX, 7};
  memcpy(a.image, left, sizeof left), memcpy(b.image, right, sizeof right);
  push(&a), push(&b);
  assert_int_equal(far_between(ctx, HEARTH_INT64, &a, &b, 0, 0, false), 2);
  assert_int_equal(far_between(ctx, HEARTH_INT64, &a, &b, 0, 1, false), 1);
  operand_free(&a), operand_free(&b);
}
static void test_distances(void **state) {
  (void)state, for_contexts(distances);
}

static void refusals(hearth_context *ctx) {
  operand a = OPERAND(ctx, HEARTH_FLOAT64, ROW, 4, 3), b = OPERAND(ctx, HEARTH_FLOAT64, ROW, 4, 2), wide = OPERAND(ctx, HEARTH_FLOAT64, BROADCAST_LAST, 4, 3);
  const hearth_view *same[] = {&a.view, &a.view}, *other[] = {&a.view, &b.view}, *none[] = {&a.view, NULL};
  const hearth_map_step add = {HEARTH_OP_ADD, {1, 0}}, out_of_range = {HEARTH_OP_ADD, {2, 0}}, unknown = {99, {0, 0}},
                        less[] = {{HEARTH_OP_LESS, {1, 0}}, {HEARTH_OP_ADD, {1, 0}}};
  const hearth_map_kernels *map = ctx->backend->map;
  int64_t count = 0;
  push(&a), push(&b), push(&wide);
  assert_int_equal(map->map(ctx->queue, HEARTH_FLOAT64, 1, &add, &a.view, 2, other), HEARTH_ERR_INTERNAL);
  assert_int_equal(map->map(ctx->queue, HEARTH_FLOAT64, 1, &add, &a.view, 2, none), HEARTH_ERR_INTERNAL);
  assert_int_equal(map->map(ctx->queue, HEARTH_FLOAT64, 1, &add, &wide.view, 2, same), HEARTH_ERR_INTERNAL);
  assert_int_equal(map->map(ctx->queue, HEARTH_FLOAT64, 1, &out_of_range, &a.view, 2, same), HEARTH_ERR_INTERNAL);
  assert_int_equal(map->map(ctx->queue, HEARTH_FLOAT64, 1, &unknown, &a.view, 2, same), HEARTH_ERR_UNSUPPORTED);
  assert_int_equal(map->map(ctx->queue, HEARTH_COMPLEX64, 1, less, &a.view, 2, same), HEARTH_ERR_UNSUPPORTED);
  assert_int_equal(map->map(ctx->queue, HEARTH_FLOAT64, 2, less, &a.view, 2, same), HEARTH_ERR_UNSUPPORTED);
  assert_int_equal(map->map(ctx->queue, HEARTH_FLOAT16, 1, &add, &a.view, 2, same), HEARTH_ERR_UNSUPPORTED);
  assert_int_equal(map->map(ctx->queue, HEARTH_FLOAT64, 0, &add, &a.view, 2, same), HEARTH_ERR_INTERNAL);
  assert_int_equal(map->count_far(ctx->queue, HEARTH_FLOAT32, &a.view, &a.view, &(hearth_closeness){0, 0, false}, &count), HEARTH_ERR_UNSUPPORTED);
  assert_int_equal(map->blocks(ctx->queue, combine, NULL, 2, other, 1, same), HEARTH_ERR_INTERNAL);
  if (ctx->backend->space != HEARTH_SPACE_HOST) {
    const hearth_view *host[] = {&a.view, &a.host};
    assert_int_equal(map->map(ctx->queue, HEARTH_FLOAT64, 1, &add, &a.view, 2, host), HEARTH_ERR_INTERNAL);
  }
  check_operand(&a, 0, "a refused operation");
  operand_free(&a), operand_free(&b), operand_free(&wide);
}
static void test_refusals(void **state) {
  (void)state, for_contexts(refusals);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_every_operation),     cmocka_unit_test(test_chains),    cmocka_unit_test(test_same_bits_everywhere),
    cmocka_unit_test(test_functions_on_blocks), cmocka_unit_test(test_distances), cmocka_unit_test(test_refusals),
};
HEARTH_TEST_MAIN(tests)
