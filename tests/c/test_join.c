/* Arrays joined, padded, repeated and rolled: every layout with every other, on every backend. */
#include "expected.h"
#include "layout_table.h"

/* Along `axis`, arrays of these extents follow each other; array i holds value_at of its own index plus i. */
typedef struct joined {
  int32_t axis;
  int64_t extent[3];
  int stack;
} joined;

static double part_value(const void *user, int32_t ndim, const int64_t *global) {
  return value_at(ndim, global) + *(const int *)user;
}

static double joined_value(const void *user, int32_t ndim, const int64_t *global) {
  const joined *j = user;
  int64_t at[HEARTH_MAX_NDIM], k = 0;
  int32_t n = 0;
  for (int32_t d = 0; d < ndim; d++) {
    int64_t i = global[d];
    if (d == j->axis && j->stack) {
      k = i;
      continue;
    }
    if (d == j->axis)
      while (i >= j->extent[k]) i -= j->extent[k++];
    at[n++] = i;
  }
  return value_at(n, at) + (double)k;
}

static void check_join(hearth_context *ctx, int kind, int32_t axis, bool stack) {
  joined j = {axis, {4, stack ? 4 : 0, stack ? 4 : 7}, stack};
  const hearth_array *parts[3];
  hearth_array *array[3], *result = NULL;
  int64_t shape[4], total[4] = {5, 3, 2, 0};
  for (int i = 0; i < 3; i++) {
    memcpy(shape, (int64_t[]){5, 3, 2}, 3 * sizeof *shape);
    if (!stack) shape[axis] = j.extent[i];
    hearth_layout *layout = table_layout(ctx, (kind + 4 * i) % TABLE_KINDS, 3, shape);
    array[i] = expected_array(layout, HEARTH_FLOAT32, (kind + i) % 2);
    expected_write(array[i], part_value, &i);
    parts[i] = array[i];
    hearth_layout_destroy(&layout);
  }
  if (stack) {
    for (int32_t d = 0; d < 4; d++) total[d] = d == axis ? 3 : shape[d - (d > axis)];
    assert_ok(hearth_stack(3, parts, axis, &result));
  } else {
    total[axis] = 11;
    assert_ok(hearth_concatenate(3, parts, axis, &result));
  }
  for (int i = 0; i < 3; i++) hearth_array_destroy(&array[i]);
  assert_all(expected_holds(result, 3 + stack, total, joined_value, &j));
  hearth_array_destroy(&result);
}

static void joins(void **state) {
  (void)state;
  const hearth_backend backends[] = {TEST_BACKENDS};
  for (size_t b = 0; b < sizeof backends / sizeof *backends; b++) {
    hearth_context *ctx = test_context(backends[b]);
    for (int kind = 0; kind < TABLE_KINDS; kind++) {
      for (int32_t axis = 0; axis < 3; axis++) check_join(ctx, kind, axis, false);
      for (int32_t axis = 0; axis < 4; axis++) check_join(ctx, kind, axis, true);
    }
    test_context_destroy(&ctx);
  }
}

/* What pad, tile and roll do to an index of extent n. */
typedef struct moved {
  char what;
  int64_t before[2], extent[2];
} moved;

static double moved_value(const void *user, int32_t ndim, const int64_t *global) {
  const moved *m = user;
  int64_t at[2];
  for (int32_t d = 0; d < ndim; d++) {
    at[d] = global[d] - m->before[d];
    if (m->what == 'p' && (at[d] < 0 || at[d] >= m->extent[d])) return 9;
    at[d] = ((at[d] % m->extent[d]) + m->extent[d]) % m->extent[d];
  }
  return value_at(ndim, at);
}

static void check_moves(hearth_context *ctx, int kind) {
  const int64_t extent[2] = {6, 5}, before[2] = {2, 0}, after[2] = {1, 3}, repeats[2] = {2, 3};
  const moved pad = {'p', {2, 0}, {6, 5}}, tile = {'t', {0, 0}, {6, 5}};
  hearth_layout *layout = table_layout(ctx, kind, 2, extent);
  hearth_array *a = expected_array(layout, HEARTH_INT64, kind % 2), *result = NULL;
  assert_ok(hearth_pad(a, 2, before, after, 9, &result));
  assert_all(expected_holds(result, 2, (int64_t[]){9, 8}, moved_value, &pad));
  hearth_array_destroy(&result);
  assert_ok(hearth_tile(a, 2, repeats, &result));
  assert_all(expected_holds(result, 2, (int64_t[]){12, 15}, moved_value, &tile));
  hearth_array_destroy(&result);
  for (int64_t shift = -7; shift <= 13; shift += 4) {
    const int32_t axis = kind % 2;
    const moved roll = {'r', {axis == 0 ? shift : 0, axis == 1 ? shift : 0}, {6, 5}};
    assert_ok(hearth_roll(a, shift, axis, &result));
    assert_all(expected_holds(result, 2, extent, moved_value, &roll));
    hearth_array_destroy(&result);
  }
  hearth_array_destroy(&a);
  hearth_layout_destroy(&layout);
}

static void pads_tiles_and_rolls(void **state) {
  (void)state;
  const hearth_backend backends[] = {TEST_BACKENDS};
  for (size_t b = 0; b < sizeof backends / sizeof *backends; b++) {
    hearth_context *ctx = test_context(backends[b]);
    for (int kind = 0; kind < TABLE_KINDS; kind++) check_moves(ctx, kind);
    test_context_destroy(&ctx);
  }
}

static void bad_joins(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU), *other = test_context(HEARTH_BACKEND_CPU);
  const int64_t extent[2] = {6, 5}, wide[2] = {6, 7};
  hearth_layout *layout = table_layout(ctx, 1, 2, extent), *longer = table_layout(ctx, 1, 2, wide), *foreign = table_layout(other, 1, 2, extent);
  hearth_array *a = expected_array(layout, HEARTH_INT64, 0), *b = expected_array(longer, HEARTH_INT64, 0), *c = expected_array(foreign, HEARTH_INT64, 0),
               *f = expected_array(layout, HEARTH_FLOAT32, 0), *result = a;
  char message[512];
  int32_t code, rank;
  assert_status(HEARTH_ERR_MISMATCH, hearth_concatenate(2, (const hearth_array *[]){a, b}, 0, &result));
  hearth_last_error(ctx, &code, &rank, message, sizeof message);
  assert_all(result == NULL && strstr(message, "(6, 5)") && strstr(message, "(6, 7)"));
  assert_status(HEARTH_ERR_MISMATCH, hearth_stack(2, (const hearth_array *[]){a, b}, 0, &result));
  assert_status(HEARTH_ERR_MISMATCH, hearth_concatenate(2, (const hearth_array *[]){a, c}, 0, &result));
  assert_status(HEARTH_ERR_MISMATCH, hearth_concatenate(2, (const hearth_array *[]){a, f}, 0, &result));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_concatenate(0, (const hearth_array *[]){a, b}, 0, &result));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_concatenate(2, (const hearth_array *[]){a, NULL}, 0, &result));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_concatenate(1, (const hearth_array *[]){a}, 2, &result));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_pad(a, 2, (int64_t[]){-1, 0}, extent, 0, &result));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_tile(a, 1, extent, &result));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_roll(a, 1, 2, &result));
  if (test_size > 1) assert_status(HEARTH_ERR_MISMATCH, hearth_roll(a, test_rank, 0, &result));
  hearth_array_destroy(&a);
  hearth_array_destroy(&b);
  hearth_array_destroy(&c);
  hearth_array_destroy(&f);
  hearth_layout_destroy(&layout);
  hearth_layout_destroy(&longer);
  hearth_layout_destroy(&foreign);
  test_context_destroy(&other);
  test_context_destroy(&ctx);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(joins), cmocka_unit_test(pads_tiles_and_rolls), cmocka_unit_test(bad_joins)};
HEARTH_TEST_MAIN(tests)
