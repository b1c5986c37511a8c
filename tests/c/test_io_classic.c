/* Classic NetCDF files made here by the NetCDF library: record variables, types, truncation. */
#include "test_io_values.h"
#include <stdlib.h>

#ifdef HEARTH_HAVE_NETCDF
#include <netcdf.h>

static const hearth_backend backends[] = {TEST_BACKENDS};
#define NC(call) assert_int_equal((call), NC_NOERR)
static double bytes(int64_t i) {
  return (double)(200 + i % 50);
}
static double records(int64_t i) {
  return i == 3 ? NAN : (double)i * 0.5;
}

/* Two record variables of different sizes: records are interleaved and padded. */
static void make_classic(const char *path, int mode) {
  MPI_Barrier(MPI_COMM_WORLD);
  if (test_rank == 0) {
    int id, dims[2], time, p, u, r, s, t, w;
    const short fill = -32767, missing[2] = {-9999, -32767}, range[2] = {-2000, 2000};
    const double scale = 0.01, offset = 273.15, gone = 1.5;
    made_values *v = malloc(sizeof *v);
    signed char raw[NX * NY];
    fill_values(v);
    for (int i = 0; i < NX * NY; i++) raw[i] = (signed char)(200 + i % 50);
    NC(nc_create(path, mode | NC_CLOBBER, &id));
    NC(nc_def_dim(id, "time", NC_UNLIMITED, &time));
    NC(nc_def_dim(id, "x", NX, &dims[0]));
    NC(nc_def_dim(id, "y", NY, &dims[1]));
    NC(nc_def_var(id, "packed", NC_SHORT, 2, dims, &p));
    NC(nc_put_att_short(id, p, "_FillValue", NC_SHORT, 1, &fill));
    NC(nc_put_att_short(id, p, "missing_value", NC_SHORT, 2, missing));
    NC(nc_put_att_short(id, p, "valid_range", NC_SHORT, 2, range));
    NC(nc_put_att_double(id, p, "scale_factor", NC_DOUBLE, 1, &scale));
    NC(nc_put_att_double(id, p, "add_offset", NC_DOUBLE, 1, &offset));
    NC(nc_def_var(id, "bytes", NC_BYTE, 2, dims, &u));
    NC(nc_put_att_text(id, u, "_Unsigned", 4, "true"));
    NC(nc_def_var(id, "record", NC_DOUBLE, 1, &time, &r));
    NC(nc_put_att_double(id, r, "missing_value", NC_DOUBLE, 1, &gone));
    NC(nc_def_var(id, "step", NC_SHORT, 1, &time, &s));
    NC(nc_def_var(id, "name", NC_CHAR, 1, &dims[1], &t));
    NC(nc_def_var(id, "wrapped", NC_SHORT, 2, dims, &w));
    NC(nc_put_att_text(id, w, "_Unsigned", 4, "true"));
    NC(nc_enddef(id));
    NC(nc_put_var_short(id, p, v->packed));
    NC(nc_put_var_schar(id, u, raw));
    NC(nc_put_var_short(id, w, (const short *)v->two));
    for (size_t i = 0; i < 9; i++) {
      const size_t one = 1;
      const double x = 0.5 * (double)i;
      const short k = (short)i;
      NC(nc_put_vara_double(id, r, &i, &one, &x));
      NC(nc_put_vara_short(id, s, &i, &one, &k));
    }
    NC(nc_close(id));
    free(v);
  }
  MPI_Barrier(MPI_COMM_WORLD);
}

static void classic_files(void **state) {
  (void)state;
  static const int modes[] = {NC_CLASSIC_MODEL, NC_64BIT_OFFSET, NC_64BIT_DATA};
  static const struct {
    const char *name;
    int32_t stored, dtype, into;
    io_value value;
  } variables[] = {{"packed", HEARTH_INT16, HEARTH_FLOAT64, HEARTH_FLOAT64, unpacked},  {"packed", HEARTH_INT16, HEARTH_FLOAT64, HEARTH_FLOAT32, unpacked},
                   {"bytes", HEARTH_UINT8, HEARTH_UINT8, HEARTH_UINT8, bytes},          {"bytes", HEARTH_UINT8, HEARTH_UINT8, HEARTH_FLOAT64, bytes},
                   {"record", HEARTH_FLOAT64, HEARTH_FLOAT64, HEARTH_FLOAT64, records}, {"step", HEARTH_INT16, HEARTH_INT16, HEARTH_INT16, count},
                   {"wrapped", HEARTH_INT16, HEARTH_INT32, HEARTH_INT32, large}};
  char path[TEST_PATH], copy[TEST_PATH];
  io_temporary("classic.nc", path);
  io_temporary("classic-cut.nc", copy);
  for (size_t m = 0; m < 3; m++) {
    make_classic(path, modes[m]);
    for (size_t b = 0; b < sizeof backends / sizeof backends[0]; b++) {
      hearth_context *ctx = test_context(backends[b]);
      hearth_file *file = NULL;
      hearth_variable *variable = NULL;
      assert_ok(hearth_file_open(ctx, path, &file));
      assert_string_equal(hearth_file_format(file), "netcdf-classic");
      for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
        int32_t dtype, stored;
        assert_ok(hearth_variable_open(file, variables[i].name, &variable));
        assert_ok(hearth_variable_dtype(variable, &dtype, &stored));
        assert_all(stored == variables[i].stored && dtype == variables[i].dtype);
        io_check_all(variable, variables[i].into, variables[i].value);
        assert_ok(hearth_variable_destroy(&variable));
      }
      assert_status(HEARTH_ERR_UNSUPPORTED, hearth_variable_open(file, "name", &variable));
      assert_ok(hearth_file_destroy(&file));
      for (long cut = -4; cut > -400; cut -= 30) { /* beyond the padding at the end, every missing byte is noticed */
        io_copy_part(path, copy, cut);
        assert_status(HEARTH_ERR_FORMAT, hearth_file_open(ctx, copy, &file));
      }
      test_context_destroy(&ctx);
    }
  }
  io_remove(path);
  io_remove(copy);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(classic_files)};
#else
static void no_netcdf(void **state) {
  (void)state;
  skip();
}
static const struct CMUnitTest tests[] = {cmocka_unit_test(no_netcdf)};
#endif
HEARTH_TEST_MAIN(tests)
