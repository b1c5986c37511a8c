#include "cli/cf.h"
#include "cli/metric.h"
#include "cli/values.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int by_variable(cli *c, const char *name, const cli_input *input, const cli_field *field, int32_t f, hearth_metric *metric) {
  hearth_variable *variable = NULL;
  hearth_array *mask = NULL;
  int32_t naxes = 0, axes[HEARTH_MAX_NDIM];
  CLI_TRY(cli_check_about(c, hearth_variable_open(input->file[0], name, &variable), "--mask"));
  int status = cli_cf_axes(c, "--mask", name, variable, field, &naxes, axes);
  if (status == CLI_DONE) status = cli_check(c, hearth_variable_load(variable, 0, &mask));
  if (status == CLI_DONE) status = cli_check(c, hearth_metric_mask(metric, f, mask, naxes, axes));
  hearth_array_destroy(&mask);
  hearth_variable_destroy(&variable);
  return status;
}

/* Global index of the first missing value of an array split along one axis, -1 where there is none. Collective. */
static int first_missing(cli *c, hearth_array *array, int64_t offset, int64_t *first) {
  hearth_window window;
  int64_t mine = INT64_MAX, volume = 1;
  const int status = cli_check(c, hearth_array_access(array, 0, HEARTH_READ, &window));
  if (status == CLI_DONE) {
    const double *values = window.base;
    for (int32_t d = 0; d < window.ndim; d++) volume *= window.extent[d];
    for (int64_t i = 0; i < volume && mine == INT64_MAX; i++)
      if (isnan(values[i])) mine = offset + i;
    hearth_array_release(array, 0);
  }
  MPI_Allreduce(&mine, first, 1, MPI_INT64_T, MPI_MIN, MPI_COMM_WORLD);
  return status;
}

/* Without a mask every point takes part, so none may be missing. A point that is there at the first sample and missing later is found by the fit itself. */
static int nothing_missing(cli *c, const cli_field *field) {
  int64_t shape[HEARTH_MAX_NDIM], start[HEARTH_MAX_NDIM] = {0}, first = 0, origin = 0, local[HEARTH_MAX_NDIM];
  hearth_layout *layout = NULL;
  hearth_array *sample = NULL;
  int32_t axis = 0;
  memcpy(shape, field->shape, sizeof shape);
  shape[field->sample_axis] = 1;
  while (axis + 1 < field->ndim && shape[axis] == 1) axis++; /* the first axis with anything to split, so that parts are contiguous */
  hearth_status status = hearth_layout_split(c->ctx, field->ndim, shape, axis, &layout);
  if (status == HEARTH_OK) status = hearth_array_create(layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, &sample);
  if (status == HEARTH_OK) status = cli_field_read(c, field, start, sample);
  if (status == HEARTH_OK) status = hearth_layout_local_shape(layout, field->ndim, local);
  if (status == HEARTH_OK && local[axis] > 0) status = hearth_layout_global_index(layout, axis, 0, &origin);
  for (int32_t d = axis + 1; d < field->ndim; d++) origin *= shape[d];
  int result = cli_check(c, status);
  if (result == CLI_DONE) result = first_missing(c, sample, origin, &first);
  if (result == CLI_DONE && first != INT64_MAX)
    result = cli_fail(c, CLI_WRONG, "--mask none: '%s' has missing values, the first at point %lld (counted from 0) of the first sample: use --mask auto",
                      field->name, (long long)first);
  hearth_array_destroy(&sample);
  hearth_layout_destroy(&layout);
  return result;
}

int cli_mask_apply(cli *c, const char *mask, const cli_input *input, const cli_state *state, hearth_metric *metric) {
  if (!mask || strcmp(mask, "auto") == 0) return CLI_DONE;
  for (int32_t f = 0; f < state->nfields; f++) {
    if (strcmp(mask, "none") == 0)
      CLI_TRY(nothing_missing(c, &state->field[f]));
    else
      CLI_TRY(by_variable(c, mask, input, &state->field[f], f, metric));
  }
  return CLI_DONE;
}
