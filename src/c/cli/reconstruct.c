/* hearth reconstruct: the field that modes and scores make, mean + sum_k pc_k e_k, block of samples by block of samples. */
#include "cli/cf.h"
#include "cli/progress.h"
#include "cli/result.h"
#include "cli/saved.h"
#include "cli/values.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where the scores are. */
typedef struct scores {
  cli_input input;
  hearth_variable *pc;
  char dim[CLI_NAME];
  int64_t samples;
} scores;

static int open_scores(cli *c, const char *path, int32_t modes, scores *s) {
  char *const paths[1] = {(char *)path};
  int32_t ndim = 0, unlimited = 0;
  int64_t shape[2];
  CLI_TRY(cli_input_open(c, 1, paths, &s->input));
  if (hearth_variable_open(s->input.file[0], "pc", &s->pc) != HEARTH_OK)
    return cli_fail(c, CLI_WRONG, "%s has no variable 'pc': name a file of scores by --scores (hearth project makes one)", path);
  CLI_CHECK(c, hearth_variable_ndim(s->pc, &ndim));
  if (ndim != 2) return cli_fail(c, CLI_WRONG, "%s: 'pc' has %d dimensions, not samples and modes", path, ndim);
  CLI_CHECK(c, hearth_variable_shape(s->pc, 2, shape));
  CLI_CHECK(c, hearth_variable_dimension(s->pc, 0, s->dim, sizeof s->dim, &unlimited));
  s->samples = shape[0];
  if (shape[1] < modes) return cli_fail(c, CLI_WRONG, "%s has scores of %lld modes, %d are wanted: see --modes", path, (long long)shape[1], modes);
  return s->samples > 0 ? CLI_DONE : cli_fail(c, CLI_WRONG, "%s has no samples", path);
}

static void close_scores(scores *s) {
  hearth_variable_destroy(&s->pc);
  cli_input_close(&s->input);
}

/* The fields that come out: those of the modes, with samples in the place of modes. */
static void make_state(const cli_saved *saved, const scores *s, cli_state *state) {
  *state = (cli_state){saved->nfields, cli_allocate((size_t)saved->nfields, sizeof *state->field)};
  for (int32_t f = 0; f < saved->nfields; f++) {
    cli_field *field = &state->field[f];
    *field = saved->field[f];
    snprintf(field->dim[0], CLI_NAME, "%s", s->dim[0] ? s->dim : "sample");
    field->shape[0] = s->samples;
    field->first = cli_allocate(2, sizeof *field->first);
    field->first[1] = s->samples;
  }
}

static void free_state(cli_state *state) {
  for (int32_t f = 0; f < state->nfields; f++) free(state->field[f].first); /* the rest is borrowed */
  free(state->field);
}

static int define_field(cli *c, const cli_result *r, const cli_saved *saved, int32_t f, hearth_output *output) {
  const cli_field *field = &r->state->field[f];
  char dims[CLI_NAME * HEARTH_MAX_NDIM] = "", name[CLI_NAME], text[2 * CLI_NAME], coordinates[2 * CLI_NAME + 2];
  for (int32_t d = 0; d < field->ndim; d++) {
    cli_result_dim(field, d, name);
    strcat(strcat(dims, d ? " " : ""), name);
  }
  snprintf(text, sizeof text, "%s, from %d mode%s", field->name, saved->modes, saved->modes == 1 ? "" : "s");
  CLI_TRY(cli_output_variable(c, output, field->name, dims, CLI_FILL, text, saved->units[f]));
  CLI_TRY(cli_result_auxiliary(c, r, f, coordinates));
  if (coordinates[0]) CLI_CHECK(c, hearth_output_text(output, field->name, "coordinates", coordinates));
  return cli_cf_text(field->part[0], "description", text) ? cli_check(c, hearth_output_text(output, field->name, "description", text)) : CLI_DONE;
}

static int define(cli *c, const cli_result *r, const cli_saved *saved, hearth_output *output) {
  char source[2 * CLI_PATH];
  snprintf(source, sizeof source, "hearth reconstruct %s, from %s", hearth_version(), saved->path);
  CLI_TRY(cli_output_globals(c, output, "Field of empirical orthogonal functions", r->command, source));
  CLI_TRY(cli_result_dimensions(c, r, output));
  CLI_TRY(cli_result_coordinates_define(c, r, output));
  for (int32_t f = 0; f < saved->nfields; f++) CLI_TRY(define_field(c, r, saved, f, output));
  return cli_result_coordinates_write(c, r, output);
}

/* Samples whose fields fit into a block of every rank: the field, the panel it is computed in, and what is on its way to the file. */
static int64_t block_rows(const cli *c, const cli_options *o, const cli_state *state, int64_t samples) {
  int64_t points = 1;
  for (int32_t f = 0; f < state->nfields; f++) {
    int64_t space[HEARTH_MAX_NDIM];
    const int64_t n = cli_volume(cli_space_shape(&state->field[f], space), space);
    points = n > points ? n : points;
  }
  const int64_t block = cli_options_block(o) ? cli_options_block(o) : (int64_t)256 << 20;
  const int64_t rows = block / (2 * (int64_t)sizeof(double) * ((points + c->size - 1) / c->size));
  return rows < 1 ? 1 : rows < samples ? rows : samples;
}

/* Rows first .. first + rows - 1 of all fields; labels NULL: no groups. */
static int one_block(cli *c, const cli_saved *saved, const scores *s, const cli_state *state, const int32_t *labels, int64_t first, int64_t rows,
                     hearth_output *output) {
  const int64_t shape[2] = {rows, saved->modes}, start[2] = {first, 0};
  int64_t at[HEARTH_MAX_NDIM] = {first};
  hearth_layout *layout = NULL;
  hearth_array *pc = NULL;
  hearth_status status = hearth_layout_split(c->ctx, 2, shape, -1, &layout);
  if (status == HEARTH_OK) status = hearth_array_create(layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, &pc);
  if (status == HEARTH_OK) status = hearth_variable_read(s->pc, start, 2, pc);
  if (status == HEARTH_OK && labels) status = hearth_pca_set_labels(saved->pca, rows, labels + first);
  for (int32_t f = 0; f < saved->nfields && status == HEARTH_OK; f++) {
    hearth_array *field = NULL;
    status = hearth_pca_inverse_transform(saved->pca, pc, f, &field);
    if (status == HEARTH_OK) status = hearth_output_write_box(output, state->field[f].name, at, state->field[f].ndim, field);
    hearth_array_destroy(&field);
  }
  hearth_array_destroy(&pc);
  hearth_layout_destroy(&layout);
  return cli_check(c, status);
}

static int write_all(cli *c, const cli_result *r, const cli_saved *saved, const scores *s, const int32_t *labels, hearth_output *output) {
  const int64_t step = block_rows(c, r->options, r->state, s->samples);
  CLI_TRY(define(c, r, saved, output));
  for (int64_t first = 0; first < s->samples; first += step) {
    const int64_t rows = s->samples - first < step ? s->samples - first : step;
    CLI_TRY(one_block(c, saved, s, r->state, labels, first, rows, output));
  }
  return cli_check(c, hearth_output_commit(output));
}

static int compute(cli *c, const cli_result *r, cli_saved *saved, const scores *s) {
  hearth_output *output = NULL;
  int32_t *labels = NULL;
  char *const inputs[2] = {(char *)saved->path, s->input.path[0]};
  CLI_TRY(cli_output_check(c, 2, inputs, r->path));
  CLI_TRY(cli_saved_labels(c, saved, &s->input, &r->state->field[0], &labels));
  int status = cli_saved_load(c, r->options, saved);
  if (status == CLI_DONE) status = cli_check(c, hearth_output_create(c->ctx, r->path, &output));
  if (status == CLI_DONE) status = write_all(c, r, saved, s, labels, output);
  hearth_output_destroy(&output);
  free(labels);
  cli_progress_clear();
  if (status == CLI_DONE && c->rank == 0 && !r->options->quiet)
    printf("%s: %lld samples from %d modes\n\nwritten: %s\n", s->input.path[0], (long long)s->samples, saved->modes, r->path);
  return status;
}

static int run(cli *c, const cli_options *o, const char *command) {
  cli_saved saved = {0};
  scores s = {0};
  if (o->nfiles > 1) return cli_fail(c, CLI_WRONG, "hearth reconstruct takes one file of modes, %d are given (--scores names one of scores)", o->nfiles);
  CLI_TRY(cli_context_open(c, o));
  int status = cli_saved_open(c, o->files[0], o->modes, &saved);
  if (status == CLI_DONE) status = open_scores(c, o->scores ? o->scores : o->files[0], saved.modes, &s);
  if (status == CLI_DONE) {
    cli_state state;
    cli_input modes = {1, o->files, &saved.file};
    char *path = o->output ? cli_copy_text(o->output) : cli_options_default_output(o->files[0], ".field.nc");
    make_state(&saved, &s, &state);
    const cli_result result = {.options = o, .input = &modes, .sample_input = &s.input, .state = &state, .path = path, .command = command};
    status = compute(c, &result, &saved, &s);
    free_state(&state);
    free(path);
  }
  close_scores(&s);
  cli_saved_close(&saved);
  return status;
}

int cli_reconstruct(cli *c, int argc, const char **argv) {
  cli_options options = {0};
  bool done = false;
  char *command = cli_command_line(argc, argv);
  int status = cli_options_reconstruct(c, argc, argv, &options, &done);
  if (status == CLI_DONE && !done) status = run(c, &options, command);
  cli_options_free(&options);
  free(command);
  return status;
}
