#include "cli/cf.h"
#include "cli/result.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define FILL 9.969209968386869e36 /* NetCDF's default for float64 */

/* Dimensions of all fields; those that share a name share the length, being of one file. */
static int define_dimensions(cli *c, const cli_result *r, hearth_output *output) {
  char defined[HEARTH_MAX_NDIM * 64][CLI_NAME], name[CLI_NAME];
  int n = 0;
  for (int32_t f = 0; f < r->state->nfields; f++) {
    const cli_field *field = &r->state->field[f];
    for (int32_t d = 0; d < field->ndim; d++) {
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

/* "lead dim dim ..." over the space of a field. */
static void space_list(const cli_field *field, const char *lead, char *list, size_t capacity) {
  char name[CLI_NAME];
  snprintf(list, capacity, "%s", lead);
  for (int32_t d = 0; d < field->ndim; d++) {
    if (d == field->sample_axis) continue;
    cli_result_dim(field, d, name);
    snprintf(list + strlen(list), capacity - strlen(list), "%s%s", list[0] ? " " : "", name);
  }
}

static int define_variable(cli *c, hearth_output *output, const char *name, const char *dims, double fill, const char *long_name, const char *units) {
  CLI_CHECK(c, hearth_output_variable(output, name, HEARTH_FLOAT64, dims, fill));
  CLI_CHECK(c, hearth_output_text(output, name, "long_name", long_name));
  return units[0] ? cli_check(c, hearth_output_text(output, name, "units", units)) : CLI_DONE;
}

static int define_field(cli *c, const cli_result *r, int32_t f, hearth_output *output) {
  static const char *const what[] = {"eof", "mean", "climatology"};
  const cli_field *field = &r->state->field[f];
  const char *lead[] = {"mode", "", r->groups->name};
  char units[CLI_NAME], coordinates[2 * CLI_NAME + 2], title[CLI_NAME];
  cli_cf_text(field->part[0], "units", units);
  if (!cli_cf_text(field->part[0], "long_name", title)) cli_cf_text(field->part[0], "standard_name", title);
  CLI_TRY(cli_result_auxiliary(c, r, f, coordinates));
  for (int i = 0; i < (r->groups->n > 0 ? 3 : 2); i++) {
    char name[CLI_NAME], dims[CLI_NAME * HEARTH_MAX_NDIM], text[2 * CLI_NAME];
    cli_result_name(r, f, what[i], name);
    space_list(field, lead[i], dims, sizeof dims);
    snprintf(text, sizeof text, "%s of %s", i == 0 ? "empirical orthogonal functions" : i == 1 ? "mean" : "mean of each calendar group", field->name);
    CLI_TRY(define_variable(c, output, name, dims, FILL, text, i == 0 ? "" : units));
    if (coordinates[0]) CLI_CHECK(c, hearth_output_text(output, name, "coordinates", coordinates));
    if (title[0]) CLI_CHECK(c, hearth_output_text(output, name, "description", title));
    if (i == 0) CLI_CHECK(c, hearth_output_text(output, name, "weights", r->options->weights ? r->options->weights : "none"));
    if (i == 0 && r->options->standardize) CLI_CHECK(c, hearth_output_text(output, name, "standardized", "divided by each point's standard deviation"));
  }
  return CLI_DONE;
}

/* Units of scores and eigenvalues are the field's, where there is one field and it is not standardized. */
static int define_modes(cli *c, const cli_result *r, hearth_output *output) {
  char units[CLI_NAME] = "", squared[CLI_NAME + 4] = "", dims[2 * CLI_NAME];
  if (r->state->nfields == 1 && !r->options->standardize && cli_cf_text(r->state->field[0].part[0], "units", units))
    snprintf(squared, sizeof squared, "(%s)2", units);
  CLI_CHECK(c, hearth_output_dimension(output, "mode", r->modes));
  CLI_CHECK(c, hearth_output_variable(output, "mode", HEARTH_INT32, "mode", (double)NAN));
  CLI_CHECK(c, hearth_output_text(output, "mode", "long_name", "mode number"));
  CLI_TRY(define_variable(c, output, "eigenvalue", "mode", (double)NAN, "variance of the principal components", squared));
  CLI_CHECK(c, hearth_output_number(output, "eigenvalue", "ddof", r->options->ddof));
  CLI_TRY(define_variable(c, output, "explained_variance_ratio", "mode", (double)NAN, "share of the total variance", "1"));
  if (r->options->streaming) {
    double bound = 0;
    CLI_CHECK(c, hearth_pca_discarded(r->pca, &bound));
    CLI_CHECK(c, hearth_output_number(output, "eigenvalue", "discarded_bound", bound));
  }
  cli_result_dim(&r->state->field[0], r->state->field[0].sample_axis, dims);
  strcat(dims, " mode");
  return define_variable(c, output, "pc", dims, (double)NAN, "principal components (scores)", units);
}

static int define_globals(cli *c, const cli_result *r, hearth_output *output) {
  char text[CLI_PATH + CLI_NAME] = "";
  const time_t now = time(NULL);
  struct tm utc;
  if (c->rank == 0) {
    strftime(text, CLI_NAME, "%Y-%m-%dT%H:%M:%SZ ", gmtime_r(&now, &utc));
    snprintf(text + strlen(text), sizeof text - strlen(text), "%s", r->command);
  }
  MPI_Bcast(text, sizeof text, MPI_CHAR, 0, MPI_COMM_WORLD); /* clocks differ */
  CLI_CHECK(c, hearth_output_text(output, "", "Conventions", "CF-1.8"));
  CLI_CHECK(c, hearth_output_text(output, "", "title", "Empirical orthogonal functions"));
  CLI_CHECK(c, hearth_output_text(output, "", "history", text));
  snprintf(text, sizeof text, "hearth pca %s, from %s%s", hearth_version(), r->input->path[0], r->input->nfiles > 1 ? " and following" : "");
  return cli_check(c, hearth_output_text(output, "", "source", text));
}

int cli_result_define(cli *c, const cli_result *r, hearth_output *output) {
  CLI_TRY(define_globals(c, r, output));
  CLI_TRY(define_dimensions(c, r, output));
  CLI_TRY(define_modes(c, r, output));
  if (r->groups->n > 0) {
    CLI_CHECK(c, hearth_output_dimension(output, r->groups->name, r->groups->n));
    CLI_TRY(define_variable(c, output, r->groups->name, r->groups->name, (double)NAN,
                            strcmp(r->groups->name, "month") == 0 ? "month of the year" : "day of the year", "1"));
  }
  CLI_TRY(cli_result_coordinates_define(c, r, output));
  for (int32_t f = 0; f < r->state->nfields; f++) CLI_TRY(define_field(c, r, f, output));
  return CLI_DONE;
}
