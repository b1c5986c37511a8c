#include "cli/cf.h"
#include "cli/values.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool cli_cf_text(const hearth_variable *variable, const char *attribute, char *text) {
  int32_t found = 0;
  text[0] = '\0';
  return hearth_variable_attribute_text(variable, attribute, text, CLI_NAME, &found) == HEARTH_OK && found && text[0];
}

static bool among(const char *word, const char *const *list) {
  for (; *list; list++)
    if (strcasecmp(word, *list) == 0) return true;
  return false;
}

cli_cf cli_cf_kind(const hearth_variable *variable, const char *name) {
  static const char *const north[] = {"degrees_north", "degree_north", "degrees_n", "degree_n", "degreesn", "degreen", NULL};
  static const char *const east[] = {"degrees_east", "degree_east", "degrees_e", "degree_e", "degreese", "degreee", NULL};
  static const char *const latitude[] = {"lat", "latitude", "nav_lat", NULL}, *const longitude[] = {"lon", "longitude", "nav_lon", NULL};
  char units[CLI_NAME], standard[CLI_NAME];
  const bool has_units = cli_cf_text(variable, "units", units), has_standard = cli_cf_text(variable, "standard_name", standard);
  if (has_units && among(units, north)) return CLI_CF_LATITUDE;
  if (has_units && among(units, east)) return CLI_CF_LONGITUDE;
  if (has_units && strstr(units, " since ")) return CLI_CF_TIME;
  if (has_standard && strcmp(standard, "latitude") == 0) return CLI_CF_LATITUDE;
  if (has_standard && strcmp(standard, "longitude") == 0) return CLI_CF_LONGITUDE;
  if (has_standard || (has_units && strncasecmp(units, "deg", 3) != 0)) return CLI_CF_OTHER;
  if (among(name, latitude)) return CLI_CF_LATITUDE;
  return among(name, longitude) ? CLI_CF_LONGITUDE : CLI_CF_OTHER;
}

hearth_variable *cli_cf_coordinate(hearth_file *file, const char *dim) {
  hearth_variable *variable = NULL;
  char name[CLI_NAME];
  int32_t ndim = 0, unlimited = 0;
  if (!dim[0] || hearth_variable_open(file, dim, &variable) != HEARTH_OK) return NULL;
  const bool fits = hearth_variable_ndim(variable, &ndim) == HEARTH_OK && ndim == 1 &&
                    hearth_variable_dimension(variable, 0, name, sizeof name, &unlimited) == HEARTH_OK && strcmp(name, dim) == 0;
  if (!fits) hearth_variable_destroy(&variable);
  return variable;
}

/* The space axis that has the name; -1: none. */
static int32_t axis_named(const cli_field *field, const char *name) {
  for (int32_t d = 0; d < field->ndim; d++)
    if (name[0] && d != field->sample_axis && strcmp(field->dim[d], name) == 0) return cli_space_axis(field, d);
  return -1;
}

/* Variables without named dimensions match where they have the shape of the space. */
static bool nameless_axes(const hearth_variable *variable, int32_t ndim, const cli_field *field, int32_t *axes) {
  int64_t shape[HEARTH_MAX_NDIM], space[HEARTH_MAX_NDIM];
  char name[CLI_NAME];
  int32_t unlimited = 0;
  if (hearth_variable_shape(variable, ndim, shape) != HEARTH_OK || cli_space_shape(field, space) != ndim) return false;
  for (int32_t d = 0; d < ndim; d++) {
    if (hearth_variable_dimension(variable, d, name, sizeof name, &unlimited) != HEARTH_OK || name[0] || shape[d] != space[d]) return false;
    axes[d] = d;
  }
  return true;
}

/* NULL: the variable lies over the field's space; else the name of the dimension that does not. */
static const char *find_axes(const hearth_variable *variable, const cli_field *field, int32_t *naxes, int32_t *axes, char *name) {
  int32_t unlimited = 0;
  if (hearth_variable_ndim(variable, naxes) != HEARTH_OK) return "?";
  if (*naxes > 0 && nameless_axes(variable, *naxes, field, axes)) return NULL;
  for (int32_t d = 0; d < *naxes; d++) {
    if (hearth_variable_dimension(variable, d, name, CLI_NAME, &unlimited) != HEARTH_OK) return "?";
    axes[d] = axis_named(field, name);
    if (axes[d] < 0 || (d > 0 && axes[d] <= axes[d - 1])) return name;
  }
  return NULL;
}

int cli_cf_axes(cli *c, const char *what, const char *name, const hearth_variable *variable, const cli_field *field, int32_t *naxes, int32_t *axes) {
  char wrong[CLI_NAME], list[CLI_NAME * 4] = "";
  const char *bad = find_axes(variable, field, naxes, axes, wrong);
  for (int32_t d = 0; d < field->ndim; d++)
    if (d != field->sample_axis && strlen(list) + strlen(field->dim[d]) + 3 < sizeof list) strcat(strcat(list, list[0] ? ", " : ""), field->dim[d]);
  if (bad)
    return cli_fail(c, CLI_WRONG, "%s %s: its dimension '%s' is none of the space dimensions of '%s', or out of their order (%s)", what, name, bad, field->name,
                    list);
  if (*naxes == 0) return cli_fail(c, CLI_WRONG, "%s %s is a single number: a variable over the space of '%s' is needed (%s)", what, name, field->name, list);
  return CLI_DONE;
}

int cli_cf_find(cli *c, hearth_file *file, const cli_field *field, cli_cf kind, hearth_variable **coordinate, int32_t *naxes, int32_t *axes) {
  int32_t n = 0;
  char name[CLI_NAME], unused[CLI_NAME];
  *coordinate = NULL;
  *naxes = 0;
  for (int32_t d = 0; d < field->ndim; d++) {
    hearth_variable *own = d == field->sample_axis ? NULL : cli_cf_coordinate(file, field->dim[d]);
    if (own && cli_cf_kind(own, field->dim[d]) == kind) {
      *coordinate = own;
      *naxes = 1;
      axes[0] = cli_space_axis(field, d);
      return CLI_DONE;
    }
    hearth_variable_destroy(&own);
  }
  CLI_CHECK(c, hearth_file_variables(file, &n));
  for (int32_t i = 0; i < n; i++) {
    hearth_variable *other = NULL;
    CLI_CHECK(c, hearth_file_variable_name(file, i, name, sizeof name));
    if (hearth_variable_open(file, name, &other) != HEARTH_OK) continue; /* text, say */
    if (cli_cf_kind(other, name) == kind && !find_axes(other, field, naxes, axes, unused) && *naxes > 0) {
      *coordinate = other;
      return CLI_DONE;
    }
    hearth_variable_destroy(&other);
  }
  *naxes = 0;
  return CLI_DONE;
}

void cli_cf_time_name(const cli_input *input, const cli_field *field, char *name) {
  const char *dim = field->dim[field->sample_axis];
  hearth_variable *own = cli_cf_coordinate(input->file[0], dim);
  int32_t n = 0, ndim = 0, unlimited = 0;
  strcpy(name, own ? dim : "");
  const bool known = own && cli_cf_kind(own, dim) == CLI_CF_TIME;
  hearth_variable_destroy(&own);
  if (known || !dim[0] || hearth_file_variables(input->file[0], &n) != HEARTH_OK) return;
  for (int32_t i = 0; i < n; i++) {
    char candidate[CLI_NAME], over[CLI_NAME];
    hearth_variable *other = NULL;
    if (hearth_file_variable_name(input->file[0], i, candidate, sizeof candidate) != HEARTH_OK) continue;
    if (hearth_variable_open(input->file[0], candidate, &other) != HEARTH_OK) continue;
    const bool fits = cli_cf_kind(other, candidate) == CLI_CF_TIME && hearth_variable_ndim(other, &ndim) == HEARTH_OK && ndim == 1 &&
                      hearth_variable_dimension(other, 0, over, sizeof over, &unlimited) == HEARTH_OK && strcmp(over, dim) == 0;
    hearth_variable_destroy(&other);
    if (!fits) continue;
    strcpy(name, candidate);
    return;
  }
}

int cli_cf_sample_values(cli *c, const cli_input *input, const cli_field *field, const char *name, double **values, char *units, char *calendar) {
  *values = cli_allocate((size_t)field->shape[field->sample_axis], sizeof **values);
  units[0] = calendar[0] = '\0';
  int status = CLI_DONE;
  for (int p = 0; p < input->nfiles && status == CLI_DONE; p++) {
    const int64_t start = 0, count = field->first[p + 1] - field->first[p];
    char own[CLI_NAME];
    int64_t length = 0;
    hearth_variable *variable = NULL;
    status = cli_check(c, hearth_variable_open(input->file[p], name, &variable));
    if (status == CLI_DONE) status = cli_check(c, hearth_variable_shape(variable, 1, &length));
    if (status == CLI_DONE && length != count) status = cli_fail(c, CLI_WRONG, "%s: '%s' has not the samples of '%s'", input->path[p], name, field->name);
    if (status == CLI_DONE && p == 0) cli_cf_text(variable, "calendar", calendar), cli_cf_text(variable, "units", units);
    if (status == CLI_DONE && cli_cf_text(variable, "units", own) && strcmp(own, units) != 0)
      status =
          cli_fail(c, CLI_WRONG, "%s: '%s' counts in '%s', in %s it counts in '%s': convert one of them", input->path[p], name, own, input->path[0], units);
    if (status == CLI_DONE && count > 0) status = cli_values_read(c, variable, 1, &start, &count, CLI_EVERYWHERE, *values + field->first[p]);
    hearth_variable_destroy(&variable);
  }
  if (status != CLI_DONE) {
    free(*values);
    *values = NULL;
  }
  return status;
}
