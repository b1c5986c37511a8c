/* Whether a field lies where the modes lie: extents, coordinates, units. */
#include "cli/cf.h"
#include "cli/project.h"
#include "cli/values.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Two coordinates, one of which may be of float32. */
static int same_values(cli *c, const char *name, hearth_variable *saved, const char *saved_path, hearth_variable *other, const char *path) {
  int64_t n = 0, m = 0, at = -1;
  double *a = NULL, *b = NULL, scale = 0;
  int status = cli_values_load(c, saved, &n, &a);
  if (status == CLI_DONE) status = cli_values_load(c, other, &m, &b);
  for (int64_t i = 0; status == CLI_DONE && i < n; i++) scale = isnan(a[i]) ? scale : fmax(scale, fabs(a[i]));
  for (int64_t i = 0; status == CLI_DONE && i < n && i < m && at < 0; i++)
    if (!(fabs(a[i] - b[i]) <= 1e-5 * scale) && !(isnan(a[i]) && isnan(b[i]))) at = i;
  if (status == CLI_DONE && n != m)
    status = cli_fail(c, CLI_WRONG, "'%s' has %lld values in %s and %lld in %s", name, (long long)n, saved_path, (long long)m, path);
  if (status == CLI_DONE && at >= 0)
    status = cli_fail(c, CLI_WRONG, "the field lies elsewhere than the modes: value %lld of '%s' (from 0) is %.8g in %s and %.8g in %s", (long long)at, name,
                      a[at], saved_path, b[at], path);
  free(a);
  free(b);
  return status;
}

/* Dimensions' own coordinates, where both files have them. */
static int check_own(cli *c, const cli_input *input, const cli_field *field, const cli_saved *saved, const cli_field *modes) {
  for (int32_t axis = 0; axis < field->ndim - 1; axis++) {
    const char *name = field->dim[cli_space_dim(field, axis)], *old = modes->dim[1 + axis];
    hearth_variable *there = cli_cf_coordinate(saved->file, old), *here = cli_cf_coordinate(input->file[0], name);
    const int status = there && here ? same_values(c, name, there, saved->path, here, input->path[0]) : CLI_DONE;
    hearth_variable_destroy(&there);
    hearth_variable_destroy(&here);
    CLI_TRY(status);
  }
  return CLI_DONE;
}

/* Latitudes and longitudes that are variables of their own: curved grids, stations. */
static int check_auxiliary(cli *c, const cli_input *input, const cli_field *field, const cli_saved *saved, const cli_field *modes) {
  static const char *const names[] = {"", "latitude", "longitude"};
  for (int kind = CLI_CF_LATITUDE; kind <= CLI_CF_LONGITUDE; kind++) {
    hearth_variable *there = NULL, *here = NULL;
    int32_t naxes[2] = {0, 0}, axes[2][HEARTH_MAX_NDIM];
    int status = cli_cf_find(c, saved->file, modes, (cli_cf)kind, &there, &naxes[0], axes[0]);
    if (status == CLI_DONE) status = cli_cf_find(c, input->file[0], field, (cli_cf)kind, &here, &naxes[1], axes[1]);
    bool alike = there && here && naxes[0] == naxes[1];
    for (int32_t i = 0; i < naxes[0] && alike; i++) alike = axes[0][i] == axes[1][i];
    if (status == CLI_DONE && alike) status = same_values(c, names[kind], there, saved->path, here, input->path[0]);
    hearth_variable_destroy(&there);
    hearth_variable_destroy(&here);
    CLI_TRY(status);
  }
  return CLI_DONE;
}

/* "6 x 8" */
static void write_shape(const cli_field *field, char *text, size_t capacity) {
  int64_t space[HEARTH_MAX_NDIM];
  const int32_t ndim = cli_space_shape(field, space);
  text[0] = '\0';
  for (int32_t d = 0; d < ndim; d++) snprintf(text + strlen(text), capacity - strlen(text), "%s%lld", d ? " x " : "", (long long)space[d]);
}

static int check_shape(cli *c, const cli_field *field, const cli_saved *saved, const cli_field *modes) {
  int64_t here[HEARTH_MAX_NDIM], there[HEARTH_MAX_NDIM];
  char shapes[2][CLI_NAME];
  const int32_t ndim = cli_space_shape(field, here);
  bool same = ndim == cli_space_shape(modes, there);
  for (int32_t d = 0; d < ndim && same; d++) same = here[d] == there[d];
  if (same) return CLI_DONE;
  write_shape(field, shapes[0], sizeof shapes[0]);
  write_shape(modes, shapes[1], sizeof shapes[1]);
  return cli_fail(c, CLI_WRONG, "'%s' has the space %s, the modes in %s have %s: they must be on the same grid", field->name, shapes[0], saved->path,
                  shapes[1]);
}

int cli_project_check(cli *c, const cli_input *input, const cli_state *state, const cli_saved *saved) {
  for (int32_t f = 0; f < state->nfields; f++) {
    const cli_field *field = &state->field[f], *modes = &saved->field[f];
    char units[CLI_NAME];
    CLI_TRY(check_shape(c, field, saved, modes));
    CLI_TRY(check_own(c, input, field, saved, modes));
    CLI_TRY(check_auxiliary(c, input, field, saved, modes));
    if (cli_cf_text(field->part[0], "units", units) && saved->units[f][0] && strcmp(units, saved->units[f]) != 0)
      return cli_fail(c, CLI_WRONG, "'%s' is in '%s', the modes in %s are of a field in '%s': convert it, or name the same units", field->name, units,
                      saved->path, saved->units[f]);
  }
  return cli_state_samples(state) > 0 ? CLI_DONE : cli_fail(c, CLI_WRONG, "%s has no samples of '%s'", input->path[0], state->field[0].name);
}
