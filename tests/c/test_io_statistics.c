/* Order statistics of real data: sea surface temperature with land missing. The numbers are numpy 1.26's on the values that are not NaN, in float64. */
#include "harness.h"
#include <hearth/io.h>
#include <math.h>

static const double percents[] = {0, 1, 5, 25, 50, 75, 95, 99, 100};
static const double expected[] = {-1.7999999523162842, -1.7999999523162842, -1.7999999523162842, 1.7485104501247406, 15.122429847717285,
                                  25.730466842651367,  29.33404369354248,   30.1194404220581,    34.102882385253906};
static const double expected_counts[] = {353103, 105562, 95638, 88793, 85107, 99468, 120331, 180398, 274651, 3413};
enum { PERCENTS = sizeof percents / sizeof *percents, BINS = sizeof expected_counts / sizeof *expected_counts };

static hearth_array *read_sst(hearth_context *ctx, const char *path, int32_t axis, int32_t order) {
  hearth_file *file = NULL;
  hearth_variable *variable = NULL;
  hearth_layout *layout = NULL;
  hearth_array *array = NULL;
  const int64_t shape[3] = {128, 89, 180};
  assert_ok(hearth_file_open(ctx, path, &file));
  assert_ok(hearth_variable_open(file, "sst", &variable));
  assert_ok(hearth_layout_split(ctx, 3, shape, axis, &layout));
  assert_ok(hearth_array_create(layout, HEARTH_FLOAT32, order, &array));
  assert_ok(hearth_variable_read(variable, (const int64_t[]){0, 0, 0}, 3, array));
  assert_ok(hearth_layout_destroy(&layout));
  assert_ok(hearth_variable_destroy(&variable));
  assert_ok(hearth_file_destroy(&file));
  return array;
}

/* All of a replicated vector. */
static void assert_vector(hearth_array *array, int n, const double *numbers, double tolerance) {
  hearth_window w;
  assert_ok(hearth_array_access(array, 0, HEARTH_READ, &w));
  assert_all(w.extent[0] == n);
  for (int i = 0; i < n; i++) {
    const double x = w.dtype == HEARTH_INT64 ? (double)((const int64_t *)w.base)[i] : ((const double *)w.base)[i];
    assert_near(x, numbers[i], tolerance);
  }
  assert_ok(hearth_array_release(array, 0));
}

static void sea_surface_temperature(void **state) {
  (void)state;
  char path[TEST_PATH];
  if (!test_data("ersst/ersstv5_2010-2020.nc", path)) return;
  const hearth_backend backends[] = {HEARTH_BACKEND_CPU, HEARTH_BACKEND_GUARD}; /* guard runs the reference kernels: once is long enough */
  hearth_reduce_options options = HEARTH_REDUCE_OPTIONS_INIT;
  options.nan_policy = HEARTH_NAN_OMIT;
  for (size_t k = 0; k < sizeof backends / sizeof *backends; k++)
    for (int32_t axis = k ? 0 : -1; axis < (k ? 1 : 3); axis++) {
      hearth_context *ctx = test_context(backends[k]);
      hearth_array *sst = read_sst(ctx, path, axis, axis % 2 ? HEARTH_COLUMN_MAJOR : HEARTH_ROW_MAJOR), *found = NULL, *counts = NULL, *edges = NULL;
      assert_ok(hearth_percentile(sst, PERCENTS, percents, 0, NULL, HEARTH_QUANTILE_LINEAR, &options, &found));
      assert_vector(found, PERCENTS, expected, 1e-14);
      hearth_array_destroy(&found);
      assert_ok(hearth_median(sst, 0, NULL, &options, &found));
      assert_vector(found, 1, &expected[4], 0);
      hearth_array_destroy(&found);
      assert_ok(hearth_histogram(sst, BINS, expected[0], expected[PERCENTS - 1], NULL, &counts, &edges));
      assert_vector(counts, BINS, expected_counts, 0);
      hearth_array_destroy(&counts);
      hearth_array_destroy(&edges);
      assert_status(HEARTH_ERR_NOT_FINITE, hearth_median(sst, 0, NULL, NULL, &found));
      assert_status(HEARTH_ERR_NOT_FINITE, hearth_histogram(sst, BINS, NAN, NAN, NULL, &counts, &edges));
      hearth_array_destroy(&sst);
      test_context_destroy(&ctx);
    }
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(sea_surface_temperature)};
HEARTH_TEST_MAIN(tests)
