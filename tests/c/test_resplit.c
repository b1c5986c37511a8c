/* Axes in another order, several arrays in one plan, and the functions that make an array of another layout. */
#include "array_values.h"
#include "core/context_impl.h"
#include "harness.h"
#include "layout_table.h"
#include "tensor/layout_impl.h"
#include <string.h>

static hearth_array *new_array(const hearth_layout *layout, int32_t dtype, int32_t order, double value) {
  hearth_array *array = NULL;
  assert_ok(hearth_array_create(layout, dtype, order, &array));
  assert_ok(hearth_array_fill(array, value));
  return array;
}

typedef struct permutation {
  int32_t ndim, axes[4];
} permutation;
static const permutation permutations[] = {{1, {0}},       {2, {1, 0}},    {3, {2, 0, 1}},    {3, {1, 2, 0}},    {3, {2, 1, 0}},
                                           {3, {0, 2, 1}}, {3, {1, 0, 2}}, {4, {3, 1, 0, 2}}, {4, {1, 3, 2, 0}}, {2, {0, 1}}};
enum { PERMUTATIONS = sizeof permutations / sizeof permutations[0] };
static const int64_t extents[4] = {7, 4, 5, 3};

typedef struct permuted_check {
  const permutation *p;
  int64_t wrong;
} permuted_check;

static void check_permuted(char *address, int32_t dtype, int32_t ndim, const int64_t *global, void *user) {
  permuted_check *check = user;
  int64_t from[4] = {0};
  for (int32_t d = 0; d < ndim; d++) from[check->p->axes[d]] = global[d];
  check->wrong += value_get(address, dtype) != value_at(ndim, from);
}

static void permute(hearth_context *ctx, const permutation *p, int a, int b) {
  int64_t turned[4];
  for (int32_t d = 0; d < p->ndim; d++) turned[d] = extents[p->axes[d]];
  hearth_layout *from = table_layout(ctx, a, p->ndim, extents), *to = table_layout(ctx, b, p->ndim, turned);
  hearth_array *source = new_array(from, HEARTH_FLOAT64, a % 2, 0), *target = new_array(to, b % 3 ? HEARTH_FLOAT64 : HEARTH_INT32, b % 2, 120);
  hearth_plan *plan = NULL;
  permuted_check check = {p, 0};
  assert_all(values_write(source) == 0);
  assert_ok(hearth_plan_create_permuted(from, to, p->ndim, p->axes, &plan));
  assert_ok(hearth_plan_execute(plan, source, target));
  assert_all(values_visit(target, HEARTH_READ, check_permuted, &check) == 0 && check.wrong == 0);
  hearth_plan_destroy(&plan);
  hearth_array_destroy(&source);
  hearth_array_destroy(&target);
  hearth_layout_destroy(&from);
  hearth_layout_destroy(&to);
}

static void axes_change_their_order(void **state) {
  (void)state;
  const hearth_backend backends[] = {TEST_BACKENDS};
  for (size_t k = 0; k < sizeof backends / sizeof *backends; k++) {
    hearth_context *ctx = test_context(backends[k]);
    for (int a = 0; a < TABLE_KINDS; a++)
      for (int n = 0; n < PERMUTATIONS; n++) permute(ctx, &permutations[n], a, (a + 3 * n + (int)k) % TABLE_KINDS);
    test_context_destroy(&ctx);
  }
}

static void axes_are_checked(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  const int64_t turned[3] = {5, 4, 7};
  const int32_t good[3] = {2, 1, 0}, twice[3] = {0, 1, 1}, outside[3] = {0, 1, 3}, negative[3] = {-1, 1, 0}, other[3] = {0, 1, 2};
  hearth_layout *from = table_layout(ctx, TABLE_SPLIT_FIRST, 3, extents), *to = table_layout(ctx, TABLE_SPLIT_FIRST, 3, turned);
  hearth_plan *plan = NULL;
  assert_all(hearth_plan_create_permuted(NULL, NULL, 3, good, &plan) == HEARTH_ERR_ARGUMENT);
  assert_status(HEARTH_ERR_ARGUMENT, hearth_plan_create_permuted(from, to, 3, twice, &plan));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_plan_create_permuted(from, to, 3, outside, &plan));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_plan_create_permuted(from, to, 3, negative, &plan));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_plan_create_permuted(from, to, 2, good, &plan));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_plan_create_permuted(from, to, 3, NULL, &plan));
  assert_status(HEARTH_ERR_MISMATCH, hearth_plan_create_permuted(from, to, 3, other, &plan));
  assert_status(test_size > 1 ? HEARTH_ERR_MISMATCH : HEARTH_OK, hearth_plan_create_permuted(from, to, 3, test_rank == test_size - 1 ? good : other, &plan));
  hearth_plan_destroy(&plan);
  hearth_layout_destroy(&from);
  hearth_layout_destroy(&to);
  test_context_destroy(&ctx);
}

enum { MANY = 5 };

static void many(hearth_context *ctx, int a, int b) {
  static const int32_t from_dtype[MANY] = {HEARTH_FLOAT64, HEARTH_INT8, HEARTH_COMPLEX128, HEARTH_INT16, HEARTH_FLOAT32};
  static const int32_t to_dtype[MANY] = {HEARTH_FLOAT64, HEARTH_FLOAT64, HEARTH_COMPLEX64, HEARTH_INT16, HEARTH_INT64};
  hearth_layout *from = table_layout(ctx, a, 3, extents), *to = table_layout(ctx, b, 3, extents);
  hearth_array *source[MANY], *target[MANY];
  hearth_plan *plan = NULL;
  for (int i = 0; i < MANY; i++) {
    source[i] = new_array(from, from_dtype[i], i % 2, 0);
    target[i] = new_array(to, to_dtype[i], i / 2 % 2, 120);
    assert_all(values_write(source[i]) == 0);
  }
  assert_ok(hearth_plan_create(from, to, &plan));
  const int64_t before = ctx->traffic->messages;
  assert_ok(hearth_plan_execute(plan, source[0], target[0]));
  const int64_t one = ctx->traffic->messages - before;
  assert_ok(hearth_array_fill(target[0], 120));
  assert_ok(hearth_plan_execute_many(plan, MANY, (const hearth_array *const *)source, target));
  assert_all(ctx->traffic->messages - before == 2 * one); /* one message per peer for all of them */
  for (int i = 0; i < MANY; i++) assert_all(values_wrong(target[i]) == 0);
  for (int i = 0; i < MANY; i++) {
    hearth_array_destroy(&source[i]);
    hearth_array_destroy(&target[i]);
  }
  hearth_plan_destroy(&plan);
  hearth_layout_destroy(&from);
  hearth_layout_destroy(&to);
}

static void many_arrays_share_messages(void **state) {
  (void)state;
  const hearth_backend backends[] = {TEST_BACKENDS};
  for (size_t k = 0; k < sizeof backends / sizeof *backends; k++) {
    hearth_context *ctx = test_context(backends[k]);
    for (int a = 0; a < TABLE_KINDS; a++)
      for (int b = 0; b < TABLE_KINDS; b++)
        if ((a + b + (int)k) % 2) many(ctx, a, b);
    test_context_destroy(&ctx);
  }
}

static void many_arrays_are_checked(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  hearth_layout *from = table_layout(ctx, TABLE_SPLIT_FIRST, 2, extents), *to = table_layout(ctx, TABLE_SPLIT_LAST, 2, extents);
  hearth_array *x = new_array(from, HEARTH_FLOAT64, 0, 1), *y = new_array(to, HEARTH_FLOAT64, 0, 2), *z = new_array(to, HEARTH_INT32, 0, 3);
  hearth_plan *plan = NULL;
  assert_ok(hearth_plan_create(from, to, &plan));
  const hearth_array *sources[2] = {x, x};
  hearth_array *twice[2] = {y, y}, *both[2] = {y, z}, *wrong[2] = {y, x}, *missing[2] = {y, test_rank == 0 ? NULL : z};
  assert_all(hearth_plan_execute_many(NULL, 2, sources, both) == HEARTH_ERR_ARGUMENT);
  assert_status(HEARTH_ERR_ARGUMENT, hearth_plan_execute_many(plan, 2, sources, twice));
  assert_status(test_size > 1 ? HEARTH_ERR_MISMATCH : HEARTH_ERR_ARGUMENT, hearth_plan_execute_many(plan, 2, sources, wrong));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_plan_execute_many(plan, 2, sources, missing));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_plan_execute_many(plan, -1, sources, both));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_plan_execute_many(plan, 2, NULL, both));
  assert_status(test_size > 1 ? HEARTH_ERR_MISMATCH : HEARTH_OK, hearth_plan_execute_many(plan, test_rank == 0 ? 2 : 1, sources, both));
  assert_ok(hearth_plan_execute_many(plan, 0, NULL, NULL));
  assert_ok(hearth_plan_execute_many(plan, 2, sources, both)); /* one source may go to two targets */
  hearth_array_destroy(&x);
  hearth_array_destroy(&y);
  hearth_array_destroy(&z);
  hearth_plan_destroy(&plan);
  hearth_layout_destroy(&from);
  hearth_layout_destroy(&to);
  test_context_destroy(&ctx);
}

/* The result has the values, the dtype and the order of the array; returns its layout. */
static hearth_layout *check_result(const hearth_array *array, hearth_array *result) {
  hearth_layout *layout = NULL;
  int32_t dtype[2], order[2];
  assert_all(values_wrong(result) == 0);
  assert_ok(hearth_array_dtype(array, &dtype[0]));
  assert_ok(hearth_array_dtype(result, &dtype[1]));
  assert_ok(hearth_array_order(array, &order[0]));
  assert_ok(hearth_array_order(result, &order[1]));
  assert_all(dtype[0] == dtype[1] && order[0] == order[1]);
  assert_ok(hearth_array_layout(result, &layout));
  return layout;
}

static void check_layout(const hearth_array *array, hearth_array *result, hearth_layout *expected) {
  hearth_layout *layout = check_result(array, result);
  int32_t equal = 0;
  assert_ok(hearth_layout_equal(layout, expected, &equal));
  assert_all(equal == 1);
  hearth_layout_destroy(&layout);
  hearth_layout_destroy(&expected);
}

static void results(hearth_context *ctx, int kind, int32_t dtype, int32_t order) {
  hearth_layout *own = table_layout(ctx, kind, 3, extents), *other = table_layout(ctx, (kind + 4) % TABLE_KINDS, 3, extents);
  hearth_array *array = new_array(own, dtype, order, 0), *result = NULL;
  assert_all(values_write(array) == 0);
  for (int32_t axis = -1; axis < 3; axis++) {
    hearth_layout *split = NULL;
    assert_ok(hearth_layout_split(ctx, 3, extents, axis, &split));
    assert_ok(hearth_resplit(array, axis, &result));
    check_layout(array, result, split);
    hearth_array_destroy(&result);
  }
  assert_ok(hearth_redistribute(array, other, &result));
  check_layout(array, result, other);
  hearth_array_destroy(&result);
  for (int32_t rank = 0; rank < test_size; rank++) {
    assert_ok(hearth_collect(array, rank, &result));
    hearth_layout *layout = check_result(array, result);
    assert_all(hearth_layout_local_volume(layout) == (test_rank == rank ? 7 * 4 * 5 : 0));
    hearth_layout_destroy(&layout);
    hearth_array_destroy(&result);
  }
  hearth_array_destroy(&array);
  hearth_layout_destroy(&own);
}

static void arrays_get_other_layouts(void **state) {
  (void)state;
  const hearth_backend backends[] = {TEST_BACKENDS};
  static const int32_t dtypes[] = {HEARTH_FLOAT64, HEARTH_INT8, HEARTH_COMPLEX64};
  for (size_t k = 0; k < sizeof backends / sizeof *backends; k++) {
    hearth_context *ctx = test_context(backends[k]);
    for (int kind = 0; kind < TABLE_KINDS; kind++) results(ctx, kind, dtypes[(kind + (int)k) % 3], kind % 2);
    test_context_destroy(&ctx);
  }
}

/* No rank has more than its share and one line of each distributed dimension. */
static void balance_evens_out(void **state) {
  (void)state;
  const int64_t shape[2] = {24, 36}, all = 24 * 36;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  for (int kind = 0; kind < TABLE_KINDS; kind++) {
    hearth_layout *own = table_layout(ctx, kind, 2, shape);
    hearth_array *array = new_array(own, HEARTH_FLOAT64, kind % 2, 0), *result = NULL;
    assert_all(values_write(array) == 0);
    assert_ok(hearth_balance(array, &result));
    hearth_layout *layout = check_result(array, result);
    int64_t most[2] = {hearth_layout_local_volume(layout), hearth_layout_local_volume(own)};
    MPI_Allreduce(MPI_IN_PLACE, most, 2, MPI_INT64_T, MPI_MAX, MPI_COMM_WORLD);
    assert_all(most[0] <= most[1]);
    if (kind == TABLE_CUTS_FRONT || kind == TABLE_CUTS_BACK || kind == TABLE_SPLIT_FIRST || kind == TABLE_CYCLIC_1) assert_all(most[0] == all / test_size);
    if (kind == TABLE_PERMUTED && test_size < 4) assert_all(most[0] == all / test_size);
    hearth_layout_destroy(&layout);
    hearth_layout_destroy(&own);
    hearth_array_destroy(&array);
    hearth_array_destroy(&result);
  }
  test_context_destroy(&ctx);
}

static void bad_calls_leave_nothing(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU), *stranger = test_context(HEARTH_BACKEND_CPU);
  const int64_t other_shape[2] = {7, 5};
  hearth_layout *own = table_layout(ctx, TABLE_SPLIT_FIRST, 2, extents), *other = table_layout(ctx, TABLE_SPLIT_FIRST, 2, other_shape);
  hearth_layout *flat = table_layout(ctx, TABLE_SPLIT_FIRST, 1, extents), *foreign = NULL;
  assert_all(hearth_layout_split(stranger, 2, extents, 0, &foreign) == HEARTH_OK);
  hearth_array *array = new_array(own, HEARTH_FLOAT64, 0, 1), *result = array;
  const hearth_status one_odd = test_size > 1 ? HEARTH_ERR_MISMATCH : HEARTH_OK;
  assert_all(hearth_resplit(NULL, 0, &result) == HEARTH_ERR_ARGUMENT && hearth_collect(NULL, 0, &result) == HEARTH_ERR_ARGUMENT);
  assert_all(hearth_balance(NULL, &result) == HEARTH_ERR_ARGUMENT && hearth_redistribute(NULL, own, &result) == HEARTH_ERR_ARGUMENT);
  assert_status(HEARTH_ERR_ARGUMENT, hearth_resplit(array, 2, &result));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_resplit(array, -2, &result));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_resplit(array, 0, test_rank == test_size - 1 ? NULL : &result));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_collect(array, test_size, &result));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_collect(array, -1, &result));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_redistribute(array, NULL, &result));
  assert_status(HEARTH_ERR_MISMATCH, hearth_redistribute(array, other, &result));
  assert_status(HEARTH_ERR_MISMATCH, hearth_redistribute(array, flat, &result));
  assert_status(HEARTH_ERR_MISMATCH, hearth_redistribute(array, foreign, &result));
  assert_all(result == NULL);
  assert_status(one_odd, hearth_resplit(array, test_rank == 0, &result));
  hearth_array_destroy(&result);
  assert_status(one_odd, hearth_collect(array, test_rank == 0 ? test_size - 1 : 0, &result));
  hearth_array_destroy(&result);
  hearth_array_destroy(&array);
  hearth_layout_destroy(&own);
  hearth_layout_destroy(&other);
  hearth_layout_destroy(&flat);
  hearth_layout_destroy(&foreign);
  test_context_destroy(&stranger);
  test_context_destroy(&ctx);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(axes_change_their_order), cmocka_unit_test(axes_are_checked),         cmocka_unit_test(many_arrays_share_messages),
    cmocka_unit_test(many_arrays_are_checked), cmocka_unit_test(arrays_get_other_layouts), cmocka_unit_test(balance_evens_out),
    cmocka_unit_test(bad_calls_leave_nothing),
};
HEARTH_TEST_MAIN(tests)
