#include "cli/picture.h"
#include "cli/cf.h"
#include "cli/values.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

int cli_picture_variables(cli *c, hearth_file *file, const char *what, char *list, size_t capacity) {
  const size_t length = strlen(what);
  int32_t n = 0;
  char name[CLI_NAME];
  list[0] = '\0';
  CLI_CHECK(c, hearth_file_variables(file, &n));
  for (int32_t i = 0; i < n; i++) {
    CLI_CHECK(c, hearth_file_variable_name(file, i, name, sizeof name));
    if (strncmp(name, what, length) != 0 || (name[length] && name[length] != '_')) continue;
    if (strlen(list) + strlen(name) + 2 < capacity) strcat(strcat(list, list[0] ? "," : ""), name);
  }
  return CLI_DONE;
}

static bool monotone(const double *value, int64_t n) {
  for (int64_t i = 1; i < n; i++)
    if (!(value[i] > value[i - 1]) && !(value[i] < value[i - 1])) return false;
  for (int64_t i = 2; i < n; i++)
    if ((value[i] > value[i - 1]) != (value[1] > value[0])) return false;
  return true;
}

static int read_axis(cli *c, hearth_file *file, const hearth_variable *variable, int32_t dim, int64_t n, cli_picture_axis *axis, cli_cf *kind) {
  int32_t unlimited = 0;
  *axis = (cli_picture_axis){.n = n};
  *kind = CLI_CF_OTHER;
  CLI_CHECK(c, hearth_variable_dimension(variable, dim, axis->name, sizeof axis->name, &unlimited));
  hearth_variable *own = cli_cf_coordinate(file, axis->name);
  if (own) {
    cli_cf_text(own, "units", axis->units);
    *kind = cli_cf_kind(own, axis->name);
    const int status = cli_values_load(c, own, &n, &axis->value);
    hearth_variable_destroy(&own);
    CLI_TRY(status);
    axis->known = monotone(axis->value, n);
  }
  if (!axis->value) axis->value = cli_allocate((size_t)n, sizeof *axis->value);
  for (int64_t i = 0; i < n && !axis->known; i++) axis->value[i] = (double)i;
  axis->degrees = axis->known && (*kind == CLI_CF_LATITUDE || *kind == CLI_CF_LONGITUDE);
  return CLI_DONE;
}

/* Which two dimensions make the map: longitude and latitude, else the last two that are longer than 1. */
static int choose_axes(cli *c, hearth_file *file, const hearth_variable *variable, cli_picture *p) {
  int32_t latitude = -1, longitude = -1, last = -1, before = -1;
  for (int32_t d = 1; d < p->ndim; d++) {
    cli_picture_axis axis;
    cli_cf kind;
    CLI_TRY(read_axis(c, file, variable, d, p->shape[d], &axis, &kind));
    free(axis.value);
    if (axis.degrees && kind == CLI_CF_LATITUDE && axis.n > 1) latitude = d;
    if (axis.degrees && kind == CLI_CF_LONGITUDE && axis.n > 1) longitude = d;
    if (axis.n > 1) before = last, last = d;
  }
  if (last < 0) return cli_fail(c, CLI_WRONG, "'%s' has a single point: there is nothing to draw", p->variable);
  p->map = latitude >= 0 && longitude >= 0;
  p->xdim = p->map ? longitude : last;
  p->ydim = p->map ? latitude : before;
  cli_cf kind;
  CLI_TRY(read_axis(c, file, variable, p->xdim, p->shape[p->xdim], &p->x, &kind));
  p->y = (cli_picture_axis){.n = 1};
  return p->ydim < 0 ? CLI_DONE : read_axis(c, file, variable, p->ydim, p->shape[p->ydim], &p->y, &kind);
}

/* "level = 500 hPa, " for the dimensions of which the first index is drawn. */
static int note_slice(cli *c, hearth_file *file, const hearth_variable *variable, cli_picture *p) {
  for (int32_t d = 1; d < p->ndim; d++) {
    if (d == p->xdim || d == p->ydim) continue;
    cli_picture_axis axis;
    cli_cf kind;
    CLI_TRY(read_axis(c, file, variable, d, p->shape[d], &axis, &kind));
    if (axis.known || axis.n > 1)
      snprintf(p->note + strlen(p->note), sizeof p->note - strlen(p->note), "%s%.60s = %g%s%.30s", p->note[0] ? ", " : "", axis.name, axis.value[0],
               axis.units[0] ? " " : "", axis.units);
    free(axis.value);
  }
  return CLI_DONE;
}

/* Numbers of a variable over the modes; ones where the file has none. */
static int read_modes(cli *c, hearth_file *file, const char *name, int32_t modes, double **values) {
  hearth_variable *variable = NULL;
  int32_t ndim = 0;
  int64_t n = 0;
  if (hearth_variable_open(file, name, &variable) != HEARTH_OK || hearth_variable_ndim(variable, &ndim) != HEARTH_OK || ndim != 1) {
    hearth_variable_destroy(&variable);
    return cli_fail(c, CLI_WRONG, "no result of hearth pca: the file has no '%s' over the modes", name);
  }
  int status = cli_values_load(c, variable, &n, values);
  hearth_variable_destroy(&variable);
  if (status == CLI_DONE && n != modes) status = cli_fail(c, CLI_WRONG, "no result of hearth pca: '%s' has not as many modes as the EOFs", name);
  return status;
}

const char *cli_picture_suffix(const cli_picture *p) {
  const char *rest = p->variable + strlen(p->rotated ? "rotated_eof" : "eof");
  return rest + (*rest == '_');
}

/* The field's name follows "of" in the long name; its units are the mean's. */
static void read_names(hearth_file *file, const hearth_variable *variable, cli_picture *p) {
  char text[CLI_NAME], mean[CLI_NAME];
  const char *suffix = cli_picture_suffix(p);
  const char *of = cli_cf_text(variable, "long_name", text) ? strstr(text, " functions of ") : NULL;
  snprintf(p->field, sizeof p->field, "%s", of ? of + strlen(" functions of ") : suffix);
  snprintf(mean, sizeof mean, "mean%s%.200s", suffix[0] ? "_" : "", suffix);
  hearth_variable *other = NULL;
  if (hearth_variable_open(file, mean, &other) == HEARTH_OK) cli_cf_text(other, "units", p->units);
  hearth_variable_destroy(&other);
  if (cli_cf_text(variable, "standardized", text)) strcpy(p->units, "standard deviations");
}

static int read_errors(cli *c, hearth_file *file, cli_picture *p) {
  hearth_variable *variable = NULL;
  if (p->rotated) return CLI_DONE;
  if (hearth_variable_open(file, "eigenvalue", &variable) == HEARTH_OK) cli_cf_text(variable, "units", p->eigenvalue_units);
  hearth_variable_destroy(&variable);
  if (hearth_variable_open(file, "north_error", &variable) != HEARTH_OK) return CLI_DONE; /* written without */
  hearth_variable_destroy(&variable);
  CLI_TRY(read_modes(c, file, "north_error", p->modes, &p->error));
  return read_modes(c, file, "effective_samples", p->modes, &p->effective);
}

static int open_picture(cli *c, hearth_file *file, const hearth_variable *variable, cli_picture *p) {
  CLI_CHECK(c, hearth_variable_ndim(variable, &p->ndim));
  if (p->ndim < 2) return cli_fail(c, CLI_WRONG, "'%s' is no EOF variable: it has %d dimensions, mode and space are needed", p->variable, p->ndim);
  CLI_CHECK(c, hearth_variable_shape(variable, p->ndim, p->shape));
  p->modes = (int32_t)p->shape[0];
  read_names(file, variable, p);
  CLI_TRY(choose_axes(c, file, variable, p));
  CLI_TRY(note_slice(c, file, variable, p));
  CLI_TRY(read_modes(c, file, p->rotated ? "rotated_eigenvalue" : "eigenvalue", p->modes, &p->eigenvalue));
  CLI_TRY(read_modes(c, file, p->rotated ? "rotated_variance_ratio" : "explained_variance_ratio", p->modes, &p->ratio));
  CLI_TRY(read_errors(c, file, p));
  return cli_picture_series(c, file, p);
}

int cli_picture_open(cli *c, hearth_file *file, const char *name, bool coasts, cli_picture *p) {
  hearth_variable *variable = NULL;
  *p = (cli_picture){0};
  snprintf(p->variable, sizeof p->variable, "%s", name);
  p->rotated = strncmp(name, "rotated_", 8) == 0;
  CLI_CHECK(c, hearth_variable_open(file, name, &variable));
  const int status = open_picture(c, file, variable, p);
  p->coasts = coasts && p->map;
  hearth_variable_destroy(&variable);
  return status;
}

/* Turns [x, y] into [y, x]. */
static void transpose(cli_picture *p) {
  double *turned = cli_allocate((size_t)(p->x.n * p->y.n), sizeof *turned);
  for (int64_t j = 0; j < p->y.n; j++)
    for (int64_t i = 0; i < p->x.n; i++) turned[j * p->x.n + i] = p->values[i * p->y.n + j];
  free(p->values);
  p->values = turned;
}

int cli_picture_read(cli *c, hearth_file *file, cli_picture *p, int32_t mode) {
  hearth_variable *variable = NULL;
  int64_t start[HEARTH_MAX_NDIM] = {mode}, count[HEARTH_MAX_NDIM];
  for (int32_t d = 0; d < p->ndim; d++) count[d] = d == p->xdim || d == p->ydim ? p->shape[d] : 1;
  /* Rank 0 takes it all: its process owns the first dimension, whatever its extent. */
  free(p->values);
  p->values = c->rank == 0 ? cli_allocate((size_t)(p->x.n * p->y.n), sizeof *p->values) : NULL;
  CLI_CHECK(c, hearth_variable_open(file, p->variable, &variable));
  const int status = cli_values_read(c, variable, p->ndim, start, count, CLI_ON_ROOT, p->values);
  hearth_variable_destroy(&variable);
  CLI_TRY(status);
  if (c->rank != 0) return CLI_DONE;
  if (p->ydim >= 0 && p->xdim < p->ydim) transpose(p);
  const double deviation = sqrt(fmax(0, p->eigenvalue[mode]));
  for (int64_t i = 0; i < p->x.n * p->y.n; i++) p->values[i] *= deviation;
  return CLI_DONE;
}

void cli_picture_close(cli_picture *p) {
  free(p->x.value);
  free(p->y.value);
  free(p->eigenvalue);
  free(p->ratio);
  free(p->error);
  free(p->effective);
  free(p->time);
  free(p->pc);
  free(p->values);
  *p = (cli_picture){0};
}
