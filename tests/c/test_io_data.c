/* Real files. The numbers were obtained with python-netCDF4 1.7 (masked values as NaN, scale and offset applied), h5py 3.16 and numpy: one element each at
 * chosen places, the sum of all finite values, and how many are missing. */
#include "test_io_support.h"

static const hearth_backend backends[] = {TEST_BACKENDS};

typedef struct element {
  int64_t at[4];
  double value;
} element;

typedef struct data_case {
  const char *path, *format, *variable;
  int32_t ndim;
  int64_t shape[4];
  int32_t dtype, stored;
  const char *dim[4]; /* names; NULL: not looked at */
  int32_t unlimited;  /* dimension, -1: none */
  double sum;
  int64_t missing;
  element elements[3];
} data_case;

#define F32 HEARTH_FLOAT32
#define F64 HEARTH_FLOAT64
static const data_case cases[] = {
    {"eofs/hgt_djf.nc",
     "netcdf-classic",
     "z",
     4,
     {65, 1, 29, 49},
     F64,
     F64,
     {"time", "pressure", "latitude", "longitude"},
     0,
     497189584.2140189,
     0,
     {{{0, 0, 0, 0}, 5850.350105794271}, {{64, 0, 28, 48}, 5068.285773308722}, {{32, 0, 14, 20}, 5312.527424235921}}},
    {"eofs/sst_ndjfm_anom.nc",
     "netcdf-classic",
     "sst",
     3,
     {50, 18, 30},
     F64,
     F64,
     {NULL},
     -2,
     2774.011361350828,
     4500,
     {{{0, 0, 0}, 0.43180797846112035}, {{49, 17, 29}, NAN}, {{49, 17, 29}, NAN}}},
    {"ersst/ersstv5_2010-2020.nc",
     "netcdf4",
     "sst",
     3,
     {128, 89, 180},
     F32,
     F32,
     {"time", "lat", "lon"},
     0,
     19756415.898429092,
     644096,
     {{{0, 44, 90}, 29.73166275024414}, {{127, 10, 0}, 10.87916088104248}, {{5, 80, 20}, NAN}}},
    {"ersst/ersstv5_2010-2020.nc", "netcdf4", "time", 1, {128}, F64, F64, {"time"}, 0, 10065014.0, 0, {{{0}, 76701.0}, {{127}, 80566.0}, {{0}, 76701.0}}},
    {"ukmo/A1B_north_america.nc",
     "netcdf4",
     "air_temperature",
     3,
     {240, 37, 49},
     F32,
     F32,
     {"time", "latitude", "longitude"},
     0,
     124652149.10107422,
     0,
     {{{0, 0, 0}, 296.0785827636719}, {{239, 36, 48}, 278.6660461425781}, {{100, 20, 30}, 281.9195251464844}}},
    {"ukmo/A1B_north_america.nc", "netcdf4", "height", 0, {1}, F64, F64, {NULL}, -1, 1.5, 0, {{{0}, 1.5}, {{0}, 1.5}, {{0}, 1.5}}},
    {"ferret/coads_climatology.cdf",
     "netcdf-classic",
     "SST",
     3,
     {12, 90, 180},
     F32,
     F32,
     {"TIME", "COADSY", "COADSX"},
     0,
     1895993.7036208466,
     89622,
     {{{0, 45, 90}, 26.615415573120117}, {{11, 0, 0}, NAN}, {{6, 60, 100}, 21.149545669555664}}},
    {"navy/monthly_navy_winds.cdf",
     "netcdf-classic",
     "UWND",
     3,
     {132, 73, 144},
     F32,
     F32,
     {"TIME", "FNOCY", "FNOCX"},
     0,
     36769.15470112301,
     0,
     {{{0, 0, 0}, 0.8971721529960632}, {{131, 72, 143}, -2.1976239681243896}, {{50, 36, 70}, -2.064549207687378}}},
    {"heat/iris.nc", "netcdf4", "data", 2, {150, 4}, F64, F64, {"data_dim_0", "data_dim_1"}, -1, 2078.2, 0, {{{0, 0}, 5.1}, {{149, 3}, 1.8}, {{149, 2}, 5.1}}},
    {"heat/iris.h5", "hdf5", "data", 2, {150, 4}, F64, F64, {"", ""}, -1, 2078.2, 0, {{{0, 0}, 5.1}, {{149, 3}, 1.8}, {{149, 2}, 5.1}}},
    {"heat/iris.csv", "csv", "data", 2, {150, 4}, F64, F64, {"", ""}, -1, 2078.2, 0, {{{0, 0}, 5.1}, {{149, 3}, 1.8}, {{149, 2}, 5.1}}},
    {"sklearn/iris.csv", "csv", "data", 2, {150, 5}, F64, F64, {"", ""}, -1, 2228.7, 0, {{{0, 0}, 5.1}, {{149, 4}, 2.0}, {{149, 2}, 5.1}}},
    {"heat/iris_y_pred_proba.csv",
     "csv",
     "data",
     2,
     {75, 3},
     F64,
     F64,
     {NULL},
     -1,
     75.0,
     0,
     {{{0, 0}, 5.028103091940231e-298}, {{3, 1}, 1.9909119410818694e-06}, {{3, 1}, 1.9909119410818694e-06}}},
    {"ezyrb/snapshots_vx.npy",
     "npy",
     "data",
     2,
     {59, 3067},
     F64,
     F64,
     {"", ""},
     -1,
     241741.12266459694,
     0,
     {{{0, 0}, 0.0}, {{58, 3066}, 0.0}, {{30, 1000}, 0.0}}},
    {"ezyrb/cells.npy",
     "npy",
     NULL,
     2,
     {5768, 3},
     HEARTH_INT32,
     HEARTH_INT32,
     {"", ""},
     -1,
     26394737.0,
     0,
     {{{0, 0}, 2144.0}, {{0, 2}, 2138.0}, {{5767, 2}, 154.0}}},
    {"pydmd/heat_90.npy", "npy", NULL, 2, {441, 100}, F64, F64, {"", ""}, -1, -1117.555912558462, 0, {{{440, 99}, 0.0}, {{10, 3}, 0.0}, {{440, 99}, 0.0}}},
};

static void check_metadata(hearth_file *file, const data_case *c) {
  hearth_variable *variable = NULL;
  int32_t ndim, dtype, stored, unlimited;
  int64_t shape[4] = {1};
  char name[64];
  assert_string_equal(hearth_file_format(file), c->format);
  assert_ok(hearth_variable_open(file, c->variable, &variable));
  assert_ok(hearth_variable_ndim(variable, &ndim));
  assert_all(ndim == c->ndim);
  assert_ok(hearth_variable_shape(variable, ndim, shape));
  assert_ok(hearth_variable_dtype(variable, &dtype, &stored));
  assert_all(dtype == c->dtype && stored == c->stored);
  for (int32_t d = 0; d < ndim; d++) {
    assert_all(shape[d] == c->shape[d]);
    assert_ok(hearth_variable_dimension(variable, d, name, sizeof name, &unlimited));
    if (c->dim[0]) assert_string_equal(name, c->dim[d]);
    if (c->unlimited != -2) assert_all(unlimited == (d == c->unlimited));
  }
  assert_ok(hearth_variable_destroy(&variable));
}

static void values(void **state) {
  (void)state;
  char path[TEST_PATH];
  for (size_t b = 0; b < sizeof backends / sizeof backends[0]; b++)
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
      const data_case *c = &cases[i];
      if (!test_data(c->path, path)) continue;
      hearth_context *ctx = test_context(backends[b]);
      hearth_file *file = NULL;
      assert_ok(hearth_file_open(ctx, path, &file));
      check_metadata(file, c);
      for (int e = 0; e < 3; e++) {
        const double x = io_element(file, c->variable, c->elements[e].at);
        assert_all(isnan(c->elements[e].value) ? isnan(x) : x == c->elements[e].value);
      }
      for (int32_t axis = -1; axis < c->ndim; axis++) { /* replicated: every rank sums all */
        double sum;
        int64_t missing;
        io_sum(file, c->variable, axis, &sum, &missing);
        const int copies = axis < 0 ? test_size : 1;
        assert_near(sum / copies, c->sum, 1e-9 * fabs(c->sum) + 1e-9);
        assert_all(missing == copies * c->missing);
      }
      assert_ok(hearth_file_destroy(&file));
      test_context_destroy(&ctx);
    }
}

/* Element by element against one rank's own full read of the same variable, in every layout: three kinds of storage. */
static const double *whole;
static double from_whole(int64_t linear) {
  return whole[linear];
}

static void layouts(void **state) {
  (void)state;
  static const struct {
    const char *path, *name;
  } files[] = {
      {"ukmo/A1B_north_america.nc", "air_temperature"}, {"ferret/coads_climatology.cdf", "SST"}, {"heat/iris.csv", "data"}, {"pydmd/heat_90.npy", "data"}};
  char path[TEST_PATH];
  for (size_t b = 0; b < sizeof backends / sizeof backends[0]; b++)
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
      if (!test_data(files[i].path, path)) continue;
      hearth_context *ctx = test_context(backends[b]);
      hearth_file *file = NULL;
      hearth_variable *variable = NULL;
      hearth_layout *layout = NULL;
      hearth_array *all = NULL;
      hearth_window w;
      const int64_t zero[3] = {0};
      int64_t shape[3], small[3];
      int32_t ndim;
      assert_ok(hearth_file_open(ctx, path, &file));
      assert_ok(hearth_variable_open(file, files[i].name, &variable));
      assert_ok(hearth_variable_ndim(variable, &ndim));
      assert_ok(hearth_variable_shape(variable, ndim, shape));
      assert_ok(hearth_layout_split(ctx, ndim, shape, -1, &layout));
      assert_ok(hearth_array_create(layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, &all));
      assert_ok(hearth_variable_read(variable, zero, ndim, all));
      assert_ok(hearth_array_access(all, 0, HEARTH_READ, &w));
      whole = w.base;
      for (int32_t d = 0; d < ndim; d++) small[d] = shape[d] < 13 ? shape[d] : 13; /* a box: the reference backend is slow */
      const int64_t start[3] = {shape[0] - small[0], (shape[1] - small[1]) / 2, ndim > 2 ? (shape[2] - small[2]) / 3 : 0};
      hearth_layout *part = NULL;
      for (int which = 0; (part = io_layout(ctx, ndim, small, which)); which++) {
        io_check_box(variable, part, HEARTH_FLOAT32, which % 2, ndim, shape, start, from_whole);
        io_check_box(variable, part, HEARTH_FLOAT64, (which + 1) % 2, ndim, shape, start, from_whole);
        assert_ok(hearth_layout_destroy(&part));
      }
      hearth_array_release(all, 0);
      assert_ok(hearth_array_destroy(&all));
      assert_ok(hearth_layout_destroy(&layout));
      assert_ok(hearth_variable_destroy(&variable));
      assert_ok(hearth_file_destroy(&file));
      test_context_destroy(&ctx);
    }
}

static void complex_values(void **state) {
  (void)state;
  char path[TEST_PATH];
  if (!test_data("pydmd/input_sample.npy", path)) return;
  hearth_context *ctx = test_context(HEARTH_BACKEND_DEFAULT);
  hearth_file *file = NULL;
  hearth_variable *variable = NULL;
  hearth_array *array = NULL;
  hearth_window w;
  int32_t dtype, stored;
  assert_ok(hearth_file_open(ctx, path, &file));
  assert_ok(hearth_variable_open(file, "", &variable));
  assert_ok(hearth_variable_dtype(variable, &dtype, &stored));
  assert_all(dtype == HEARTH_COMPLEX128 && stored == HEARTH_COMPLEX128);
  assert_ok(hearth_variable_load(variable, -1, &array));
  assert_ok(hearth_array_access(array, 0, HEARTH_READ, &w));
  const double *last = (const double *)((char *)w.base + 399 * w.stride[0] + 14 * w.stride[1]);
  const double *other = (const double *)((char *)w.base + 10 * w.stride[0] + 3 * w.stride[1]);
  assert_all(last[0] == -0.00015057454778290744 && last[1] == -0.00010939881259945726);
  assert_all(other[0] == 0.0029058840210227895 && other[1] == -0.0005549821980361412);
  hearth_array_release(array, 0);
  assert_ok(hearth_array_destroy(&array));
  assert_ok(hearth_variable_destroy(&variable));
  assert_ok(hearth_file_destroy(&file));
  test_context_destroy(&ctx);
}

static void attributes(void **state) {
  (void)state;
  char path[TEST_PATH], text[200];
  double value;
  int32_t found;
  if (!test_data("ersst/ersstv5_2010-2020.nc", path)) return;
  hearth_context *ctx = test_context(HEARTH_BACKEND_DEFAULT);
  hearth_file *file = NULL;
  hearth_variable *variable = NULL;
  assert_ok(hearth_file_open(ctx, path, &file));
  assert_ok(hearth_file_attribute_text(file, "title", text, sizeof text, &found));
  assert_all(found && strcmp(text, "NOAA ERSSTv5 (in situ only)") == 0);
  assert_ok(hearth_file_attribute_text(file, "title", text, 5, &found));
  assert_all(found && strcmp(text, "NOAA") == 0);
  assert_ok(hearth_variable_open(file, "time", &variable));
  assert_ok(hearth_variable_attribute_text(variable, "units", text, sizeof text, &found));
  assert_all(found && strcmp(text, "days since 1800-01-01") == 0);
  assert_ok(hearth_variable_attribute_number(variable, "actual_range", &value, &found));
  assert_all(found && value == 19723.0);
  assert_ok(hearth_variable_attribute_number(variable, "units", &value, &found));
  assert_all(!found);
  assert_ok(hearth_variable_destroy(&variable));
  assert_status(HEARTH_ERR_NOT_FOUND, hearth_variable_open(file, "salt", &variable));
  io_assert_message("lat, lon, time, sst");
  assert_status(HEARTH_ERR_NOT_FOUND, hearth_variable_open(file, NULL, &variable));
  assert_all(variable == NULL);
  assert_ok(hearth_file_destroy(&file));
  test_context_destroy(&ctx);
}

/* A source reads boxes from the file, and keeps it open. */
static void sources(void **state) {
  (void)state;
  char path[TEST_PATH];
  if (!test_data("ukmo/A1B_north_america.nc", path)) return;
  hearth_context *ctx = test_context(HEARTH_BACKEND_DEFAULT);
  hearth_file *file = NULL;
  hearth_variable *variable = NULL;
  hearth_source *source = NULL;
  assert_ok(hearth_file_open(ctx, path, &file));
  assert_ok(hearth_variable_open(file, "air_temperature", &variable));
  assert_ok(hearth_source_create(ctx, &source));
  assert_ok(hearth_variable_source(variable, 0, source));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_variable_source(variable, 7, source));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_variable_source(variable, 0, NULL));
  assert_ok(hearth_variable_destroy(&variable));
  assert_ok(hearth_file_destroy(&file));
  assert_ok(hearth_source_destroy(&source));
  test_context_destroy(&ctx);
}

/* Box after box under a memory cap well below the file's size: the stages and the cache keep to it. */
static void capped(void **state) {
  (void)state;
  enum { STEPS = 16 };
  char path[TEST_PATH];
  if (!test_data("ersst/ersstv5_2010-2020.nc", path)) return;
  hearth_context_options options = HEARTH_CONTEXT_OPTIONS_INIT;
  options.leak_check = 1;
  options.backend = HEARTH_BACKEND_GUARD;
  options.memory_cap = 4 << 20;
  hearth_context *ctx = test_context_with(&options);
  hearth_file *file = NULL;
  hearth_variable *variable = NULL;
  hearth_layout *layout = NULL;
  hearth_array *array = NULL;
  const int64_t box[3] = {STEPS, 89, 180};
  double sum = 0.0;
  assert_ok(hearth_file_open(ctx, path, &file));
  assert_ok(hearth_variable_open(file, "sst", &variable));
  assert_ok(hearth_layout_split(ctx, 3, box, 2, &layout));
  assert_ok(hearth_array_create(layout, HEARTH_FLOAT64, HEARTH_COLUMN_MAJOR, &array));
  for (int64_t from = 0; from < 128; from += STEPS) {
    hearth_window w;
    assert_ok(hearth_variable_read(variable, (const int64_t[]){from, 0, 0}, 3, array));
    assert_ok(hearth_array_access(array, 0, HEARTH_READ, &w));
    for (int64_t i = 0; i < w.extent[0] * w.extent[1] * w.extent[2]; i++) {
      const double x = io_load(&w, (const int64_t[]){i % STEPS, i / STEPS % 89, i / STEPS / 89});
      if (!isnan(x)) sum += x;
    }
    hearth_array_release(array, 0);
  }
  MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
  assert_near(sum, 19756415.898429092, 1e-3);
  assert_ok(hearth_array_destroy(&array));
  assert_ok(hearth_layout_destroy(&layout));
  assert_ok(hearth_variable_destroy(&variable));
  assert_ok(hearth_file_destroy(&file));
  test_context_destroy(&ctx);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(values),     cmocka_unit_test(layouts), cmocka_unit_test(complex_values),
                                          cmocka_unit_test(attributes), cmocka_unit_test(sources), cmocka_unit_test(capped)};
HEARTH_TEST_MAIN(tests)
