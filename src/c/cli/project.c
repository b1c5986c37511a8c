/* hearth project: scores of other samples on saved modes. */
#include "cli/cf.h"
#include "cli/progress.h"
#include "cli/project.h"
#include "cli/result.h"
#include "cli/values.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The variables to look for: those given, else what the modes are of. */
static char *variables(const cli_options *o, const cli_saved *saved) {
  if (o->vars) return cli_copy_text(o->vars);
  char *list = cli_allocate((size_t)saved->nfields * CLI_NAME, 1);
  for (int32_t f = 0; f < saved->nfields; f++) strcat(strcat(list, f ? "," : ""), saved->field[f].name);
  return list;
}

/* NPY and CSV files have one variable, whose name says nothing. */
static int open_state(cli *c, const cli_options *o, const cli_input *input, const cli_saved *saved, cli_state *state) {
  const char *format = hearth_file_format(input->file[0]);
  const bool nameless = !o->vars && (strcmp(format, "npy") == 0 || strcmp(format, "csv") == 0);
  char *names = variables(o, saved);
  int status = cli_state_open(c, input, nameless ? NULL : names, o->sample_dim, state);
  free(names);
  if (status == CLI_DONE && state->nfields != saved->nfields)
    status = cli_fail(c, CLI_WRONG, "--var names %d variable%s, the modes in %s are of %d", state->nfields, state->nfields == 1 ? "" : "s", saved->path,
                      saved->nfields);
  return status;
}

/* Samples have the mean of their month or day, where the modes were found so. */
static int set_labels(cli *c, const cli_input *input, const cli_field *field, cli_saved *saved) {
  int32_t *labels = NULL;
  CLI_TRY(cli_saved_labels(c, saved, input, field, &labels));
  const int status = labels ? cli_check(c, hearth_pca_set_labels(saved->pca, field->shape[field->sample_axis], labels)) : CLI_DONE;
  free(labels);
  return status;
}

static int define(cli *c, const cli_result *r, const cli_saved *saved, hearth_output *output) {
  char source[2 * CLI_PATH], dims[CLI_NAME + 8], units[CLI_NAME] = "";
  snprintf(source, sizeof source, "hearth project %s, from %s and the modes in %s", hearth_version(), r->input->path[0], saved->path);
  CLI_TRY(cli_output_globals(c, output, "Scores on saved empirical orthogonal functions", r->command, source));
  CLI_TRY(cli_result_dimensions(c, r, output));
  CLI_CHECK(c, hearth_output_dimension(output, "mode", saved->modes));
  CLI_CHECK(c, hearth_output_variable(output, "mode", HEARTH_INT32, "mode", (double)NAN));
  CLI_CHECK(c, hearth_output_text(output, "mode", "long_name", "mode number"));
  CLI_TRY(cli_result_coordinates_define(c, r, output));
  CLI_TRY(cli_output_variable(c, output, "eigenvalue", "mode", (double)NAN, "variance of the principal components of the samples that gave the modes", ""));
  if (saved->nfields == 1 && !saved->standardized && !saved->whitened) strcpy(units, saved->units[0]);
  cli_result_dim(&r->state->field[0], r->state->field[0].sample_axis, dims);
  strcat(dims, " mode");
  CLI_TRY(cli_output_variable(c, output, "pc", dims, (double)NAN, "principal components (scores)", units));
  return saved->whitened ? cli_check(c, hearth_output_text(output, "pc", "whitened", "divided by the square roots of the eigenvalues")) : CLI_DONE;
}

static int write_all(cli *c, const cli_result *r, const cli_saved *saved, hearth_output *output) {
  double *number = cli_allocate((size_t)saved->modes, sizeof *number);
  for (int32_t k = 0; k < saved->modes; k++) number[k] = k + 1;
  int status = define(c, r, saved, output);
  if (status == CLI_DONE) status = cli_result_coordinates_write(c, r, output);
  if (status == CLI_DONE) status = cli_check(c, hearth_output_write_numbers(output, "mode", saved->modes, number));
  if (status == CLI_DONE) status = cli_check(c, hearth_output_write_numbers(output, "eigenvalue", saved->modes, saved->eigenvalue));
  if (status == CLI_DONE) status = cli_check(c, hearth_output_write(output, "pc", r->scores));
  free(number);
  return status == CLI_DONE ? cli_check(c, hearth_output_commit(output)) : status;
}

static int write_scores(cli *c, const cli_result *r, const cli_saved *saved) {
  hearth_output *output = NULL;
  CLI_CHECK(c, hearth_output_create(c->ctx, r->path, &output));
  int status = write_all(c, r, saved, output);
  hearth_output_destroy(&output);
  if (status == CLI_DONE && c->rank == 0 && !r->options->quiet)
    printf("%s: %lld samples on %d modes of %s\n\nwritten: %s\n", r->input->path[0], (long long)r->samples, saved->modes, saved->path, r->path);
  return status;
}

static int compute(cli *c, cli_result *r, cli_saved *saved, cli_state *state) {
  hearth_source *source = NULL;
  CLI_TRY(cli_project_check(c, r->input, state, saved));
  CLI_TRY(cli_output_check(c, r->input->nfiles, r->input->path, r->path));
  char *paths[1] = {(char *)saved->path};
  CLI_TRY(cli_output_check(c, 1, paths, r->path));
  CLI_TRY(cli_saved_load(c, r->options, saved));
  CLI_TRY(set_labels(c, r->input, &state->field[0], saved));
  CLI_TRY(cli_state_source(c, state, &source));
  const hearth_status found = hearth_pca_transform_source(saved->pca, source, &r->scores);
  int status = cli_check(c, found);
  if (found == HEARTH_ERR_NOT_FINITE) cli_hint(c, "the modes have values there: fill the gaps, or find modes without these points");
  hearth_source_destroy(&source);
  cli_progress_clear();
  if (status == CLI_DONE) status = write_scores(c, r, saved);
  hearth_array_destroy(&r->scores);
  return status;
}

static int run(cli *c, const cli_options *o, const char *command) {
  cli_input input = {0};
  cli_state state = {0};
  cli_saved saved = {0};
  if (o->nfiles < 2) return cli_fail(c, CLI_WRONG, "two files are needed: the modes, and the samples to project on them; see hearth project --help");
  CLI_TRY(cli_context_open(c, o));
  int status = cli_saved_open(c, o->files[0], o->modes, &saved);
  if (status == CLI_DONE) status = cli_input_open(c, o->nfiles - 1, o->files + 1, &input);
  if (status == CLI_DONE) status = open_state(c, o, &input, &saved, &state);
  char *path = o->output ? cli_copy_text(o->output) : cli_options_default_output(input.nfiles ? input.path[0] : "hearth", ".pc.nc");
  if (status == CLI_DONE) {
    cli_result result = {.options = o, .input = &input, .state = &state, .path = path, .command = command, .modes = saved.modes, .only_samples = true};
    result.samples = cli_state_samples(&state);
    status = compute(c, &result, &saved, &state);
  }
  free(path);
  cli_saved_close(&saved);
  cli_state_close(&state);
  cli_input_close(&input);
  return status;
}

int cli_project(cli *c, int argc, const char **argv) {
  cli_options options = {0};
  bool done = false;
  char *command = cli_command_line(argc, argv);
  int status = cli_options_project(c, argc, argv, &options, &done);
  if (status == CLI_DONE && !done) status = run(c, &options, command);
  cli_options_free(&options);
  free(command);
  return status;
}
