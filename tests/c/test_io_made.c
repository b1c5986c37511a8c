/* Files made here by the HDF5 library: packed data, byte orders, chunks, groups, types that must be widened or refused, truncation. */
#include "test_io_values.h"
#include <hdf5.h>
#include <stdlib.h>

static const hearth_backend backends[] = {TEST_BACKENDS};
static const hsize_t extent[2] = {NX, NY};

static void attribute(hid_t object, const char *name, hid_t type, hsize_t n, const void *values) {
  const hid_t space = H5Screate_simple(1, &n, NULL), a = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
  assert_true(a >= 0 && H5Awrite(a, type, values) >= 0);
  H5Aclose(a);
  H5Sclose(space);
}

static void text_attribute(hid_t object, const char *name, const char *text) {
  const hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
  H5Tset_size(type, strlen(text));
  const hid_t a = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
  assert_true(a >= 0 && H5Awrite(a, type, text) >= 0);
  H5Aclose(a);
  H5Sclose(space);
  H5Tclose(type);
}

/* A 2-d dataset of type `stored`; chunked and compressed if chunk is given. Left open. */
static hid_t dataset(hid_t file, const char *name, hid_t stored, hid_t memory, const hsize_t *chunk, const void *values) {
  const hid_t space = H5Screate_simple(2, extent, NULL), list = H5Pcreate(H5P_DATASET_CREATE);
  if (chunk) {
    H5Pset_chunk(list, 2, chunk);
    H5Pset_shuffle(list);
    H5Pset_deflate(list, 4);
  }
  const hid_t id = H5Dcreate2(file, name, stored, space, H5P_DEFAULT, list, H5P_DEFAULT);
  assert_true(id >= 0 && H5Dwrite(id, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
  H5Pclose(list);
  H5Sclose(space);
  return id;
}

static void packing_attributes(hid_t id, bool single) {
  const int16_t fill = -32767, missing[2] = {-9999, -32767}, range[2] = {-2000, 2000};
  const double scale = 0.01, offset = 273.15;
  attribute(id, "_FillValue", H5T_STD_I16LE, 1, &fill);
  attribute(id, "missing_value", H5T_STD_I16LE, 2, missing);
  attribute(id, "valid_range", H5T_STD_I16LE, 2, range);
  const float scale4 = 0.01f, offset4 = 273.15f;
  attribute(id, "scale_factor", single ? H5T_NATIVE_FLOAT : H5T_NATIVE_DOUBLE, 1, single ? (const void *)&scale4 : &scale);
  attribute(id, "add_offset", single ? H5T_NATIVE_FLOAT : H5T_NATIVE_DOUBLE, 1, single ? (const void *)&offset4 : &offset);
}

static void make_types(hid_t file, const made_values *v) {
  const hid_t boolean = H5Tenum_create(H5T_NATIVE_INT8), color = H5Tenum_create(H5T_NATIVE_INT32), text = H5Tcopy(H5T_C_S1);
  int8_t no = 0, yes = 1;
  for (int i = 0; i < NX * NY; i++) {
    char name[16];
    snprintf(name, sizeof name, "c%d", i);
    H5Tenum_insert(color, name, &i);
  }
  H5Tenum_insert(boolean, "FALSE", &no);
  H5Tenum_insert(boolean, "TRUE", &yes);
  H5Tset_size(text, 1);
  const hid_t compound = H5Tcreate(H5T_COMPOUND, 16);
  H5Tinsert(compound, "mass", 0, H5T_NATIVE_DOUBLE);
  H5Tinsert(compound, "charge", 8, H5T_NATIVE_DOUBLE);
  H5Dclose(dataset(file, "uint16", H5T_STD_U16LE, H5T_NATIVE_UINT16, NULL, v->two));
  H5Dclose(dataset(file, "uint32", H5T_STD_U32BE, H5T_NATIVE_UINT32, NULL, v->four));
  H5Dclose(dataset(file, "uint64", H5T_STD_U64LE, H5T_NATIVE_UINT64, NULL, v->eight));
  H5Dclose(dataset(file, "too_large", H5T_STD_U64LE, H5T_NATIVE_UINT64, NULL, v->too_large));
  H5Dclose(dataset(file, "boolean", boolean, boolean, NULL, v->one));
  H5Dclose(dataset(file, "color", color, color, NULL, v->number));
  H5Dclose(dataset(file, "text", text, text, NULL, v->one));
  const hid_t space = H5Screate_simple(2, extent, NULL);
  H5Dclose(H5Dcreate2(file, "particles", compound, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  H5Dclose(H5Dcreate2(file, "unwritten", H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  H5Sclose(space);
  H5Tclose(compound);
  H5Tclose(boolean);
  H5Tclose(color);
  H5Tclose(text);
}

static void make_hdf5(const char *path) {
  MPI_Barrier(MPI_COMM_WORLD);
  if (test_rank == 0) {
    made_values *v = malloc(sizeof *v);
    const hsize_t chunks[2] = {4, 3};
    const float fill = -1e34f;
    const hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    fill_values(v);
    const hid_t group = H5Gcreate2(file, "model", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    const hid_t inner = H5Gcreate2(group, "ocean", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_hard(file, "/", group, "circle", H5P_DEFAULT, H5P_DEFAULT);
    static const struct {
      const char *name;
      bool single, chunked;
    } variants[] = {{"packed", false, false}, {"packed_single", true, false}, {"packed_chunked", false, true}};
    for (int k = 0; k < 3; k++) {
      const hid_t id =
          dataset(file, variants[k].name, k == 1 ? H5T_STD_I16BE : H5T_STD_I16LE, H5T_NATIVE_INT16, variants[k].chunked ? chunks : NULL, v->packed);
      packing_attributes(id, variants[k].single);
      H5Dclose(id);
    }
    for (int k = 0; k < 3; k++) {
      static const char *const names[] = {"single", "single_big", "single_chunked"};
      const hid_t id = dataset(file, names[k], k == 1 ? H5T_IEEE_F32BE : H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, k == 2 ? chunks : NULL, v->single);
      attribute(id, "_FillValue", H5T_NATIVE_FLOAT, 1, &fill);
      text_attribute(id, "units", "K   ");
      H5Dclose(id);
    }
    H5Dclose(dataset(inner, "depth", H5T_IEEE_F64BE, H5T_NATIVE_DOUBLE, NULL, v->plain));
    H5Dclose(dataset(inner, "salt", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, chunks, v->plain));
    make_types(file, v);
    H5Gclose(inner);
    H5Gclose(group);
    H5Fclose(file);
    free(v);
  }
  MPI_Barrier(MPI_COMM_WORLD);
}

static const struct {
  const char *name;
  int32_t stored, dtype, into;
  io_value value;
} hdf5_cases[] = {{"packed", HEARTH_INT16, HEARTH_FLOAT64, HEARTH_FLOAT64, unpacked},
                  {"packed_single", HEARTH_INT16, HEARTH_FLOAT32, HEARTH_FLOAT32, unpacked_single},
                  {"packed_chunked", HEARTH_INT16, HEARTH_FLOAT64, HEARTH_FLOAT64, unpacked},
                  {"packed_chunked", HEARTH_INT16, HEARTH_FLOAT64, HEARTH_FLOAT32, unpacked},
                  {"single", HEARTH_FLOAT32, HEARTH_FLOAT32, HEARTH_FLOAT32, plain_float},
                  {"single_big", HEARTH_FLOAT32, HEARTH_FLOAT32, HEARTH_FLOAT64, plain_float},
                  {"single_big", HEARTH_FLOAT32, HEARTH_FLOAT32, HEARTH_FLOAT32, plain_float},
                  {"single_chunked", HEARTH_FLOAT32, HEARTH_FLOAT32, HEARTH_FLOAT32, plain_float},
                  {"model/ocean/depth", HEARTH_FLOAT64, HEARTH_FLOAT64, HEARTH_FLOAT64, io_plain},
                  {"/model/ocean/salt", HEARTH_FLOAT64, HEARTH_FLOAT64, HEARTH_FLOAT32, io_plain},
                  {"uint16", HEARTH_INT32, HEARTH_INT32, HEARTH_INT32, large},
                  {"uint32", HEARTH_INT64, HEARTH_INT64, HEARTH_INT64, larger},
                  {"uint64", HEARTH_INT64, HEARTH_INT64, HEARTH_FLOAT64, count},
                  {"boolean", HEARTH_BOOL, HEARTH_BOOL, HEARTH_BOOL, parity},
                  {"boolean", HEARTH_BOOL, HEARTH_BOOL, HEARTH_FLOAT64, parity},
                  {"color", HEARTH_INT32, HEARTH_INT32, HEARTH_INT32, count}};

static void check_refusals(hearth_file *file) {
  hearth_variable *variable = NULL;
  hearth_array *array = NULL;
  char text[10];
  int32_t found;
  assert_status(HEARTH_ERR_UNSUPPORTED, hearth_variable_open(file, "text", &variable));
  io_assert_message("text");
  assert_status(HEARTH_ERR_UNSUPPORTED, hearth_variable_open(file, "particles", &variable));
  io_assert_message("compound");
  assert_ok(hearth_variable_open(file, "too_large", &variable));
  assert_status(HEARTH_ERR_FORMAT, hearth_variable_load(variable, 0, &array));
  io_assert_message("2^63");
  assert_all(array == NULL);
  assert_ok(hearth_variable_destroy(&variable));
  assert_ok(hearth_variable_open(file, "single", &variable));
  assert_ok(hearth_variable_attribute_text(variable, "units", text, sizeof text, &found));
  assert_all(found && strcmp(text, "K") == 0);
  assert_ok(hearth_variable_destroy(&variable));
}

static void hdf5_files(void **state) {
  (void)state;
  char path[TEST_PATH];
  io_temporary("made.h5", path);
  make_hdf5(path);
  for (size_t b = 0; b < sizeof backends / sizeof backends[0]; b++) {
    hearth_context *ctx = test_context(backends[b]);
    hearth_file *file = NULL;
    assert_ok(hearth_file_open(ctx, path, &file));
    assert_string_equal(hearth_file_format(file), "hdf5");
    for (size_t i = 0; i < sizeof hdf5_cases / sizeof hdf5_cases[0]; i++) {
      hearth_variable *variable = NULL;
      int32_t dtype, stored;
      assert_ok(hearth_variable_open(file, hdf5_cases[i].name, &variable));
      assert_ok(hearth_variable_dtype(variable, &dtype, &stored));
      assert_all(stored == hdf5_cases[i].stored && dtype == hdf5_cases[i].dtype);
      io_check_all(variable, hdf5_cases[i].into, hdf5_cases[i].value);
      assert_ok(hearth_variable_destroy(&variable));
    }
    for (int64_t i = 0; i < 2; i++) assert_all(io_element(file, "unwritten", (int64_t[]){i, i}) == 0.0);
    check_refusals(file);
    assert_ok(hearth_file_destroy(&file));
    assert_all(H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL) == 0);
    test_context_destroy(&ctx);
  }
  io_remove(path);
}

/* The host program's way of reporting HDF5's errors is what it was. */
static herr_t host_report(hid_t stack, void *data) {
  (void)stack, (void)data;
  return 0;
}

static void silence(void **state) {
  (void)state;
  char path[TEST_PATH];
  H5E_auto2_t before, after;
  void *data, *data_after;
  int own = 5;
  io_temporary("cut.h5", path);
  H5Eget_auto2(H5E_DEFAULT, &before, &data);
  H5Eset_auto2(H5E_DEFAULT, host_report, &own);
  io_write_bytes(path, "\x89HDF\r\n\x1a\n\0\0\0\0\0\0", 14);
  hearth_context *ctx = test_context(HEARTH_BACKEND_DEFAULT);
  hearth_file *file = NULL;
  assert_status(HEARTH_ERR_FORMAT, hearth_file_open(ctx, path, &file));
  io_assert_message("HDF5 says");
  H5Eget_auto2(H5E_DEFAULT, &after, &data_after);
  assert_all(after == host_report && data_after == &own);
  H5Eset_auto2(H5E_DEFAULT, before, data);
  test_context_destroy(&ctx);
  io_remove(path);
}

/* Wrapped memory: a column-major window with gaps, and one with negative strides. */
static void windows(void **state) {
  (void)state;
  char path[TEST_PATH];
  io_temporary("windows.h5", path);
  make_hdf5(path);
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  hearth_file *file = NULL;
  assert_ok(hearth_file_open(ctx, path, &file));
  static const char *const names[] = {"model/ocean/depth", "model/ocean/salt", "single"};
  static const int64_t strides[][2] = {{8 * (NY + 3), 8}, {8, 8 * (NX + 1)}, {-8 * NY, 8}, {16 * NY, 16}};
  const int64_t shape[2] = {NX, NY}, zero[2] = {0, 0};
  hearth_layout *layout = NULL;
  assert_ok(hearth_layout_split(ctx, 2, shape, -1, &layout));
  for (size_t n = 0; n < 3; n++)
    for (size_t s = 0; s < 4; s++) {
      double memory[2 * NX * NY + 100];
      hearth_window w = {memory + (strides[s][0] < 0 ? (NX - 1) * NY : 0), HEARTH_FLOAT64, 2, {NX, NY}, {strides[s][0], strides[s][1]}};
      hearth_array *array = NULL;
      hearth_variable *variable = NULL;
      for (size_t i = 0; i < sizeof memory / sizeof memory[0]; i++) memory[i] = 77.0;
      assert_ok(hearth_variable_open(file, names[n], &variable));
      assert_ok(hearth_array_wrap(layout, 1, &w, &array));
      assert_ok(hearth_variable_read(variable, zero, 2, array));
      assert_all(io_visit(array, shape, zero, n == 2 ? plain_float : io_plain, false) == 0);
      assert_ok(hearth_array_destroy(&array));
      assert_ok(hearth_variable_destroy(&variable));
      int64_t touched = 0;
      for (size_t i = 0; i < sizeof memory / sizeof memory[0]; i++) touched += memory[i] != 77.0;
      assert_all(touched <= NX * NY); /* nothing beside the elements was written */
    }
  assert_ok(hearth_layout_destroy(&layout));
  assert_ok(hearth_file_destroy(&file));
  test_context_destroy(&ctx);
  io_remove(path);
}

/* Boxes outside, wrong numbers of dimensions, NULL. */
static void arguments(void **state) {
  (void)state;
  char path[TEST_PATH];
  io_temporary("arguments.h5", path);
  make_hdf5(path);
  hearth_context *ctx = test_context(HEARTH_BACKEND_DEFAULT);
  hearth_file *file = NULL;
  hearth_variable *variable = NULL;
  hearth_array *array = NULL;
  const int64_t outside[2] = {1, 0}, negative[2] = {-1, 0};
  int64_t shape[2];
  int32_t n;
  char name[4];
  assert_ok(hearth_file_open(ctx, path, &file));
  assert_ok(hearth_variable_open(file, "single", &variable));
  assert_ok(hearth_variable_load(variable, 1, &array));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_variable_read(variable, outside, 2, array));
  io_assert_message("outside its extent 6");
  assert_status(HEARTH_ERR_ARGUMENT, hearth_variable_read(variable, negative, 2, array));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_variable_read(variable, outside, 1, array));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_variable_read(variable, NULL, 2, array));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_variable_read(variable, outside, 2, NULL));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_variable_read(NULL, outside, 2, array));
  /* wrong on one rank alone: told to all */
  assert_status(HEARTH_ERR_ARGUMENT, hearth_variable_read(variable, test_rank == test_size - 1 ? outside : (const int64_t[]){0, 0}, 2, array));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_variable_shape(variable, 3, shape));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_variable_ndim(variable, NULL));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_file_variables(NULL, &n));
  assert_ok(hearth_file_variables(file, &n));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_file_variable_name(file, n, name, sizeof name));
  assert_ok(hearth_file_variable_name(file, 0, name, sizeof name));
  assert_all(strlen(name) == 3); /* cut */
  assert_ok(hearth_array_destroy(&array));
  assert_ok(hearth_file_destroy(&file));
  assert_ok(hearth_variable_destroy(&variable)); /* it kept the file open */
  test_context_destroy(&ctx);
  io_remove(path);
}

/* An integer array keeps the packed missing values when nothing is scaled. */
static void keeps_missing(void **state) {
  (void)state;
  char path[TEST_PATH];
  io_temporary("keeps.h5", path);
  MPI_Barrier(MPI_COMM_WORLD);
  if (test_rank == 0) {
    made_values *v = malloc(sizeof *v);
    const int16_t fill = -32767;
    fill_values(v);
    const hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    const hid_t id = dataset(file, "x", H5T_STD_I16LE, H5T_NATIVE_INT16, NULL, v->packed);
    attribute(id, "_FillValue", H5T_STD_I16LE, 1, &fill);
    H5Dclose(id);
    H5Fclose(file);
    free(v);
  }
  MPI_Barrier(MPI_COMM_WORLD);
  hearth_context *ctx = test_context(HEARTH_BACKEND_DEFAULT);
  hearth_file *file = NULL;
  hearth_variable *variable = NULL;
  assert_ok(hearth_file_open(ctx, path, &file));
  assert_ok(hearth_variable_open(file, NULL, &variable)); /* the only one */
  io_check_all(variable, HEARTH_INT16, as_short);
  io_check_all(variable, HEARTH_INT64, as_short);
  assert_ok(hearth_variable_destroy(&variable));
  assert_ok(hearth_file_destroy(&file));
  test_context_destroy(&ctx);
  io_remove(path);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(hdf5_files), cmocka_unit_test(silence), cmocka_unit_test(windows), cmocka_unit_test(arguments),
                                          cmocka_unit_test(keeps_missing)};
HEARTH_TEST_MAIN(tests)
