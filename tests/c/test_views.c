/* Views: slices, transpositions, dimensions more and fewer; in every layout, on every backend. */
#include "expected.h"
#include "layout_table.h"

typedef struct shape {
  int32_t ndim;
  int64_t extent[4];
} shape;
static const shape shapes[] = {{1, {17}}, {2, {7, 9}}, {3, {5, 1, 6}}, {2, {4, 0}}, {3, {4, 6, 5}}};
enum { SHAPES = sizeof shapes / sizeof *shapes };
static const int32_t dtypes[] = {HEARTH_FLOAT64, HEARTH_INT8, HEARTH_FLOAT32, HEARTH_COMPLEX128, HEARTH_INT16};

typedef struct slicing {
  int64_t start[4], count[4], step[4];
} slicing;

/* Slices of a dimension: all of it, parts, steps, backwards, one, none. */
enum { PATTERNS = 9 };
static void set_pattern(int pattern, int64_t extent, slicing *s, int32_t d) {
  static const int64_t steps[PATTERNS] = {1, 1, 2, 3, -1, -2, -3, 1, -4};
  const int64_t step = steps[pattern], back = step < 0 ? -step : step;
  const int64_t skip = pattern == 0 || extent == 0 ? 0 : (extent - 1) / 4; /* at the front */
  const int64_t room = extent - skip - (pattern == 1 && extent > 2);
  s->step[d] = step;
  s->count[d] = extent == 0 || pattern == 7 ? 0 : (room - 1) / back + 1;
  if (pattern == 8 && extent > 0) s->count[d] = 1;
  s->start[d] = extent == 0 ? 0 : step > 0 ? skip : extent - 1;
}

/* Element `global` of the slice is value_at of the element it was. */
static double sliced_value(const void *user, int32_t ndim, const int64_t *global) {
  const slicing *s = user;
  int64_t at[HEARTH_MAX_NDIM];
  for (int32_t d = 0; d < ndim; d++) at[d] = s->start[d] + global[d] * s->step[d];
  return value_at(ndim, at);
}

/* Elements inside the slice are 120, all others as they were. */
static double written_value(const void *user, int32_t ndim, const int64_t *global) {
  const slicing *s = user;
  bool inside = true;
  for (int32_t d = 0; d < ndim; d++) {
    const int64_t from = global[d] - s->start[d], k = from / s->step[d];
    inside = inside && from % s->step[d] == 0 && k >= 0 && k < s->count[d];
  }
  return inside ? 120 : value_at(ndim, global);
}

/* The slice and its values; then writes through it where it is a view; then outlives its base. */
static void check_slice(hearth_context *ctx, int kind, const shape *shape, const slicing *s, int number) {
  hearth_layout *layout = table_layout(ctx, kind, shape->ndim, shape->extent);
  hearth_array *base = expected_array(layout, dtypes[number % 5], number / 2 % 2), *slice = NULL;
  int32_t view = -1;
  assert_ok(hearth_slice(base, shape->ndim, s->start, s->count, s->step, &slice));
  assert_all(expected_holds(slice, shape->ndim, s->count, sliced_value, s));
  assert_all(hearth_array_is_view(slice, &view) == HEARTH_OK && view == slice->aliases);
  assert_ok(hearth_array_fill(slice, 120));
  assert_all(expected_holds(base, shape->ndim, shape->extent, view ? written_value : expected_value, s));
  expected_write(slice, sliced_value, s);
  assert_ok(hearth_array_destroy(&base));
  assert_all(expected_holds(slice, shape->ndim, s->count, sliced_value, s));
  hearth_array_destroy(&slice);
  hearth_array_destroy(&base);
  hearth_layout_destroy(&layout);
}

static void slices_of_every_layout(void **state) {
  (void)state;
  const hearth_backend backends[] = {TEST_BACKENDS};
  int number = 0;
  for (size_t b = 0; b < sizeof backends / sizeof *backends; b++) {
    hearth_context *ctx = test_context(backends[b]);
    for (int kind = 0; kind < TABLE_KINDS; kind++)
      for (int k = 0; k < SHAPES; k++)
        for (int pattern = 0; pattern < PATTERNS; pattern++, number++) {
          slicing s;
          for (int32_t d = 0; d < shapes[k].ndim; d++) set_pattern((pattern + 2 * d) % PATTERNS, shapes[k].extent[d], &s, d);
          check_slice(ctx, kind, &shapes[k], &s, number);
        }
    test_context_destroy(&ctx);
  }
}

/* Cut and whole dimensions give views whatever the step; so do blocks of which the step is a divisor. */
static void what_must_be_a_view(void **state) {
  (void)state;
  const int64_t extent[2] = {12, 7};
  const slicing s = {{10, 1}, {5, 3}, {-2, 2}};
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  for (int kind = 0; kind < TABLE_KINDS; kind++) {
    int32_t view = 0, first, last;
    hearth_layout *layout = table_layout(ctx, kind, 2, extent);
    hearth_array *base = expected_array(layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR), *slice = NULL, *again = NULL;
    hearth_layout_dim_kind(layout, 0, &first);
    hearth_layout_dim_kind(layout, 1, &last);
    const bool must = (first == HEARTH_DIM_WHOLE || first == HEARTH_DIM_CUTS) && (last == HEARTH_DIM_WHOLE || last == HEARTH_DIM_CUTS);
    assert_ok(hearth_array_is_view(base, &view));
    assert_all(view == 0);
    const hearth_status status = hearth_slice(base, 2, s.start, s.count, s.step, &slice);
    if (must) {
      assert_ok(status);
      assert_ok(hearth_array_is_view(slice, &view));
      assert_all(view == 1);
      assert_ok(hearth_slice(slice, 2, (int64_t[]){4, 0}, (int64_t[]){5, 2}, (int64_t[]){-1, 2}, &again)); /* of a slice */
      const slicing both = {{2, 1}, {5, 2}, {2, 4}};
      assert_all(expected_holds(again, 2, both.count, sliced_value, &both));
    }
    hearth_array_destroy(&base);
    hearth_array_destroy(&slice);
    hearth_array_destroy(&again);
    hearth_layout_destroy(&layout);
  }
  test_context_destroy(&ctx);
}

/* Dimension d of the permuted array is dimension axes[d] of the first. */
static double permuted_value(const void *user, int32_t ndim, const int64_t *global) {
  const int32_t *axes = user;
  int64_t at[HEARTH_MAX_NDIM];
  for (int32_t d = 0; d < ndim; d++) at[axes[d]] = global[d];
  return value_at(ndim, at);
}

static void check_transpose(hearth_context *ctx, int kind, const int64_t *extent, const int32_t *axes) {
  hearth_layout *layout = table_layout(ctx, kind, 3, extent);
  hearth_array *base = expected_array(layout, HEARTH_INT32, kind % 2), *view = NULL, *dense = NULL;
  const int64_t permuted[3] = {extent[axes[0]], extent[axes[1]], extent[axes[2]]};
  assert_ok(hearth_transpose(base, 3, axes, &view));
  assert_ok(hearth_array_destroy(&base));
  assert_all(expected_holds(view, 3, permuted, permuted_value, axes));
  assert_ok(hearth_array_clone(view, &dense));
  assert_all(expected_holds(dense, 3, permuted, permuted_value, axes));
  hearth_array_destroy(&view);
  hearth_array_destroy(&dense);
  hearth_layout_destroy(&layout);
}

static void transpositions(void **state) {
  (void)state;
  static const int32_t axes[][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
  const int64_t extent[3] = {5, 3, 4};
  const hearth_backend backends[] = {TEST_BACKENDS};
  for (size_t b = 0; b < sizeof backends / sizeof *backends; b++) {
    hearth_context *ctx = test_context(backends[b]);
    for (int kind = 0; kind < TABLE_KINDS; kind++)
      for (int k = 0; k < 6; k++) check_transpose(ctx, kind, extent, axes[k]);
    hearth_layout *layout = table_layout(ctx, TABLE_SPLIT_FIRST, 2, extent);
    hearth_array *base = expected_array(layout, HEARTH_FLOAT32, HEARTH_ROW_MAJOR), *view = NULL;
    int32_t order = -1;
    assert_ok(hearth_transpose(base, 0, NULL, &view));
    assert_all(expected_holds(view, 2, (int64_t[]){3, 5}, permuted_value, (int32_t[]){1, 0}));
    assert_all(hearth_array_order(view, &order) == HEARTH_OK && order == HEARTH_COLUMN_MAJOR);
    hearth_array_destroy(&view);
    hearth_array_destroy(&base);
    hearth_layout_destroy(&layout);
    test_context_destroy(&ctx);
  }
}

/* value_at without the dimensions that expand_dims added; `user` lists where the old ones are. */
static double expanded_value(const void *user, int32_t ndim, const int64_t *global) {
  const int32_t *at = user;
  int64_t old[HEARTH_MAX_NDIM];
  int32_t n = 0;
  for (int32_t d = 0; d < ndim; d++)
    if (at[d] >= 0) old[at[d]] = global[d], n++;
  return value_at(n, old);
}

static void dimensions_of_one_element(void **state) {
  (void)state;
  const hearth_backend backends[] = {TEST_BACKENDS};
  const int64_t extent[3] = {4, 1, 5}, one[2] = {1, 1};
  for (size_t b = 0; b < sizeof backends / sizeof *backends; b++) {
    hearth_context *ctx = test_context(backends[b]);
    for (int kind = 0; kind < TABLE_KINDS; kind++) {
      hearth_layout *layout = table_layout(ctx, kind, 3, extent), *small = table_layout(ctx, kind, 2, one);
      hearth_array *base = expected_array(layout, HEARTH_FLOAT64, kind % 2), *more = NULL, *fewer = NULL, *least = NULL;
      assert_ok(hearth_expand_dims(base, kind % 4, &more));
      int32_t at[4];
      int64_t shape[4];
      for (int32_t d = 0; d < 4; d++) {
        at[d] = d == kind % 4 ? -1 : d - (d > kind % 4);
        shape[d] = at[d] < 0 ? 1 : extent[at[d]];
      }
      assert_all(expected_holds(more, 4, shape, expanded_value, at));
      assert_ok(hearth_squeeze(base, 1, (int32_t[]){1}, &fewer));
      assert_ok(hearth_array_fill(fewer, 7));
      hearth_array_destroy(&fewer);
      expected_write(base, expected_value, NULL);
      assert_ok(hearth_squeeze(more, 0, NULL, &fewer));
      assert_all(fewer->layout->ndim == 2 && fewer->layout->shape[0] == 4 && fewer->layout->shape[1] == 5);
      hearth_array_destroy(&base);
      base = expected_array(small, HEARTH_FLOAT64, 0);
      assert_ok(hearth_squeeze(base, 0, NULL, &least));
      assert_all(expected_holds(least, 1, one, expected_value, NULL));
      hearth_array_destroy(&base);
      hearth_array_destroy(&least);
      hearth_array_destroy(&more);
      hearth_array_destroy(&fewer);
      hearth_layout_destroy(&layout);
      hearth_layout_destroy(&small);
    }
    test_context_destroy(&ctx);
  }
}

/* The first dimension has one element and may be distributed: its owner keeps what it had, the others have nothing. */
static double second_value(const void *user, int32_t ndim, const int64_t *global) {
  (void)user;
  const int64_t at[3] = {0, global[0], global[1]};
  (void)ndim;
  return value_at(3, at);
}

static void squeezed_owners(void **state) {
  (void)state;
  const int64_t extent[3] = {1, 6, 5};
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  for (int kind = 0; kind < TABLE_KINDS; kind++) {
    hearth_layout *layout = table_layout(ctx, kind, 3, extent);
    hearth_array *base = expected_array(layout, HEARTH_INT64, kind % 2), *view = NULL;
    int32_t is_view = 0;
    assert_ok(hearth_squeeze(base, 1, (int32_t[]){0}, &view));
    assert_all(expected_holds(view, 2, extent + 1, second_value, NULL));
    assert_ok(hearth_array_is_view(view, &is_view));
    if (is_view) assert_all(hearth_layout_local_volume(view->layout) == hearth_layout_local_volume(layout));
    hearth_array_destroy(&base);
    hearth_array_destroy(&view);
    hearth_layout_destroy(&layout);
  }
  test_context_destroy(&ctx);
}

/* Borrowed memory: the host sees what is written through a view, and nothing else changes. */
static void views_of_borrowed_memory(void **state) {
  (void)state;
  const hearth_backend backends[] = {TEST_BACKENDS};
  for (size_t b = 0; b < sizeof backends / sizeof *backends; b++) {
    hearth_context *ctx = test_context(backends[b]);
    double memory[6][4];
    for (int i = 0; i < 24; i++) memory[i / 4][i % 4] = i;
    const int64_t shape[2] = {6 * test_size, 4}, start[2] = {6 * test_rank, 0};
    const hearth_window window = {memory, HEARTH_FLOAT64, 2, {6, 4}, {sizeof memory[0], sizeof memory[0][0]}};
    hearth_array *base = NULL, *view = NULL, *turned = NULL;
    assert_ok(hearth_array_wrap_local(ctx, &window, 2, shape, start, &base));
    assert_ok(hearth_flip(base, 0, &turned));
    assert_ok(hearth_slice(turned, 2, (int64_t[]){0, 1}, (int64_t[]){3 * test_size, 2}, (int64_t[]){2, 2}, &view));
    assert_ok(hearth_array_destroy(&base));
    assert_ok(hearth_array_fill(view, -5));
    int wrong = 0;
    for (int i = 0; i < 24; i++) wrong += memory[i / 4][i % 4] != (i / 4 % 2 == 1 && i % 4 % 2 == 1 ? -5 : i);
    assert_all(wrong == 0);
    hearth_array_destroy(&view);
    hearth_array_destroy(&turned);
    test_context_destroy(&ctx);
  }
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
  const int64_t extent[2] = {6, 4};
  hearth_layout *layout = table_layout(ctx, TABLE_SPLIT_FIRST, 2, extent);
  hearth_array *a = expected_array(layout, HEARTH_FLOAT64, 0), *view = a;
  const int64_t zero[2] = {0, 0}, two[2] = {2, 2};
  assert_status(HEARTH_ERR_ARGUMENT, hearth_slice(NULL, 2, zero, two, NULL, &view));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_slice(a, 2, zero, two, NULL, NULL));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_slice(a, 3, zero, two, NULL, &view));
  assert_all(view == NULL);
  assert_status(HEARTH_ERR_ARGUMENT, hearth_slice(a, 2, NULL, two, NULL, &view));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_slice(a, 2, zero, two, zero, &view));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_slice(a, 2, (int64_t[]){5, 0}, two, NULL, &view));
  assert_all(says(ctx, "5") && says(ctx, "6"));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_slice(a, 2, zero, two, (int64_t[]){-1, 1}, &view));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_slice(a, 2, (int64_t[]){-1, 0}, two, NULL, &view));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_slice(a, 2, zero, (int64_t[]){2, -2}, NULL, &view));
  if (test_size > 1) assert_status(HEARTH_ERR_MISMATCH, hearth_slice(a, 2, (int64_t[]){test_rank % 2, 0}, two, NULL, &view));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_flip(a, 2, &view));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_transpose(a, 2, (int32_t[]){0, 0}, &view));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_transpose(a, 1, (int32_t[]){0}, &view));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_expand_dims(a, 3, &view));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_squeeze(a, 1, (int32_t[]){1}, &view));
  assert_all(says(ctx, "4") && view == NULL);
  assert_status(HEARTH_ERR_ARGUMENT, hearth_squeeze(a, 1, (int32_t[]){2}, &view));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_array_is_view(NULL, &(int32_t){0}));
  assert_all(expected_holds(a, 2, extent, expected_value, NULL));
  hearth_array_destroy(&a);
  hearth_layout_destroy(&layout);
  test_context_destroy(&ctx);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(slices_of_every_layout),
    cmocka_unit_test(what_must_be_a_view),
    cmocka_unit_test(transpositions),
    cmocka_unit_test(dimensions_of_one_element),
    cmocka_unit_test(squeezed_owners),
    cmocka_unit_test(views_of_borrowed_memory),
    cmocka_unit_test(bad_input),
};
HEARTH_TEST_MAIN(tests)
