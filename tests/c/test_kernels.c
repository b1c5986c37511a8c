/* Kernels on elements, on every backend: fill, copy, multiply, pack; the guarded memory. Matrices: test_kernels_matrix.c. */
#include "kernels_operand.h"
#include "kernels/cpu/queue.h"
#include <float.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct shape {
  int ndim;
  int64_t extent[5];
} shape;

static const shape small_shapes[] = {
    {0, {0}}, {1, {1}}, {1, {37}}, {2, {5, 9}}, {2, {1, 6}}, {3, {4, 1, 7}}, {3, {3, 5, 2}}, {4, {2, 3, 4, 3}}, {5, {2, 3, 1, 2, 5}}, {1, {0}}, {3, {3, 0, 4}}};
static const shape large_shapes[] = {{1, {100003}}, {2, {311, 323}}, {2, {3, 35001}}, {2, {35001, 3}}, {3, {31, 47, 73}}, {4, {5, 19, 23, 43}}};
#define COUNT(list) ((int)(sizeof(list) / sizeof *(list)))

/* Everything that conversions have to decide, then ordinary numbers. */
static value sample(int64_t i) {
  static const double special[] = {
      0,     -0.0,   1,     -1,      0.5,     -2.75, 127.6,  128,          -128.9,        -129,          255.5,  256,      300,      32767.99,
      32768, -32769, 65504, 65519,   65520,   1e5,   -3e9,   2147483647.5, 2147483648.0,  -2147483649.0, 9.3e18, -9.3e18,  0x1p63,   -0x1p63,
      1e300, -1e39,  6e-8,  2.98e-8, 2.99e-8, 1e-40, 5.9e-5, 1.0009765625, 1.00048828125, 1.00146484375, NAN,    INFINITY, -INFINITY};
  const int64_t n = COUNT(special);
  return (value){0, 0, i % (n + 20) < n ? special[i % (n + 20)] : 100 * rough(i), 3 * rough(i + 5)};
}

static void fill_samples(const operand *o, int64_t seed) {
  FOR_ELEMENTS(&o->host, index) put(&o->host, index, sample(seed++));
  push(o);
}

static void check_copy(hearth_context *ctx, const shape *shape, int32_t to, layout to_layout, int32_t from, layout from_layout) {
  char what[128];
  operand dst = operand_make(ctx, to, to_layout, shape->ndim, shape->extent), src = operand_make(ctx, from, from_layout, shape->ndim, shape->extent);
  snprintf(what, sizeof what, "copy %s (layout %d) := %s (layout %d)", hearth_dtype_name(to), to_layout, hearth_dtype_name(from), from_layout);
  fill_samples(&src, 11 * to_layout + from_layout);
  push(&dst);
  assert_int_equal(ctx->backend->copy(ctx->queue, &dst.view, &src.view), HEARTH_OK);
  FOR_ELEMENTS(&dst.host, index) put(&dst.host, index, get(&src.host, index));
  check_operand(&dst, 0.0, what);
  operand_free(&dst);
  operand_free(&src);
}

static void copy_all_types(hearth_context *ctx) {
  static const layout layouts[][2] = {{ROW, ROW}, {COLUMN, ROW}, {GAPS, NEGATIVE}, {PERMUTED, GAPS}, {ROW, BROADCAST_FIRST}, {COLUMN, BROADCAST_LAST}};
  static const shape shapes[] = {{1, {101}}, {3, {5, 7, 3}}};
  for (int32_t to = HEARTH_BOOL; to <= HEARTH_COMPLEX128; ++to)
    for (int32_t from = HEARTH_BOOL; from <= HEARTH_COMPLEX128; ++from)
      for (int s = 0; s < COUNT(shapes); ++s)
        for (int l = 0; l < COUNT(layouts); ++l) check_copy(ctx, &shapes[s], to, layouts[l][0], from, layouts[l][1]);
}
static void test_copy_all_types(void **state) {
  (void)state, for_contexts(copy_all_types);
}

static void copy_all_layouts(hearth_context *ctx) {
  static const int32_t types[][2] = {{HEARTH_FLOAT64, HEARTH_FLOAT64},
                                     {HEARTH_FLOAT32, HEARTH_FLOAT64},
                                     {HEARTH_INT8, HEARTH_INT8},
                                     {HEARTH_FLOAT16, HEARTH_FLOAT16},
                                     {HEARTH_COMPLEX128, HEARTH_COMPLEX128}};
  for (int to = 0; to < LAYOUTS; ++to)
    for (int from = 0; from < LAYOUTS; ++from)
      for (int t = 0; t < COUNT(types); ++t)
        for (int s = 0; s < COUNT(small_shapes); ++s) check_copy(ctx, &small_shapes[s], types[t][0], to, types[t][1], from);
}
static void test_copy_all_layouts(void **state) {
  (void)state, for_contexts(copy_all_layouts);
}

static void copy_large(hearth_context *ctx) {
  for (int s = 0; s < COUNT(large_shapes); ++s)
    for (int l = 0; l < LAYOUTS; ++l) {
      check_copy(ctx, &large_shapes[s], HEARTH_FLOAT64, l, HEARTH_FLOAT32, (l + s) % LAYOUTS);
      if (s % 2) check_copy(ctx, &large_shapes[s], HEARTH_FLOAT64, (l + 2 * s) % LAYOUTS, HEARTH_FLOAT64, l);
    }
}
static void test_copy_large(void **state) {
  (void)state, for_contexts(copy_large);
}

/* Host memory on either side, as redistribution and file access use it. */
static void copy_host(hearth_context *ctx) {
  operand a = OPERAND(ctx, HEARTH_FLOAT32, PERMUTED, 6, 8, 5);
  double out[240], in[240];
  hearth_view host = {.data = in, .dtype = HEARTH_FLOAT64, .ndim = 3, .extent = {6, 8, 5}, .stride = {320, 40, 8}};
  push(&a);
  for (int i = 0; i < 240; ++i) in[i] = i - 0.5;
  assert_int_equal(ctx->backend->copy(ctx->queue, &a.view, &host), HEARTH_OK);
  FOR_ELEMENTS(&a.host, index) put_number(&a.host, index, number(&host, index));
  check_operand(&a, 0.0, "copy from host");
  host.data = out;
  assert_int_equal(ctx->backend->copy(ctx->queue, &host, &a.view), HEARTH_OK);
  assert_memory_equal(in, out, sizeof in);
  operand_free(&a);
}
static void test_copy_host(void **state) {
  (void)state, for_contexts(copy_host);
}

static void fill_all(hearth_context *ctx) {
  static const double values[] = {0, 1, -3.7, 300.2, 1e30, NAN, INFINITY};
  for (int32_t dtype = HEARTH_BOOL; dtype <= HEARTH_COMPLEX128; ++dtype)
    for (int l = 0; l < LAYOUTS; ++l)
      for (int v = 0; v < COUNT(values); ++v) {
        const shape *shape = &small_shapes[(dtype + l + v) % COUNT(small_shapes)];
        operand o = operand_make(ctx, dtype, l, shape->ndim, shape->extent);
        push(&o);
        assert_int_equal(ctx->backend->fill(ctx->queue, &o.view, values[v]), HEARTH_OK);
        FOR_ELEMENTS(&o.host, index) put_number(&o.host, index, values[v]);
        check_operand(&o, 0.0, "fill");
        operand_free(&o);
      }
}
static void test_fill(void **state) {
  (void)state, for_contexts(fill_all);
}

static void check_multiply(hearth_context *ctx, int32_t dtype, const shape *shape, layout la, layout lb, layout lc, bool in_place) {
  operand a = operand_make(ctx, dtype, la, shape->ndim, shape->extent), b = operand_make(ctx, dtype, lb, shape->ndim, shape->extent);
  operand c = operand_make(ctx, dtype, lc, shape->ndim, shape->extent), *dst = in_place ? &a : &c;
  fill_rough(&a, 3);
  fill_rough(&b, 77);
  fill_number(&c, NAN);
  assert_int_equal(ctx->backend->multiply(ctx->queue, &dst->view, &a.view, &b.view), HEARTH_OK);
  FOR_ELEMENTS(&dst->host, index) put_number(&dst->host, index, number(&a.host, index) * number(&b.host, index));
  check_operand(dst, 0.0, "multiply");
  operand_free(&a), operand_free(&b), operand_free(&c);
}

static void multiply_all(hearth_context *ctx) {
  static const layout factors[] = {ROW, COLUMN, GAPS, NEGATIVE, PERMUTED, BROADCAST_FIRST, BROADCAST_LAST, BROADCAST_ALL};
  for (int32_t dtype = HEARTH_FLOAT32; dtype <= HEARTH_FLOAT64; ++dtype)
    for (int l = 0; l < LAYOUTS; ++l)
      for (int f = 0; f < COUNT(factors); ++f) {
        check_multiply(ctx, dtype, &small_shapes[(l + f) % COUNT(small_shapes)], l, factors[f], (l + f) % LAYOUTS, f % 2);
        if (f % LAYOUTS == l) check_multiply(ctx, dtype, &large_shapes[1 + (l + f) % 5], l, factors[f], (l + f) % LAYOUTS, f % 2);
      }
}
static void test_multiply(void **state) {
  (void)state, for_contexts(multiply_all);
}

typedef struct pack_case {
  layout dst, src, shift, scale, missing; /* LAYOUTS: the operand is absent */
} pack_case;
static const pack_case pack_cases[] = {{ROW, ROW, BROADCAST_FIRST, BROADCAST_FIRST, BROADCAST_FIRST},
                                       {ROW, ROW, LAYOUTS, LAYOUTS, LAYOUTS},
                                       {COLUMN, ROW, ROW, COLUMN, ROW},
                                       {ROW, GAPS, BROADCAST_LAST, BROADCAST_FIRST, BROADCAST_LAST},
                                       {GAPS, COLUMN, LAYOUTS, BROADCAST_FIRST, BROADCAST_FIRST},
                                       {PERMUTED, NEGATIVE, GAPS, LAYOUTS, BROADCAST_ALL},
                                       {COLUMN, COLUMN, BROADCAST_ALL, BROADCAST_ALL, COLUMN},
                                       {NEGATIVE, PERMUTED, BROADCAST_FIRST, NEGATIVE, PERMUTED},
                                       {ROW, COLUMN, BROADCAST_FIRST, BROADCAST_LAST, LAYOUTS}};

/* The packed value, and what is counted. */
static double packed(const operand *src, const operand *shift, const operand *scale, const int64_t *index, int *nan, int *infinite) {
  const double x = number(&src->host, index), s = shift->image ? number(&shift->host, index) : 0.0, w = scale->image ? number(&scale->host, index) : 1.0;
  *nan = w != 0.0 && isnan(x);
  *infinite = w != 0.0 && isinf(x);
  return w == 0.0 || isnan(x) || isinf(x) ? 0.0 : (x - s) * w;
}

static operand optional(hearth_context *ctx, int32_t dtype, layout layout, const shape *shape) {
  return layout == LAYOUTS ? (operand){0} : operand_make(ctx, dtype, layout, shape->ndim, shape->extent);
}

static void check_pack(hearth_context *ctx, const shape *shape, int32_t to, int32_t from, const pack_case *c) {
  operand dst = optional(ctx, to, c->dst, shape), src = optional(ctx, from, c->src, shape), shift = optional(ctx, HEARTH_FLOAT64, c->shift, shape);
  operand scale = optional(ctx, HEARTH_FLOAT64, c->scale, shape), missing = optional(ctx, HEARTH_INT32, c->missing, shape);
  int64_t infinite = 5, expected = 5, n = 0;
  fill_number(&dst, NAN);
  fill_samples(&src, 1);
  if (shift.image) fill_rough(&shift, 5);
  if (scale.image) {
    FOR_ELEMENTS(&scale.host, index) put_number(&scale.host, index, n++ % 4 == 1 ? 0.0 : 0.25 + fabs(rough(n)));
    push(&scale);
  }
  if (missing.image) fill_number(&missing, 2);
  assert_int_equal(ctx->backend->pack(ctx->queue, &dst.view, &src.view, shift.image ? &shift.view : NULL, scale.image ? &scale.view : NULL,
                                      missing.image ? &missing.view : NULL, &infinite),
                   HEARTH_OK);
  FOR_ELEMENTS(&dst.host, index) {
    int nan, inf;
    put_number(&dst.host, index, packed(&src, &shift, &scale, index, &nan, &inf));
    expected += inf;
    if (missing.image) put_number(&missing.host, index, number(&missing.host, index) + nan);
  }
  char what[128];
  snprintf(what, sizeof what, "pack %s := %s, layouts %d %d %d %d %d", hearth_dtype_name(to), hearth_dtype_name(from), c->dst, c->src, c->shift, c->scale,
           c->missing);
  check_operand(&dst, 0.0, what);
  if (missing.image) check_operand(&missing, 0.0, "pack's counts");
  assert_int_equal(infinite, expected);
  operand *all[] = {&dst, &src, &shift, &scale, &missing};
  for (int i = 0; i < 5; ++i)
    if (all[i]->image) operand_free(all[i]);
}

static void pack_all(hearth_context *ctx) {
  for (int32_t to = HEARTH_FLOAT32; to <= HEARTH_FLOAT64; ++to)
    for (int32_t from = HEARTH_BOOL; from <= HEARTH_FLOAT64; ++from)
      for (int c = 0; c < COUNT(pack_cases); ++c)
        for (int s = 0; s < COUNT(small_shapes); ++s) check_pack(ctx, &small_shapes[s], to, from, &pack_cases[c]);
}
static void test_pack(void **state) {
  (void)state, for_contexts(pack_all);
}

static void pack_large(hearth_context *ctx) {
  static const int32_t types[][2] = {
      {HEARTH_FLOAT64, HEARTH_FLOAT32}, {HEARTH_FLOAT32, HEARTH_FLOAT32}, {HEARTH_FLOAT64, HEARTH_FLOAT64}, {HEARTH_FLOAT64, HEARTH_INT16}};
  for (int c = 0; c < COUNT(pack_cases); ++c)
    for (int s = c % 2; s < COUNT(large_shapes); s += 2) check_pack(ctx, &large_shapes[s], types[(c + s) % 4][0], types[(c + s) % 4][1], &pack_cases[c]);
}
static void test_pack_large(void **state) {
  (void)state, for_contexts(pack_large);
}

/* Whether a child that reads at `address` dies of it. */
static bool is_closed(const volatile char *address) {
  int result = 0;
  fflush(NULL);
  const pid_t child = fork();
  if (child == 0) {
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    signal(SIGSEGV, SIG_DFL);
    _exit(*address == 1 ? 2 : 3);
  }
  assert_true(child > 0 && waitpid(child, &result, 0) == child);
  return WIFSIGNALED(result) && WTERMSIG(result) == SIGSEGV;
}

static void test_guard_closes(void **state) {
  (void)state;
#if defined(__SANITIZE_ADDRESS__)
  print_message("skipped: AddressSanitizer handles the signal\n");
  skip();
#endif
  hearth_context *ctx = test_context(HEARTH_BACKEND_GUARD);
  operand a = OPERAND(ctx, HEARTH_FLOAT64, ROW, 1000), b = OPERAND(ctx, HEARTH_FLOAT64, ROW, 1000);
  assert_true(is_closed(a.view.data));
  fill_rough(&a, 1);
  fill_rough(&b, 2);
  assert_int_equal(ctx->backend->multiply(ctx->queue, &a.view, &a.view, &b.view), HEARTH_OK);
  assert_true(is_closed(a.view.data) && is_closed((char *)b.view.data + 7999));
  hearth_view wrong = b.view;
  wrong.ndim = 2; /* a kernel that fails closes too */
  assert_int_equal(ctx->backend->multiply(ctx->queue, &a.view, &a.view, &wrong), HEARTH_ERR_INTERNAL);
  assert_true(is_closed(a.view.data) && is_closed(b.view.data));
  operand_free(&a), operand_free(&b);
  test_context_destroy(&ctx);
}

static void test_guard_refuses(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_GUARD);
  operand a = OPERAND(ctx, HEARTH_FLOAT64, ROW, 1000);
  fill_rough(&a, 1);
  assert_int_equal(ctx->backend->multiply(ctx->queue, &a.view, &a.view, &a.host), HEARTH_ERR_INTERNAL);
  assert_int_equal(ctx->backend->fill(ctx->queue, &a.host, 1.0), HEARTH_ERR_INTERNAL);
  hearth_view beyond = a.view;
  beyond.extent[0] = 1009; /* one past the 8 spare elements */
  assert_int_equal(ctx->backend->fill(ctx->queue, &beyond, 1.0), HEARTH_ERR_INTERNAL);
  beyond.extent[0] = 1008;
  assert_int_equal(ctx->backend->fill(ctx->queue, &beyond, 1.0), HEARTH_OK);
  operand_free(&a);
  test_context_destroy(&ctx);
}

/* The backend's memory is the context's, and comes back. */
static void account(hearth_context *ctx) {
  int64_t before, during, after, peak, cap;
  void *data, *first;
  assert_int_equal(ctx->backend->allocate(ctx->queue, 8, &first), HEARTH_OK); /* a backend may keep a table from now on */
  assert_int_equal(hearth_context_memory(ctx, &before, &peak, &cap), HEARTH_OK);
  assert_int_equal(ctx->backend->allocate(ctx->queue, 5000000, &data), HEARTH_OK);
  assert_int_equal(hearth_context_memory(ctx, &during, &peak, &cap), HEARTH_OK);
  ctx->backend->release(ctx->queue, data);
  assert_int_equal(hearth_context_memory(ctx, &after, &peak, &cap), HEARTH_OK);
  ctx->backend->release(ctx->queue, first);
  assert_true((intptr_t)data % 64 == 0 && during - before >= 5000000 && after == before);
}
static void test_account(void **state) {
  (void)state, for_contexts(account);
}

static void refusals(hearth_context *ctx) {
  operand a = OPERAND(ctx, HEARTH_FLOAT64, ROW, 4, 5), b = OPERAND(ctx, HEARTH_FLOAT64, ROW, 5, 4), c = OPERAND(ctx, HEARTH_INT32, ROW, 4, 5);
  assert_int_equal(ctx->backend->copy(ctx->queue, &a.view, &b.view), HEARTH_ERR_INTERNAL);
  assert_int_equal(ctx->backend->multiply(ctx->queue, &c.view, &c.view, &c.view), HEARTH_ERR_UNSUPPORTED);
  a.view.stride[0] = 0;
  assert_int_equal(ctx->backend->fill(ctx->queue, &a.view, 0.0), HEARTH_ERR_INTERNAL);
  operand_free(&a), operand_free(&b), operand_free(&c);
}
static void test_refusals(void **state) {
  (void)state, for_contexts(refusals);
}

int main(int argc, char **argv) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_copy_all_types), cmocka_unit_test(test_copy_all_layouts), cmocka_unit_test(test_copy_large), cmocka_unit_test(test_copy_host),
      cmocka_unit_test(test_fill),           cmocka_unit_test(test_multiply),         cmocka_unit_test(test_pack),       cmocka_unit_test(test_pack_large),
      cmocka_unit_test(test_guard_closes),   cmocka_unit_test(test_guard_refuses),    cmocka_unit_test(test_account),    cmocka_unit_test(test_refusals)};
  return test_main(argc, argv, tests, sizeof tests / sizeof *tests);
}
