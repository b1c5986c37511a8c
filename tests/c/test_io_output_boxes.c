/* Variables written box by box, each box in its own layout and order. */
#include "test_io_support.h"

static const hearth_backend backends[] = {TEST_BACKENDS};
static const int64_t shape[3] = {6, 7, 11};

static double gaps(int64_t linear) {
  return linear % 9 == 4 ? NAN : io_plain(linear);
}

/* Layout number n of the box from start[] with the extents given; false when there is no such layout. */
static bool write_box(hearth_context *ctx, hearth_output *output, const int64_t *start, const int64_t *extents, int n) {
  hearth_layout *layout = io_layout(ctx, 3, extents, n);
  hearth_array *array = NULL;
  if (!layout) return false;
  assert_ok(hearth_array_create(layout, n % 2 ? HEARTH_FLOAT32 : HEARTH_FLOAT64, n % 2, &array));
  io_visit(array, shape, start, gaps, true);
  assert_ok(hearth_output_write_box(output, "v", start, 3, array));
  hearth_array_destroy(&array);
  hearth_layout_destroy(&layout);
  return true;
}

static void boxes_make_up_the_variable(void **state) {
  (void)state;
  static const int64_t start[4][3] = {{0, 0, 0}, {2, 0, 0}, {2, 0, 4}, {5, 0, 0}}, extents[4][3] = {{2, 7, 11}, {3, 7, 4}, {3, 7, 7}, {1, 7, 11}};
  char path[TEST_PATH];
  io_temporary("boxes.nc", path);
  for (size_t b = 0; b < sizeof backends / sizeof *backends; b++) {
    hearth_context *ctx = test_context(backends[b]);
    for (int n = 0, more = 1; more; n++) {
      hearth_output *output = NULL;
      hearth_file *file = NULL;
      hearth_variable *variable = NULL;
      assert_ok(hearth_output_create(ctx, path, &output));
      assert_ok(hearth_output_dimension(output, "time", shape[0]));
      assert_ok(hearth_output_dimension(output, "lat", shape[1]));
      assert_ok(hearth_output_dimension(output, "lon", shape[2]));
      assert_ok(hearth_output_variable(output, "v", HEARTH_FLOAT64, "time lat lon", -1e20));
      for (int i = 0; i < 4 && more; i++) {
        if (i > 0) assert_status(HEARTH_ERR_STATE, hearth_output_commit(output)); /* not complete yet */
        more = write_box(ctx, output, start[i], extents[i], n);
      }
      if (more) {
        assert_ok(hearth_output_commit(output));
        assert_ok(hearth_file_open(ctx, path, &file));
        assert_ok(hearth_variable_open(file, "v", &variable));
        io_check_all(variable, HEARTH_FLOAT64, gaps);
        hearth_variable_destroy(&variable);
        hearth_file_destroy(&file);
      }
      hearth_output_destroy(&output);
    }
    test_context_destroy(&ctx);
  }
  io_remove(path);
}

static void boxes_outside_are_refused(void **state) {
  (void)state;
  const int64_t extents[3] = {2, 7, 11};
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  hearth_output *output = NULL;
  hearth_layout *layout = NULL;
  hearth_array *array = NULL;
  char path[TEST_PATH];
  io_temporary("outside.nc", path);
  assert_ok(hearth_output_create(ctx, path, &output));
  for (int d = 0; d < 3; d++) assert_ok(hearth_output_dimension(output, d == 0 ? "time" : d == 1 ? "lat" : "lon", shape[d]));
  assert_ok(hearth_output_variable(output, "v", HEARTH_FLOAT64, "time lat lon", (double)NAN));
  assert_ok(hearth_layout_split(ctx, 3, extents, 1, &layout));
  assert_ok(hearth_array_create(layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, &array));
  assert_ok(hearth_array_fill(array, 1));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_output_write_box(output, "v", (int64_t[]){5, 0, 0}, 3, array));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_output_write_box(output, "v", (int64_t[]){-1, 0, 0}, 3, array));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_output_write_box(output, "v", (int64_t[]){0, 0}, 2, array));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_output_write_box(output, "v", NULL, 3, array));
  assert_status(HEARTH_ERR_NOT_FOUND, hearth_output_write_box(output, "w", (int64_t[]){0, 0, 0}, 3, array));
  if (test_size > 1) assert_status(HEARTH_ERR_MISMATCH, hearth_output_write_box(output, "v", (int64_t[]){test_rank == 1, 0, 0}, 3, array));
  hearth_array_destroy(&array);
  hearth_layout_destroy(&layout);
  hearth_output_destroy(&output);
  test_context_destroy(&ctx);
  io_remove(path);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(boxes_make_up_the_variable), cmocka_unit_test(boxes_outside_are_refused)};
HEARTH_TEST_MAIN(tests)
