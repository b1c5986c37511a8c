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
  options.memory = cli_options_block(o);
  const hearth_status made = hearth_pca_create(c->ctx, o->modes, fit->metric, &options, &fit->pca);
  const int status = cli_check(c, made);
  if (made == HEARTH_ERR_NOT_REPRODUCIBLE) cli_hint(c, "leave --reproducible out");
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
    if (fitted == HEARTH_ERR_NOT_FINITE && fit->options->gaps == HEARTH_GAPS_ERROR) cli_hint(c, "--gaps drop leaves them out");
    if (fitted == HEARTH_ERR_MEMORY && fit->options->memory) cli_hint(c, "give more --memory, or more ranks");
  }
  cli_profile_phase(c, "scores");
  if (status == CLI_DONE) {
    const hearth_status found = hearth_pca_scores(fit->pca, &fit->scores);
    status = cli_check(c, found == HEARTH_ERR_STATE ? hearth_pca_transform_source(fit->pca, source, &fit->scores) : found); /* the points' side */
  }
  hearth_source_destroy(&source);
  return status;
}
