/* hearth_pca_write: what is in the file is what the estimator says, under the names and in the order that CF readers expect. */
#include "harness.h"
#include "pca_case.h"
#include <stdlib.h>
#include <unistd.h>

enum { MODES = 3, NX = 6, NY = 5, SAMPLES = 12 };
static const char *const path = "test_pca_write.nc";

static double *read_all(hearth_file *file, const char *name, int32_t ndim, const int64_t *expected) {
  hearth_variable *variable = NULL;
  hearth_array *array = NULL;
  hearth_window w;
  int32_t found = 0;
  int64_t shape[HEARTH_MAX_NDIM], n = 1;
  assert_ok(hearth_variable_open(file, name, &variable));
  assert_ok(hearth_variable_ndim(variable, &found));
  assert_all(found == ndim);
  assert_ok(hearth_variable_shape(variable, ndim, shape));
  for (int32_t d = 0; d < ndim; d++) {
    assert_all(shape[d] == expected[d]);
    n *= shape[d];
  }
  assert_ok(hearth_variable_load(variable, -1, &array));
  assert_ok(hearth_array_access(array, 0, HEARTH_READ, &w));
  assert_all(w.dtype == HEARTH_FLOAT64);
  double *values = malloc((size_t)n * sizeof *values);
  memcpy(values, w.base, (size_t)n * sizeof *values);
  assert_ok(hearth_array_release(array, 0));
  hearth_array_destroy(&array);
  hearth_variable_destroy(&variable);
  return values;
}

static void check_text(hearth_file *file, const char *name, const char *attribute, const char *expected) {
  hearth_variable *variable = NULL;
  char text[200];
  int32_t found = 0;
  assert_ok(hearth_variable_open(file, name, &variable));
  assert_ok(hearth_variable_attribute_text(variable, attribute, text, sizeof text, &found));
  assert_all(found && strcmp(text, expected) == 0);
  hearth_variable_destroy(&variable);
}

/* A column-major model field [NX, NY], split over the ranks along y, point (1, 2) masked. */
static hearth_pca *stream(hearth_context *ctx, hearth_array **field, hearth_metric **metric) {
  const int64_t shape[2] = {NX, NY};
  const int32_t axes[2] = {0, 1};
  double lon[NX], lat[NY];
  hearth_layout *layout = NULL;
  hearth_array *mask = NULL;
  hearth_pca *pca = NULL;
  for (int i = 0; i < NX; i++) lon[i] = 10 * i;
  for (int j = 0; j < NY; j++) lat[j] = 30 + 5 * j;
  assert_ok(hearth_layout_split(ctx, 2, shape, 1, &layout));
  assert_ok(hearth_array_create(layout, HEARTH_FLOAT64, HEARTH_COLUMN_MAJOR, field));
  assert_ok(hearth_array_set_name(*field, "height", "m"));
  assert_ok(hearth_array_set_axis(*field, 0, "lon", "degrees_east", NX, lon));
  assert_ok(hearth_array_set_axis(*field, 1, "lat", "degrees_north", NY, lat));
  assert_ok(hearth_array_create(layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, &mask));
  assert_ok(hearth_metric_create(ctx, metric));
  for (int t = -1; t < SAMPLES; t++) { /* t = -1 fills the mask */
    hearth_array *array = t < 0 ? mask : *field;
    hearth_window w;
    assert_ok(hearth_array_access(array, 0, HEARTH_WRITE, &w));
    for (int64_t i = 0; i < w.extent[0]; i++)
      for (int64_t j = 0; j < w.extent[1]; j++) {
        int64_t y = 0;
        hearth_layout_global_index(layout, 1, j, &y);
        const double value = t < 0 ? !(i == 1 && y == 2) : oracle_value(t, y * NX + i, NX * NY);
        *(double *)((char *)w.base + i * w.stride[0] + j * w.stride[1]) = value;
      }
    assert_ok(hearth_array_release(array, 0));
    if (t < 0) {
      assert_ok(hearth_metric_mask(*metric, 0, mask, 2, axes));
      assert_ok(hearth_pca_create(ctx, MODES, *metric, NULL, &pca));
      assert_ok(hearth_pca_set_time_units(pca, "days since 2000-01-01", NULL));
    } else {
      assert_ok(hearth_pca_partial_fit(pca, array, 0.25 * t));
    }
  }
  hearth_array_destroy(&mask);
  hearth_layout_destroy(&layout);
  return pca;
}

/* Largest difference of this rank's part of the estimator's EOFs [modes, x, y] from the file's [modes, y, x]; masked points are NaN in both. */
static double compare(hearth_pca *pca, const double *file) {
  hearth_array *eof = NULL;
  hearth_layout *layout = NULL;
  hearth_window w;
  double worst = 0;
  assert_ok(hearth_pca_components(pca, 0, &eof));
  assert_ok(hearth_array_layout(eof, &layout));
  assert_ok(hearth_array_access(eof, 0, HEARTH_READ, &w));
  for (int64_t k = 0; k < w.extent[0]; k++)
    for (int64_t i = 0; i < w.extent[1]; i++)
      for (int64_t j = 0; j < w.extent[2]; j++) {
        int64_t y = 0;
        hearth_layout_global_index(layout, 2, j, &y);
        const double a = *(double *)((char *)w.base + k * w.stride[0] + i * w.stride[1] + j * w.stride[2]), b = file[(k * NY + y) * NX + i];
        if (isnan(a) != isnan(b) || isnan(a) != (i == 1 && y == 2))
          worst = INFINITY;
        else if (!isnan(a))
          worst = fmax(worst, fabs(a - b));
      }
  assert_ok(hearth_array_release(eof, 0));
  hearth_layout_destroy(&layout);
  hearth_array_destroy(&eof);
  return worst;
}

/* What a later projection needs: weights, total variance, samples, divisor. */
static void check_metric(hearth_pca *pca, hearth_file *file) {
  double *weights = read_all(file, "weights", 2, (const int64_t[]){NY, NX}), total = 0, samples = 0, ddof = 0;
  hearth_variable *variable = NULL;
  hearth_array *stored = NULL;
  hearth_window w;
  int32_t found = 0;
  for (int y = 0; y < NY; y++)
    for (int x = 0; x < NX; x++) assert_all(weights[y * NX + x] == !(x == 1 && y == 2));
  free(weights);
  assert_ok(hearth_pca_total_variance(pca, &total));
  assert_ok(hearth_variable_open(file, "total_variance", &variable));
  assert_ok(hearth_variable_load(variable, -1, &stored));
  assert_ok(hearth_array_access(stored, 0, HEARTH_READ, &w));
  assert_all(*(double *)w.base == total);
  assert_ok(hearth_array_release(stored, 0));
  hearth_array_destroy(&stored);
  hearth_variable_destroy(&variable);
  assert_ok(hearth_variable_open(file, "eigenvalue", &variable));
  assert_ok(hearth_variable_attribute_number(variable, "samples", &samples, &found));
  assert_all(found && samples == SAMPLES);
  assert_ok(hearth_variable_attribute_number(variable, "ddof", &ddof, &found));
  assert_all(found && ddof == 1);
  hearth_variable_destroy(&variable);
  check_text(file, "eof", "ancillary_variables", "mean weights");
  check_text(file, "eof", "field", "height");
}

static void a_stream_is_written_as_the_model_would(void **state) {
  (void)state;
  const hearth_backend backends[] = {TEST_BACKENDS};
  for (size_t b = 0; b < sizeof backends / sizeof *backends; b++) {
    hearth_context *ctx = test_context(backends[b]);
    hearth_array *field = NULL;
    hearth_metric *metric = NULL;
    hearth_file *file = NULL;
    assert_ok(hearth_io_attach(ctx));
    hearth_pca *pca = stream(ctx, &field, &metric);
    assert_ok(hearth_pca_write(pca, path));
    assert_ok(hearth_file_open(ctx, path, &file));
    double *eof = read_all(file, "eof", 3, (const int64_t[]){MODES, NY, NX}), *lat = read_all(file, "lat", 1, (const int64_t[]){NY}),
           *time = read_all(file, "time", 1, (const int64_t[]){SAMPLES}), *value = read_all(file, "eigenvalue", 1, (const int64_t[]){MODES}), own[MODES];
    assert_all(compare(pca, eof) == 0);
    assert_ok(hearth_pca_eigenvalues(pca, MODES, own));
    for (int k = 0; k < MODES; k++) assert_all(own[k] == value[k]);
    for (int j = 0; j < NY; j++) assert_all(lat[j] == 30 + 5 * j);
    for (int t = 0; t < SAMPLES; t++) assert_all(time[t] == 0.25 * t);
    check_metric(pca, file);
    check_text(file, "lat", "units", "degrees_north");
    check_text(file, "time", "units", "days since 2000-01-01");
    check_text(file, "mean", "units", "m");
    free(read_all(file, "pc", 2, (const int64_t[]){SAMPLES, MODES}));
    free(read_all(file, "mean", 2, (const int64_t[]){NY, NX}));
    free(eof);
    free(lat);
    free(time);
    free(value);
    hearth_file_destroy(&file);
    hearth_pca_destroy(&pca);
    hearth_array_destroy(&field);
    hearth_metric_destroy(&metric);
    test_context_destroy(&ctx);
    if (test_rank == 0) unlink(path);
  }
}

/* Groups have a mean each, and standardised fields the deviations that they were divided by. */
static void groups_and_deviations_are_written(void **state) {
  (void)state;
  enum { GROUPS = 3 };
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  oracle o = oracle_create(SAMPLES, NX * NY, GROUPS);
  int32_t label[SAMPLES];
  int group[SAMPLES];
  hearth_pca_options options = HEARTH_PCA_OPTIONS_INIT;
  hearth_pca *pca = NULL;
  hearth_file *file = NULL;
  for (int t = 0; t < SAMPLES; t++) group[t] = label[t] = t % GROUPS;
  o.group = group;
  o.standardize = options.standardize = 1;
  oracle_solve(&o);
  hearth_array *x = case_array(ctx, &o, TABLE_SPLIT_LAST, 0, NY, NX, HEARTH_FLOAT64, HEARTH_ROW_MAJOR);
  assert_ok(hearth_io_attach(ctx));
  assert_ok(hearth_pca_create(ctx, MODES, NULL, &options, &pca));
  assert_ok(hearth_pca_set_groups(pca, GROUPS, SAMPLES, label));
  assert_ok(hearth_pca_fit(pca, x, 0));
  assert_ok(hearth_pca_write(pca, path));
  assert_ok(hearth_file_open(ctx, path, &file));
  double *mean = read_all(file, "climatology", 3, (const int64_t[]){GROUPS, NY, NX}),
         *deviation = read_all(file, "standard_deviation", 2, (const int64_t[]){NY, NX}), worst = 0;
  for (int64_t i = 0; i < GROUPS * o.p; i++) worst = fmax(worst, fabs(mean[i] - o.mean[i]));
  for (int64_t i = 0; i < o.p; i++) worst = fmax(worst, fabs(deviation[i] - o.std[i]));
  assert_all(worst < 1e-11);
  check_text(file, "eof", "ancillary_variables", "climatology weights standard_deviation");
  check_text(file, "eof", "climatology", "group");
  free(mean);
  free(deviation);
  hearth_file_destroy(&file);
  hearth_pca_destroy(&pca);
  hearth_array_destroy(&x);
  oracle_free(&o);
  test_context_destroy(&ctx);
  if (test_rank == 0) unlink(path);
}

static void failures_leave_no_file(void **state) {
  (void)state;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  hearth_array *field = NULL;
  hearth_metric *metric = NULL;
  hearth_pca *empty = NULL, *pca = stream(ctx, &field, &metric);
  assert_status(HEARTH_ERR_NOT_BUILT, hearth_pca_write(pca, path)); /* nothing attached */
  assert_ok(hearth_io_attach(ctx));
  assert_status(HEARTH_ERR_FILE, hearth_pca_write(pca, "/nonexistent-folder/x.nc"));
  assert_ok(hearth_pca_create(ctx, 2, NULL, NULL, &empty));
  assert_status(HEARTH_ERR_STATE, hearth_pca_write(empty, path));
  assert_all(access(path, F_OK) != 0);
  hearth_pca_destroy(&empty);
  hearth_pca_destroy(&pca);
  hearth_array_destroy(&field);
  hearth_metric_destroy(&metric);
  test_context_destroy(&ctx);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_stream_is_written_as_the_model_would),
    cmocka_unit_test(groups_and_deviations_are_written),
    cmocka_unit_test(failures_leave_no_file),
};
HEARTH_TEST_MAIN(tests)
