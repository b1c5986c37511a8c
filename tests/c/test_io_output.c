/* Writing NetCDF-4 and reading it back. */
#include "test_io_support.h"
#include <dirent.h>
#include <hdf5.h>
#include <stdlib.h>
#include <sys/stat.h>

static const hearth_backend backends[] = {TEST_BACKENDS};
static const int64_t shape[3] = {5, 7, 11}, zero[3] = {0, 0, 0};

/* Every ninth element missing. */
static double gaps(int64_t linear) {
  return linear % 9 == 4 ? NAN : io_plain(linear);
}
static double gaps_small(int64_t linear) {
  return linear % 9 == 4 ? NAN : (double)(linear % 150 - 75);
}
static double gaps_integer(int64_t linear) {
  return linear % 9 == 4 ? NAN : trunc(io_plain(linear));
}

static hearth_output *begin(hearth_context *ctx, const char *path) {
  static const char *const names[3] = {"time", "lat", "lon"};
  hearth_output *output = NULL;
  assert_ok(hearth_output_create(ctx, path, &output));
  for (int d = 0; d < 3; d++) assert_ok(hearth_output_dimension(output, names[d], shape[d]));
  return output;
}

static void write_gaps(hearth_output *output, const char *name, const hearth_layout *layout, int32_t dtype, int32_t order, io_value value) {
  hearth_array *array = NULL;
  assert_ok(hearth_array_create(layout, dtype, order, &array));
  io_visit(array, shape, zero, value, true);
  assert_ok(hearth_output_write(output, name, array));
  assert_ok(hearth_array_destroy(&array));
}

/* A file of one variable per layout, type and order; each then read into every layout. */
static void round_trip(void **state) {
  (void)state;
  char path[TEST_PATH], name[40];
  io_temporary("roundtrip.nc", path);
  for (size_t b = 0; b < sizeof backends / sizeof backends[0]; b++) {
    hearth_context *ctx = test_context(backends[b]);
    hearth_output *output = begin(ctx, path);
    int n = 0;
    for (;; n++) {
      hearth_layout *layout = io_layout(ctx, 3, shape, n);
      if (!layout) break;
      snprintf(name, sizeof name, "v%d", n);
      assert_ok(hearth_output_variable(output, name, n % 2 ? HEARTH_FLOAT32 : HEARTH_FLOAT64, "time lat lon", -1e20));
      write_gaps(output, name, layout, n % 3 ? HEARTH_FLOAT64 : HEARTH_FLOAT32, n % 2, gaps);
      assert_ok(hearth_layout_destroy(&layout));
    }
    assert_ok(hearth_output_commit(output));
    assert_ok(hearth_output_destroy(&output));
    hearth_file *file = NULL;
    assert_ok(hearth_file_open(ctx, path, &file));
    assert_string_equal(hearth_file_format(file), "netcdf4");
    for (int v = 0; v < n; v++) {
      hearth_variable *variable = NULL;
      snprintf(name, sizeof name, "v%d", v);
      assert_ok(hearth_variable_open(file, name, &variable));
      io_check_all(variable, v % 2 ? HEARTH_FLOAT32 : HEARTH_FLOAT64, gaps);
      assert_ok(hearth_variable_destroy(&variable));
    }
    assert_ok(hearth_file_destroy(&file));
    test_context_destroy(&ctx);
  }
  io_remove(path);
}

/* Integers, conversions, NaN as fill value, and boxes inside a variable. */
static void types(void **state) {
  (void)state;
  static const int32_t dtypes[] = {HEARTH_INT8, HEARTH_INT16, HEARTH_INT32, HEARTH_INT64};
  static const char *const names[] = {"i1", "i2", "i4", "i8"};
  const int64_t inner[3] = {3, 4, 6}, start[3] = {1, 2, 5};
  char path[TEST_PATH];
  io_temporary("types.nc", path);
  hearth_context *ctx = test_context(HEARTH_BACKEND_DEFAULT);
  hearth_layout *layout = NULL, *part = NULL;
  hearth_output *output = begin(ctx, path);
  assert_ok(hearth_layout_split(ctx, 3, shape, 1, &layout));
  for (int t = 0; t < 4; t++) {
    assert_ok(hearth_output_variable(output, names[t], dtypes[t], "time lat lon", t == 0 ? 100.0 : -999.0));
    write_gaps(output, names[t], layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, t == 0 ? gaps_small : gaps_integer);
  }
  assert_ok(hearth_output_variable(output, "plain", HEARTH_INT32, "time lat lon", NAN));
  write_gaps(output, "plain", layout, HEARTH_INT64, HEARTH_COLUMN_MAJOR, io_plain);
  assert_ok(hearth_output_commit(output));
  assert_ok(hearth_output_destroy(&output));
  hearth_file *file = NULL;
  assert_ok(hearth_file_open(ctx, path, &file));
  for (int t = 0; t < 4; t++) {
    hearth_variable *variable = NULL;
    int32_t dtype, stored;
    assert_ok(hearth_variable_open(file, names[t], &variable));
    assert_ok(hearth_variable_dtype(variable, &dtype, &stored));
    assert_all(dtype == HEARTH_FLOAT64 && stored == dtypes[t]);
    io_check_all(variable, HEARTH_FLOAT64, t == 0 ? gaps_small : gaps_integer);
    for (int which = 0; (part = io_layout(ctx, 3, inner, which)); which++) {
      io_check_box(variable, part, HEARTH_FLOAT32, which % 2, 3, shape, start, t == 0 ? gaps_small : gaps_integer);
      assert_ok(hearth_layout_destroy(&part));
    }
    assert_ok(hearth_variable_destroy(&variable));
  }
  hearth_variable *variable = NULL;
  int32_t dtype, stored;
  assert_ok(hearth_variable_open(file, "plain", &variable));
  assert_ok(hearth_variable_dtype(variable, &dtype, &stored));
  assert_all(dtype == HEARTH_INT32 && stored == HEARTH_INT32);
  io_check_all(variable, HEARTH_INT32, io_plain);
  io_check_all(variable, HEARTH_INT16, io_plain);
  assert_ok(hearth_variable_destroy(&variable));
  assert_ok(hearth_file_destroy(&file));
  assert_ok(hearth_layout_destroy(&layout));
  test_context_destroy(&ctx);
  io_remove(path);
}

static const double eigenvalue[3] = {3.5, NAN, 1.25};

static void write_small_file(hearth_context *ctx, const char *path) {
  double lat[7];
  hearth_output *output = begin(ctx, path);
  for (int i = 0; i < 7; i++) lat[i] = 30.0 - 10.0 * i;
  assert_ok(hearth_output_dimension(output, "mode", 3));
  assert_ok(hearth_output_variable(output, "lat", HEARTH_FLOAT32, "lat", NAN));
  assert_ok(hearth_output_variable(output, "eigenvalue", HEARTH_FLOAT64, "mode", 9.96921e36));
  assert_ok(hearth_output_variable(output, "n", HEARTH_INT32, "", NAN));
  assert_ok(hearth_output_variable(output, "time", HEARTH_FLOAT64, "mode", NAN)); /* named like a dimension that it does not have */
  assert_ok(hearth_output_text(output, "", "Conventions", "CF-1.8"));
  assert_ok(hearth_output_text(output, "lat", "units", "degrees_south"));
  assert_ok(hearth_output_text(output, "lat", "units", "degrees_north"));
  assert_ok(hearth_output_text(output, "lat", "note", ""));
  assert_ok(hearth_output_text(output, "lat", "long_name", "Breite in \302\260"));
  assert_ok(hearth_output_number(output, "lat", "valid_max", 90.0));
  assert_ok(hearth_output_number(output, "", "ddof", 1.0));
  assert_ok(hearth_output_write_numbers(output, "lat", 7, lat));
  assert_ok(hearth_output_text(output, "eigenvalue", "units", "m2")); /* after the first write */
  assert_ok(hearth_output_number(output, "lat", "valid_max", 91.0));
  assert_ok(hearth_output_write_numbers(output, "eigenvalue", 3, eigenvalue));
  assert_ok(hearth_output_write_numbers(output, "n", 1, (double[]){42.0}));
  assert_ok(hearth_output_write_numbers(output, "time", 3, (double[]){1.0, 2.0, 3.0}));
  assert_ok(hearth_output_commit(output));
  assert_ok(hearth_output_destroy(&output));
}

static void read_small_file(hearth_context *ctx, const char *path) {
  char text[100];
  double value;
  int32_t found, unlimited;
  hearth_file *file = NULL;
  hearth_variable *variable = NULL;
  assert_ok(hearth_file_open(ctx, path, &file));
  int32_t n = 0;
  assert_ok(hearth_file_variables(file, &n));
  assert_all(n == 4); /* dimensions without a variable are none */
  assert_ok(hearth_file_attribute_text(file, "Conventions", text, sizeof text, &found));
  assert_all(found && strcmp(text, "CF-1.8") == 0);
  assert_ok(hearth_variable_open(file, "lat", &variable));
  assert_ok(hearth_variable_attribute_text(variable, "units", text, sizeof text, &found));
  assert_all(found && strcmp(text, "degrees_north") == 0);
  assert_ok(hearth_variable_attribute_text(variable, "note", text, sizeof text, &found));
  assert_all(found && strcmp(text, "") == 0);
  assert_ok(hearth_variable_attribute_text(variable, "absent", text, sizeof text, &found));
  assert_all(!found && strcmp(text, "") == 0);
  assert_ok(hearth_variable_attribute_number(variable, "valid_max", &value, &found));
  assert_all(found && value == 91.0);
  assert_ok(hearth_variable_dimension(variable, 0, text, sizeof text, &unlimited));
  assert_all(strcmp(text, "lat") == 0 && !unlimited);
  assert_ok(hearth_variable_destroy(&variable));
  assert_ok(hearth_variable_open(file, "time", &variable));
  assert_ok(hearth_variable_dimension(variable, 0, text, sizeof text, &unlimited));
  assert_all(strcmp(text, "mode") == 0);
  assert_ok(hearth_variable_destroy(&variable));
  for (int64_t i = 0; i < 7; i++) assert_all(io_element(file, "lat", &i) == 30.0 - 10.0 * (double)i);
  for (int64_t i = 0; i < 3; i++) {
    const double x = io_element(file, "eigenvalue", &i);
    assert_all(i == 1 ? isnan(x) : x == eigenvalue[i]);
  }
  assert_all(io_element(file, "n", zero) == 42.0);
  assert_ok(hearth_file_destroy(&file));
}

/* Another reader, where it is installed. */
static void dump_small_file(const char *path) {
  if (test_rank == 0 && system("command -v ncdump > /dev/null 2>&1") == 0) { /* another reader */
    char command[2 * TEST_PATH];
    static const char *const lines[] = {"float lat(lat) ;",
                                        "double eigenvalue(mode) ;",
                                        "int n ;",
                                        "double time(mode) ;",
                                        "lat:units = \"degrees_north\" ;",
                                        "lat:valid_max = 91.f ;",
                                        "lon = 11 ;",
                                        "ddof = 1. ;",
                                        ":Conventions = \"CF-1.8\" ;",
                                        "eigenvalue = 3.5, _, 1.25 ;",
                                        "lat = 30, 20, 10, 0, -10, -20, -30 ;"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
      snprintf(command, sizeof command, "ncdump '%s' | grep -qF '%s'", path, lines[i]);
      if (system(command) != 0) fprintf(stderr, "ncdump does not show '%s'\n", lines[i]);
      assert_int_equal(system(command), 0);
    }
  }
}

static void numbers_and_attributes(void **state) {
  (void)state;
  char path[TEST_PATH];
  io_temporary("attributes.nc", path);
  hearth_context *ctx = test_context(HEARTH_BACKEND_DEFAULT);
  write_small_file(ctx, path);
  read_small_file(ctx, path);
  dump_small_file(path);
  test_context_destroy(&ctx);
  io_remove(path);
}

/* Files in /tmp whose names contain that of `path`: leftovers. */
static int leftovers(const char *path) {
  const char *name = strrchr(path, '/') + 1;
  char folder[TEST_PATH];
  int n = 0;
  snprintf(folder, sizeof folder, "%.*s", (int)(name - path), path);
  DIR *d = opendir(folder);
  for (struct dirent *e; d && (e = readdir(d));) n += strstr(e->d_name, name) != NULL;
  if (d) closedir(d);
  return n;
}

static void failures(void **state) {
  (void)state;
  char path[TEST_PATH];
  io_temporary("failures.nc", path);
  hearth_context *ctx = test_context(HEARTH_BACKEND_DEFAULT);
  hearth_output *output = NULL;
  hearth_layout *layout = NULL;
  hearth_array *array = NULL;
  const int64_t other[3] = {5, 7, 12};
  assert_status(HEARTH_ERR_FILE, hearth_output_create(ctx, "/nonexistent-folder/x.nc", &output));
  io_assert_message("No such file or directory");
  assert_all(output == NULL);
  assert_status(HEARTH_ERR_FILE, hearth_output_create(ctx, "/proc/x.nc", &output));
  assert_status(HEARTH_ERR_FILE, hearth_output_create(ctx, "/tmp", &output));
  io_assert_message("directory");
  assert_status(HEARTH_ERR_ARGUMENT, hearth_output_create(ctx, "", &output));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_output_create(ctx, NULL, &output));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_output_dimension(NULL, "x", 1));
  assert_ok(hearth_output_destroy(NULL));
  assert_ok(hearth_output_destroy(&output));

  output = begin(ctx, path);
  assert_status(HEARTH_ERR_ARGUMENT, hearth_output_dimension(output, "time", 3));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_output_dimension(output, "a/b", 3));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_output_dimension(output, "x", -1));
  assert_ok(hearth_output_variable(output, "v", HEARTH_FLOAT64, "time lat lon", NAN));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_output_variable(output, "v", HEARTH_FLOAT64, "time", NAN));
  assert_status(HEARTH_ERR_NOT_FOUND, hearth_output_variable(output, "w", HEARTH_FLOAT64, "time depth", NAN));
  assert_status(HEARTH_ERR_UNSUPPORTED, hearth_output_variable(output, "w", HEARTH_COMPLEX128, "time", NAN));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_output_variable(output, "w", 99, "time", NAN));
  assert_status(HEARTH_ERR_NOT_FOUND, hearth_output_text(output, "w", "units", "m"));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_output_number(output, "v", "_FillValue", 1.0));
  assert_ok(hearth_layout_split(ctx, 3, other, 1, &layout));
  assert_ok(hearth_array_create(layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, &array));
  assert_status(HEARTH_ERR_MISMATCH, hearth_output_write(output, "v", array));
  assert_status(HEARTH_ERR_NOT_FOUND, hearth_output_write(output, "w", array));
  assert_status(HEARTH_ERR_MISMATCH, hearth_output_write_numbers(output, "v", 2, (double[]){1.0, 2.0}));
  assert_ok(hearth_output_variable(output, "lon", HEARTH_INT32, "lon", NAN));
  assert_status(HEARTH_ERR_NOT_FINITE, hearth_output_write_numbers(output, "lon", 11, (double[]){1, 2, 3, 4, 5, NAN, 7, 8, 9, 10, 11}));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_output_write_numbers(output, "lon", 11, (double[]){1, 2, 3e10, 4, 5, 6, 7, 8, 9, 10, 11}));
  assert_status(HEARTH_ERR_STATE, hearth_output_commit(output)); /* v was never written */
  assert_all(access(path, F_OK) != 0);
  assert_all(leftovers(path) == 1);
  assert_ok(hearth_output_destroy(&output));
  MPI_Barrier(MPI_COMM_WORLD);
  assert_all(leftovers(path) == 0);
  assert_ok(hearth_array_destroy(&array));
  assert_ok(hearth_layout_destroy(&layout));
  assert_all(H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL) == 0);
  test_context_destroy(&ctx);
}

/* A folder without permission to write, where permissions count (not for root). */
static void unwritable(void **state) {
  (void)state;
  char folder[TEST_PATH], path[TEST_PATH + 10];
  io_temporary("readonly", folder);
  if (test_rank == 0) mkdir(folder, 0555);
  MPI_Barrier(MPI_COMM_WORLD);
  snprintf(path, sizeof path, "%s/x.nc", folder);
  hearth_context *ctx = test_context(HEARTH_BACKEND_DEFAULT);
  hearth_output *output = NULL;
  if (geteuid() != 0) {
    assert_status(HEARTH_ERR_FILE, hearth_output_create(ctx, path, &output));
    io_assert_message("Permission denied");
  }
  test_context_destroy(&ctx);
  MPI_Barrier(MPI_COMM_WORLD);
  if (test_rank == 0) rmdir(folder);
}

/* An existing file is replaced only by the commit. */
static void replaces(void **state) {
  (void)state;
  char path[TEST_PATH];
  io_temporary("replace.nc", path);
  io_write_bytes(path, "1,2\n3,4\n", 8);
  hearth_context *ctx = test_context(HEARTH_BACKEND_DEFAULT);
  hearth_file *file = NULL;
  for (int commit = 0; commit < 2; commit++) {
    hearth_output *output = NULL;
    assert_ok(hearth_output_create(ctx, path, &output));
    assert_ok(hearth_output_variable(output, "x", HEARTH_FLOAT64, "", NAN));
    assert_ok(hearth_output_write_numbers(output, "x", 1, (double[]){5.0}));
    if (commit) assert_ok(hearth_output_commit(output));
    assert_ok(hearth_output_destroy(&output));
    assert_ok(hearth_file_open(ctx, path, &file));
    assert_string_equal(hearth_file_format(file), commit ? "netcdf4" : "csv");
    assert_ok(hearth_file_destroy(&file));
  }
  assert_all(leftovers(path) == 1);
  test_context_destroy(&ctx);
  io_remove(path);
}

/* Replicas write once, ranks without data write nothing, more ranks than rows, an empty dimension. */
static void uneven(void **state) {
  (void)state;
  const int64_t small[2] = {2, 3}, none[2] = {0, 3};
  char path[TEST_PATH];
  io_temporary("uneven.nc", path);
  hearth_context *ctx = test_context(HEARTH_BACKEND_GUARD);
  hearth_output *output = NULL;
  hearth_layout *layout = NULL;
  hearth_array *array = NULL;
  assert_ok(hearth_output_create(ctx, path, &output));
  assert_ok(hearth_output_dimension(output, "x", 2));
  assert_ok(hearth_output_dimension(output, "y", 3));
  assert_ok(hearth_output_dimension(output, "none", 0));
  assert_ok(hearth_output_variable(output, "a", HEARTH_FLOAT64, "x y", NAN));
  assert_ok(hearth_output_variable(output, "b", HEARTH_FLOAT64, "none y", NAN));
  assert_ok(hearth_layout_split(ctx, 2, small, 0, &layout));
  assert_ok(hearth_array_create(layout, HEARTH_FLOAT64, HEARTH_COLUMN_MAJOR, &array));
  io_visit(array, small, zero, io_plain, true);
  assert_ok(hearth_output_write(output, "a", array));
  assert_ok(hearth_array_destroy(&array));
  assert_ok(hearth_layout_destroy(&layout));
  assert_ok(hearth_layout_split(ctx, 2, none, 0, &layout));
  assert_ok(hearth_array_create(layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, &array));
  assert_ok(hearth_output_write(output, "b", array));
  assert_ok(hearth_array_destroy(&array));
  assert_ok(hearth_layout_destroy(&layout));
  assert_ok(hearth_output_commit(output));
  assert_ok(hearth_output_destroy(&output));
  hearth_file *file = NULL;
  hearth_variable *variable = NULL;
  assert_ok(hearth_file_open(ctx, path, &file));
  assert_ok(hearth_variable_open(file, "a", &variable));
  io_check_all(variable, HEARTH_FLOAT64, io_plain);
  assert_ok(hearth_variable_destroy(&variable));
  assert_ok(hearth_variable_open(file, "b", &variable));
  assert_ok(hearth_variable_load(variable, 0, &array));
  assert_ok(hearth_array_destroy(&array));
  assert_ok(hearth_variable_destroy(&variable));
  assert_ok(hearth_file_destroy(&file));
  test_context_destroy(&ctx);
  io_remove(path);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(round_trip), cmocka_unit_test(types),      cmocka_unit_test(numbers_and_attributes),
                                          cmocka_unit_test(failures),   cmocka_unit_test(unwritable), cmocka_unit_test(replaces),
                                          cmocka_unit_test(uneven)};
HEARTH_TEST_MAIN(tests)
