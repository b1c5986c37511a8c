#include "cli/fit.h"
#include "cli/profile.h"
#include <stdlib.h>

int cli_fit_create(cli *c, cli_fit *fit) {
  const cli_options *o = fit->options;
  hearth_pca_options options = HEARTH_PCA_OPTIONS_INIT;
  options.solver = o->solver;
  options.accuracy = o->accuracy;
  options.ddof = o->ddof;
  options.gaps = o->gaps;
  options.standardize = o->standardize;
  options.whiten = o->whiten;
  options.kaiser = o->kaiser;
  options.power_iterations = o->power_iterations;
  options.stream_method = o->method;
  options.max_samples = (int32_t)cli_state_samples(fit->state);
  options.forgetting = o->forgetting;
  options.memory = cli_options_block(o);
  const hearth_status made = hearth_pca_create(c->ctx, o->modes, fit->metric, &options, &fit->pca);
  const int status = cli_check(c, made);
  if (made == HEARTH_ERR_NOT_REPRODUCIBLE) cli_hint(c, "leave --reproducible out");
  return status;
}

/* Of the fields whose gaps were filled. */
static int filled_scores(cli *c, cli_fit *fit, hearth_array **scores) {
  hearth_array **filled = cli_allocate((size_t)fit->state->nfields, sizeof *filled);
  hearth_state *state = NULL;
  hearth_status status = hearth_state_create(c->ctx, &state);
  for (int32_t f = 0; f < fit->state->nfields && status == HEARTH_OK; f++) {
    status = hearth_pca_filled(fit->pca, f, &filled[f]);
    if (status == HEARTH_OK) status = hearth_state_add(state, fit->state->field[f].name, filled[f]);
  }
  if (status == HEARTH_OK) status = hearth_pca_transform_state(fit->pca, state, 0, scores);
  hearth_state_destroy(&state);
  for (int32_t f = 0; f < fit->state->nfields; f++) hearth_array_destroy(&filled[f]);
  free(filled);
  return cli_check(c, status);
}

int cli_fit_scores(cli *c, cli_fit *fit, hearth_array **scores) {
  const hearth_status found = hearth_pca_scores(fit->pca, scores);
  if (found != HEARTH_ERR_STATE) return cli_check(c, found);
  if (fit->options->gaps >= HEARTH_GAPS_FILL) return filled_scores(c, fit, scores);
  hearth_source *source = NULL; /* the points' side */
  CLI_TRY(cli_state_source(c, fit->state, &source));
  const int status = cli_check(c, hearth_pca_transform_source(fit->pca, source, scores));
  hearth_source_destroy(&source);
  return status;
}

int cli_fit_batch(cli *c, cli_fit *fit) {
  hearth_source *source = NULL;
  cli_profile_phase(c, "fit");
  CLI_TRY(cli_state_source(c, fit->state, &source));
  int status = CLI_DONE;
  if (fit->groups->n > 0) status = cli_check(c, hearth_pca_set_groups(fit->pca, fit->groups->n, cli_state_samples(fit->state), fit->groups->label));
  if (status == CLI_DONE) {
    const hearth_status fitted = hearth_pca_fit_source(fit->pca, source);
    status = cli_check(c, fitted);
    if (fitted == HEARTH_ERR_NOT_FINITE && fit->options->gaps == HEARTH_GAPS_ERROR) cli_hint(c, "--gaps drop leaves them out, --gaps fill fills them");
    if (fitted == HEARTH_ERR_MEMORY && fit->options->memory) cli_hint(c, "give more --memory, or more ranks");
  }
  hearth_source_destroy(&source);
  cli_profile_phase(c, "scores");
  return status == CLI_DONE ? cli_fit_scores(c, fit, &fit->scores) : status;
}
