/* Index arrays: take, put, compress and along an axis, against plain C; arrays and indices in every layout, on every backend. */
#include "expected.h"
#include "layout_table.h"

enum { N = 23 }; /* indices */
static const int64_t shape[3] = {6, 4, 5};

/* Places of an axis of `extent`, some often, in no order. */
static int64_t place(int64_t j, int64_t extent) {
  return (j * j * 7 + 3 * j + 2) % extent;
}

typedef struct taking {
  int32_t ndim, axis;
  const int64_t *shape;
} taking;

static double index_value(const void *user, int32_t ndim, const int64_t *global) {
  (void)ndim;
  return (double)place(global[0], *(const int64_t *)user);
}

static double taken_value(const void *user, int32_t ndim, const int64_t *global) {
  const taking *t = user;
  int64_t at[HEARTH_MAX_NDIM];
  for (int32_t d = 0; d < ndim; d++) at[d] = d == t->axis ? place(global[d], t->shape[d]) : global[d];
  return value_at(ndim, at);
}

/* Element j of the source is 200 + its index along the axis; the last one that names a place counts. */
static double source_value(const void *user, int32_t ndim, const int64_t *global) {
  const taking *t = user;
  (void)ndim;
  return 200 + (double)global[t->axis];
}

static double put_value(const void *user, int32_t ndim, const int64_t *global) {
  const taking *t = user;
  double value = value_at(ndim, global);
  for (int64_t j = 0; j < N; j++)
    if (place(j, t->shape[t->axis]) == global[t->axis]) value = 200 + (double)j;
  return value;
}

static hearth_array *make_indices(hearth_context *ctx, int kind, int64_t extent) {
  const int64_t n[1] = {N};
  hearth_layout *layout = table_layout(ctx, kind, 1, n);
  hearth_array *indices = expected_array(layout, HEARTH_INT64, 0);
  expected_write(indices, index_value, &extent);
  hearth_layout_destroy(&layout);
  return indices;
}

static void check_take(hearth_context *ctx, int kind, int index_kind, const taking *t, int32_t dtype) {
  int64_t taken[3];
  hearth_layout *layout = table_layout(ctx, kind, t->ndim, t->shape);
  memcpy(taken, t->shape, (size_t)t->ndim * sizeof *taken);
  taken[t->axis] = N;
  hearth_layout *other = table_layout(ctx, (kind + index_kind + 1) % TABLE_KINDS, t->ndim, taken);
  hearth_array *a = expected_array(layout, dtype, kind % 2), *indices = make_indices(ctx, index_kind, t->shape[t->axis]), *result = NULL;
  hearth_array *source = expected_array(other, HEARTH_INT32, index_kind % 2);
  expected_write(source, source_value, t);
  assert_ok(hearth_take(a, indices, t->axis, &result));
  assert_all(expected_holds(result, t->ndim, taken, taken_value, t));
  assert_ok(hearth_put(a, indices, t->axis, source));
  assert_all(expected_holds(a, t->ndim, t->shape, put_value, t));
  hearth_array_destroy(&a);
  hearth_array_destroy(&indices);
  hearth_array_destroy(&result);
  hearth_array_destroy(&source);
  hearth_layout_destroy(&layout);
  hearth_layout_destroy(&other);
}

static void takes_and_puts(void **state) {
  (void)state;
  static const int32_t dtypes[] = {HEARTH_FLOAT64, HEARTH_INT32, HEARTH_COMPLEX128, HEARTH_INT16};
  static const int64_t line[1] = {17};
  const hearth_backend backends[] = {TEST_BACKENDS};
  int number = 0;
  for (size_t b = 0; b < sizeof backends / sizeof *backends; b++) {
    hearth_context *ctx = test_context(backends[b]);
    for (int kind = 0; kind < TABLE_KINDS; kind++) {
      const taking one = {1, 0, line};
      for (int index_kind = (int)b; index_kind < TABLE_KINDS; index_kind += 3) check_take(ctx, kind, index_kind, &one, dtypes[number++ % 4]);
      for (int32_t axis = 0; axis < 3; axis++) {
        const taking t = {3, axis, shape};
        for (int k = 0; k < 2; k++) check_take(ctx, kind, (kind + 5 * k + (int)axis) % TABLE_KINDS, &t, dtypes[number++ % 4]);
      }
    }
    test_context_destroy(&ctx);
  }
}

/* Of a shape whose extent along the axis is another: places that differ from row to row. */
static int64_t place_along(const taking *t, const int64_t *global) {
  int64_t sum = 1;
  for (int32_t d = 0; d < t->ndim; d++) sum += (2 * d + 3) * global[d];
  return sum % t->shape[t->axis];
}

static double along_index(const void *user, int32_t ndim, const int64_t *global) {
  (void)ndim;
  return (double)place_along(user, global);
}

static double along_taken(const void *user, int32_t ndim, const int64_t *global) {
  const taking *t = user;
  int64_t at[HEARTH_MAX_NDIM];
  for (int32_t d = 0; d < ndim; d++) at[d] = d == t->axis ? place_along(t, global) : global[d];
  return value_at(ndim, at);
}

static double along_put(const void *user, int32_t ndim, const int64_t *global) {
  const taking *t = user;
  double value = value_at(ndim, global);
  int64_t at[HEARTH_MAX_NDIM];
  memcpy(at, global, (size_t)ndim * sizeof *at);
  for (int64_t j = 0; j < 8; j++) {
    at[t->axis] = j;
    if (place_along(t, at) == global[t->axis]) value = 200 + (double)j;
  }
  return value;
}

static void check_along(hearth_context *ctx, int kind, int other_kind, const taking *t) {
  int64_t other[3];
  memcpy(other, t->shape, (size_t)t->ndim * sizeof *other);
  other[t->axis] = 8;
  hearth_layout *layout = table_layout(ctx, kind, t->ndim, t->shape), *index_layout = table_layout(ctx, other_kind, t->ndim, other);
  hearth_array *a = expected_array(layout, HEARTH_FLOAT32, kind % 2), *indices = expected_array(index_layout, HEARTH_INT64, other_kind % 2);
  hearth_array *source = expected_array(index_layout, HEARTH_FLOAT64, 0), *result = NULL;
  expected_write(indices, along_index, t);
  expected_write(source, source_value, t);
  assert_ok(hearth_take_along_axis(a, indices, t->axis, &result));
  assert_all(expected_holds(result, t->ndim, other, along_taken, t));
  assert_ok(hearth_put_along_axis(a, indices, t->axis, source));
  assert_all(expected_holds(a, t->ndim, t->shape, along_put, t));
  hearth_array_destroy(&a);
  hearth_array_destroy(&indices);
  hearth_array_destroy(&source);
  hearth_array_destroy(&result);
  hearth_layout_destroy(&layout);
  hearth_layout_destroy(&index_layout);
}

static void along_an_axis(void **state) {
  (void)state;
  static const int64_t line[1] = {17};
  const hearth_backend backends[] = {TEST_BACKENDS};
  for (size_t b = 0; b < sizeof backends / sizeof *backends; b++) {
    hearth_context *ctx = test_context(backends[b]);
    for (int kind = 0; kind < TABLE_KINDS; kind++) {
      const taking one = {1, 0, line};
      check_along(ctx, kind, (kind + 3) % TABLE_KINDS, &one);
      for (int32_t axis = 0; axis < 3; axis++) {
        const taking t = {3, axis, shape};
        check_along(ctx, kind, (kind + 4 + axis) % TABLE_KINDS, &t);
      }
    }
    test_context_destroy(&ctx);
  }
}

/* Every third plane along the axis. */
static double condition_value(const void *user, int32_t ndim, const int64_t *global) {
  (void)user, (void)ndim;
  return global[0] % 3 == 1;
}

static double compressed_value(const void *user, int32_t ndim, const int64_t *global) {
  const taking *t = user;
  int64_t at[HEARTH_MAX_NDIM];
  for (int32_t d = 0; d < ndim; d++) at[d] = d == t->axis ? 3 * global[d] + 1 : global[d];
  return value_at(ndim, at);
}

static void compressions(void **state) {
  (void)state;
  const hearth_backend backends[] = {TEST_BACKENDS};
  for (size_t b = 0; b < sizeof backends / sizeof *backends; b++) {
    hearth_context *ctx = test_context(backends[b]);
    for (int kind = 0; kind < TABLE_KINDS; kind++)
      for (int32_t axis = 0; axis < 3; axis++) {
        const taking t = {3, axis, shape};
        int64_t left[3] = {6, 4, 5};
        left[axis] = (shape[axis] + 1) / 3;
        hearth_layout *layout = table_layout(ctx, kind, 3, shape), *line = table_layout(ctx, (kind + 1) % TABLE_KINDS, 1, &shape[axis]);
        hearth_array *a = expected_array(layout, HEARTH_INT64, kind % 2), *numbers = expected_array(line, HEARTH_INT8, 0), *condition = NULL, *result = NULL;
        expected_write(numbers, condition_value, NULL);
        assert_ok(hearth_array_create(line, HEARTH_BOOL, 0, &condition));
        assert_ok(hearth_array_copy(numbers, condition));
        assert_ok(hearth_compress(a, condition, axis, &result));
        assert_all(expected_holds(result, 3, left, compressed_value, &t));
        hearth_array_destroy(&a);
        hearth_array_destroy(&numbers);
        hearth_array_destroy(&condition);
        hearth_array_destroy(&result);
        hearth_layout_destroy(&layout);
        hearth_layout_destroy(&line);
      }
    test_context_destroy(&ctx);
  }
}

/* One message to each owner and one back, whatever the number of indices. */
static void one_round_of_messages(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  const int64_t extent[1] = {1000};
  hearth_layout *layout = table_layout(ctx, TABLE_SPLIT_FIRST, 1, extent);
  hearth_array *a = expected_array(layout, HEARTH_FLOAT64, 0), *indices = expected_array(layout, HEARTH_INT64, 0), *result = NULL;
  int64_t collectives, before, after, bytes;
  const taking t = {1, 0, extent};
  expected_write(indices, index_value, extent);
  assert_ok(hearth_context_traffic(ctx, &collectives, &before, &bytes));
  assert_ok(hearth_take(a, indices, 0, &result));
  assert_ok(hearth_context_traffic(ctx, &collectives, &after, &bytes));
  assert_all(after - before <= 2 * (test_size - 1));
  assert_all(expected_holds(result, 1, extent, taken_value, &t));
  hearth_array_destroy(&a);
  hearth_array_destroy(&indices);
  hearth_array_destroy(&result);
  hearth_layout_destroy(&layout);
  test_context_destroy(&ctx);
}

static bool says(hearth_context *ctx, const char *text) {
  char message[512] = "";
  int32_t code, rank;
  hearth_last_error(ctx, &code, &rank, message, sizeof message);
  return strstr(message, text) != NULL;
}

static void bad_input(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  const int64_t extent[2] = {9, 8}, n[1] = {N};
  hearth_layout *layout = table_layout(ctx, TABLE_SPLIT_FIRST, 2, extent), *line = table_layout(ctx, TABLE_SPLIT_FIRST, 1, n);
  hearth_array *a = expected_array(layout, HEARTH_FLOAT64, 0), *indices = make_indices(ctx, TABLE_CYCLIC_1, 8), *result = NULL;
  hearth_array *wide = expected_array(layout, HEARTH_INT64, 0), *floats = expected_array(line, HEARTH_FLOAT64, 0);
  assert_status(HEARTH_ERR_ARGUMENT, hearth_take(NULL, indices, 0, &result));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_take(a, NULL, 0, &result));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_take(a, indices, 2, &result));
  assert_status(HEARTH_ERR_UNSUPPORTED, hearth_take(a, floats, 0, &result));
  assert_status(HEARTH_ERR_UNSUPPORTED, hearth_take(a, wide, 0, &result));
  assert_status(HEARTH_ERR_MISMATCH, hearth_put(a, indices, 0, a));
  assert_ok(hearth_set_element(indices, 1, (int64_t[]){21}, -1));
  assert_ok(hearth_set_element(indices, 1, (int64_t[]){17}, 12345));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_take(a, indices, 0, &result));
  assert_all(says(ctx, "12345") && says(ctx, "place 17"));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_take(a, indices, 1, &result));
  assert_all(says(ctx, "12345") && says(ctx, "place 17"));
  assert_ok(hearth_array_fill(wide, 7));
  assert_ok(hearth_set_element(wide, 2, (int64_t[]){6, 3}, 8));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_take_along_axis(a, wide, 1, &result));
  assert_all(says(ctx, "index 8") && says(ctx, "(6, 3)"));
  assert_status(HEARTH_ERR_MISMATCH, hearth_put_along_axis(a, wide, 1, floats));
  assert_all(expected_holds(a, 2, extent, expected_value, NULL) && result == NULL);
  hearth_array_destroy(&a);
  hearth_array_destroy(&indices);
  hearth_array_destroy(&wide);
  hearth_array_destroy(&floats);
  hearth_layout_destroy(&layout);
  hearth_layout_destroy(&line);
  test_context_destroy(&ctx);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(takes_and_puts), cmocka_unit_test(along_an_axis), cmocka_unit_test(compressions),
                                          cmocka_unit_test(one_round_of_messages), cmocka_unit_test(bad_input)};
HEARTH_TEST_MAIN(tests)
