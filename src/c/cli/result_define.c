#include "cli/cf.h"
#include "cli/result.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Dimensions of all fields; those that share a name share the length, being of one file. */
int cli_result_dimensions(cli *c, const cli_result *r, hearth_output *output) {
  char defined[HEARTH_MAX_NDIM * 64][CLI_NAME], name[CLI_NAME];
  int n = 0;
  for (int32_t f = 0; f < r->state->nfields; f++) {
    const cli_field *field = &r->state->field[f];
    for (int32_t d = 0; d < field->ndim; d++) {
      if (r->only_samples && d != field->sample_axis) continue;
      cli_result_dim(field, d, name);
      if (strcmp(name, "mode") == 0)
        return cli_fail(c, CLI_WRONG, "'%s' has a dimension 'mode', which is the result's own: rename it in the input (ncrename)", field->name);
      int i = 0;
      while (i < n && strcmp(defined[i], name) != 0) i++;
      if (i < n || n == HEARTH_MAX_NDIM * 64) continue;
      strcpy(defined[n++], name);
      CLI_CHECK(c, hearth_output_dimension(output, name, field->shape[d]));
    }
  }
  return CLI_DONE;
}

void cli_result_space(const cli_field *field, const char *lead, char *list, size_t capacity) {
  char name[CLI_NAME];
  snprintf(list, capacity, "%s", lead);
  for (int32_t d = 0; d < field->ndim; d++) {
    if (d == field->sample_axis) continue;
    cli_result_dim(field, d, name);
    snprintf(list + strlen(list), capacity - strlen(list), "%s%s", list[0] ? " " : "", name);
  }
}

/* Attributes of the EOFs that later projections go by: what field they are of, along which dimension its samples lie, how it was treated. */
static int describe_eof(cli *c, const cli_result *r, int32_t f, const char *name, hearth_output *output) {
  static const char *const kinds[] = {"mean", "weights", "climatology", "standard_deviation"};
  const bool there[] = {true, true, r->groups->n > 0, r->options->standardize != 0};
  char dim[CLI_NAME], list[CLI_NAME * 5] = "", one[CLI_NAME];
  for (int i = 0; i < 4; i++) {
    if (!there[i]) continue;
    cli_result_name(r, f, kinds[i], one);
    strcat(strcat(list, list[0] ? " " : ""), one);
  }
  cli_result_dim(&r->state->field[f], r->state->field[f].sample_axis, dim);
  CLI_CHECK(c, hearth_output_text(output, name, "ancillary_variables", list));
  CLI_CHECK(c, hearth_output_text(output, name, "field", r->state->field[f].name));
  CLI_CHECK(c, hearth_output_text(output, name, "sample_dimension", dim));
  CLI_CHECK(c, hearth_output_text(output, name, "weights", r->options->weights ? r->options->weights : "none"));
  if (r->groups->n > 0) CLI_CHECK(c, hearth_output_text(output, name, "climatology", r->groups->name));
  return r->options->standardize ? cli_check(c, hearth_output_text(output, name, "standardized", "divided by each point's standard deviation")) : CLI_DONE;
}

static int define_field(cli *c, const cli_result *r, int32_t f, hearth_output *output) {
  const cli_field *field = &r->state->field[f];
  const struct {
    const char *name, *lead, *title;
    bool there, units;
  } variable[] = {{"eof", "mode", "empirical orthogonal functions", true, false},
                  {"mean", "", "mean", true, true},
                  {"weights", "", "weights in the inner product (0: the point takes no part)", true, false},
                  {"climatology", r->groups->name, "mean of each calendar group", r->groups->n > 0, true},
                  {"standard_deviation", "", "standard deviation", r->options->standardize != 0, true}};
  char units[CLI_NAME], coordinates[2 * CLI_NAME + 2], title[CLI_NAME];
  cli_cf_text(field->part[0], "units", units);
  if (!cli_cf_text(field->part[0], "long_name", title)) cli_cf_text(field->part[0], "standard_name", title);
  CLI_TRY(cli_result_auxiliary(c, r, f, coordinates));
  for (int i = 0; i < 5; i++) {
    char name[CLI_NAME], dims[CLI_NAME * HEARTH_MAX_NDIM], text[2 * CLI_NAME];
    if (!variable[i].there) continue;
    cli_result_name(r, f, variable[i].name, name);
    cli_result_space(field, variable[i].lead, dims, sizeof dims);
    snprintf(text, sizeof text, "%s of %s", variable[i].title, field->name);
    CLI_TRY(cli_output_variable(c, output, name, dims, CLI_FILL, text, variable[i].units ? units : ""));
    if (coordinates[0]) CLI_CHECK(c, hearth_output_text(output, name, "coordinates", coordinates));
    if (title[0]) CLI_CHECK(c, hearth_output_text(output, name, "description", title));
    if (i == 0) CLI_TRY(describe_eof(c, r, f, name, output));
  }
  return CLI_DONE;
}

/* How the eigenvalues were found. */
static int describe_eigenvalues(cli *c, const cli_result *r, hearth_output *output) {
  int32_t solver = 0;
  char how[CLI_NAME];
  snprintf(how, sizeof how, "streaming, %s", cli_method_word(r->options->method));
  CLI_CHECK(c, hearth_output_number(output, "eigenvalue", "ddof", r->options->ddof));
  CLI_CHECK(c, hearth_output_number(output, "eigenvalue", "samples", (double)r->samples));
  CLI_CHECK(c, hearth_pca_solver_used(r->pca, &solver));
  CLI_CHECK(c, hearth_output_text(output, "eigenvalue", "solver", r->options->streaming ? how : cli_solver_word(solver)));
  if (r->options->gaps >= HEARTH_GAPS_FILL) {
    char text[CLI_NAME];
    double error = 0;
    int32_t modes = 0, iterations = 0;
    CLI_CHECK(c, hearth_pca_fill_report(r->pca, &modes, &error, &iterations));
    snprintf(text, sizeof text, "filled from %d modes in %d iterations, relative error %.3g (%s)", modes, iterations, error,
             r->options->gaps == HEARTH_GAPS_EM ? "of values that are there" : "of values set aside");
    CLI_CHECK(c, hearth_output_text(output, "eigenvalue", "gaps", text));
  }
  if (!r->options->streaming) return CLI_DONE;
  double bound = 0;
  CLI_CHECK(c, hearth_pca_discarded(r->pca, &bound));
  return cli_check(c, hearth_output_number(output, "eigenvalue", "discarded_bound", bound));
}

/* Units of scores and eigenvalues are the field's, where there is one field and it is not standardized. */
static int define_modes(cli *c, const cli_result *r, hearth_output *output) {
  char units[CLI_NAME] = "", squared[CLI_NAME + 4] = "", dims[2 * CLI_NAME];
  if (r->state->nfields == 1 && !r->options->standardize && cli_cf_text(r->state->field[0].part[0], "units", units))
    snprintf(squared, sizeof squared, "(%s)2", units);
  CLI_CHECK(c, hearth_output_dimension(output, "mode", r->modes));
  CLI_CHECK(c, hearth_output_variable(output, "mode", HEARTH_INT32, "mode", (double)NAN));
  CLI_CHECK(c, hearth_output_text(output, "mode", "long_name", "mode number"));
  CLI_TRY(cli_output_variable(c, output, "eigenvalue", "mode", (double)NAN, "variance of the principal components", squared));
  CLI_TRY(describe_eigenvalues(c, r, output));
  CLI_TRY(cli_output_variable(c, output, "total_variance", "", (double)NAN, "variance of all modes, also of those that are not here", squared));
  CLI_TRY(cli_output_variable(c, output, "explained_variance_ratio", "mode", (double)NAN, "share of the total variance", "1"));
  CLI_TRY(cli_result_errors_define(c, output, squared));
  cli_result_dim(&r->state->field[0], r->state->field[0].sample_axis, dims);
  strcat(dims, " mode");
  if (r->options->whiten) units[0] = '\0';
  CLI_TRY(cli_output_variable(c, output, "pc", dims, (double)NAN, "principal components (scores)", units));
  if (r->options->whiten) CLI_CHECK(c, hearth_output_text(output, "pc", "whitened", "divided by the square roots of the eigenvalues"));
  return cli_result_rotated_define(c, r, output, units, squared);
}

int cli_result_define(cli *c, const cli_result *r, hearth_output *output) {
  char source[CLI_PATH + CLI_NAME];
  snprintf(source, sizeof source, "hearth pca %s, from %s%s", hearth_version(), r->input->path[0], r->input->nfiles > 1 ? " and following" : "");
  CLI_TRY(cli_output_globals(c, output, "Empirical orthogonal functions", r->command, source));
  CLI_TRY(cli_result_dimensions(c, r, output));
  CLI_TRY(define_modes(c, r, output));
  if (r->groups->n > 0) {
    CLI_CHECK(c, hearth_output_dimension(output, r->groups->name, r->groups->n));
    CLI_TRY(cli_output_variable(c, output, r->groups->name, r->groups->name, (double)NAN,
                                strcmp(r->groups->name, "month") == 0 ? "month of the year" : "day of the year", "1"));
  }
  CLI_TRY(cli_result_coordinates_define(c, r, output));
  for (int32_t f = 0; f < r->state->nfields; f++) CLI_TRY(define_field(c, r, f, output));
  return CLI_DONE;
}
