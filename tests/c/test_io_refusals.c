/* Files that cannot be read. */
#include "test_io_support.h"

/* What cannot be read says so, and leaves nothing behind. */
static void refusals(void **state) {
  (void)state;
  char path[TEST_PATH], copy[TEST_PATH];
  hearth_context *ctx = test_context(HEARTH_BACKEND_DEFAULT);
  hearth_file *file = NULL;
  assert_status(HEARTH_ERR_FILE, hearth_file_open(ctx, "/nonexistent.nc", &file));
  io_assert_message("No such file or directory");
  assert_status(HEARTH_ERR_FILE, hearth_file_open(ctx, "/tmp", &file));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_file_open(ctx, NULL, &file));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_file_open(NULL, "x", &file));
  assert_ok(hearth_file_destroy(&file));
  io_temporary("cut", copy);
  static const char *const whole_files[] = {"eofs/hgt_djf.nc", "navy/monthly_navy_winds.cdf", "ersst/ersstv5_2010-2020.nc", "heat/iris.nc",
                                            "pydmd/heat_90.npy"};
  for (size_t i = 0; i < sizeof whole_files / sizeof whole_files[0]; i++) {
    if (!test_data(whole_files[i], path)) continue;
    static const long cuts[] = {-1000, 3000, 100};
    for (size_t k = 0; k < 3; k++) {
      io_copy_part(path, copy, cuts[k]);
      assert_status(HEARTH_ERR_FORMAT, hearth_file_open(ctx, copy, &file));
      assert_all(file == NULL);
    }
  }
  if (test_data("sklearn/digits.csv.gz", path)) {
    assert_status(HEARTH_ERR_FORMAT, hearth_file_open(ctx, path, &file));
    io_assert_message("gzip");
  }
  io_write_bytes(copy, "", 0);
  assert_status(HEARTH_ERR_FORMAT, hearth_file_open(ctx, copy, &file));
  io_assert_message("empty");
  io_write_bytes(copy, "\1\2\3\4 binary", 11);
  assert_status(HEARTH_ERR_FORMAT, hearth_file_open(ctx, copy, &file));
  io_remove(copy);
  test_context_destroy(&ctx);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(refusals)};
HEARTH_TEST_MAIN(tests)
