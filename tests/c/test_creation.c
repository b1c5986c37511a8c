#include "array_values.h"
#include "harness.h"
#include "layout_table.h"
#include "core/context_impl.h"
#include "tensor/array_impl.h"
#include <math.h>
#include <stdlib.h>

typedef struct table_shape {
  int32_t ndim;
  int64_t extent[3];
} table_shape;
static const table_shape shapes[] = {{1, {13}}, {1, {0}}, {2, {7, 9}}, {2, {1, 11}}, {3, {5, 1, 8}}, {3, {4, 3, 5}}};
enum { SHAPES = sizeof shapes / sizeof shapes[0] };
static const int32_t dtypes[] = {HEARTH_INT8,    HEARTH_UINT8,   HEARTH_INT16,     HEARTH_INT32,     HEARTH_INT64,
                                 HEARTH_FLOAT32, HEARTH_FLOAT64, HEARTH_COMPLEX64, HEARTH_COMPLEX128};
enum { DTYPES = sizeof dtypes / sizeof dtypes[0] };

/* What element `global` should be. */
typedef double (*expected)(int32_t ndim, const int64_t *global, const double *parameter);
typedef struct comparison {
  expected value;
  const double *parameter;
  int64_t wrong;
} comparison;

static void compare(char *address, int32_t dtype, int32_t ndim, const int64_t *global, void *user) {
  comparison *c = user;
  char stored[16];
  value_set(stored, dtype, c->value(ndim, global, c->parameter));
  c->wrong += memcmp(stored, address, (size_t)hearth_dtype_size((hearth_dtype)dtype)) != 0;
}

/* Local: elements that differ from the expectation, converted to the type; the array is destroyed. */
static int64_t wrong(hearth_array **array, expected value, const double *parameter) {
  comparison c = {value, parameter, 0};
  const int64_t failed = values_visit(*array, HEARTH_READ, compare, &c);
  hearth_array_destroy(array);
  return failed + c.wrong;
}

static double constant(int32_t ndim, const int64_t *global, const double *parameter) {
  (void)ndim, (void)global;
  return parameter[0];
}
static double ramp(int32_t ndim, const int64_t *global, const double *parameter) {
  (void)ndim;
  return parameter[0] + (double)global[0] * parameter[1];
}
static double identity(int32_t ndim, const int64_t *global, const double *parameter) {
  (void)ndim;
  return (double)(global[1] - global[0]) == parameter[0];
}
static double along(int32_t ndim, const int64_t *global, const double *parameter) {
  (void)ndim;
  return (double)global[(int)parameter[0]];
}
static double valued(int32_t ndim, const int64_t *global, const double *parameter) {
  (void)parameter;
  return value_at(ndim, global);
}

static hearth_status give_value(void *user, int32_t ndim, const int64_t *start, int32_t axis, int64_t n, void *values) {
  int64_t global[HEARTH_MAX_NDIM];
  const int32_t dtype = *(const int32_t *)user;
  memcpy(global, start, (size_t)ndim * sizeof *global);
  for (int64_t i = 0; i < n; i++, global[axis]++) value_set((char *)values + i * hearth_dtype_size((hearth_dtype)dtype), dtype, value_at(ndim, global));
  return HEARTH_OK;
}

/* All functions on one layout. */
static void check_layout(hearth_layout *layout, const table_shape *shape, int32_t dtype, int32_t order) {
  hearth_array *a = NULL, *b = NULL;
  const double zero = 0, one = 1, seven = 7;
  assert_ok(hearth_zeros(layout, dtype, order, &a));
  assert_ok(hearth_ones_like(a, 0, &b));
  assert_all(wrong(&b, constant, &one) == 0);
  assert_ok(hearth_full_like(a, 7, HEARTH_FLOAT32, &b));
  assert_all(wrong(&b, constant, &seven) == 0);
  assert_ok(hearth_empty_like(a, 0, &b));
  assert_all(b->dtype == dtype && b->order == order && b->layout == a->layout);
  hearth_array_destroy(&b);
  assert_ok(hearth_zeros_like(a, 0, &b));
  assert_all(wrong(&b, constant, &zero) == 0);
  assert_all(wrong(&a, constant, &zero) == 0);
  assert_ok(hearth_ones(layout, dtype, order, &a));
  assert_all(wrong(&a, constant, &one) == 0);
  for (int32_t axis = 0; axis < shape->ndim; axis++) {
    const double number = axis;
    assert_ok(hearth_indices(layout, axis, dtype, order, &a));
    assert_all(wrong(&a, along, &number) == 0);
  }
  assert_ok(hearth_from_function(layout, dtype, order, give_value, &dtype, &a));
  assert_all(wrong(&a, valued, NULL) == 0);
  for (int k = -3; shape->ndim == 2 && k < 4; k++) {
    const double number = k;
    assert_ok(hearth_eye(layout, k, dtype, order, &a));
    assert_all(wrong(&a, identity, &number) == 0);
  }
  if (shape->ndim == 1) {
    const bool is_unsigned = dtype == HEARTH_UINT8, whole = dtype <= HEARTH_INT64;
    const double range[2] = {whole ? 5 : 5.25, is_unsigned ? 3 : whole ? -7 : -0.1};
    assert_ok(hearth_arange(layout, range[0], range[1], dtype, &a));
    assert_all(wrong(&a, ramp, range) == 0);
  }
}

static void every_layout_and_type(void **state) {
  (void)state;
  const hearth_backend backends[] = {TEST_BACKENDS};
  int number = 0;
  for (size_t b = 0; b < sizeof backends / sizeof *backends; b++) {
    hearth_context *ctx = test_context(backends[b]);
    for (int s = 0; s < SHAPES; s++)
      for (int kind = 0; kind < TABLE_KINDS; kind++) {
        hearth_layout *layout = table_layout(ctx, kind, shapes[s].ndim, shapes[s].extent);
        for (int k = 0; k < 3; k++, number++) check_layout(layout, &shapes[s], dtypes[number % DTYPES], number % 2);
        hearth_layout_destroy(&layout);
      }
    test_context_destroy(&ctx);
  }
}

/* Slabs of more than the buffer, in both memory orders, on dimensions that are cut and dimensions that go one by one. */
static void functions_of_the_index_on_large_arrays(void **state) {
  (void)state;
  static const table_shape large[] = {{1, {150001}}, {2, {3, 70001}}, {2, {70001, 3}}, {3, {300, 7, 101}}};
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  const int32_t dtype = HEARTH_INT16;
  for (int s = 0; s < 4; s++)
    for (int order = 0; order < 2; order++) {
      hearth_layout *layout = table_layout(ctx, s % 2 ? TABLE_REPLICATED : TABLE_CYCLIC_3, large[s].ndim, large[s].extent);
      hearth_array *a = NULL;
      assert_ok(hearth_from_function(layout, dtype, order, give_value, (void *)&dtype, &a));
      assert_all(wrong(&a, valued, NULL) == 0);
      hearth_layout_destroy(&layout);
    }
  test_context_destroy(&ctx);
}

static void ranges_of_integers_are_exact(void **state) {
  (void)state;
  const int64_t n = 5, bits = (int64_t)1 << 61;
  const hearth_backend backends[] = {TEST_BACKENDS};
  for (size_t b = 0; b < sizeof backends / sizeof *backends; b++) {
    hearth_context *ctx = test_context(backends[b]);
    hearth_layout *layout = table_layout(ctx, TABLE_REPLICATED, 1, &n);
    hearth_array *a = NULL;
    hearth_window window;
    /* -2^62 + i (2^61 - 2^9): sums that float64 would round */
    assert_ok(hearth_arange(layout, -0x1p62, 0x1p61 - 0x1p9, HEARTH_INT64, &a));
    assert_ok(hearth_array_access(a, 0, HEARTH_READ, &window));
    int64_t different = 0;
    for (int64_t i = 0; i < n; i++) different += ((int64_t *)window.base)[i] != -2 * bits + i * (bits - 512);
    assert_all(different == 0);
    assert_ok(hearth_array_release(a, 0));
    hearth_array_destroy(&a);
    hearth_layout_destroy(&layout);
    test_context_destroy(&ctx);
  }
}

/* As NumPy 2.4.6 prints them with float.hex. */
typedef struct even_case {
  double start, stop;
  int32_t endpoint;
  int64_t n;
  double value[6];
} even_case;
static const even_case evens[] = {
    {0.1, 0.7, 1, 6, {0x1.999999999999ap-4, 0x1.c28f5c28f5c29p-3, 0x1.5c28f5c28f5c2p-2, 0x1.d70a3d70a3d70p-2, 0x1.28f5c28f5c28fp-1, 0x1.6666666666666p-1}},
    {-1.0, 2.0, 0, 5, {-0x1.0000000000000p+0, -0x1.999999999999ap-2, 0x1.9999999999998p-3, 0x1.9999999999998p-1, 0x1.6666666666666p+0}},
    {-3.3, 12.7, 1, 6, {-0x1.a666666666666p+1, -0x1.9999999999980p-4, 0x1.8cccccccccccep+1, 0x1.9333333333335p+2, 0x1.3000000000000p+3, 0x1.9666666666666p+3}},
    {3.0, 5.0, 1, 1, {3.0}},
    {0.0, 0x1p-1074, 1, 4, {0.0, 0.0, 0x1p-1074, 0x1p-1074}}, /* the step underflows */
    {5.0, 5.0, 1, 3, {5.0, 5.0, 5.0}},
};

static double even_value(int32_t ndim, const int64_t *global, const double *parameter) {
  (void)ndim;
  return parameter[global[0]];
}

static void even_spaces_are_numpys(void **state) {
  (void)state;
  const hearth_backend backends[] = {TEST_BACKENDS};
  for (size_t b = 0; b < sizeof backends / sizeof *backends; b++) {
    hearth_context *ctx = test_context(backends[b]);
    for (size_t k = 0; k < sizeof evens / sizeof *evens; k++)
      for (int kind = 0; kind < TABLE_KINDS; kind++) {
        const even_case *c = &evens[k];
        hearth_layout *layout = table_layout(ctx, kind, 1, &c->n);
        hearth_array *a = NULL;
        double floors[6];
        assert_ok(hearth_linspace(layout, c->start, c->stop, c->endpoint, HEARTH_FLOAT64, &a));
        assert_all(wrong(&a, even_value, c->value) == 0);
        for (int i = 0; i < 6; i++) floors[i] = floor(c->value[i]);
        assert_ok(hearth_linspace(layout, c->start, c->stop, c->endpoint, HEARTH_INT32, &a));
        assert_all(wrong(&a, even_value, floors) == 0);
        hearth_layout_destroy(&layout);
      }
    test_context_destroy(&ctx);
  }
}

static hearth_status refuse(void *user, int32_t ndim, const int64_t *start, int32_t axis, int64_t n, void *values) {
  (void)ndim, (void)start, (void)axis, (void)n, (void)values;
  return *(const int *)user == test_rank ? HEARTH_ERR_NUMERICAL : HEARTH_OK;
}

static void bad_input_is_refused(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  const int64_t shape[2] = {300, 4};
  const int last = test_size - 1;
  hearth_layout *line = table_layout(ctx, TABLE_SPLIT_FIRST, 1, shape), *plane = table_layout(ctx, TABLE_SPLIT_FIRST, 2, shape);
  hearth_array *a = NULL;
  assert_status(HEARTH_ERR_ARGUMENT, hearth_zeros(NULL, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, &a));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_zeros(plane, 99, HEARTH_ROW_MAJOR, &a));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_ones(plane, HEARTH_INT8, 5, &a));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_full(plane, 1, HEARTH_INT8, HEARTH_ROW_MAJOR, NULL));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_arange(plane, 0, 1, HEARTH_FLOAT64, &a));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_arange(line, 0.5, 1, HEARTH_INT32, &a));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_arange(line, 0, 0.5, HEARTH_INT32, &a));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_arange(line, 0, NAN, HEARTH_INT32, &a));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_arange(line, 0, 1, HEARTH_INT8, &a)); /* to 299 */
  assert_status(HEARTH_ERR_ARGUMENT, hearth_arange(line, 0, 0x1p62, HEARTH_INT64, &a));
  assert_status(HEARTH_ERR_UNSUPPORTED, hearth_arange(line, 0, 1, HEARTH_BOOL, &a));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_linspace(plane, 0, 1, 1, HEARTH_FLOAT64, &a));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_eye(line, 0, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, &a));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_indices(plane, 2, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, &a));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_indices(plane, -1, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, &a));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_indices(plane, 0, HEARTH_INT8, HEARTH_ROW_MAJOR, &a));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_from_function(plane, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, NULL, NULL, &a));
  assert_status(HEARTH_ERR_NUMERICAL, hearth_from_function(plane, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, refuse, (void *)&last, &a));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_zeros_like(NULL, 0, &a));
  if (test_size > 1) {
    assert_status(HEARTH_ERR_MISMATCH, hearth_full(plane, test_rank, HEARTH_INT8, HEARTH_ROW_MAJOR, &a));
    assert_status(HEARTH_ERR_MISMATCH, hearth_arange(line, test_rank, 1, HEARTH_FLOAT64, &a));
    assert_status(HEARTH_ERR_MISMATCH, hearth_linspace(line, 0, 1, test_rank > 0, HEARTH_FLOAT64, &a));
    assert_status(HEARTH_ERR_MISMATCH, hearth_eye(plane, test_rank, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, &a));
    assert_status(HEARTH_ERR_MISMATCH, hearth_indices(plane, test_rank > 0, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, &a));
    assert_status(HEARTH_ERR_ARGUMENT, hearth_indices(plane, 2 * (test_rank == 1), HEARTH_FLOAT64, HEARTH_ROW_MAJOR, &a));
  }
  assert_all(a == NULL);
  hearth_layout_destroy(&line);
  hearth_layout_destroy(&plane);
  test_context_destroy(&ctx);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_layout_and_type),        cmocka_unit_test(functions_of_the_index_on_large_arrays),
    cmocka_unit_test(ranges_of_integers_are_exact), cmocka_unit_test(even_spaces_are_numpys),
    cmocka_unit_test(bad_input_is_refused),
};
HEARTH_TEST_MAIN(tests)
