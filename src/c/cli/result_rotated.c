/* The rotated modes beside the others, and the sampling errors of the eigenvalues. */
#include "cli/cf.h"
#include "cli/result.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int define_field(cli *c, const cli_result *r, int32_t f, const char *how, hearth_output *output) {
  const cli_field *field = &r->state->field[f];
  char name[CLI_NAME], dims[CLI_NAME * HEARTH_MAX_NDIM], text[2 * CLI_NAME], coordinates[2 * CLI_NAME + 2];
  cli_result_name(r, f, "rotated_eof", name);
  cli_result_space(field, "mode", dims, sizeof dims);
  snprintf(text, sizeof text, "rotated empirical orthogonal functions of %s", field->name);
  CLI_TRY(cli_output_variable(c, output, name, dims, CLI_FILL, text, ""));
  CLI_CHECK(c, hearth_output_text(output, name, "rotation", how));
  CLI_TRY(cli_result_auxiliary(c, r, f, coordinates));
  if (coordinates[0]) CLI_CHECK(c, hearth_output_text(output, name, "coordinates", coordinates));
  return r->options->standardize ? cli_check(c, hearth_output_text(output, name, "standardized", "divided by each point's standard deviation")) : CLI_DONE;
}

int cli_result_rotated_define(cli *c, const cli_result *r, hearth_output *output, const char *units, const char *squared) {
  char how[CLI_NAME], dims[CLI_NAME + 8];
  if (r->options->rotation == HEARTH_ROTATION_NONE) return CLI_DONE;
  snprintf(how, sizeof how, "%s of the loadings%s, all modes", cli_rotation_word(r->options->rotation), r->options->kaiser ? ", Kaiser's normalization" : "");
  cli_result_dim(&r->state->field[0], r->state->field[0].sample_axis, dims);
  strcat(dims, " mode");
  CLI_TRY(cli_output_variable(c, output, "rotated_eigenvalue", "mode", (double)NAN, "squared length of the rotated loadings", squared));
  CLI_TRY(cli_output_variable(c, output, "rotated_variance_ratio", "mode", (double)NAN, "share of the total variance of the rotated modes", "1"));
  CLI_TRY(cli_output_variable(c, output, "rotated_pc", dims, (double)NAN, "scores of the rotated modes", units));
  if (r->options->whiten) CLI_CHECK(c, hearth_output_text(output, "rotated_pc", "whitened", "divided by the square roots of the eigenvalues"));
  static const char *const names[] = {"rotated_eigenvalue", "rotated_variance_ratio", "rotated_pc"};
  for (int i = 0; i < 3; i++) CLI_CHECK(c, hearth_output_text(output, names[i], "rotation", how));
  for (int32_t f = 0; f < r->state->nfields; f++) CLI_TRY(define_field(c, r, f, how, output));
  return CLI_DONE;
}

static int write_numbers(cli *c, const cli_result *r, hearth_output *output) {
  double *number = cli_allocate((size_t)(2 * r->modes), sizeof *number);
  hearth_status status = hearth_pca_eigenvalues(r->pca, r->modes, number);
  if (status == HEARTH_OK) status = hearth_pca_explained_variance_ratio(r->pca, r->modes, number + r->modes);
  if (status == HEARTH_OK) status = hearth_output_write_numbers(output, "rotated_eigenvalue", r->modes, number);
  if (status == HEARTH_OK) status = hearth_output_write_numbers(output, "rotated_variance_ratio", r->modes, number + r->modes);
  free(number);
  return cli_check(c, status);
}

static int write_rotated(cli *c, const cli_result *r, hearth_output *output) {
  hearth_array *array = NULL;
  CLI_TRY(write_numbers(c, r, output));
  CLI_TRY(cli_fit_scores(c, r->fit, &array));
  int status = cli_check(c, hearth_output_write(output, "rotated_pc", array));
  hearth_array_destroy(&array);
  for (int32_t f = 0; f < r->state->nfields && status == CLI_DONE; f++) {
    char name[CLI_NAME];
    cli_result_name(r, f, "rotated_eof", name);
    status = cli_check(c, hearth_pca_components(r->pca, f, &array));
    if (status == CLI_DONE) status = cli_check(c, hearth_output_write(output, name, array));
    hearth_array_destroy(&array);
  }
  return status;
}

/* The rotation is taken back: what is asked of the estimator later is about the modes as they were found. */
int cli_result_rotated_write(cli *c, const cli_result *r, hearth_output *output) {
  if (r->options->rotation == HEARTH_ROTATION_NONE) return CLI_DONE;
  CLI_CHECK(c, hearth_pca_rotate(r->pca, r->options->rotation, r->modes, 4));
  const int status = write_rotated(c, r, output);
  const hearth_status back = hearth_pca_rotate(r->pca, HEARTH_ROTATION_NONE, r->modes, 4);
  return status == CLI_DONE ? cli_check(c, back) : status;
}

int cli_result_errors_define(cli *c, hearth_output *output, const char *squared) {
  CLI_TRY(cli_output_variable(c, output, "effective_samples", "mode", (double)NAN, "effective number of samples, from the lag-1 autocorrelation of the scores",
                              "1"));
  CLI_CHECK(c, hearth_output_text(output, "effective_samples", "references", "Bretherton et al. 1999, eq. 31"));
  CLI_TRY(cli_output_variable(c, output, "north_error", "mode", (double)NAN, "sampling error of the eigenvalue", squared));
  return cli_check(c, hearth_output_text(output, "north_error", "references", "North et al. 1982"));
}

int cli_result_errors_write(cli *c, const cli_result *r, hearth_output *output) {
  double *number = cli_allocate((size_t)(2 * r->modes), sizeof *number), *error = number + r->modes;
  hearth_status status = hearth_pca_effective_samples_of(r->pca, r->scores, r->modes, number);
  if (status == HEARTH_OK) status = hearth_pca_eigenvalues(r->pca, r->modes, error);
  for (int32_t k = 0; k < r->modes && status == HEARTH_OK; k++) error[k] *= sqrt(2 / number[k]);
  if (status == HEARTH_OK) status = hearth_output_write_numbers(output, "effective_samples", r->modes, number);
  if (status == HEARTH_OK) status = hearth_output_write_numbers(output, "north_error", r->modes, error);
  free(number);
  return cli_check(c, status);
}
