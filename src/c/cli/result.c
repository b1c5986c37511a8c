#include "cli/result.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void cli_result_dim(const cli_field *field, int32_t dim, char *name) {
  if (field->dim[dim][0])
    snprintf(name, CLI_NAME, "%s", field->dim[dim]);
  else if (dim == field->sample_axis)
    snprintf(name, CLI_NAME, "sample");
  else
    snprintf(name, CLI_NAME, "x%d", cli_space_axis(field, dim));
}

void cli_result_name(const cli_result *r, int32_t f, const char *what, char *name) {
  if (r->state->nfields == 1)
    snprintf(name, CLI_NAME, "%s", what);
  else
    snprintf(name, CLI_NAME, "%s_%.200s", what, r->state->field[f].name);
}

static int write_array(cli *c, hearth_output *output, const char *name, hearth_array **array) {
  const int status = cli_check(c, hearth_output_write(output, name, *array));
  hearth_array_destroy(array);
  return status;
}

/* Weights, and standard deviations where there are any. */
static int write_metric(cli *c, const cli_result *r, int32_t f, hearth_output *output) {
  char name[CLI_NAME];
  hearth_array *array = NULL;
  CLI_CHECK(c, hearth_pca_weights(r->pca, f, &array));
  cli_result_name(r, f, "weights", name);
  CLI_TRY(write_array(c, output, name, &array));
  if (!r->options->standardize) return CLI_DONE;
  CLI_CHECK(c, hearth_pca_standard_deviation(r->pca, f, &array));
  cli_result_name(r, f, "standard_deviation", name);
  return write_array(c, output, name, &array);
}

static int write_field(cli *c, const cli_result *r, int32_t f, hearth_output *output) {
  char name[CLI_NAME];
  hearth_array *array = NULL, *mean = NULL;
  CLI_TRY(write_metric(c, r, f, output));
  cli_result_name(r, f, "eof", name);
  CLI_CHECK(c, hearth_pca_components(r->pca, f, &array));
  CLI_TRY(write_array(c, output, name, &array));
  CLI_CHECK(c, hearth_pca_mean(r->pca, f, &array));
  int status = cli_result_mean(c, r, f, array, &mean);
  cli_result_name(r, f, "climatology", name);
  if (status == CLI_DONE && r->groups->n > 0) status = cli_check(c, hearth_output_write(output, name, array));
  cli_result_name(r, f, "mean", name);
  if (status == CLI_DONE) status = write_array(c, output, name, &mean);
  hearth_array_destroy(&array);
  hearth_array_destroy(&mean);
  return status;
}

static int write_modes(cli *c, const cli_result *r, hearth_output *output) {
  const int32_t modes = r->modes;
  double *number = cli_allocate((size_t)(3 * modes), sizeof *number), total = 0;
  for (int32_t k = 0; k < modes; k++) number[k] = k + 1;
  hearth_status status = hearth_pca_eigenvalues(r->pca, modes, number + modes);
  if (status == HEARTH_OK) status = hearth_pca_explained_variance_ratio(r->pca, modes, number + 2 * modes);
  if (status == HEARTH_OK) status = hearth_pca_total_variance(r->pca, &total);
  if (status == HEARTH_OK) status = hearth_output_write_numbers(output, "total_variance", 1, &total);
  if (status == HEARTH_OK) status = hearth_output_write_numbers(output, "mode", modes, number);
  if (status == HEARTH_OK) status = hearth_output_write_numbers(output, "eigenvalue", modes, number + modes);
  if (status == HEARTH_OK) status = hearth_output_write_numbers(output, "explained_variance_ratio", modes, number + 2 * modes);
  if (status == HEARTH_OK) status = hearth_output_write(output, "pc", r->scores);
  free(number);
  return cli_check(c, status);
}

static int write_all(cli *c, const cli_result *r, hearth_output *output) {
  CLI_TRY(cli_result_define(c, r, output));
  CLI_TRY(cli_result_coordinates_write(c, r, output));
  CLI_TRY(write_modes(c, r, output));
  CLI_TRY(cli_result_errors_write(c, r, output));
  for (int32_t f = 0; f < r->state->nfields; f++) CLI_TRY(write_field(c, r, f, output));
  CLI_TRY(cli_result_rotated_write(c, r, output));
  if (r->groups->n > 0) CLI_CHECK(c, hearth_output_write_numbers(output, r->groups->name, r->groups->n, r->groups->number));
  return cli_check(c, hearth_output_commit(output));
}

int cli_result_write(cli *c, const cli_result *r) {
  hearth_output *output = NULL;
  CLI_CHECK(c, hearth_output_create(c->ctx, r->path, &output));
  const int status = write_all(c, r, output);
  hearth_output_destroy(&output);
  return status;
}
