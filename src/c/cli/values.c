#include "cli/values.h"
#include <stdlib.h>
#include <string.h>

int64_t cli_volume(int32_t ndim, const int64_t *shape) {
  int64_t volume = 1;
  for (int32_t d = 0; d < ndim; d++) volume *= shape[d];
  return volume;
}

/* Everything on rank 0: its process of the grid's only axis owns all of dimension 0. */
static hearth_status root_layout(cli *c, int32_t ndim, const int64_t *shape, hearth_layout **layout) {
  hearth_layout_builder *builder = NULL;
  int64_t *cuts = cli_allocate((size_t)c->size + 1, sizeof *cuts);
  for (int p = 1; p <= c->size; p++) cuts[p] = shape[0];
  hearth_status status = hearth_layout_builder_create(c->ctx, ndim, shape, &builder);
  if (status == HEARTH_OK) status = hearth_layout_builder_cuts(builder, 0, 0, c->size + 1, cuts);
  if (status == HEARTH_OK) status = hearth_layout_builder_finish(builder, layout);
  hearth_layout_builder_destroy(&builder);
  free(cuts);
  return status;
}

/* Owned row-major arrays are contiguous, in their memory as in a staging copy. */
static hearth_status copy_values(hearth_array *array, int32_t access, int64_t n, double *values) {
  hearth_window window;
  const hearth_status status = hearth_array_access(array, 0, access, &window);
  if (status != HEARTH_OK) return status;
  if (access == HEARTH_READ)
    memcpy(values, window.base, (size_t)n * sizeof *values);
  else
    memcpy(window.base, values, (size_t)n * sizeof *values);
  return hearth_array_release(array, 0);
}

int cli_values_read(cli *c, hearth_variable *variable, int32_t ndim, const int64_t *start, const int64_t *count, int everywhere, double *values) {
  hearth_layout *layout = NULL;
  hearth_array *array = NULL;
  const int64_t one = 1; /* a scalar is read into an array of one element */
  const int32_t axes = ndim > 0 ? ndim : 1;
  const int64_t *const shape = ndim > 0 ? count : &one;
  hearth_status status = everywhere ? hearth_layout_split(c->ctx, axes, shape, -1, &layout) : root_layout(c, axes, shape, &layout);
  if (status == HEARTH_OK) status = hearth_array_create(layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, &array);
  if (status == HEARTH_OK) status = hearth_variable_read(variable, start, ndim, array);
  if (status == HEARTH_OK && (everywhere || c->rank == 0)) status = copy_values(array, HEARTH_READ, cli_volume(ndim, count), values);
  const int result = cli_check(c, status);
  hearth_array_destroy(&array);
  hearth_layout_destroy(&layout);
  return result;
}

int cli_values_load(cli *c, hearth_variable *variable, int64_t *n, double **values) {
  int32_t ndim = 0;
  int64_t shape[HEARTH_MAX_NDIM];
  const int64_t start[HEARTH_MAX_NDIM] = {0};
  *values = NULL;
  CLI_CHECK(c, hearth_variable_ndim(variable, &ndim));
  CLI_CHECK(c, hearth_variable_shape(variable, ndim, shape));
  *n = cli_volume(ndim, shape);
  *values = cli_allocate((size_t)*n, sizeof **values);
  const int status = cli_values_read(c, variable, ndim, start, shape, CLI_EVERYWHERE, *values);
  if (status != CLI_DONE) {
    free(*values);
    *values = NULL;
  }
  return status;
}

int cli_values_array(cli *c, int32_t ndim, const int64_t *shape, const double *values, hearth_array **array) {
  hearth_layout *layout = NULL;
  double *copy = cli_allocate((size_t)cli_volume(ndim, shape), sizeof *copy); /* access takes no const memory */
  memcpy(copy, values, (size_t)cli_volume(ndim, shape) * sizeof *copy);
  hearth_status status = hearth_layout_split(c->ctx, ndim, shape, -1, &layout);
  if (status == HEARTH_OK) status = hearth_array_create(layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, array);
  if (status == HEARTH_OK) status = copy_values(*array, HEARTH_WRITE, cli_volume(ndim, shape), copy);
  const int result = cli_check(c, status);
  hearth_layout_destroy(&layout);
  free(copy);
  return result;
}
