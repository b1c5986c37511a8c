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

/* NumPy's tables. */
static void types_promote_as_in_numpy(void **state) {
  (void)state;
  int wrong = 0;
  for (int32_t a = 1; a <= 11; a++)
    for (int32_t b = 1; b <= 11; b++) {
      int32_t dtype = 0, possible = -1;
      wrong += hearth_promote((hearth_dtype)a, (hearth_dtype)b, &dtype) != HEARTH_OK || dtype != oracle_promotion[a - 1][b - 1];
      wrong += hearth_can_cast((hearth_dtype)a, (hearth_dtype)b, &possible) != HEARTH_OK || possible != oracle_casts[a - 1][b - 1];
    }
  assert_all(wrong == 0);
  int32_t dtype;
  assert_all(hearth_promote(HEARTH_DTYPE_NONE, HEARTH_INT8, &dtype) == HEARTH_ERR_ARGUMENT);
  assert_all(hearth_can_cast(HEARTH_INT8, (hearth_dtype)12, &dtype) == HEARTH_ERR_ARGUMENT);
}

static hearth_array *whole_numbers(hearth_context *ctx, int kind, int32_t dtype) {
  const int64_t shape[2] = {9, 5};
  hearth_layout *layout = table_layout(ctx, kind, 2, shape);
  hearth_array *array = NULL;
  assert_ok(hearth_array_create(layout, dtype, kind % 2, &array));
  hearth_layout_destroy(&layout);
  assert_all(values_write(array) == 0);
  return array;
}

/* Elements are function(value_at). */
typedef struct formula {
  double (*function)(double x);
  int64_t wrong;
} formula;
static void check_formula(char *address, int32_t dtype, int32_t ndim, const int64_t *global, void *user) {
  formula *f = user;
  const hearth_view view = {.data = address, .dtype = dtype};
  const double want = f->function(value_at(ndim, global));
  f->wrong += !oracle_near(number(&view, NULL), want, fabs(want), dtype == HEARTH_FLOAT32 ? 3e-7 : 1e-15);
}
static void check_against(hearth_array *array, int32_t dtype, double (*function)(double x)) {
  formula f = {function, 0};
  int32_t has = 0;
  assert_ok(hearth_array_dtype(array, &has));
  assert_all(has == dtype);
  assert_all(values_visit(array, HEARTH_READ, check_formula, &f) == 0);
  assert_all(f.wrong == 0);
}

static double plus_half(double x) {
  return x + 0.5;
}
static double from_ten(double x) {
  return 10 - x;
}
static double clipped(double x) {
  return x < 20 ? 20 : x > 60 ? 60 : x;
}
static double twice_and_one(double x) {
  return x * 2 + 1;
}
static double long_chain(double x) {
  const double y = sqrt(x * 2 + x);
  return y < 3 ? 3 : y;
}
static double identity(double x) {
  return x;
}

static void scale_and_shift(void *user, int64_t n, const void *const *in, void *const *out) {
  const float *x = in[0];
  float *y = out[0];
  (void)user;
  for (int64_t i = 0; i < n; i++) y[i] = x[i] * 2 + 1;
}
static void copy_twice(void *user, int64_t n, const void *const *in, void *const *out) {
  (void)user;
  for (int64_t i = 0; i < n; i++) ((double *)out[0])[i] = ((float *)out[1])[i] = ((const float *)in[0])[i];
}

/* Numbers as operands, chains, functions: on one array of every layout. */
static void check_numbers(hearth_context *ctx, int kind) {
  hearth_array *whole = whole_numbers(ctx, kind, HEARTH_INT16), *real = whole_numbers(ctx, kind, HEARTH_FLOAT32), *result = NULL;
  assert_ok(hearth_binary_scalar(whole, 0.5, HEARTH_OP_ADD, &result));
  check_against(result, HEARTH_FLOAT64, plus_half);
  hearth_array_destroy(&result);
  assert_ok(hearth_binary_scalar(whole, 10, HEARTH_OP_RSUBTRACT, &result));
  check_against(result, HEARTH_INT16, from_ten);
  hearth_array_destroy(&result);
  assert_ok(hearth_binary_scalar(real, 0.5, HEARTH_OP_ADD, &result));
  check_against(result, HEARTH_FLOAT32, plus_half);
  hearth_array_destroy(&result);
  assert_ok(hearth_clip(whole, 20, 60, &result));
  check_against(result, HEARTH_INT16, clipped);
  hearth_array_destroy(&result);
  assert_ok(hearth_array_cast(real, HEARTH_INT64, &result));
  check_against(result, HEARTH_INT64, identity);
  const int32_t ops[] = {HEARTH_OP_MULTIPLY, HEARTH_OP_ADD, HEARTH_OP_SQRT, HEARTH_OP_MAXIMUM};
  const double numbers[] = {2, 1, NAN, 3};
  const hearth_array *arrays[] = {NULL, result, NULL, NULL};
  hearth_array *target = whole_numbers(ctx, (kind + 3) % TABLE_KINDS, HEARTH_FLOAT64);
  assert_ok(hearth_chain(whole, 4, ops, arrays, numbers, target));
  check_against(target, HEARTH_FLOAT64, long_chain);
  hearth_array *both[] = {target, whole_numbers(ctx, (kind + 1) % TABLE_KINDS, HEARTH_FLOAT32)};
  const hearth_array *in[] = {real};
  assert_ok(hearth_apply(copy_twice, NULL, 1, in, 2, both));
  check_against(both[0], HEARTH_FLOAT64, identity);
  check_against(both[1], HEARTH_FLOAT32, identity);
  assert_ok(hearth_chain_scalars(real, 2, ops, numbers, real));
  check_against(real, HEARTH_FLOAT32, twice_and_one);
  assert_ok(hearth_apply(scale_and_shift, NULL, 1, (const hearth_array *[]){both[1]}, 1, &both[1]));
  check_against(both[1], HEARTH_FLOAT32, twice_and_one);
  int32_t answer = -1;
  assert_ok(hearth_array_equals(both[1], real, &answer));
  assert_all(answer == 1);
  assert_ok(hearth_array_equals(both[1], target, &answer));
  assert_all(answer == 0);
  assert_ok(hearth_allclose(both[1], target, 0.5, 19, 0, &answer));
  assert_all(answer == 0);
  assert_ok(hearth_allclose(both[1], target, 0.5, 20, 0, &answer));
  assert_all(answer == 1);
  hearth_array *gone[] = {whole, real, result, target, both[1]};
  for (int i = 0; i < 5; i++) hearth_array_destroy(&gone[i]);
}

static void numbers_chains_and_functions(void **state) {
  (void)state;
  const hearth_backend backends[] = {TEST_BACKENDS};
  for (size_t k = 0; k < sizeof backends / sizeof *backends; k++) {
    hearth_context *ctx = test_context(backends[k]);
    for (int kind = 0; kind < TABLE_KINDS; kind++) check_numbers(ctx, kind);
    test_context_destroy(&ctx);
  }
}

/* The host program's memory as operand and target, on every backend, and a target that overlaps an operand. */
static void host_memory_is_written(void **state) {
  (void)state;
  const hearth_backend backends[] = {TEST_BACKENDS};
  for (size_t k = 0; k < sizeof backends / sizeof *backends; k++) {
    hearth_context *ctx = test_context(backends[k]);
    double memory[9];
    for (int i = 0; i < 9; i++) memory[i] = i;
    const int64_t shape[1] = {8 * test_size}, start[1] = {8 * test_rank};
    const hearth_window first = {memory, HEARTH_FLOAT64, 1, {8}, {8}}, second = {memory + 1, HEARTH_FLOAT64, 1, {8}, {8}};
    hearth_array *a = NULL, *b = NULL;
    assert_ok(hearth_array_wrap_local(ctx, &first, 1, shape, start, &a));
    assert_ok(hearth_array_wrap_local(ctx, &second, 1, shape, start, &b));
    assert_ok(hearth_binary_into(a, a, HEARTH_OP_ADD, a));
    assert_ok(hearth_binary_scalar_into(a, 1, HEARTH_OP_ADD, b)); /* what the first one wrote is read before it is written over */
    int wrong = memory[0] != 0;
    for (int i = 0; i < 8; i++) wrong += memory[i + 1] != 2 * i + 1;
    assert_all(wrong == 0);
    hearth_array_destroy(&a);
    hearth_array_destroy(&b);
    test_context_destroy(&ctx);
  }
}

static void what_does_not_fit_is_refused(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU), *stranger = test_context(HEARTH_BACKEND_CPU);
  const int64_t shape[2] = {4, 3}, other_shape[2] = {4, 2};
  hearth_layout *layout = NULL, *other = NULL, *foreign = NULL;
  assert_ok(hearth_layout_split(ctx, 2, shape, 0, &layout));
  assert_ok(hearth_layout_split(ctx, 2, other_shape, 0, &other));
  assert_all(hearth_layout_split(stranger, 2, shape, 0, &foreign) == HEARTH_OK);
  hearth_array *a = NULL, *b = NULL, *c = NULL, *flags = NULL, *complex_numbers = NULL, *result = NULL;
  assert_ok(hearth_array_create(layout, HEARTH_FLOAT64, 0, &a));
  assert_ok(hearth_array_create(other, HEARTH_FLOAT64, 0, &b));
  assert_all(hearth_array_create(foreign, HEARTH_FLOAT64, 0, &c) == HEARTH_OK);
  assert_ok(hearth_array_create(layout, HEARTH_BOOL, 0, &flags));
  assert_ok(hearth_array_create(layout, HEARTH_COMPLEX64, 0, &complex_numbers));
  assert_ok(hearth_array_fill(a, 5));
  assert_status(HEARTH_ERR_MISMATCH, hearth_add(a, b, &result));
  int32_t code, where, answer = 7;
  char message[512];
  hearth_last_error(ctx, &code, &where, message, sizeof message);
  assert_all(strstr(message, "(4, 3)") && strstr(message, "(4, 2)"));
  assert_all(hearth_add(a, c, &result) == HEARTH_ERR_MISMATCH);
  assert_all(hearth_add(a, test_rank == 0 ? NULL : a, &result) == HEARTH_ERR_ARGUMENT);
  assert_all(hearth_add(a, a, test_rank == 0 ? NULL : &result) == HEARTH_ERR_ARGUMENT);
  assert_all(hearth_unary(a, HEARTH_OP_ADD, &result) == HEARTH_ERR_ARGUMENT && hearth_binary(a, a, 1000, &result) == HEARTH_ERR_ARGUMENT);
  assert_all(hearth_negative(flags, &result) == HEARTH_ERR_UNSUPPORTED && hearth_less(a, complex_numbers, &result) == HEARTH_ERR_UNSUPPORTED);
  assert_all(hearth_binary_into(a, a, HEARTH_OP_ADD, flags) == HEARTH_ERR_UNSUPPORTED);
  assert_all(hearth_binary_into(a, a, HEARTH_OP_ADD, b) == HEARTH_ERR_MISMATCH);
  if (test_size > 1) assert_all(hearth_binary_scalar(a, test_rank, HEARTH_OP_ADD, &result) == HEARTH_ERR_MISMATCH);
  if (test_size > 1) assert_all(hearth_unary(a, test_rank ? HEARTH_OP_EXP : HEARTH_OP_LOG, &result) == HEARTH_ERR_MISMATCH);
  assert_all(hearth_allclose(a, a, -1, 0, 0, &answer) == HEARTH_ERR_ARGUMENT && hearth_allclose(a, b, 0, 0, 0, &answer) == HEARTH_ERR_MISMATCH && answer == 7);
  assert_ok(hearth_array_equals(a, b, &answer));
  assert_all(answer == 0);
  assert_all(hearth_apply(NULL, NULL, 0, NULL, 1, &a) == HEARTH_ERR_ARGUMENT);
  assert_all(hearth_apply(scale_and_shift, NULL, 1, (const hearth_array *[]){b}, 1, &a) == HEARTH_ERR_MISMATCH);
  const int32_t clip[] = {HEARTH_OP_CLIP}, tests_first[] = {HEARTH_OP_ISNAN, HEARTH_OP_SQRT};
  const double numbers[] = {1, 2};
  assert_all(hearth_chain_scalars(a, 1, clip, numbers, a) == HEARTH_ERR_ARGUMENT && hearth_chain_scalars(a, 0, clip, numbers, a) == HEARTH_ERR_ARGUMENT);
  assert_all(hearth_chain_scalars(a, 2, tests_first, numbers, a) == HEARTH_ERR_UNSUPPORTED);
  assert_all(result == NULL);
  assert_ok(hearth_binary_scalar(a, 5, HEARTH_OP_EQUAL, &result)); /* nothing was changed */
  assert_ok(hearth_binary_scalar_into(result, 0, HEARTH_OP_LOGICAL_OR, flags));
  assert_ok(hearth_array_equals(flags, result, &answer));
  assert_all(answer == 1);
  hearth_array *arrays[] = {a, b, c, flags, complex_numbers, result};
  hearth_layout *layouts[] = {layout, other, foreign};
  for (int i = 0; i < 6; i++) hearth_array_destroy(&arrays[i]);
  for (int i = 0; i < 3; i++) hearth_layout_destroy(&layouts[i]);
  test_context_destroy(&stranger);
  test_context_destroy(&ctx);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(types_promote_as_in_numpy), cmocka_unit_test(operations_on_every_layout),   cmocka_unit_test(numbers_chains_and_functions),
    cmocka_unit_test(host_memory_is_written),    cmocka_unit_test(what_does_not_fit_is_refused),
};
HEARTH_TEST_MAIN(tests)
