/* hearth pca: EOFs of files. */
#include "cli/fit.h"
#include "cli/metric.h"
#include "cli/plot.h"
#include "cli/profile.h"
#include "cli/progress.h"
#include "cli/result.h"
#include "cli/values.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the estimator would say as well, but before any reading, for streaming too, and in the words of files. */
static int check_sizes(cli *c, const cli_options *o, const cli_state *state) {
  const cli_field *field = &state->field[0];
  const int64_t n = cli_state_samples(state);
  char dim[CLI_NAME];
  int64_t points = 0;
  cli_result_dim(field, field->sample_axis, dim);
  for (int32_t f = 0; f < state->nfields; f++) {
    int64_t space[HEARTH_MAX_NDIM];
    points += cli_volume(cli_space_shape(&state->field[f], space), space);
  }
  if (n < 2)
    return cli_fail(c, CLI_WRONG, "'%s' has %lld sample%s along '%s': at least 2 are needed (--sample-dim names another dimension)", field->name, (long long)n,
                    n == 1 ? "" : "s", dim);
  if (points == 0) return cli_fail(c, CLI_WRONG, "'%s' has no points: one of its space dimensions has length 0", field->name);
  if (o->ddof >= n) return cli_fail(c, CLI_WRONG, "--ddof %d: there are %lld samples, which leave no degree of freedom", o->ddof, (long long)n);
  const int64_t most = n - 1 < points ? n - 1 : points;
  if (o->modes > most)
    return cli_fail(c, CLI_WRONG, "--modes %d is more than min(samples - 1, points) = min(%lld, %lld) = %lld", o->modes, (long long)(n - 1), (long long)points,
                    (long long)most);
  return CLI_DONE;
}

static void print_summary(const cli_result *r, const double *eigenvalue, const double *ratio) {
  const cli_field *field = &r->state->field[0];
  char space[CLI_NAME * 2] = "";
  for (int32_t d = 0; d < field->ndim; d++) {
    char one[32];
    if (d == field->sample_axis) continue;
    snprintf(one, sizeof one, "%s%lld", space[0] ? " x " : "", (long long)field->shape[d]);
    strcat(space, one);
  }
  printf("%s: %lld samples of %s (%s)%s\n\n mode    eigenvalue   share     sum\n", r->input->path[0], (long long)r->samples,
         r->options->vars ? r->options->vars : field->name, space, r->input->nfiles > 1 ? " in several files" : "");
  double sum = 0;
  for (int32_t k = 0; k < r->modes; k++) {
    sum += ratio[k];
    if (k < 20) printf("%5d  %12.6g  %5.1f %%  %5.1f %%\n", k + 1, eigenvalue[k], 100 * ratio[k], 100 * sum);
  }
  if (r->modes > 20) printf("  ...                        %5.1f %% (%d modes)\n", 100 * sum, r->modes);
  printf("\nwritten: %s\n", r->path);
  fflush(stdout);
}

static int summarize(cli *c, const cli_result *r) {
  double *numbers = cli_allocate((size_t)(2 * r->modes), sizeof *numbers);
  hearth_status status = hearth_pca_eigenvalues(r->pca, r->modes, numbers);
  if (status == HEARTH_OK) status = hearth_pca_explained_variance_ratio(r->pca, r->modes, numbers + r->modes);
  if (status == HEARTH_OK && c->rank == 0 && !r->options->quiet) print_summary(r, numbers, numbers + r->modes);
  free(numbers);
  return cli_check(c, status);
}

/* Everything after the input is open. */
static int compute(cli *c, cli_fit *fit, const char *path, const char *command) {
  const cli_options *o = fit->options;
  CLI_TRY(check_sizes(c, o, fit->state));
  CLI_TRY(cli_output_check(c, fit->input->nfiles, fit->input->path, path));
  if (o->filled) CLI_TRY(cli_output_check(c, fit->input->nfiles, fit->input->path, o->filled));
  CLI_CHECK(c, hearth_metric_create(c->ctx, &fit->metric));
  CLI_TRY(cli_weights_apply(c, o->weights, fit->input, fit->state, fit->metric));
  CLI_TRY(cli_mask_apply(c, o->mask, fit->input, fit->state, fit->metric));
  for (int32_t f = 0; f < fit->state->nfields; f++) fit->state->field[f].bytes_read = cli_profile_bytes_read(c);
  if (o->streaming) {
    CLI_TRY(cli_fit_streaming(c, fit));
  } else {
    CLI_TRY(cli_fit_create(c, fit));
    CLI_TRY(cli_fit_batch(c, fit));
  }
  cli_progress_clear();
  cli_result result = {.options = o,
                       .input = fit->input,
                       .state = fit->state,
                       .groups = fit->groups,
                       .fit = fit,
                       .pca = fit->pca,
                       .scores = fit->scores,
                       .path = path,
                       .command = command};
  cli_profile_phase(c, "write");
  CLI_CHECK(c, hearth_pca_modes(fit->pca, &result.modes));
  CLI_CHECK(c, hearth_pca_samples(fit->pca, &result.samples));
  CLI_TRY(cli_result_write(c, &result));
  CLI_TRY(summarize(c, &result));
  if (o->filled) CLI_TRY(cli_filled_write(c, &result, o->filled));
  if (o->plot) cli_profile_phase(c, "plot");
  if (o->plot) CLI_TRY(cli_plot_file(c, path, o->plot, true, o->quiet));
  return cli_profile_write(c, o);
}

static int run(cli *c, const cli_options *o, const char *command) {
  cli_input input = {0};
  cli_state state = {0};
  cli_groups groups = {0};
  cli_fit fit = {.options = o, .input = &input, .state = &state, .groups = &groups};
  if (!o->modes_word) return cli_fail(c, CLI_WRONG, "--modes is missing: say how many modes are wanted, for example --modes 4");
  if (o->mask && strcmp(o->mask, "none") == 0 && o->gaps == HEARTH_GAPS_DROP)
    return cli_fail(c, CLI_WRONG, "--mask none keeps every point, --gaps drop leaves points out: use one of them");
  if ((o->method_word || o->forgetting_word) && !o->streaming)
    return cli_fail(c, CLI_WRONG, "%s belongs to --streaming: give it, or leave the option out", o->method_word ? "--stream-method" : "--forgetting");
  if (o->filled && o->gaps < HEARTH_GAPS_FILL) return cli_fail(c, CLI_WRONG, "--filled writes what --gaps fill or em has filled: give one of them");
  if (o->rotation && o->modes < 2) return cli_fail(c, CLI_WRONG, "--rotate turns several modes: --modes must be at least 2");
  if (o->rotation && o->reproducible) return cli_fail(c, CLI_WRONG, "--rotate has no reproducible form: leave --reproducible out");
  CLI_TRY(cli_profile_start(c, o));
  cli_profile_phase(c, "open");
  if (o->plot) CLI_TRY(cli_plot_ready(c));
  CLI_TRY(cli_context_open(c, o));
  int status = cli_input_open(c, o->nfiles, o->files, &input);
  if (status == CLI_DONE) status = cli_state_open(c, &input, o->vars, o->sample_dim, &state);
  if (status == CLI_DONE) status = cli_groups_make(c, o->climatology, &input, &state, &groups);
  char *path = o->output ? cli_copy_text(o->output) : cli_options_default_output(input.nfiles ? input.path[0] : "hearth", ".pca.nc");
  if (status == CLI_DONE) status = compute(c, &fit, path, command);
  free(path);
  cli_progress_clear();
  hearth_array_destroy(&fit.scores);
  hearth_pca_destroy(&fit.pca);
  hearth_metric_destroy(&fit.metric);
  cli_groups_free(&groups);
  cli_state_close(&state);
  cli_input_close(&input);
  cli_profile_free(c);
  return status;
}

int cli_pca(cli *c, int argc, const char **argv) {
  cli_options options = {0};
  bool done = false;
  char *command = cli_command_line(argc, argv);
  int status = cli_options_pca(c, argc, argv, &options, &done);
  if (status == CLI_DONE && !done) status = run(c, &options, command);
  cli_options_free(&options);
  free(command);
  return status;
}
