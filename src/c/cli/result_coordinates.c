/* Coordinates that the result takes over from the input: the dimensions' own variables, and auxiliary latitudes and longitudes. */
#include "cli/cf.h"
#include "cli/result.h"
#include "cli/values.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int cli_output_copy_attributes(cli *c, const hearth_variable *from, hearth_output *output, const char *name) {
  static const char *const attributes[] = {"units", "standard_name", "long_name", "axis", "positive", "calendar", "topology"};
  char text[CLI_NAME];
  for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++)
    if (cli_cf_text(from, attributes[i], text)) CLI_CHECK(c, hearth_output_text(output, name, attributes[i], text));
  double number = 0;
  int32_t found = 0;
  CLI_CHECK(c, hearth_variable_attribute_number(from, "modulo", &number, &found));
  return found ? cli_check(c, hearth_output_number(output, name, "modulo", number)) : CLI_DONE;
}

/* True the first time that dimension d of field f comes up under its name. */
static bool first_use(const cli_state *state, int32_t f, int32_t d) {
  for (int32_t g = 0; g <= f; g++)
    for (int32_t e = 0; e < (g < f ? state->field[g].ndim : d); e++)
      if (strcmp(state->field[g].dim[e], state->field[f].dim[d]) == 0) return false;
  return true;
}

static const cli_input *samples_of(const cli_result *r) {
  return r->sample_input ? r->sample_input : r->input;
}

static int write_own(cli *c, const cli_result *r, const cli_field *field, int32_t d, hearth_variable *variable, hearth_output *output) {
  char units[CLI_NAME], calendar[CLI_NAME];
  double *values = NULL;
  int64_t n = field->shape[d];
  const int status = d == field->sample_axis ? cli_cf_sample_values(c, samples_of(r), field, field->dim[d], &values, units, calendar)
                                             : cli_values_load(c, variable, &n, &values);
  if (status != CLI_DONE) return status;
  const int written = cli_check(c, hearth_output_write_numbers(output, field->dim[d], n, values));
  free(values);
  return written;
}

/* Calls for every dimension of the result that has a coordinate in the input; output variables are defined, or written. */
static int each_own(cli *c, const cli_result *r, hearth_output *output, bool write) {
  for (int32_t f = 0; f < r->state->nfields; f++) {
    const cli_field *field = &r->state->field[f];
    for (int32_t d = 0; d < field->ndim; d++) {
      if (r->only_samples && d != field->sample_axis) continue;
      const cli_input *input = d == field->sample_axis ? samples_of(r) : r->input;
      hearth_variable *variable = first_use(r->state, f, d) ? cli_cf_coordinate(input->file[0], field->dim[d]) : NULL;
      if (!variable) continue;
      int status = CLI_DONE;
      if (write) {
        status = write_own(c, r, field, d, variable, output);
      } else {
        status = cli_check(c, hearth_output_variable(output, field->dim[d], HEARTH_FLOAT64, field->dim[d], (double)NAN));
        if (status == CLI_DONE) status = cli_output_copy_attributes(c, variable, output, field->dim[d]);
      }
      hearth_variable_destroy(&variable);
      CLI_TRY(status);
    }
  }
  return CLI_DONE;
}

/* Auxiliary coordinate of `kind`: not a dimension's own. *variable NULL where there is none. */
static int open_auxiliary(cli *c, const cli_result *r, int32_t f, cli_cf kind, hearth_variable **variable, char *name, char *dims) {
  const cli_field *field = &r->state->field[f];
  int32_t naxes = 0, axes[HEARTH_MAX_NDIM];
  static const char *const names[] = {"", "latitude", "longitude"};
  CLI_TRY(cli_cf_find(c, r->input->file[0], field, kind, variable, &naxes, axes));
  dims[0] = name[0] = '\0';
  if (!*variable) return CLI_DONE;
  for (int32_t i = 0; i < naxes; i++) {
    char dim[CLI_NAME];
    cli_result_dim(field, cli_space_dim(field, axes[i]), dim);
    strcat(strcat(dims, i ? " " : ""), dim);
  }
  hearth_variable *own = naxes == 1 ? cli_cf_coordinate(r->input->file[0], dims) : NULL;
  if (own && cli_cf_kind(own, dims) == kind) hearth_variable_destroy(variable);
  hearth_variable_destroy(&own);
  cli_result_name(r, f, names[kind], name);
  return CLI_DONE;
}

int cli_result_auxiliary(cli *c, const cli_result *r, int32_t f, char *list) {
  list[0] = '\0';
  for (int kind = CLI_CF_LATITUDE; kind <= CLI_CF_LONGITUDE; kind++) {
    hearth_variable *variable = NULL;
    char name[CLI_NAME], dims[CLI_NAME * HEARTH_MAX_NDIM];
    CLI_TRY(open_auxiliary(c, r, f, (cli_cf)kind, &variable, name, dims));
    if (variable) strcat(strcat(list, list[0] ? " " : ""), name);
    hearth_variable_destroy(&variable);
  }
  return CLI_DONE;
}

static int one_auxiliary(cli *c, const cli_result *r, int32_t f, cli_cf kind, hearth_output *output, bool write) {
  hearth_variable *variable = NULL;
  hearth_array *array = NULL;
  char name[CLI_NAME], dims[CLI_NAME * HEARTH_MAX_NDIM];
  CLI_TRY(open_auxiliary(c, r, f, kind, &variable, name, dims));
  if (!variable) return CLI_DONE;
  int status = CLI_DONE;
  if (write) {
    status = cli_check(c, hearth_variable_load(variable, 0, &array));
    if (status == CLI_DONE) status = cli_check(c, hearth_output_write(output, name, array));
    hearth_array_destroy(&array);
  } else {
    status = cli_check(c, hearth_output_variable(output, name, HEARTH_FLOAT64, dims, (double)NAN));
    if (status == CLI_DONE) status = cli_output_copy_attributes(c, variable, output, name);
  }
  hearth_variable_destroy(&variable);
  return status;
}

static int each_auxiliary(cli *c, const cli_result *r, hearth_output *output, bool write) {
  if (r->only_samples) return CLI_DONE;
  for (int32_t f = 0; f < r->state->nfields; f++)
    for (int kind = CLI_CF_LATITUDE; kind <= CLI_CF_LONGITUDE; kind++) CLI_TRY(one_auxiliary(c, r, f, (cli_cf)kind, output, write));
  return CLI_DONE;
}

int cli_result_coordinates_define(cli *c, const cli_result *r, hearth_output *output) {
  CLI_TRY(each_own(c, r, output, false));
  return each_auxiliary(c, r, output, false);
}

int cli_result_coordinates_write(cli *c, const cli_result *r, hearth_output *output) {
  CLI_TRY(each_own(c, r, output, true));
  return each_auxiliary(c, r, output, true);
}
