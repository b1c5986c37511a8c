/* Arrays larger than the tiles of reading and writing. */
#include "test_io_support.h"
#include <math.h>

static const hearth_backend backends[] = {TEST_BACKENDS};
static const int64_t zero[3] = {0, 0, 0};

/* Every ninth element missing. */
static double gaps(int64_t linear) {
  return linear % 9 == 4 ? NAN : io_plain(linear);
}

/* Larger than the tiles of reading and writing: split along the fast dimension, on every backend, and back by rows and columns. */
static void large(void **state) {
  (void)state;
  const int64_t big[2] = {1203, 1500};
  static const int32_t axes[] = {1, 0, -1};
  char path[TEST_PATH];
  io_temporary("large.nc", path);
  for (size_t b = 0; b < sizeof backends / sizeof backends[0]; b++) {
    hearth_context *ctx = test_context(backends[b]);
    hearth_output *output = NULL;
    hearth_layout *layout = NULL;
    hearth_array *array = NULL;
    hearth_file *file = NULL;
    hearth_variable *variable = NULL;
    assert_ok(hearth_output_create(ctx, path, &output));
    assert_ok(hearth_output_dimension(output, "y", big[0]));
    assert_ok(hearth_output_dimension(output, "x", big[1]));
    assert_ok(hearth_output_variable(output, "v", HEARTH_FLOAT64, "y x", -1e20));
    assert_ok(hearth_layout_split(ctx, 2, big, axes[b], &layout));
    assert_ok(hearth_array_create(layout, HEARTH_FLOAT64, HEARTH_COLUMN_MAJOR, &array));
    io_visit(array, big, zero, gaps, true);
    assert_ok(hearth_output_write(output, "v", array));
    assert_ok(hearth_array_destroy(&array));
    assert_ok(hearth_layout_destroy(&layout));
    assert_ok(hearth_output_commit(output));
    assert_ok(hearth_output_destroy(&output));
    assert_ok(hearth_file_open(ctx, path, &file));
    assert_ok(hearth_variable_open(file, "v", &variable));
    assert_ok(hearth_variable_load(variable, axes[b] == 1 ? 0 : 1, &array));
    assert_all(io_visit(array, big, zero, gaps, false) == 0);
    assert_ok(hearth_array_destroy(&array));
    assert_ok(hearth_variable_destroy(&variable));
    assert_ok(hearth_file_destroy(&file));
    test_context_destroy(&ctx);
  }
  io_remove(path);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(large)};
HEARTH_TEST_MAIN(tests)
