#include "cli/saved.h"
#include "cli/cf.h"
#include "cli/climatology.h"
#include "cli/picture.h"
#include "cli/values.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void cli_saved_name(const cli_saved *s, int32_t f, const char *what, char *name) {
  snprintf(name, CLI_NAME, "%.50s%.200s", what, s->eof[f] + strlen("eof"));
}

static int no_result(cli *c, const cli_saved *s, const char *what) {
  return cli_fail(c, CLI_WRONG, "%s has no %s: make it anew with this version's hearth pca or hearth_pca_write", s->path, what);
}

/* Numbers of a variable of one dimension or none. */
static int load_numbers(cli *c, const cli_saved *s, const char *name, int64_t *n, double **values) {
  hearth_variable *variable = NULL;
  int32_t ndim = 0;
  if (hearth_variable_open(s->file, name, &variable) != HEARTH_OK) {
    char what[CLI_NAME];
    snprintf(what, sizeof what, "variable '%.200s'", name);
    return no_result(c, s, what);
  }
  int status = cli_check(c, hearth_variable_ndim(variable, &ndim));
  if (status == CLI_DONE && ndim > 1) status = cli_fail(c, CLI_WRONG, "%s: '%s' has %d dimensions", s->path, name, ndim);
  if (status == CLI_DONE) status = cli_values_load(c, variable, n, values);
  hearth_variable_destroy(&variable);
  return status;
}

static int read_numbers(cli *c, int32_t wanted, cli_saved *s) {
  int64_t n = 0, one = 0, shares = 0;
  double *total = NULL, ddof = 1, samples = 0;
  int32_t found = 0, also = 0;
  hearth_variable *variable = NULL;
  const int64_t there = s->field[0].shape[0];
  CLI_TRY(load_numbers(c, s, "eigenvalue", &n, &s->eigenvalue));
  CLI_TRY(load_numbers(c, s, "explained_variance_ratio", &shares, &s->ratio));
  CLI_TRY(load_numbers(c, s, "total_variance", &one, &total));
  s->total = one > 0 ? total[0] : 0;
  free(total);
  if (n != there || shares != there || one != 1) return cli_fail(c, CLI_WRONG, "%s: eigenvalues and EOFs have different numbers of modes", s->path);
  if (wanted > there) return cli_fail(c, CLI_WRONG, "--modes %d is more than the %lld modes in %s", wanted, (long long)there, s->path);
  s->modes = wanted ? wanted : (int32_t)there;
  CLI_CHECK(c, hearth_variable_open(s->file, "eigenvalue", &variable));
  hearth_status status = hearth_variable_attribute_number(variable, "ddof", &ddof, &found);
  if (status == HEARTH_OK) status = hearth_variable_attribute_number(variable, "samples", &samples, &also);
  hearth_variable_destroy(&variable);
  CLI_CHECK(c, status);
  if (!found || !also || !(samples > ddof)) return no_result(c, s, "attributes 'samples' and 'ddof' of 'eigenvalue'");
  s->ddof = (int32_t)ddof;
  s->samples = (int64_t)samples;
  return CLI_DONE;
}

static int open_field(cli *c, cli_saved *s, int32_t f) {
  cli_field *field = &s->field[f];
  char text[CLI_NAME];
  int32_t unlimited = 0;
  hearth_variable *mean = NULL;
  field->part = cli_allocate(1, sizeof *field->part);
  field->first = cli_allocate(2, sizeof *field->first);
  field->nparts = 1;
  field->dtype = HEARTH_FLOAT64;
  CLI_CHECK(c, hearth_variable_open(s->file, s->eof[f], &field->part[0]));
  CLI_CHECK(c, hearth_variable_ndim(field->part[0], &field->ndim));
  if (field->ndim < 2) return cli_fail(c, CLI_WRONG, "%s: '%s' has %d dimensions, mode and space are needed", s->path, s->eof[f], field->ndim);
  CLI_CHECK(c, hearth_variable_shape(field->part[0], field->ndim, field->shape));
  for (int32_t d = 0; d < field->ndim; d++) CLI_CHECK(c, hearth_variable_dimension(field->part[0], d, field->dim[d], CLI_NAME, &unlimited));
  if (!cli_cf_text(field->part[0], "field", field->name)) snprintf(field->name, CLI_NAME, "%s", s->eof[f][3] ? s->eof[f] + 4 : "data");
  if (field->shape[0] != s->field[0].shape[0])
    return cli_fail(c, CLI_WRONG, "%s: '%s' and '%s' have different numbers of modes", s->path, s->eof[0], s->eof[f]);
  cli_saved_name(s, f, "mean", text);
  if (hearth_variable_open(s->file, text, &mean) == HEARTH_OK) cli_cf_text(mean, "units", s->units[f]);
  hearth_variable_destroy(&mean);
  s->standardized = s->standardized || cli_cf_text(field->part[0], "standardized", text);
  if (cli_cf_text(field->part[0], "climatology", text)) strcpy(s->climatology, text);
  return CLI_DONE;
}

static int open_fields(cli *c, cli_saved *s) {
  char list[CLI_PATH];
  CLI_TRY(cli_picture_variables(c, s->file, "eof", list, sizeof list));
  if (!list[0]) return cli_fail(c, CLI_WRONG, "%s has no variable 'eof': it is no result of hearth pca or of hearth_pca_write", s->path);
  int32_t n = 1;
  for (const char *p = list; *p; p++) n += *p == ',';
  s->field = cli_allocate((size_t)n, sizeof *s->field);
  s->eof = cli_allocate((size_t)n, sizeof *s->eof);
  s->units = cli_allocate((size_t)n, sizeof *s->units);
  for (char *rest = list, *name = strsep(&rest, ","); name; name = strsep(&rest, ",")) snprintf(s->eof[s->nfields++], CLI_NAME, "%s", name);
  for (int32_t f = 0; f < s->nfields; f++) CLI_TRY(open_field(c, s, f));
  return CLI_DONE;
}

int cli_saved_open(cli *c, const char *path, int32_t modes, cli_saved *s) {
  char text[CLI_NAME];
  hearth_variable *pc = NULL;
  *s = (cli_saved){.path = path};
  CLI_CHECK(c, hearth_file_open(c->ctx, path, &s->file));
  CLI_TRY(open_fields(c, s));
  CLI_TRY(read_numbers(c, modes, s));
  if (hearth_variable_open(s->file, "pc", &pc) == HEARTH_OK) s->whitened = cli_cf_text(pc, "whitened", text);
  hearth_variable_destroy(&pc);
  if (!s->climatology[0]) return CLI_DONE;
  if (strcmp(s->climatology, "month") != 0 && strcmp(s->climatology, "day") != 0)
    return cli_fail(c, CLI_WRONG, "%s: the samples were centred by groups that are no calendar months or days: new samples cannot be told theirs", path);
  return load_numbers(c, s, s->climatology, &s->ngroups, &s->group);
}

/* The position of each number among the file's. Local. */
static int find_groups(cli *c, const cli_saved *s, int64_t n, int32_t *label) {
  for (int64_t t = 0; t < n; t++) {
    int64_t g = 0;
    while (g < s->ngroups && (int32_t)s->group[g] != label[t]) g++;
    if (g == s->ngroups)
      return cli_fail(c, CLI_WRONG, "sample %lld (from 0) is of %s %d, of which %s has no mean", (long long)t, s->climatology, label[t], s->path);
    label[t] = (int32_t)g;
  }
  return CLI_DONE;
}

int cli_saved_labels(cli *c, const cli_saved *s, const cli_input *input, const cli_field *field, int32_t **labels) {
  const int64_t n = field->shape[field->sample_axis];
  char name[CLI_NAME], units[CLI_NAME], calendar[CLI_NAME];
  double *times = NULL;
  *labels = NULL;
  if (!s->climatology[0]) return CLI_DONE;
  cli_cf_time_name(input, field, name);
  if (!name[0])
    return cli_fail(c, CLI_WRONG, "%s removes the mean of each %s, but %s has no time coordinate for '%s'", s->path, s->climatology, input->path[0],
                    field->name);
  CLI_TRY(cli_cf_sample_values(c, input, field, name, &times, units, calendar));
  *labels = cli_allocate((size_t)n, sizeof **labels);
  int status = cli_calendar_numbers(c, strcmp(s->climatology, "month") == 0, name, units, calendar, n, times, *labels);
  if (status == CLI_DONE) status = find_groups(c, s, n, *labels);
  free(times);
  if (status == CLI_DONE) return CLI_DONE;
  free(*labels);
  *labels = NULL;
  return status;
}

void cli_saved_close(cli_saved *s) {
  hearth_pca_destroy(&s->pca);
  for (int32_t f = 0; f < s->nfields; f++) {
    if (s->field[f].part) hearth_variable_destroy(&s->field[f].part[0]);
    free(s->field[f].part);
    free(s->field[f].first);
  }
  free(s->field);
  free(s->eof);
  free(s->units);
  free(s->eigenvalue);
  free(s->ratio);
  free(s->group);
  hearth_file_destroy(&s->file);
  *s = (cli_saved){0};
}
