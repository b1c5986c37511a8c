/* --filled: the field as the fit filled it, with the input's coordinates; samples come first. */
#include "cli/cf.h"
#include "cli/result.h"
#include <stdio.h>
#include <string.h>

static int define_field(cli *c, const cli_result *r, int32_t f, hearth_output *output) {
  const cli_field *field = &r->state->field[f];
  char dims[CLI_NAME * HEARTH_MAX_NDIM], lead[CLI_NAME], text[CLI_NAME], units[CLI_NAME], coordinates[2 * CLI_NAME + 2];
  cli_result_dim(field, field->sample_axis, lead);
  cli_result_space(field, lead, dims, sizeof dims);
  cli_cf_text(field->part[0], "units", units);
  if (!cli_cf_text(field->part[0], "long_name", text)) snprintf(text, sizeof text, "%.240s, gaps filled", field->name);
  CLI_TRY(cli_output_variable(c, output, field->name, dims, CLI_FILL, text, units));
  CLI_TRY(cli_result_auxiliary(c, r, f, coordinates));
  if (coordinates[0]) CLI_CHECK(c, hearth_output_text(output, field->name, "coordinates", coordinates));
  return cli_cf_text(field->part[0], "standard_name", text) ? cli_check(c, hearth_output_text(output, field->name, "standard_name", text)) : CLI_DONE;
}

static int write_all(cli *c, const cli_result *r, hearth_output *output) {
  char source[CLI_PATH + CLI_NAME];
  snprintf(source, sizeof source, "hearth pca %s, from %s%s", hearth_version(), r->input->path[0], r->input->nfiles > 1 ? " and following" : "");
  CLI_TRY(cli_output_globals(c, output, "Field with its gaps filled from empirical orthogonal functions", r->command, source));
  CLI_TRY(cli_result_dimensions(c, r, output));
  CLI_TRY(cli_result_coordinates_define(c, r, output));
  for (int32_t f = 0; f < r->state->nfields; f++) CLI_TRY(define_field(c, r, f, output));
  CLI_TRY(cli_result_coordinates_write(c, r, output));
  for (int32_t f = 0; f < r->state->nfields; f++) {
    hearth_array *filled = NULL;
    int status = cli_check(c, hearth_pca_filled(r->pca, f, &filled));
    if (status == CLI_DONE) status = cli_check(c, hearth_output_write(output, r->state->field[f].name, filled));
    hearth_array_destroy(&filled);
    CLI_TRY(status);
  }
  return cli_check(c, hearth_output_commit(output));
}

int cli_filled_write(cli *c, const cli_result *r, const char *path) {
  hearth_output *output = NULL;
  CLI_CHECK(c, hearth_output_create(c->ctx, path, &output));
  const int status = write_all(c, r, output);
  hearth_output_destroy(&output);
  if (status == CLI_DONE && c->rank == 0 && !r->options->quiet) printf("written: %s\n", path);
  return status;
}
