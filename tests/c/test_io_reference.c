/* Real data against stored NumPy solutions (shared/data/ref/reference.h5), by the programming interface: every split, every backend. */
#include "harness.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MODES = 10 };

typedef struct reference {
  int64_t points, samples;
  double *eigenvalues, *fraction, *relgap, *eofs, *pcs, *sqrt_weight, *keep;
} reference;

/* A whole variable on every rank. */
static double *load_all(hearth_context *ctx, const char *path, const char *name, int64_t *count) {
  hearth_file *file = NULL;
  hearth_variable *variable = NULL;
  hearth_layout *layout = NULL;
  hearth_array *array = NULL;
  hearth_window w;
  int32_t ndim = 0;
  int64_t shape[HEARTH_MAX_NDIM], zero[HEARTH_MAX_NDIM] = {0}, n = 1;
  assert_ok(hearth_file_open(ctx, path, &file));
  assert_ok(hearth_variable_open(file, name, &variable));
  assert_ok(hearth_variable_ndim(variable, &ndim));
  assert_ok(hearth_variable_shape(variable, ndim, shape));
  assert_ok(hearth_layout_split(ctx, ndim, shape, -1, &layout));
  assert_ok(hearth_array_create(layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, &array));
  assert_ok(hearth_variable_read(variable, zero, ndim, array));
  for (int32_t d = 0; d < ndim; d++) n *= shape[d];
  double *all = malloc((size_t)n * sizeof *all);
  assert_ok(hearth_array_access(array, 0, HEARTH_READ, &w));
  memcpy(all, w.base, (size_t)n * sizeof *all);
  assert_ok(hearth_array_release(array, 0));
  hearth_array_destroy(&array);
  hearth_layout_destroy(&layout);
  hearth_variable_destroy(&variable);
  hearth_file_destroy(&file);
  *count = n;
  return all;
}

static reference load_reference(hearth_context *ctx, const char *path, const char *name) {
  static const char *const part[] = {"eigenvalues", "fraction", "relgap", "eofs", "pcs", "sqrt_weight", "keep"};
  reference r;
  double **const into[] = {&r.eigenvalues, &r.fraction, &r.relgap, &r.eofs, &r.pcs, &r.sqrt_weight, &r.keep};
  int64_t n = 0, pcs = 0;
  for (int i = 0; i < 7; i++) {
    char dataset[128];
    snprintf(dataset, sizeof dataset, "eof/%s/%s", name, part[i]);
    *into[i] = load_all(ctx, path, dataset, &n);
    if (i == 4) pcs = n;
  }
  r.points = n;
  r.samples = pcs / MODES;
  return r;
}

static void free_reference(reference *r) {
  double *const part[] = {r->eigenvalues, r->fraction, r->relgap, r->eofs, r->pcs, r->sqrt_weight, r->keep};
  for (int i = 0; i < 7; i++) free(part[i]);
}

/* Largest difference of this rank's part of [modes, space...] from the reference; `first` is the flat index of the field's first point. */
static double eof_error(hearth_array *eof, const reference *r, const double *kept, int64_t first) {
  hearth_window w;
  hearth_layout *layout = NULL;
  int32_t ndim = 0;
  int64_t shape[HEARTH_MAX_NDIM], volume = 1;
  double worst = 0;
  assert_ok(hearth_array_ndim(eof, &ndim));
  assert_ok(hearth_array_shape(eof, ndim, shape));
  assert_ok(hearth_array_layout(eof, &layout));
  assert_ok(hearth_array_access(eof, 0, HEARTH_READ, &w));
  for (int32_t d = 0; d < ndim; d++) volume *= w.extent[d];
  for (int64_t e = 0; e < volume; e++) {
    const char *address = w.base;
    int64_t rest = e, mode = 0, flat = 0, stride = 1;
    for (int32_t d = ndim - 1; d >= 0; d--) {
      int64_t global = 0;
      hearth_layout_global_index(layout, d, rest % w.extent[d], &global);
      address += rest % w.extent[d] * w.stride[d];
      rest /= w.extent[d];
      if (d == 0)
        mode = global;
      else
        flat += stride * global;
      stride *= shape[d];
    }
    const double got = *(const double *)address, number = kept[first + flat];
    if (r->relgap[mode] <= 1e-3) continue;
    if (number < 0 || r->sqrt_weight[(int64_t)number] == 0) {
      if (!isnan(got)) worst = INFINITY; /* takes no part */
    } else {
      const double error = fabs(got * r->sqrt_weight[(int64_t)number] - r->eofs[mode * r->points + (int64_t)number]);
      if (!(error <= worst)) worst = isnan(error) ? INFINITY : error;
    }
  }
  assert_ok(hearth_array_release(eof, 0));
  hearth_layout_destroy(&layout);
  return worst;
}

static void check_numbers(hearth_pca *pca, const reference *r) {
  double value[MODES], ratio[MODES];
  assert_ok(hearth_pca_eigenvalues(pca, MODES, value));
  assert_ok(hearth_pca_explained_variance_ratio(pca, MODES, ratio));
  for (int k = 0; k < MODES; k++) {
    assert_all(fabs(value[k] - r->eigenvalues[k]) <= 1e-10 * r->eigenvalues[0]);
    assert_all(fabs(ratio[k] - r->fraction[k]) <= 1e-10);
  }
}

static void check_scores(hearth_pca *pca, const reference *r) {
  hearth_array *scores = NULL;
  hearth_window w;
  double worst = 0, largest = 0;
  assert_ok(hearth_pca_scores(pca, &scores));
  assert_ok(hearth_array_access(scores, 0, HEARTH_READ, &w));
  for (int64_t t = 0; t < r->samples; t++)
    for (int k = 0; k < MODES; k++) {
      largest = fmax(largest, fabs(r->pcs[t * MODES + k]));
      if (r->relgap[k] > 1e-3) worst = fmax(worst, fabs(((const double *)w.base)[t * MODES + k] - r->pcs[t * MODES + k]));
    }
  assert_all(worst <= 1e-8 * largest);
  assert_ok(hearth_array_release(scores, 0));
  hearth_array_destroy(&scores);
}

/* Number among the kept points of each flat index, -1 where left out. */
static double *kept_numbers(const reference *r, int64_t all) {
  double *number = malloc((size_t)all * sizeof *number);
  for (int64_t i = 0; i < all; i++) number[i] = -1;
  for (int64_t i = 0; i < r->points; i++) number[(int64_t)r->keep[i]] = (double)i;
  return number;
}

static hearth_metric *coslat(hearth_context *ctx, const char *path, const char *latitude, int32_t axis) {
  int64_t n = 0;
  double *lat = load_all(ctx, path, latitude, &n);
  hearth_layout *layout = NULL;
  hearth_array *weight = NULL;
  hearth_metric *metric = NULL;
  hearth_window w;
  assert_ok(hearth_layout_split(ctx, 1, &n, -1, &layout));
  assert_ok(hearth_array_create(layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, &weight));
  assert_ok(hearth_array_access(weight, 0, HEARTH_WRITE, &w));
  for (int64_t i = 0; i < n; i++) ((double *)w.base)[i] = fmin(1, fmax(0, cos(lat[i] * acos(-1.0) / 180)));
  assert_ok(hearth_array_release(weight, 0));
  assert_ok(hearth_metric_create(ctx, &metric));
  assert_ok(hearth_metric_weight(metric, 0, weight, 1, &axis));
  hearth_array_destroy(&weight);
  hearth_layout_destroy(&layout);
  free(lat);
  return metric;
}

static const struct {
  const char *name, *file, *variable, *latitude;
  int32_t ndim, latitude_axis; /* of space */
} cases[] = {
    {"a1b", "ukmo/A1B_north_america.nc", "air_temperature", "latitude", 3, 0}, {"ersst_raw", "ersst/ersstv5_2010-2020.nc", "sst", "lat", 3, 0},
    {"enso_sst", "eofs/sst_ndjfm_anom.nc", "sst", "latitude", 3, 0},           {"hgt_djf", "eofs/hgt_djf.nc", "z", "latitude", 4, 1},
    {"navy_u", "navy/monthly_navy_winds.cdf", "UWND", "FNOCY", 3, 0},
};

/* One case in the layout split along `axis` (-1: replicated). */
static void one_split(hearth_context *ctx, int c, const char *path, int32_t axis, const hearth_metric *metric, const hearth_pca_options *options,
                      const reference *r) {
  hearth_file *file = NULL;
  hearth_variable *variable = NULL;
  hearth_array *data = NULL, *eof = NULL;
  hearth_pca *pca = NULL;
  int64_t shape[HEARTH_MAX_NDIM], all = 1;
  assert_ok(hearth_file_open(ctx, path, &file));
  assert_ok(hearth_variable_open(file, cases[c].variable, &variable));
  assert_ok(hearth_variable_shape(variable, cases[c].ndim, shape));
  assert_ok(hearth_variable_load(variable, axis, &data));
  assert_ok(hearth_pca_create(ctx, MODES, metric, options, &pca));
  assert_ok(hearth_pca_fit(pca, data, 0));
  for (int32_t d = 1; d < cases[c].ndim; d++) all *= shape[d];
  double *kept = kept_numbers(r, all);
  check_numbers(pca, r);
  assert_ok(hearth_pca_components(pca, 0, &eof));
  const double error = eof_error(eof, r, kept, 0);
  if (error > 1e-8) fprintf(stderr, "%s, split %d: EOFs differ by %g\n", cases[c].name, (int)axis, error);
  assert_all(error <= 1e-8);
  check_scores(pca, r);
  free(kept);
  hearth_array_destroy(&eof);
  hearth_pca_destroy(&pca);
  hearth_array_destroy(&data);
  hearth_variable_destroy(&variable);
  hearth_file_destroy(&file);
}

static void files_give_the_stored_eofs(void **state) {
  (void)state;
  const hearth_backend backends[] = {TEST_BACKENDS};
  char ref[1024], path[1024];
  if (!test_data("ref/reference.h5", ref)) return;
  for (int c = 0; c < (int)(sizeof cases / sizeof *cases); c++) {
    if (!test_data(cases[c].file, path)) continue;
    for (size_t b = 0; b < sizeof backends / sizeof *backends; b++) {
      hearth_context *ctx = test_context(backends[b]);
      reference r = load_reference(ctx, ref, cases[c].name);
      hearth_metric *metric = coslat(ctx, path, cases[c].latitude, cases[c].latitude_axis);
      /* the plain loops of the other backends are slow: every split of the small cases, one of the large */
      for (int32_t axis = -1; axis < cases[c].ndim; axis++)
        if (backends[b] == HEARTH_BACKEND_CPU || r.points < 1500 || axis == 1) one_split(ctx, c, path, axis, metric, NULL, &r);
      hearth_metric_destroy(&metric);
      free_reference(&r);
      test_context_destroy(&ctx);
    }
  }
}

static void every_solver_gives_the_stored_eofs(void **state) {
  (void)state;
  char ref[1024], path[1024];
  if (!test_data("ref/reference.h5", ref)) return;
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  for (int c = 0; c < (int)(sizeof cases / sizeof *cases); c++) {
    if (!test_data(cases[c].file, path)) continue;
    reference r = load_reference(ctx, ref, cases[c].name);
    hearth_metric *metric = coslat(ctx, path, cases[c].latitude, cases[c].latitude_axis);
    for (int32_t solver = HEARTH_PCA_CHOLESKY_QR; solver <= HEARTH_PCA_FULL; solver++) {
      hearth_pca_options options = HEARTH_PCA_OPTIONS_INIT;
      options.solver = solver;
      options.oversampling = 30;
      options.power_iterations = 20;
      if (solver == HEARTH_PCA_FULL && r.points > 1500) continue; /* takes long */
      one_split(ctx, c, path, solver % 2, metric, &options, &r);
    }
    hearth_metric_destroy(&metric);
    free_reference(&r);
  }
  test_context_destroy(&ctx);
}

/* Lumped P1 mass of a triangle mesh: a third of the area of each triangle goes to its corners. */
static double *lumped_mass(hearth_context *ctx, const char *points_path, const char *cells_path, int64_t *n) {
  int64_t np = 0, nc = 0;
  double *p = load_all(ctx, points_path, NULL, &np), *cell = load_all(ctx, cells_path, NULL, &nc);
  *n = np / 3;
  double *mass = calloc((size_t)*n, sizeof *mass);
  for (int64_t t = 0; t < nc / 3; t++) {
    const double *a = &p[3 * (int64_t)cell[3 * t]], *b = &p[3 * (int64_t)cell[3 * t + 1]], *c = &p[3 * (int64_t)cell[3 * t + 2]];
    const double area = fabs((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])) / 2;
    for (int k = 0; k < 3; k++) mass[(int64_t)cell[3 * t + k]] += area / 3;
  }
  free(p);
  free(cell);
  return mass;
}

static hearth_metric *mass_metric(hearth_context *ctx, const double *mass, int64_t n) {
  const int32_t axis = 0;
  hearth_layout *layout = NULL;
  hearth_array *weight = NULL;
  hearth_metric *metric = NULL;
  hearth_window w;
  assert_ok(hearth_layout_split(ctx, 1, &n, -1, &layout));
  assert_ok(hearth_array_create(layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, &weight));
  assert_ok(hearth_array_access(weight, 0, HEARTH_WRITE, &w));
  memcpy(w.base, mass, (size_t)n * sizeof *mass);
  assert_ok(hearth_array_release(weight, 0));
  assert_ok(hearth_metric_create(ctx, &metric));
  for (int32_t f = 0; f < 2; f++) assert_ok(hearth_metric_weight(metric, f, weight, 1, &axis));
  hearth_array_destroy(&weight);
  hearth_layout_destroy(&layout);
  return metric;
}

/* Two fields on an unstructured mesh make one state. */
static void a_flow_of_two_fields_gives_the_stored_modes(void **state) {
  (void)state;
  const hearth_backend backends[] = {TEST_BACKENDS};
  char ref[1024], path[4][1024];
  static const char *const name[4] = {"ezyrb/snapshots_vx.npy", "ezyrb/snapshots_vy.npy", "ezyrb/pts.npy", "ezyrb/cells.npy"};
  bool there = test_data("ref/reference.h5", ref);
  for (int i = 0; i < 4; i++) there = there && test_data(name[i], path[i]);
  if (!there) return;
  for (size_t b = 0; b < sizeof backends / sizeof *backends; b++) {
    hearth_context *ctx = test_context(backends[b]);
    reference r = load_reference(ctx, ref, "ezyrb_pod");
    int64_t n = 0;
    double *mass = lumped_mass(ctx, path[2], path[3], &n);
    hearth_metric *metric = mass_metric(ctx, mass, n);
    double *kept = kept_numbers(&r, 2 * n);
    for (int32_t axis = -1; axis < 2; axis++) {
      hearth_file *file[2] = {NULL};
      hearth_variable *variable[2] = {NULL};
      hearth_array *field[2] = {NULL}, *eof = NULL;
      hearth_state *flow = NULL;
      hearth_pca *pca = NULL;
      assert_ok(hearth_state_create(ctx, &flow));
      for (int f = 0; f < 2; f++) {
        assert_ok(hearth_file_open(ctx, path[f], &file[f]));
        assert_ok(hearth_variable_open(file[f], NULL, &variable[f]));
        assert_ok(hearth_variable_load(variable[f], axis, &field[f]));
        assert_ok(hearth_state_add(flow, f ? "vy" : "vx", field[f]));
      }
      hearth_pca_options options = HEARTH_PCA_OPTIONS_INIT;
      options.solver = axis == 1 && backends[b] == HEARTH_BACKEND_CPU ? HEARTH_PCA_CHOLESKY_QR : HEARTH_PCA_AUTO;
      assert_ok(hearth_pca_create(ctx, MODES, metric, &options, &pca));
      assert_ok(hearth_pca_fit_state(pca, flow, 0));
      check_numbers(pca, &r);
      check_scores(pca, &r);
      for (int32_t f = 0; f < 2; f++) {
        assert_ok(hearth_pca_components(pca, f, &eof));
        assert_all(eof_error(eof, &r, kept, f * n) <= 1e-8);
        hearth_array_destroy(&eof);
      }
      hearth_pca_destroy(&pca);
      hearth_state_destroy(&flow);
      for (int f = 0; f < 2; f++) {
        hearth_array_destroy(&field[f]);
        hearth_variable_destroy(&variable[f]);
        hearth_file_destroy(&file[f]);
      }
    }
    free(kept);
    free(mass);
    hearth_metric_destroy(&metric);
    free_reference(&r);
    test_context_destroy(&ctx);
  }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(files_give_the_stored_eofs),
    cmocka_unit_test(every_solver_gives_the_stored_eofs),
    cmocka_unit_test(a_flow_of_two_fields_gives_the_stored_modes),
};
HEARTH_TEST_MAIN(tests)
