/* Arrays of several windows per rank, as models of tiles have them. */
#include "array_values.h"
#include "harness.h"
#include "layout_table.h"
#include <stdlib.h>

enum { TILES = 3, ROWS = 4, COLUMNS = 5, PAD = 2 };

/* Rank r has rows ROWS r .. in three tiles: the columns from `cut` of the first two rows, an empty one, and what is left as another two. */
typedef struct tiles {
  int64_t start[4 * 2], count[4 * 2];
  double memory[4][(ROWS + PAD) * (COLUMNS + PAD)];
  hearth_window window[4];
} tiles;

static void make_tiles(tiles *t) {
  const int64_t row = ROWS * test_rank, cut = 1 + test_rank % 3;
  const int64_t box[4][4] = {{row, cut, 2, COLUMNS - cut}, {row, 0, 0, 3}, {row, 0, 2, cut}, {row + 2, 0, 2, COLUMNS}};
  for (int b = 0; b < 4; b++) {
    t->window[b] = (hearth_window){t->memory[b] + (COLUMNS + PAD) + 1, HEARTH_FLOAT64, 2, {0}, {(COLUMNS + PAD) * 8, 8}};
    for (int d = 0; d < 2; d++) {
      t->start[2 * b + d] = box[b][d];
      t->window[b].extent[d] = t->count[2 * b + d] = box[b][2 + d];
    }
    for (int i = 0; i < (ROWS + PAD) * (COLUMNS + PAD); i++) t->memory[b][i] = -9;
  }
}

static void windows_are_taken_in_the_order_of_the_boxes(void **state) {
  (void)state;
  const hearth_backend backends[] = {TEST_BACKENDS};
  static tiles t;
  for (size_t k = 0; k < sizeof backends / sizeof *backends; k++)
    for (int kind = 0; kind < TABLE_KINDS; kind++) {
      hearth_context *ctx = test_context(backends[k]);
      const int64_t shape[2] = {ROWS * test_size, COLUMNS};
      hearth_layout *layout = NULL, *other = table_layout(ctx, kind, 2, shape);
      hearth_array *wrapped = NULL, *array = NULL;
      hearth_window window;
      make_tiles(&t);
      assert_ok(hearth_layout_from_local(ctx, 2, shape, 4, t.start, t.count, &layout));
      assert_ok(hearth_array_wrap(layout, 4, t.window, &wrapped));
      assert_ok(hearth_array_create(other, HEARTH_FLOAT32, kind % 2, &array));
      assert_all(values_write(array) == 0);
      assert_ok(hearth_array_copy(array, wrapped));
      assert_all(values_wrong(wrapped) == 0);
      int64_t touched = 0;
      for (int b = 0; b < 4; b++)
        for (int i = 0; i < (ROWS + PAD) * (COLUMNS + PAD); i++) touched += t.memory[b][i] != -9;
      assert_all(touched == ROWS * COLUMNS);
      assert_ok(hearth_array_access(wrapped, 2, HEARTH_READ, &window));
      assert_all(window.base == t.window[2].base && window.extent[1] == t.count[5]);
      assert_all(hearth_array_rebind(wrapped, 4, t.window) == HEARTH_ERR_STATE);
      assert_ok(hearth_array_reset(wrapped));
      assert_ok(hearth_array_release(wrapped, 2));
      assert_ok(hearth_array_fill(array, 0));
      assert_ok(hearth_array_copy(wrapped, array));
      assert_all(values_wrong(array) == 0);
      hearth_array_destroy(&wrapped);
      hearth_array_destroy(&array);
      hearth_layout_destroy(&layout);
      hearth_layout_destroy(&other);
      test_context_destroy(&ctx);
    }
}

static void windows_that_do_not_fit_are_refused(void **state) {
  (void)state;
  static tiles t;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  const int64_t shape[2] = {ROWS * test_size, COLUMNS};
  hearth_layout *layout = NULL;
  hearth_array *array = NULL;
  make_tiles(&t);
  assert_ok(hearth_layout_from_local(ctx, 2, shape, 4, t.start, t.count, &layout));
  assert_all(hearth_array_wrap(layout, TILES, t.window, &array) == HEARTH_ERR_ARGUMENT);
  assert_all(hearth_array_wrap(layout, 0, NULL, &array) == HEARTH_ERR_ARGUMENT);
  hearth_window kept = t.window[3];
  t.window[3].extent[1] -= test_rank == test_size - 1;
  assert_all(hearth_array_wrap(layout, 4, t.window, &array) == HEARTH_ERR_ARGUMENT);
  t.window[3] = kept;
  t.window[2].dtype = test_rank == 0 ? HEARTH_INT64 : HEARTH_FLOAT64;
  assert_all(hearth_array_wrap(layout, 4, t.window, &array) == HEARTH_ERR_MISMATCH);
  t.window[2].dtype = HEARTH_FLOAT64;
  assert_all(array == NULL);
  assert_ok(hearth_array_wrap(layout, 4, t.window, &array));
  t.window[0].stride[0] = 4;
  assert_all(hearth_array_rebind(array, 4, t.window) == HEARTH_ERR_ARGUMENT);
  assert_all(hearth_array_fill(array, 1) == HEARTH_ERR_ARGUMENT);
  assert_ok(hearth_array_reset(array));
  assert_ok(hearth_array_fill(array, 1));
  hearth_array_destroy(&array);
  hearth_layout_destroy(&layout);
  test_context_destroy(&ctx);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(windows_are_taken_in_the_order_of_the_boxes),
    cmocka_unit_test(windows_that_do_not_fit_are_refused),
};
HEARTH_TEST_MAIN(tests)
