/* EOFs made while the model ran against EOFs of the samples it wrote: compare SAMPLES.npy EOF.nc EXACT
 * EXACT 1: there were no more samples than directions kept, the EOFs must be the same (sine of every angle below 1e-6).
 * EXACT 0: every angle must be below the bound in the file, and the first mode's sine below 1e-3. */
#include <hearth/hearth.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRY(call)                                                                                                                                              \
  do {                                                                                                                                                         \
    const hearth_status status_ = (call);                                                                                                                      \
    if (status_ != HEARTH_OK) return status_;                                                                                                                  \
  } while (0)

enum { MOST = 64 };

/* A whole variable on every rank; the caller frees. */
static hearth_status load(hearth_context *ctx, const char *path, const char *name, int64_t *shape, double **values) {
  hearth_file *file = NULL;
  hearth_variable *variable = NULL;
  hearth_array *array = NULL;
  hearth_window window;
  int32_t ndim = 0;
  int64_t n = 1;
  TRY(hearth_file_open(ctx, path, &file));
  TRY(hearth_variable_open(file, name, &variable));
  TRY(hearth_variable_ndim(variable, &ndim));
  TRY(hearth_variable_shape(variable, ndim, shape));
  TRY(hearth_variable_load(variable, -1, &array));
  for (int32_t d = 0; d < ndim; d++) n *= shape[d];
  *values = malloc((size_t)n * sizeof **values);
  TRY(hearth_array_access(array, 0, HEARTH_READ, &window));
  memcpy(*values, window.base, (size_t)n * sizeof **values);
  TRY(hearth_array_release(array, 0));
  hearth_array_destroy(&array);
  hearth_variable_destroy(&variable);
  return hearth_file_destroy(&file);
}

/* Offline EOFs [modes, lat, lon] with cos(lat) as area, which is proportional to the model's exact areas of equal steps in latitude. */
static hearth_status offline(hearth_context *ctx, const char *path, int32_t modes, int64_t nlat, const double *lat, hearth_array **eof) {
  hearth_file *file = NULL;
  hearth_variable *variable = NULL;
  hearth_source *source = NULL;
  hearth_layout *layout = NULL;
  hearth_array *weight = NULL;
  hearth_metric *metric = NULL;
  hearth_pca *pca = NULL;
  hearth_window window;
  const int32_t axis = 0;
  TRY(hearth_layout_split(ctx, 1, &nlat, -1, &layout));
  TRY(hearth_array_create(layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, &weight));
  TRY(hearth_array_access(weight, 0, HEARTH_WRITE, &window));
  for (int64_t j = 0; j < nlat; j++) ((double *)window.base)[j] = cos(lat[j] * acos(-1.0) / 180);
  TRY(hearth_array_release(weight, 0));
  TRY(hearth_metric_create(ctx, &metric));
  TRY(hearth_metric_weight(metric, 0, weight, 1, &axis));
  TRY(hearth_file_open(ctx, path, &file));
  TRY(hearth_variable_open(file, NULL, &variable));
  TRY(hearth_source_create(ctx, &source));
  TRY(hearth_variable_source(variable, 0, source));
  TRY(hearth_pca_create(ctx, modes, metric, NULL, &pca));
  TRY(hearth_pca_fit_source(pca, source));
  TRY(hearth_pca_components(pca, 0, eof));
  hearth_pca_destroy(&pca);
  hearth_source_destroy(&source);
  hearth_variable_destroy(&variable);
  hearth_file_destroy(&file);
  hearth_metric_destroy(&metric);
  hearth_array_destroy(&weight);
  return hearth_layout_destroy(&layout);
}

/* Squared norms of both and their products, per mode, in the metric; this rank's part, then summed. */
static hearth_status products(hearth_array *eof, int32_t modes, const int64_t *shape, const double *lat, const double *in_situ, double *sums) {
  hearth_layout *layout = NULL;
  hearth_window w;
  memset(sums, 0, 3 * MOST * sizeof *sums);
  TRY(hearth_array_layout(eof, &layout));
  TRY(hearth_array_access(eof, 0, HEARTH_READ, &w));
  for (int64_t k = 0; k < modes; k++)
    for (int64_t j = 0; j < w.extent[1]; j++)
      for (int64_t i = 0; i < w.extent[2]; i++) {
        int64_t y = 0, x = 0;
        TRY(hearth_layout_global_index(layout, 1, j, &y));
        TRY(hearth_layout_global_index(layout, 2, i, &x));
        const double weight = cos(lat[y] * acos(-1.0) / 180), b = in_situ[(k * shape[1] + y) * shape[2] + x];
        const double a = *(const double *)((const char *)w.base + k * w.stride[0] + j * w.stride[1] + i * w.stride[2]);
        sums[3 * k] += weight * a * a;
        sums[3 * k + 1] += weight * b * b;
        sums[3 * k + 2] += weight * a * b;
      }
  TRY(hearth_array_release(eof, 0));
  hearth_layout_destroy(&layout);
  MPI_Allreduce(MPI_IN_PLACE, sums, 3 * MOST, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
  return HEARTH_OK;
}

static hearth_status compare(hearth_context *ctx, char **argv, int *wrong) {
  double *in_situ = NULL, *lat = NULL, *bound = NULL, sums[3 * MOST];
  int64_t shape[HEARTH_MAX_NDIM], nlat[HEARTH_MAX_NDIM], unused[HEARTH_MAX_NDIM];
  const int exact = atoi(argv[3]);
  int32_t rank = 0;
  hearth_array *eof = NULL;
  TRY(hearth_context_rank(ctx, &rank));
  TRY(load(ctx, argv[2], "eof", shape, &in_situ));
  TRY(load(ctx, argv[2], "lat", nlat, &lat));
  TRY(load(ctx, argv[2], "angle_bound", unused, &bound));
  const int32_t modes = shape[0] < MOST ? (int32_t)shape[0] : MOST;
  TRY(offline(ctx, argv[1], modes, nlat[0], lat, &eof));
  TRY(products(eof, modes, shape, lat, in_situ, sums));
  for (int32_t k = 0; k < modes; k++) {
    const double cosine = fabs(sums[3 * k + 2]) / sqrt(sums[3 * k] * sums[3 * k + 1]), sine = sqrt(fmax(0, (1 - cosine) * (1 + cosine)));
    const double limit = exact ? 1e-6 : k == 0 && bound[k] > 1e-3 ? 1e-3 : bound[k];
    if (rank == 0) printf("mode %2d  sine of the angle %.3g  bound %.3g  limit %.3g\n", (int)k + 1, sine, bound[k], limit);
    *wrong += !(sine <= limit);
  }
  hearth_array_destroy(&eof);
  free(in_situ);
  free(lat);
  free(bound);
  return HEARTH_OK;
}

int main(int argc, char **argv) {
  hearth_context *ctx = NULL;
  int wrong = 0;
  MPI_Init(&argc, &argv);
  if (argc != 4) return 2;
  hearth_status status = hearth_context_create(MPI_COMM_WORLD, NULL, &ctx);
  if (status == HEARTH_OK) status = compare(ctx, argv, &wrong);
  if (status != HEARTH_OK) {
    char message[512];
    int32_t code = 0, rank = 0;
    hearth_last_error(ctx, &code, &rank, message, sizeof message);
    fprintf(stderr, "compare: %s\n", message);
  }
  hearth_context_destroy(&ctx);
  MPI_Finalize();
  return status != HEARTH_OK || wrong > 0;
}
