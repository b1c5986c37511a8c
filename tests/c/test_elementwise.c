/* Elementwise functions of distributed arrays: operations x layouts x types x backends, each rank's elements against what they must be at their global index.
 */
#include "array_values.h"
#include "element_oracle.h"
#include "layout_table.h"
#include <stdlib.h>

typedef struct any_shape {
  int32_t ndim;
  int64_t extent[3];
} any_shape;

static const int32_t operations[] = {
#define CODE(name, code, operands, text) name,
    HEARTH_OPERATION_LIST(CODE)
#undef CODE
};
static const int operands_of[] = {
#define OPERANDS(name, code, operands, text) operands,
    HEARTH_OPERATION_LIST(OPERANDS)
#undef OPERANDS
};
enum { OPERATIONS = sizeof operations / sizeof *operations };

/* What operand k of an array holds at an index; `plain`: no NaN or infinity. */
typedef struct content {
  const any_shape *shape;
  int32_t dtype, seed, op;
  bool plain;
} content;

static value element_at(const content *c, const int64_t *index) {
  static const double special[] = {NAN, INFINITY, -INFINITY, 0.0};
  int64_t i = c->seed;
  for (int32_t d = 0; d < c->shape->ndim; d++) i = i * 37 + index[d];
  const int32_t k = (int32_t)(((uint64_t)i * 2654435761u >> 7) % 64);
  double x = k - 20.0;
  if (c->op == HEARTH_OP_POWER || c->op == HEARTH_OP_RPOWER) x = k % 9 - 2.0;
  if (!c->plain && k < 4) x = special[k];
  return oracle_stored(c->dtype, (value){0, 0, x, x / 4 + 1});
}

static void write_element(char *address, int32_t dtype, int32_t ndim, const int64_t *global, void *user) {
  const hearth_view view = {.data = address, .dtype = dtype};
  (void)ndim;
  put(&view, NULL, element_at(user, global));
}

static hearth_array *make_operand(hearth_context *ctx, int kind, int32_t order, content *c) {
  hearth_layout *layout = table_layout(ctx, kind, c->shape->ndim, c->shape->extent);
  hearth_array *array = NULL;
  assert_ok(hearth_array_create(layout, c->dtype, order, &array));
  hearth_layout_destroy(&layout);
  assert_all(values_visit(array, HEARTH_WRITE, write_element, c) == 0);
  return array;
}

typedef struct expectation {
  int32_t op, n, type;
  content operand[3];
  int64_t wrong;
} expectation;

static void check_element(char *address, int32_t dtype, int32_t ndim, const int64_t *global, void *user) {
  expectation *e = user;
  value x[3] = {{0}};
  for (int32_t k = 0; k < e->n; k++) {
    const content *c = &e->operand[k];
    int64_t index[3] = {0};
    for (int32_t d = 0; d < c->shape->ndim; d++) index[d] = c->shape->extent[d] == 1 ? 0 : global[d + ndim - c->shape->ndim];
    x[k] = element_at(c, index);
    if (!(e->op == HEARTH_OP_WHERE && k == 0)) x[k] = oracle_stored(e->type, x[k]);
  }
  const hearth_view view = {.data = address, .dtype = dtype};
  const value got = get(&view, NULL), want = oracle_value(e->op, e->type, x);
  if (!oracle_same(got, want, e->type, dtype) && e->wrong++ == 0)
    fprintf(stderr, "[rank %d] operation %d in type %d at (%d, %d, ..): %.17g %.17g %lld, not %.17g %.17g %lld; from %.17g %lld, %.17g %lld\n", test_rank,
            e->op, e->type, (int)global[0], ndim > 1 ? (int)global[1] : 0, got.re, got.im, (long long)got.i, want.re, want.im, (long long)want.i, x[0].re,
            (long long)x[0].i, x[1].re, (long long)x[1].i);
}

static void check_result(hearth_array *result, expectation *e, int32_t dtype) {
  int32_t has = 0;
  assert_ok(hearth_array_dtype(result, &has));
  assert_all(has == dtype);
  e->wrong = 0;
  assert_all(values_visit(result, HEARTH_READ, check_element, e) == 0);
  assert_all(e->wrong == 0);
}

static hearth_status call_new(int32_t n, int32_t op, hearth_array *const *a, hearth_array **result) {
  return n == 1 ? hearth_unary(a[0], op, result) : n == 2 ? hearth_binary(a[0], a[1], op, result) : hearth_ternary(a[0], a[1], a[2], op, result);
}
static hearth_status call_into(int32_t n, int32_t op, hearth_array *const *a, hearth_array *target) {
  return n == 1 ? hearth_unary_into(a[0], op, target) : n == 2 ? hearth_binary_into(a[0], a[1], op, target) : hearth_ternary_into(a[0], a[1], a[2], op, target);
}

static const any_shape sets[][3] = {
    {{2, {7, 6}}, {2, {7, 6}}, {2, {7, 6}}},       {{2, {7, 6}}, {1, {6}}, {2, {7, 1}}}, {{1, {11}}, {1, {1}}, {1, {11}}},
    {{3, {5, 1, 4}}, {2, {3, 4}}, {3, {1, 3, 1}}}, {{2, {6, 1}}, {2, {1, 5}}, {1, {5}}}, {{3, {4, 3, 5}}, {3, {4, 1, 5}}, {1, {5}}},
    {{2, {0, 6}}, {1, {6}}, {2, {0, 1}}},
};
enum { SETS = sizeof sets / sizeof *sets };

/* One operation: as a new array, then into an array of another type, then in place. */
static void check_operation(hearth_context *ctx, int o, int kind, int number) {
  const any_shape *set = sets[number % SETS];
  expectation e = {.op = operations[o], .n = operands_of[o]};
  hearth_array *a[3] = {NULL}, *result = NULL;
  int32_t p = HEARTH_DTYPE_NONE;
  for (int32_t k = 0; k < e.n; k++) {
    const int32_t dtype = 1 + (number * (2 + 3 * k) + o + k) % 11;
    e.operand[k] = (content){&set[k], dtype, 5 * k + o, e.op, false};
    if (!(e.op == HEARTH_OP_WHERE && k == 0)) p = p ? oracle_promote(p, dtype) : dtype;
  }
  for (int32_t k = 0; k < e.n; k++) e.operand[k].plain = p >= HEARTH_COMPLEX64; /* C's complex arithmetic is special there */
  for (int32_t k = 0; k < e.n; k++) a[k] = make_operand(ctx, (kind + 5 * k) % TABLE_KINDS, (number + k) % 2, &e.operand[k]);
  e.type = oracle_type(e.op, p);
  if (e.type == 0) {
    assert_all(call_new(e.n, e.op, a, &result) == HEARTH_ERR_UNSUPPORTED && !result);
  } else {
    const int32_t dtype = oracle_result(e.op, e.type);
    assert_ok(call_new(e.n, e.op, a, &result));
    check_result(result, &e, dtype);
    assert_ok(hearth_array_fill(result, 77));
    const hearth_status status = call_into(e.n, e.op, a, result);
    assert_all(status == HEARTH_OK);
    check_result(result, &e, dtype);
    hearth_array_destroy(&result);
    /* In place where the first operand has the shape of the result. */
    const bool fits = oracle_casts[dtype - 1][e.operand[0].dtype - 1], full = number % SETS < 3 || number % SETS > 4;
    if (full && fits) {
      assert_ok(call_into(e.n, e.op, a, a[0]));
      check_result(a[0], &e, e.operand[0].dtype);
    } else if (full) {
      assert_all(call_into(e.n, e.op, a, a[0]) == HEARTH_ERR_UNSUPPORTED);
    }
  }
  for (int32_t k = 0; k < e.n; k++) hearth_array_destroy(&a[k]);
}

static void operations_on_every_layout(void **state) {
  (void)state;
  const hearth_backend backends[] = {TEST_BACKENDS};
  int number = 0;
  for (size_t k = 0; k < sizeof backends / sizeof *backends; k++) {
    hearth_context *ctx = test_context(backends[k]);
    for (int o = 0; o < OPERATIONS; o++)
      for (int kind = 0; kind < TABLE_KINDS; kind++, number++)
        if ((number + o + (int)k) % 5 == 0) check_operation(ctx, o, kind, number + o);
    test_context_destroy(&ctx);
  }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(operations_on_every_layout),
};
HEARTH_TEST_MAIN(tests)
