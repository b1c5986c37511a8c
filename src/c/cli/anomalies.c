/* A series minus the mean of each sample's group, for scores on the points' side: there are fewer points than samples then, so that the means are small. */
#include "cli/fit.h"
#include "cli/values.h"
#include <stdlib.h>
#include <string.h>

typedef struct anomalies {
  cli *c;
  const cli_state *state;
  const cli_groups *groups;
  double **mean; /* [fields] of [groups, space...], row-major */
} anomalies;

static void release(void *user) {
  anomalies *a = user;
  for (int32_t f = 0; f < a->state->nfields; f++) free(a->mean[f]);
  free(a->mean);
  free(a);
}

/* Element i of the window, in row-major order of its local indices: its address, and where its mean stands, told by the dimensions' global indices. */
static double *locate(const hearth_window *window, const cli_field *field, int64_t *const *global, const cli_groups *groups, const int64_t *start, int64_t i,
                      int64_t *place) {
  int64_t shift = 0, point = 0, group = 0, step = 1;
  for (int32_t d = window->ndim - 1; d >= 0; d--) {
    const int64_t local = i % window->extent[d];
    i /= window->extent[d];
    shift += local * window->stride[d];
    const int64_t index = start[d] + global[d][local];
    if (d == field->sample_axis) {
      group = groups->label[index];
      continue;
    }
    point += index * step;
    step *= field->shape[d];
  }
  *place = group * step + point;
  return (double *)((char *)window->base + shift);
}

static hearth_status subtract(const anomalies *a, int32_t f, const int64_t *start, hearth_array *into) {
  const cli_field *field = &a->state->field[f];
  hearth_window window;
  hearth_layout *layout = NULL;
  int64_t *global[HEARTH_MAX_NDIM] = {NULL}, place = 0;
  hearth_status status = hearth_array_access(into, 0, HEARTH_READ_WRITE, &window);
  if (status != HEARTH_OK) return status;
  status = hearth_array_layout(into, &layout);
  for (int32_t d = 0; d < window.ndim && status == HEARTH_OK; d++) {
    global[d] = cli_allocate((size_t)window.extent[d], sizeof *global[d]);
    for (int64_t i = 0; i < window.extent[d] && status == HEARTH_OK; i++) status = hearth_layout_global_index(layout, d, i, &global[d][i]);
  }
  const int64_t n = status == HEARTH_OK ? cli_volume(window.ndim, window.extent) : 0;
  for (int64_t i = 0; i < n; i++) {
    double *value = locate(&window, field, global, a->groups, start, i, &place);
    *value -= a->mean[f][place];
  }
  for (int32_t d = 0; d < window.ndim; d++) free(global[d]);
  hearth_layout_destroy(&layout);
  const hearth_status released = hearth_array_release(into, 0);
  return status == HEARTH_OK ? released : status;
}

static hearth_status read_anomalies(void *user, int32_t f, const int64_t *start, hearth_array *into) {
  const anomalies *a = user;
  const hearth_status status = cli_field_read(a->c, &a->state->field[f], start, into);
  if (status != HEARTH_OK) return status;
  int32_t mine = subtract(a, f, start, into), worst = 0;
  MPI_Allreduce(&mine, &worst, 1, MPI_INT32_T, MPI_MAX, MPI_COMM_WORLD);
  return (hearth_status)worst;
}

/* All of field f's means of groups on this rank. */
static int load_means(cli *c, const cli_fit *fit, int32_t f, double **values) {
  int64_t shape[HEARTH_MAX_NDIM + 1] = {fit->groups->n};
  const int32_t ndim = 1 + cli_space_shape(&fit->state->field[f], shape + 1);
  hearth_array *mean = NULL, *copy = NULL;
  hearth_layout *layout = NULL;
  hearth_window window;
  hearth_status status = hearth_pca_mean(fit->pca, f, &mean);
  if (status == HEARTH_OK) status = hearth_layout_split(c->ctx, ndim, shape, -1, &layout);
  if (status == HEARTH_OK) status = hearth_array_create(layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, &copy);
  if (status == HEARTH_OK) status = hearth_array_copy(mean, copy);
  if (status == HEARTH_OK) status = hearth_array_access(copy, 0, HEARTH_READ, &window);
  if (status == HEARTH_OK) {
    const size_t bytes = (size_t)cli_volume(ndim, shape) * sizeof **values;
    *values = cli_allocate(bytes, 1);
    memcpy(*values, window.base, bytes);
    status = hearth_array_release(copy, 0);
  }
  hearth_array_destroy(&mean);
  hearth_array_destroy(&copy);
  hearth_layout_destroy(&layout);
  return cli_check(c, status);
}

int cli_anomalies_source(cli *c, const cli_fit *fit, hearth_source **source) {
  hearth_reader_options options = HEARTH_READER_OPTIONS_INIT;
  anomalies *a = cli_allocate(1, sizeof *a);
  *a = (anomalies){.c = c, .state = fit->state, .groups = fit->groups, .mean = cli_allocate((size_t)fit->state->nfields, sizeof(double *))};
  options.read = read_anomalies;
  options.user = a;
  options.release = release;
  int32_t added = 0;
  int status = CLI_DONE;
  for (int32_t f = 0; f < fit->state->nfields && status == CLI_DONE; f++) status = load_means(c, fit, f, &a->mean[f]);
  if (status == CLI_DONE) status = cli_check(c, hearth_source_create(c->ctx, source));
  for (; added < fit->state->nfields && status == CLI_DONE; added += status == CLI_DONE) {
    const cli_field *field = &fit->state->field[added];
    status = cli_check(c, hearth_source_add(*source, field->name, HEARTH_FLOAT64, field->ndim, field->shape, field->sample_axis, &options));
  }
  if (status != CLI_DONE && added == 0) release(a);
  return status;
}
