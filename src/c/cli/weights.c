#include "cli/cf.h"
#include "cli/metric.h"
#include "cli/values.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* cos of the latitude; rounding near the poles, and latitudes beyond them, count as no area. */
static int cosines(cli *c, const char *name, int64_t n, double *values) {
  const double degree = acos(-1.0) / 180;
  for (int64_t i = 0; i < n; i++) {
    if (!(fabs(values[i]) <= 360)) return cli_fail(c, CLI_WRONG, "--weights coslat: value %g of '%s' is no latitude in degrees", values[i], name);
    values[i] = fmin(1, fmax(0, cos(values[i] * degree)));
  }
  return CLI_DONE;
}

static int coslat(cli *c, const cli_input *input, const cli_field *field, int32_t f, hearth_metric *metric) {
  hearth_variable *latitude = NULL;
  hearth_array *weight = NULL;
  int32_t naxes = 0, axes[HEARTH_MAX_NDIM];
  int64_t n = 0, shape[HEARTH_MAX_NDIM];
  double *values = NULL;
  CLI_TRY(cli_cf_find(c, input->file[0], field, CLI_CF_LATITUDE, &latitude, &naxes, axes));
  if (!latitude)
    return cli_fail(c, CLI_WRONG,
                    "--weights coslat: %s has no latitude over '%s' (a coordinate with units degrees_north): name a variable of weights, or use none",
                    input->path[0], field->name);
  int status = cli_check(c, hearth_variable_shape(latitude, naxes, shape));
  if (status == CLI_DONE) status = cli_values_load(c, latitude, &n, &values);
  if (status == CLI_DONE) status = cosines(c, "latitude", n, values);
  if (status == CLI_DONE) status = cli_values_array(c, naxes, shape, values, &weight);
  if (status == CLI_DONE) status = cli_check(c, hearth_metric_weight(metric, f, weight, naxes, axes));
  hearth_array_destroy(&weight);
  hearth_variable_destroy(&latitude);
  free(values);
  return status;
}

static int by_variable(cli *c, const char *name, const cli_input *input, const cli_field *field, int32_t f, hearth_metric *metric) {
  hearth_variable *variable = NULL;
  hearth_array *weight = NULL;
  int32_t naxes = 0, axes[HEARTH_MAX_NDIM];
  CLI_TRY(cli_check_about(c, hearth_variable_open(input->file[0], name, &variable), "--weights"));
  int status = cli_cf_axes(c, "--weights", name, variable, field, &naxes, axes);
  char about[CLI_NAME];
  snprintf(about, sizeof about, "--weights %.200s", name);
  if (status == CLI_DONE) status = cli_check(c, hearth_variable_load(variable, 0, &weight));
  if (status == CLI_DONE) status = cli_check_about(c, hearth_metric_weight(metric, f, weight, naxes, axes), about);
  hearth_array_destroy(&weight);
  hearth_variable_destroy(&variable);
  return status;
}

int cli_weights_apply(cli *c, const char *weights, const cli_input *input, const cli_state *state, hearth_metric *metric) {
  if (!weights || strcmp(weights, "none") == 0) return CLI_DONE;
  for (int32_t f = 0; f < state->nfields; f++) {
    const cli_field *field = &state->field[f];
    if (strcmp(weights, "coslat") == 0)
      CLI_TRY(coslat(c, input, field, f, metric));
    else
      CLI_TRY(by_variable(c, weights, input, field, f, metric));
  }
  return CLI_DONE;
}
