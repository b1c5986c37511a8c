/* Which files, which variables, which dimension counts samples. */
#include "cli/input.h"
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static void add_path(cli_input *input, const char *path) {
  char **grown = cli_allocate((size_t)input->nfiles + 1, sizeof *grown);
  if (input->nfiles) memcpy(grown, input->path, (size_t)input->nfiles * sizeof *grown);
  free(input->path);
  input->path = grown;
  input->path[input->nfiles++] = cli_copy_text(path);
}

/* Rank 0 looks into the directories, so that all ranks see the same names. */
static int add_pattern(cli *c, cli_input *input, const char *pattern) {
  glob_t found = {0};
  int n = 0;
  if (c->rank == 0 && glob(pattern, 0, NULL, &found) == 0) n = (int)found.gl_pathc;
  MPI_Bcast(&n, 1, MPI_INT, 0, MPI_COMM_WORLD);
  for (int i = 0; i < n; i++) {
    char path[CLI_PATH] = "";
    if (c->rank == 0) snprintf(path, sizeof path, "%s", found.gl_pathv[i]);
    MPI_Bcast(path, sizeof path, MPI_CHAR, 0, MPI_COMM_WORLD);
    add_path(input, path);
  }
  globfree(&found);
  return n ? CLI_DONE : cli_fail(c, CLI_WRONG, "no file matches '%s'", pattern);
}

int cli_input_open(cli *c, int nfiles, char *const *names, cli_input *input) {
  *input = (cli_input){0};
  for (int i = 0; i < nfiles; i++) {
    int pattern = c->rank == 0 && strpbrk(names[i], "*?[") && access(names[i], F_OK) != 0;
    MPI_Bcast(&pattern, 1, MPI_INT, 0, MPI_COMM_WORLD);
    if (pattern)
      CLI_TRY(add_pattern(c, input, names[i]));
    else
      add_path(input, names[i]);
  }
  input->file = cli_allocate((size_t)input->nfiles, sizeof(hearth_file *));
  for (int i = 0; i < input->nfiles; i++) CLI_CHECK(c, hearth_file_open(c->ctx, input->path[i], &input->file[i]));
  return CLI_DONE;
}

void cli_input_close(cli_input *input) {
  for (int i = 0; i < input->nfiles; i++) {
    if (input->file) hearth_file_destroy(&input->file[i]);
    free(input->path[i]);
  }
  free(input->file);
  free(input->path);
  *input = (cli_input){0};
}

static int dimension_wanted(cli *c, const cli_field *field, const char *wanted, int32_t *axis) {
  char list[CLI_NAME * 4] = "";
  for (int32_t d = 0; d < field->ndim; d++) {
    char number[16];
    snprintf(number, sizeof number, "%d", d);
    const char *name = field->dim[d][0] ? field->dim[d] : number;
    if (strcmp(name, wanted) == 0) {
      *axis = d;
      return CLI_DONE;
    }
    if (strlen(list) + strlen(name) + 3 < sizeof list) strcat(strcat(list, list[0] ? ", " : ""), name);
  }
  return cli_fail(c, CLI_WRONG, "--sample-dim %s: '%s' has no such dimension; it has %s", wanted, field->name, list);
}

/* The unlimited dimension, else `time`, else the first. */
static int find_sample_axis(cli *c, const cli_field *field, const char *wanted, int32_t *axis) {
  if (wanted) return dimension_wanted(c, field, wanted, axis);
  int32_t unlimited = -1, time = -1;
  for (int32_t d = field->ndim - 1; d >= 0; d--) {
    char name[CLI_NAME];
    int32_t grows = 0;
    CLI_CHECK(c, hearth_variable_dimension(field->part[0], d, name, sizeof name, &grows));
    if (grows) unlimited = d;
    if (strcasecmp(name, "time") == 0) time = d;
  }
  *axis = unlimited >= 0 ? unlimited : time >= 0 ? time : 0;
  return CLI_DONE;
}

/* Shape and type of the part of file p, against those of the parts before. */
static int add_part(cli *c, const cli_input *input, int p, const char *sample_dim, cli_field *field) {
  int32_t ndim = 0, dtype = 0, stored = 0, unlimited = 0;
  int64_t shape[HEARTH_MAX_NDIM];
  const hearth_variable *variable = field->part[p];
  CLI_CHECK(c, hearth_variable_ndim(variable, &ndim));
  CLI_CHECK(c, hearth_variable_dtype(variable, &dtype, &stored));
  if (dtype == HEARTH_COMPLEX64 || dtype == HEARTH_COMPLEX128)
    return cli_fail(c, CLI_WRONG, "%s: '%s' is complex: real variables are needed", input->path[p], field->name);
  if (ndim < 2)
    return cli_fail(c, CLI_WRONG, "%s: '%s' has %d dimension%s: a series of fields has one for the samples and at least one for space", input->path[p],
                    field->name, ndim, ndim == 1 ? "" : "s");
  CLI_CHECK(c, hearth_variable_shape(variable, ndim, shape));
  if (p == 0) {
    field->ndim = ndim;
    field->dtype = dtype == HEARTH_FLOAT32 ? HEARTH_FLOAT32 : HEARTH_FLOAT64;
    memcpy(field->shape, shape, sizeof shape);
    for (int32_t d = 0; d < ndim; d++) CLI_CHECK(c, hearth_variable_dimension(variable, d, field->dim[d], CLI_NAME, &unlimited));
    CLI_TRY(find_sample_axis(c, field, sample_dim, &field->sample_axis));
    field->shape[field->sample_axis] = 0;
  }
  if (dtype != HEARTH_FLOAT32) field->dtype = HEARTH_FLOAT64;
  bool same = ndim == field->ndim;
  for (int32_t d = 0; d < ndim && same; d++) same = d == field->sample_axis || shape[d] == field->shape[d];
  if (!same) return cli_fail(c, CLI_WRONG, "%s: '%s' has another shape than in %s: they form no series", input->path[p], field->name, input->path[0]);
  field->first[p] = field->shape[field->sample_axis];
  field->shape[field->sample_axis] += shape[field->sample_axis];
  field->first[p + 1] = field->shape[field->sample_axis];
  return CLI_DONE;
}

static int open_field(cli *c, const cli_input *input, const char *name, const char *sample_dim, cli_field *field) {
  field->nparts = input->nfiles;
  field->part = cli_allocate((size_t)input->nfiles, sizeof(hearth_variable *));
  field->first = cli_allocate((size_t)input->nfiles + 1, sizeof *field->first);
  if (name)
    snprintf(field->name, sizeof field->name, "%s", name);
  else
    CLI_CHECK(c, hearth_file_variable_name(input->file[0], 0, field->name, sizeof field->name));
  for (int p = 0; p < input->nfiles; p++) {
    CLI_CHECK(c, hearth_variable_open(input->file[p], name, &field->part[p]));
    CLI_TRY(add_part(c, input, p, sample_dim, field));
  }
  return CLI_DONE;
}

int cli_state_open(cli *c, const cli_input *input, const char *vars, const char *sample_dim, cli_state *state) {
  int32_t n = 1;
  *state = (cli_state){0};
  for (const char *p = vars; p && *p; p++) n += *p == ',';
  state->field = cli_allocate((size_t)n, sizeof *state->field);
  char *names = vars ? cli_copy_text(vars) : NULL, *rest = names;
  int status = CLI_DONE;
  for (int32_t f = 0; f < n && status == CLI_DONE; f++) {
    char *name = rest ? strsep(&rest, ",") : NULL;
    if (name && !*name) status = cli_fail(c, CLI_WRONG, "--var '%s': a name is empty", vars);
    for (int32_t g = 0; g < f && status == CLI_DONE; g++)
      if (strcmp(state->field[g].name, name) == 0) status = cli_fail(c, CLI_WRONG, "--var '%s': '%s' is named twice", vars, name);
    state->nfields = f + 1;
    if (status == CLI_DONE) status = open_field(c, input, name, sample_dim, &state->field[f]);
    if (status == CLI_DONE && cli_state_samples(state) != state->field[f].shape[state->field[f].sample_axis])
      status = cli_fail(c, CLI_WRONG, "'%s' and '%s' have different numbers of samples: they form no state", state->field[0].name, name);
  }
  free(names);
  return status;
}

void cli_state_close(cli_state *state) {
  for (int32_t f = 0; f < state->nfields; f++) {
    cli_field *field = &state->field[f];
    for (int p = 0; field->part && p < field->nparts; p++) hearth_variable_destroy(&field->part[p]);
    free(field->part);
    free(field->first);
  }
  free(state->field);
  *state = (cli_state){0};
}

int64_t cli_state_samples(const cli_state *state) {
  return state->field[0].shape[state->field[0].sample_axis];
}

int32_t cli_space_axis(const cli_field *field, int32_t dim) {
  return dim < field->sample_axis ? dim : dim - 1;
}

int32_t cli_space_dim(const cli_field *field, int32_t axis) {
  return axis < field->sample_axis ? axis : axis + 1;
}

int32_t cli_space_shape(const cli_field *field, int64_t *shape) {
  for (int32_t axis = 0; axis < field->ndim - 1; axis++) shape[axis] = field->shape[cli_space_dim(field, axis)];
  return field->ndim - 1;
}
