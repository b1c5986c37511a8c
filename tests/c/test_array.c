#include "array_values.h"
#include "harness.h"
#include "layout_table.h"
#include "tensor/array_impl.h"
#include "tensor/layout_impl.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int32_t types[] = {HEARTH_INT8,    HEARTH_UINT8,   HEARTH_INT16,     HEARTH_INT32,     HEARTH_INT64,
                                HEARTH_FLOAT32, HEARTH_FLOAT64, HEARTH_COMPLEX64, HEARTH_COMPLEX128};
enum { TYPES = sizeof types / sizeof types[0] };
static const int64_t shapes[][3] = {{7, 4, 3}, {2, 6, 1}, {1, 5, 2}, {3, 0, 2}};
enum { SHAPES = sizeof shapes / sizeof shapes[0] };

static void owned_arrays_hold_values(void **state) {
  (void)state;
  const hearth_backend backends[] = {TEST_BACKENDS};
  for (size_t k = 0; k < sizeof backends / sizeof *backends; k++) {
    hearth_context *ctx = test_context(backends[k]);
    for (int s = 0; s < SHAPES; s++)
      for (int kind = 0; kind < TABLE_KINDS; kind++)
        for (int t = 0; t < TYPES; t++) {
          hearth_layout *layout = table_layout(ctx, kind, 3, shapes[s]);
          hearth_array *array = NULL, *copy = NULL;
          int32_t dtype = 0, order = -1, ndim = 0, pieces = 0;
          int64_t shape[3], local[3], expected[3];
          const int32_t npieces = hearth_layout_piece_count(layout);
          assert_ok(hearth_array_create(layout, types[t], t % 2, &array));
          assert_all(values_write(array) == 0);
          assert_all(values_wrong(array) == 0);
          assert_ok(hearth_array_clone(array, &copy));
          assert_ok(hearth_array_fill(array, 113));
          assert_all(values_wrong(array) == hearth_layout_volume_of(layout, test_rank));
          assert_all(values_wrong(copy) == 0);
          assert_ok(hearth_array_copy(copy, array));
          assert_all(values_wrong(array) == 0);
          assert_ok(hearth_array_dtype(array, &dtype));
          assert_ok(hearth_array_order(copy, &order));
          assert_ok(hearth_array_ndim(array, &ndim));
          assert_ok(hearth_array_pieces(array, &pieces));
          assert_ok(hearth_array_shape(array, 3, shape));
          const hearth_status known = hearth_array_local_shape(array, 3, local), one = hearth_layout_local_shape(layout, 3, expected);
          assert_all(known == (npieces <= 1 ? HEARTH_OK : HEARTH_ERR_ARGUMENT) && one == known);
          assert_all(dtype == types[t] && order == t % 2 && ndim == 3 && pieces == npieces);
          assert_all(memcmp(shape, shapes[s], sizeof shape) == 0 && (npieces > 1 || memcmp(local, expected, sizeof local) == 0));
          hearth_array_destroy(&array);
          hearth_array_destroy(&copy);
          hearth_layout_destroy(&layout);
        }
    test_context_destroy(&ctx);
  }
}

static void orders_give_contiguous_strides(void **state) {
  (void)state;
  const int64_t extent[3] = {2, 3, 5};
  int64_t stride[3];
  hearth_strides(3, extent, 8, HEARTH_ROW_MAJOR, stride);
  assert_all(stride[0] == 120 && stride[1] == 40 && stride[2] == 8);
  hearth_strides(3, extent, 8, HEARTH_COLUMN_MAJOR, stride);
  assert_all(stride[0] == 8 && stride[1] == 16 && stride[2] == 48);
}

/* A field with a halo of 2 around it, in the order of Fortran, of which `window` is the inner part; flipped: the first and the last dimension run
 * backwards. */
typedef struct haloed {
  double *memory;
  int64_t elements;
  hearth_window window;
} haloed;

enum { HALO = 2 };

static haloed haloed_make(const hearth_layout *layout, int flipped) {
  haloed field = {.elements = 1, .window = {.dtype = HEARTH_FLOAT64, .ndim = 3}};
  int64_t offset = 0;
  hearth_layout_local_shape(layout, 3, field.window.extent);
  for (int32_t d = 0; d < 3; d++) {
    field.window.stride[d] = field.elements * (int64_t)sizeof(double);
    offset += HALO * field.elements;
    field.elements *= field.window.extent[d] + 2 * HALO;
  }
  field.memory = malloc((size_t)field.elements * sizeof *field.memory);
  for (int64_t i = 0; i < field.elements; i++) field.memory[i] = -7;
  for (int32_t d = 0; flipped && d < 3; d += 2) {
    if (field.window.extent[d] > 0) offset += (field.window.extent[d] - 1) * field.window.stride[d] / (int64_t)sizeof(double);
    field.window.stride[d] = -field.window.stride[d];
  }
  field.window.base = field.memory + offset;
  return field;
}

static int64_t haloed_touched(const haloed *field) {
  int64_t touched = 0, inner = 1;
  for (int64_t i = 0; i < field->elements; i++) touched += field->memory[i] != -7;
  for (int32_t d = 0; d < 3; d++) inner *= field->window.extent[d];
  return touched - inner;
}

static void wrapped_windows_are_seen_without_a_copy(void **state) {
  (void)state;
  const hearth_backend backends[] = {TEST_BACKENDS};
  const int64_t shape[3] = {12, 9, 400};
  for (size_t k = 0; k < sizeof backends / sizeof *backends; k++)
    for (int kind = 0; kind < 2 * TABLE_KINDS; kind++) {
      if (kind / 2 == TABLE_BOXES || kind / 2 == TABLE_BOXES_EMPTY) continue; /* several windows: test_array_pieces */
      hearth_context *ctx = test_context(backends[k]);
      hearth_layout *layout = table_layout(ctx, kind / 2, 3, shape);
      haloed field = haloed_make(layout, kind % 2);
      hearth_array *array = NULL, *copy = NULL;
      int64_t before = 0, after = 0, peak = 0, cap = 0;
      int32_t order = -1;
      assert_ok(hearth_context_memory_reset_peak(ctx));
      assert_ok(hearth_context_memory(ctx, &before, &peak, &cap));
      assert_ok(hearth_array_wrap(layout, 1, &field.window, &array));
      assert_ok(hearth_context_memory(ctx, &after, &peak, &cap));
      assert_all(peak - before < 4096 && after - before < 4096);
      assert_ok(hearth_array_order(array, &order));
      assert_all(order == HEARTH_COLUMN_MAJOR);
      assert_all(values_write(array) == 0 && haloed_touched(&field) == 0);
      hearth_window window;
      assert_ok(hearth_array_access(array, 0, HEARTH_READ, &window));
      assert_all(hearth_layout_volume_of(layout, test_rank) == 0 || window.base == field.window.base);
      assert_ok(hearth_array_release(array, 0));
      assert_ok(hearth_array_clone(array, &copy));
      assert_all(values_wrong(copy) == 0);
      assert_ok(hearth_array_fill(array, 5));
      assert_all(haloed_touched(&field) == 0);
      if (hearth_layout_volume_of(layout, test_rank) > 0) *(double *)field.window.base = 6; /* the host changes its memory */
      assert_ok(hearth_array_copy(array, copy));
      assert_ok(hearth_array_access(copy, 0, HEARTH_READ, &window));
      assert_all(hearth_layout_volume_of(layout, test_rank) == 0 || *(double *)window.base == 6);
      assert_ok(hearth_array_release(copy, 0));
      hearth_array_destroy(&array);
      hearth_array_destroy(&copy);
      hearth_layout_destroy(&layout);
      free(field.memory);
      test_context_destroy(&ctx);
    }
}

static void order_is_agreed(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  const int64_t shape[2] = {test_size + 1, 3};
  hearth_layout *layout = NULL;
  assert_ok(hearth_layout_split(ctx, 2, shape, 0, &layout)); /* rank 0 has two rows, the others one: only rank 0 knows */
  double memory[6];
  const int64_t rows = test_rank == 0 ? 2 : 1;
  const hearth_window columns = {memory, HEARTH_FLOAT64, 2, {rows, 3}, {8, 8 * rows}}, lines = {memory, HEARTH_FLOAT64, 2, {rows, 3}, {24, 8}};
  hearth_array *array = NULL;
  int32_t order = -1;
  assert_ok(hearth_array_wrap(layout, 1, &columns, &array));
  assert_ok(hearth_array_order(array, &order));
  assert_all(order == HEARTH_COLUMN_MAJOR);
  hearth_array_destroy(&array);
  assert_ok(hearth_array_wrap(layout, 1, &lines, &array));
  assert_ok(hearth_array_order(array, &order));
  assert_all(order == HEARTH_ROW_MAJOR);
  hearth_array_destroy(&array);
  hearth_layout_destroy(&layout);
  test_context_destroy(&ctx);
}

static void wrap_local_finds_the_layout(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_GUARD);
  float memory[8];
  const int64_t shape[2] = {4 * test_size, 2}, start[2] = {4 * (test_size - 1 - test_rank), 0};
  hearth_window window = {memory, HEARTH_FLOAT32, 2, {4, 2}, {4, 16}};
  hearth_array *array = NULL;
  assert_ok(hearth_array_wrap_local(ctx, &window, 2, shape, start, &array));
  assert_all(values_write(array) == 0);
  const int64_t last[2] = {start[0] + 3, 1};
  assert_all(memory[7] == value_at(2, last));
  assert_ok(hearth_array_fill(array, 2.5));
  assert_all(memory[0] == 2.5F && memory[7] == 2.5F);
  hearth_array_destroy(&array);
  if (test_rank == test_size - 1) window.dtype = HEARTH_DTYPE_NONE;
  assert_all(hearth_array_wrap_local(ctx, &window, 2, shape, start, &array) == HEARTH_ERR_ARGUMENT);
  window.dtype = HEARTH_FLOAT32;
  assert_all(hearth_array_wrap_local(ctx, test_rank == 0 ? NULL : &window, 2, shape, start, &array) == HEARTH_ERR_ARGUMENT);
  if (test_rank == test_size - 1) window.extent[0] = 3;
  assert_all(hearth_array_wrap_local(ctx, &window, 2, shape, start, &array) == HEARTH_ERR_LAYOUT);
  assert_all(array == NULL);
  test_context_destroy(&ctx);
}

/* The wrong windows: each is tried on the last rank only; all ranks must hear of it. */
static void spoil(hearth_window *window, int how) {
  if (how == 0) window->extent[1] = 4;
  if (how == 1) window->stride[1] = 9;
  if (how == 2) window->dtype = 99;
  if (how == 3) window->dtype = HEARTH_DTYPE_NONE;
  if (how == 4) window->ndim = 1;
  if (how == 5) window->base = NULL;
  if (how == 6) window->base = (char *)window->base + 4;
  if (how == 7) window->stride[0] = 0;
}

static void wrong_windows_are_refused_everywhere(void **state) {
  (void)state;
  static const char *const words[] = {"3", "9 bytes", "99", "no array", "1 dimensions", "NULL", "aligned", "0"};
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  const int64_t shape[2] = {2 * test_size, 3};
  hearth_layout *layout = NULL;
  hearth_array *array = NULL;
  double memory[6];
  char message[512], rank[32];
  int32_t status, where;
  snprintf(rank, sizeof rank, "rank %d", test_size - 1);
  assert_ok(hearth_layout_split(ctx, 2, shape, 0, &layout));
  for (int how = 0; how < 8; how++) {
    hearth_window window = {memory, HEARTH_FLOAT64, 2, {2, 3}, {24, 8}};
    if (test_rank == test_size - 1) spoil(&window, how);
    assert_all(hearth_array_wrap(layout, 1, &window, &array) == HEARTH_ERR_ARGUMENT && array == NULL);
    hearth_last_error(ctx, &status, &where, message, sizeof message);
    assert_all(where == test_size - 1 && status == HEARTH_ERR_ARGUMENT && strstr(message, words[how]) && strstr(message, rank));
  }
  const hearth_window window = {memory, test_rank == test_size - 1 ? HEARTH_INT64 : HEARTH_FLOAT64, 2, {2, 3}, {24, 8}};
  if (test_size > 1) {
    assert_all(hearth_array_wrap(layout, 1, &window, &array) == HEARTH_ERR_MISMATCH && array == NULL);
    hearth_last_error(ctx, &status, &where, message, sizeof message);
    assert_all(strstr(message, rank) && strstr(message, "int64") && strstr(message, "float64"));
  }
  assert_all(hearth_array_wrap(layout, test_rank == 0 ? 0 : 1, &window, &array) == HEARTH_ERR_ARGUMENT);
  assert_all(hearth_array_wrap(layout, 2, &window, &array) == HEARTH_ERR_ARGUMENT);
  hearth_layout_destroy(&layout);
  test_context_destroy(&ctx);
}

static void a_local_failure_surfaces_everywhere(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  const int64_t shape[1] = {3 * test_size}, odd = test_size - 1;
  hearth_layout *layout = NULL;
  hearth_array *array = NULL, *other = NULL;
  hearth_plan *plan = NULL;
  double first[3] = {0}, second[3] = {0};
  char message[512];
  int32_t status, where;
  assert_ok(hearth_layout_split(ctx, 1, shape, 0, &layout));
  hearth_window window = {first, HEARTH_FLOAT64, 1, {3}, {8}};
  assert_ok(hearth_array_wrap(layout, 1, &window, &array));
  assert_ok(hearth_array_create(layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, &other));
  assert_ok(hearth_plan_create(layout, layout, &plan));
  window.base = second;
  if (test_rank == odd) window.extent[0] = 2;
  assert_all(hearth_array_rebind(array, 1, &window) == (test_rank == odd ? HEARTH_ERR_ARGUMENT : HEARTH_OK));
  assert_all(hearth_array_fill(array, 1) == HEARTH_ERR_ARGUMENT);
  hearth_last_error(ctx, &status, &where, message, sizeof message);
  assert_all(where == odd && strstr(message, "2 elements") && strstr(message, "has 3"));
  assert_all(hearth_array_copy(array, other) == HEARTH_ERR_ARGUMENT);
  assert_all(hearth_array_copy(other, array) == HEARTH_ERR_ARGUMENT);
  assert_all(hearth_plan_execute(plan, array, other) == HEARTH_ERR_ARGUMENT);
  hearth_array *clone = NULL;
  assert_all(hearth_array_clone(array, &clone) == HEARTH_ERR_ARGUMENT && clone == NULL);
  assert_ok(hearth_array_reset(array));
  window.extent[0] = 3;
  assert_all(hearth_array_rebind(array, 1, &window) == HEARTH_OK);
  assert_ok(hearth_array_fill(array, 1));
  assert_all(first[0] == 0 && second[0] == 1 && second[2] == 1);
  assert_ok(hearth_plan_execute(plan, array, other));
  assert_all(hearth_array_rebind(other, 1, &window) == HEARTH_ERR_STATE);
  hearth_plan_destroy(&plan);
  hearth_array_destroy(&array);
  hearth_array_destroy(&other);
  hearth_layout_destroy(&layout);
  test_context_destroy(&ctx);
}

static void access_has_many_readers_or_one_writer(void **state) {
  (void)state;
  const hearth_backend backends[] = {TEST_BACKENDS};
  for (size_t k = 0; k < sizeof backends / sizeof *backends; k++) {
    hearth_context *ctx = test_context(backends[k]);
    const int64_t shape[2] = {test_size, 3};
    hearth_layout *layout = NULL;
    hearth_array *array = NULL;
    hearth_window one, two;
    assert_ok(hearth_layout_split(ctx, 2, shape, 0, &layout));
    assert_ok(hearth_array_create(layout, HEARTH_FLOAT32, HEARTH_ROW_MAJOR, &array));
    assert_ok(hearth_array_fill(array, 4));
    assert_all(hearth_array_access(array, 1, HEARTH_READ, &one) == HEARTH_ERR_ARGUMENT);
    assert_all(hearth_array_access(array, 0, 4, &one) == HEARTH_ERR_ARGUMENT);
    assert_all(hearth_array_access(array, 0, 0, &one) == HEARTH_ERR_ARGUMENT);
    assert_all(hearth_array_access(NULL, 0, HEARTH_READ, &one) == HEARTH_ERR_ARGUMENT);
    assert_all(hearth_array_release(array, 0) == HEARTH_ERR_STATE);
    assert_ok(hearth_array_access(array, 0, HEARTH_READ, &one));
    assert_ok(hearth_array_access(array, 0, HEARTH_READ, &two));
    assert_all(one.base == two.base && ((float *)one.base)[2] == 4);
    assert_all(hearth_array_access(array, 0, HEARTH_WRITE, &two) == HEARTH_ERR_STATE);
    assert_all(hearth_array_destroy(&array) == HEARTH_ERR_STATE && array);
    assert_ok(hearth_array_release(array, 0));
    assert_all(hearth_array_access(array, 0, HEARTH_READ_WRITE, &two) == HEARTH_ERR_STATE);
    assert_ok(hearth_array_release(array, 0));
    assert_ok(hearth_array_access(array, 0, HEARTH_READ_WRITE, &one));
    assert_all(hearth_array_access(array, 0, HEARTH_READ, &two) == HEARTH_ERR_STATE);
    ((float *)one.base)[1] += 1;
    assert_ok(hearth_array_release(array, 0));
    assert_ok(hearth_array_access(array, 0, HEARTH_READ, &one));
    assert_all(((float *)one.base)[0] == 4 && ((float *)one.base)[1] == 5);
    assert_ok(hearth_array_release(array, 0));
    assert_ok(hearth_array_destroy(&array));
    hearth_layout_destroy(&layout);
    test_context_destroy(&ctx);
  }
}

static void creation_refuses_what_it_should(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  const int64_t shape[1] = {5};
  hearth_layout *layout = NULL;
  hearth_array *array = NULL;
  assert_ok(hearth_layout_split(ctx, 1, shape, 0, &layout));
  assert_all(hearth_array_create(NULL, HEARTH_FLOAT64, 0, &array) == HEARTH_ERR_ARGUMENT);
  assert_all(hearth_array_create(layout, 0, 0, &array) == HEARTH_ERR_ARGUMENT);
  assert_all(hearth_array_create(layout, HEARTH_FLOAT64, 2, &array) == HEARTH_ERR_ARGUMENT);
  assert_all(hearth_array_create(layout, HEARTH_FLOAT64, 0, test_rank == 0 ? NULL : &array) == HEARTH_ERR_ARGUMENT);
  if (test_size > 1) assert_all(hearth_array_create(layout, test_rank == 1 ? HEARTH_FLOAT32 : HEARTH_FLOAT64, 0, &array) == HEARTH_ERR_MISMATCH);
  assert_all(array == NULL);
  assert_all(hearth_array_destroy(NULL) == HEARTH_OK && hearth_array_destroy(&array) == HEARTH_OK);
  assert_all(hearth_array_reset(NULL) == HEARTH_ERR_ARGUMENT);
  hearth_layout_destroy(&layout);
  test_context_destroy(&ctx);
}

static void a_cap_on_one_rank_is_heard_on_all(void **state) {
  (void)state;
  hearth_context *ctx = NULL;
  hearth_context_options options = HEARTH_CONTEXT_OPTIONS_INIT;
  options.memory_cap = (int64_t)1 << 20;
  options.leak_check = 1;
  assert_all(hearth_context_create(MPI_COMM_WORLD, &options, &ctx) == HEARTH_OK);
  test_last_ctx = ctx;
  const int64_t shape[1] = {(int64_t)1 << 20}, start[1] = {0}, count[1] = {shape[0]};
  hearth_layout *layout = NULL;
  hearth_array *array = NULL;
  int32_t status = 0, where = -1;
  char message[512];
  assert_ok(hearth_layout_from_local(ctx, 1, shape, test_rank == test_size - 1, start, count, &layout)); /* 8 MiB, all of it on the last rank */
  assert_all(hearth_array_create(layout, HEARTH_FLOAT64, 0, &array) == HEARTH_ERR_MEMORY && array == NULL);
  hearth_last_error(ctx, &status, &where, message, sizeof message);
  assert_all(where == test_size - 1 && status == HEARTH_ERR_MEMORY);
  hearth_layout_destroy(&layout);
  test_context_destroy(&ctx);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(owned_arrays_hold_values),
    cmocka_unit_test(orders_give_contiguous_strides),
    cmocka_unit_test(wrapped_windows_are_seen_without_a_copy),
    cmocka_unit_test(order_is_agreed),
    cmocka_unit_test(wrap_local_finds_the_layout),
    cmocka_unit_test(wrong_windows_are_refused_everywhere),
    cmocka_unit_test(a_local_failure_surfaces_everywhere),
    cmocka_unit_test(access_has_many_readers_or_one_writer),
    cmocka_unit_test(creation_refuses_what_it_should),
    cmocka_unit_test(a_cap_on_one_rank_is_heard_on_all),
};
HEARTH_TEST_MAIN(tests)
