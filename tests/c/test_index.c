/* Elements, slices and masks written and read, against plain C on the whole array; every layout, on every backend. */
#include "expected.h"
#include "layout_table.h"

static const int64_t shape[3] = {5, 4, 3};
enum { VOLUME = 60 };

static void index_of(int64_t number, int64_t *at) {
  at[0] = number / 12;
  at[1] = number / 3 % 4;
  at[2] = number % 3;
}

static int64_t number_of(const int64_t *at) {
  return (at[0] * 4 + at[1]) * 3 + at[2];
}

static double value_of(int64_t number) {
  int64_t at[3];
  index_of(number, at);
  return value_at(3, at);
}

/* A table of all elements by row-major number, of the shape or of one dimension. */
static double table_value(const void *user, int32_t ndim, const int64_t *global) {
  return ((const double *)user)[ndim == 3 ? number_of(global) : global[0]];
}

static void fill_table(double *table) {
  for (int64_t i = 0; i < VOLUME; i++) table[i] = value_of(i);
}

static void elements(void **state) {
  (void)state;
  const hearth_backend backends[] = {TEST_BACKENDS};
  for (size_t b = 0; b < sizeof backends / sizeof *backends; b++) {
    hearth_context *ctx = test_context(backends[b]);
    for (int kind = 0; kind < TABLE_KINDS; kind++) {
      hearth_layout *layout = table_layout(ctx, kind, 3, shape);
      hearth_array *a = expected_array(layout, HEARTH_FLOAT32, kind % 2);
      double table[VOLUME], value = 0;
      fill_table(table);
      for (int64_t i = 3; i < VOLUME; i += 14) {
        int64_t at[3];
        float item = 0;
        index_of(i, at);
        assert_ok(hearth_get_element(a, 3, at, &value));
        assert_all(value == table[i]);
        assert_ok(hearth_get_item(a, 3, at, &item));
        assert_all(item == (float)table[i]);
        table[i] = 100 + (double)i;
        assert_ok(hearth_set_element(a, 3, at, table[i]));
        item = -7;
        index_of(VOLUME - 1, at);
        table[VOLUME - 1] = -7;
        assert_ok(hearth_set_item(a, 3, at, &item));
      }
      assert_all(expected_holds(a, 3, shape, table_value, table));
      hearth_array_destroy(&a);
      hearth_layout_destroy(&layout);
    }
    test_context_destroy(&ctx);
  }
}

/* rows 4, 2, 0 of the first dimension, columns 1 .. 3, the last dimension backwards */
static const int64_t start[3] = {4, 1, 2}, count[3] = {3, 3, 3}, step[3] = {-2, 1, -1};

static void write_slice(double *table, const double *source, const int64_t *strides) {
  for (int64_t i = 0; i < 3; i++)
    for (int64_t j = 0; j < 3; j++)
      for (int64_t k = 0; k < 3; k++)
        table[number_of((int64_t[]){start[0] + i * step[0], start[1] + j * step[1], start[2] + k * step[2]})] =
            source ? source[i * strides[0] + j * strides[1] + k * strides[2]] : 55;
}

/* The source's own value_at, in its own shape. */
static void check_set_slice(hearth_context *ctx, int kind, int32_t source_ndim, const int64_t *source_shape) {
  hearth_layout *layout = table_layout(ctx, kind, 3, shape), *other = table_layout(ctx, (kind + 3) % TABLE_KINDS, source_ndim, source_shape);
  hearth_array *a = expected_array(layout, HEARTH_FLOAT64, kind % 2), *source = expected_array(other, HEARTH_INT32, kind / 2 % 2);
  double table[VOLUME], values[27];
  int64_t strides[3] = {0, 0, 0}, next = 1;
  fill_table(table);
  for (int32_t d = source_ndim - 1; d >= 0; d--) {
    strides[d + 3 - source_ndim] = source_shape[d] > 1 ? next : 0;
    next *= source_shape[d];
  }
  for (int64_t i = 0; i < next; i++) {
    int64_t at[3], rest = i;
    for (int32_t d = source_ndim - 1; d >= 0; d--) {
      at[d] = rest % source_shape[d];
      rest /= source_shape[d];
    }
    values[i] = value_at(source_ndim, at);
  }
  write_slice(table, values, strides);
  assert_ok(hearth_set_slice(a, 3, start, count, step, source));
  assert_all(expected_holds(a, 3, shape, table_value, table));
  write_slice(table, NULL, NULL);
  assert_ok(hearth_set_slice_scalar(a, 3, start, count, step, 55));
  assert_all(expected_holds(a, 3, shape, table_value, table));
  hearth_array_destroy(&a);
  hearth_array_destroy(&source);
  hearth_layout_destroy(&layout);
  hearth_layout_destroy(&other);
}

static void slices_are_set(void **state) {
  (void)state;
  static const int64_t sources[][3] = {{3, 3, 3}, {3, 1, 3}, {1, 1, 1}};
  const hearth_backend backends[] = {TEST_BACKENDS};
  for (size_t b = 0; b < sizeof backends / sizeof *backends; b++) {
    hearth_context *ctx = test_context(backends[b]);
    for (int kind = 0; kind < TABLE_KINDS; kind++) {
      for (int s = 0; s < 3; s++) check_set_slice(ctx, kind, 3, sources[s]);
      check_set_slice(ctx, kind, 1, sources[0]);
      check_set_slice(ctx, kind, 2, sources[0]);
    }
    test_context_destroy(&ctx);
  }
}

/* a[1:] = a[:-1] reads what it had. */
static double shifted_value(const void *user, int32_t ndim, const int64_t *global) {
  (void)user;
  const int64_t at[2] = {global[0] > 0 ? global[0] - 1 : 0, global[1]};
  return value_at(ndim, at);
}

static void overlapping_slices(void **state) {
  (void)state;
  const int64_t extent[2] = {9, 4}, part[2] = {8, 4}, zero[2] = {0, 0}, one[2] = {1, 0};
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  for (int kind = 0; kind < TABLE_KINDS; kind++) {
    hearth_layout *layout = table_layout(ctx, kind, 2, extent);
    hearth_array *a = expected_array(layout, HEARTH_FLOAT64, kind % 2), *view = NULL;
    assert_ok(hearth_slice(a, 2, zero, part, NULL, &view));
    assert_ok(hearth_set_slice(a, 2, one, part, NULL, view));
    assert_all(expected_holds(a, 2, extent, shifted_value, NULL));
    hearth_array_destroy(&a);
    hearth_array_destroy(&view);
    hearth_layout_destroy(&layout);
  }
  test_context_destroy(&ctx);
}

static double mask_value(const void *user, int32_t ndim, const int64_t *global) {
  const int density = *(const int *)user; /* 0: nothing, 7: everything */
  (void)ndim;
  return (number_of(global) * 5 + 3) % 7 < density;
}

static hearth_array *make_mask(hearth_context *ctx, int kind, const int *density) {
  hearth_layout *layout = table_layout(ctx, kind, 3, shape);
  hearth_array *numbers = expected_array(layout, HEARTH_INT8, kind % 2), *mask = NULL;
  expected_write(numbers, mask_value, density);
  assert_ok(hearth_array_create(layout, HEARTH_BOOL, kind / 2 % 2, &mask));
  assert_ok(hearth_array_copy(numbers, mask));
  hearth_array_destroy(&numbers);
  hearth_layout_destroy(&layout);
  return mask;
}

/* Row-major numbers of what the mask selects. */
static int64_t selected(int density, int64_t *numbers) {
  int64_t n = 0;
  for (int64_t i = 0; i < VOLUME; i++)
    if ((i * 5 + 3) % 7 < density) numbers[n++] = i;
  return n;
}

static double listed_value(const void *user, int32_t ndim, const int64_t *global) {
  const int64_t *numbers = user;
  int64_t at[3];
  index_of(numbers[global[0]], at);
  return ndim == 2 ? (double)at[global[1]] : value_at(3, at);
}

static double negative_value(const void *user, int32_t ndim, const int64_t *global) {
  (void)user, (void)ndim;
  return -1 - (double)global[0];
}

static void check_mask(hearth_context *ctx, int kind, int density, int32_t dtype) {
  int64_t numbers[VOLUME], n = selected(density, numbers);
  double table[VOLUME];
  hearth_layout *layout = table_layout(ctx, kind, 3, shape), *line = table_layout(ctx, (kind + 1) % TABLE_KINDS, 1, &n);
  hearth_array *a = expected_array(layout, dtype, kind % 2), *mask = make_mask(ctx, (kind + density) % TABLE_KINDS, &density);
  hearth_array *result = NULL, *values = expected_array(line, HEARTH_FLOAT64, 0);
  int32_t even = 0;
  assert_ok(hearth_get_mask(a, mask, &result));
  assert_all(expected_holds(result, 1, &n, listed_value, numbers));
  hearth_layout *split = NULL;
  assert_ok(hearth_layout_split(ctx, 1, &n, 0, &split));
  assert_all(hearth_layout_equal(result->layout, split, &even) == HEARTH_OK && even == 1);
  hearth_layout_destroy(&split);
  hearth_array_destroy(&result);
  assert_ok(hearth_nonzero(mask, &result));
  assert_all(expected_holds(result, 2, (int64_t[]){n, 3}, listed_value, numbers));
  expected_write(values, negative_value, NULL);
  fill_table(table);
  for (int64_t i = 0; i < n; i++) table[numbers[i]] = -1 - (double)i;
  assert_ok(hearth_set_mask_array(a, mask, values));
  assert_all(expected_holds(a, 3, shape, table_value, table));
  for (int64_t i = 0; i < n; i++) table[numbers[i]] = 77;
  assert_ok(hearth_set_mask(a, mask, 77));
  assert_all(expected_holds(a, 3, shape, table_value, table));
  hearth_array_destroy(&a);
  hearth_array_destroy(&mask);
  hearth_array_destroy(&result);
  hearth_array_destroy(&values);
  hearth_layout_destroy(&layout);
  hearth_layout_destroy(&line);
}

static void masks(void **state) {
  (void)state;
  static const int32_t dtypes[] = {HEARTH_FLOAT64, HEARTH_FLOAT32, HEARTH_INT8, HEARTH_COMPLEX128, HEARTH_INT16};
  static const int densities[] = {3, 0, 7, 1};
  const hearth_backend backends[] = {TEST_BACKENDS};
  for (size_t b = 0; b < sizeof backends / sizeof *backends; b++) {
    hearth_context *ctx = test_context(backends[b]);
    for (int kind = 0; kind < TABLE_KINDS; kind++)
      for (int d = 0; d < 4; d++) check_mask(ctx, kind, densities[d], dtypes[(kind + d) % 5]);
    test_context_destroy(&ctx);
  }
}

/* A mask of one row counts for all rows; NaN is not zero. */
static double row_value(const void *user, int32_t ndim, const int64_t *global) {
  (void)user;
  return global[ndim - 1] == 1 ? 5 : value_at(ndim, global);
}

static void broadcast_masks(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_GUARD);
  const int64_t row[1] = {3};
  for (int kind = 0; kind < TABLE_KINDS; kind++) {
    hearth_layout *layout = table_layout(ctx, kind, 3, shape), *line = table_layout(ctx, (kind + 2) % TABLE_KINDS, 1, row);
    hearth_array *a = expected_array(layout, HEARTH_FLOAT64, 0), *mask = NULL, *places = NULL;
    assert_ok(hearth_array_create(line, HEARTH_BOOL, 0, &mask));
    assert_ok(hearth_array_fill(mask, 0));
    assert_ok(hearth_set_element(mask, 1, (int64_t[]){1}, 1));
    assert_ok(hearth_set_mask(a, mask, 5));
    assert_all(expected_holds(a, 3, shape, row_value, NULL));
    assert_ok(hearth_array_fill(a, 0));
    assert_ok(hearth_set_element(a, 3, (int64_t[]){4, 2, 1}, 0.0 / 0.0));
    assert_ok(hearth_nonzero(a, &places));
    assert_all(expected_holds(places, 2, (int64_t[]){1, 3}, listed_value, (int64_t[]){number_of((int64_t[]){4, 2, 1})}));
    hearth_array_destroy(&places);
    hearth_array_destroy(&a);
    hearth_array_destroy(&mask);
    hearth_layout_destroy(&layout);
    hearth_layout_destroy(&line);
  }
  test_context_destroy(&ctx);
}

static void bad_input(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU), *other = test_context(HEARTH_BACKEND_CPU);
  const int density = 3;
  const int64_t one[1] = {1};
  hearth_layout *layout = table_layout(ctx, 1, 3, shape), *line = table_layout(ctx, 1, 1, one);
  hearth_array *a = expected_array(layout, HEARTH_FLOAT64, 0), *mask = make_mask(ctx, 1, &density), *foreign = make_mask(other, 1, &density);
  hearth_array *single = expected_array(line, HEARTH_FLOAT64, 0), *result = NULL;
  double value = 3;
  assert_status(HEARTH_ERR_ARGUMENT, hearth_get_element(a, 3, (int64_t[]){5, 0, 0}, &value));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_get_element(a, 3, (int64_t[]){0, -1, 0}, &value));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_get_element(a, 2, (int64_t[]){0, 0}, &value));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_get_element(a, 3, NULL, &value));
  if (test_size > 1) assert_status(HEARTH_ERR_MISMATCH, hearth_set_element(a, 3, (int64_t[]){test_rank ? 1 : 0, 0, 0}, 1));
  assert_status(HEARTH_ERR_UNSUPPORTED, hearth_get_mask(a, a, &result));
  assert_status(HEARTH_ERR_MISMATCH, hearth_get_mask(a, foreign, &result));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_get_mask(a, NULL, &result));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_get_mask(a, mask, NULL));
  assert_status(HEARTH_ERR_MISMATCH, hearth_set_mask_array(a, mask, single));
  assert_status(HEARTH_ERR_MISMATCH, hearth_set_mask(single, mask, 0));
  assert_status(HEARTH_ERR_MISMATCH, hearth_set_mask_array(a, mask, a));
  assert_status(HEARTH_ERR_MISMATCH, hearth_set_slice(a, 3, start, count, step, a));
  assert_status(HEARTH_ERR_MISMATCH, hearth_set_slice(a, 3, start, count, step, foreign));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_set_slice(a, 3, start, count, NULL, single));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_set_slice(a, 3, start, count, step, NULL));
  assert_all(expected_holds(a, 3, shape, expected_value, NULL) && result == NULL && value == 3);
  hearth_array_destroy(&a);
  hearth_array_destroy(&mask);
  hearth_array_destroy(&foreign);
  hearth_array_destroy(&single);
  hearth_layout_destroy(&layout);
  hearth_layout_destroy(&line);
  test_context_destroy(&other);
  test_context_destroy(&ctx);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(elements), cmocka_unit_test(slices_are_set),  cmocka_unit_test(overlapping_slices),
                                          cmocka_unit_test(masks),    cmocka_unit_test(broadcast_masks), cmocka_unit_test(bad_input)};
HEARTH_TEST_MAIN(tests)
