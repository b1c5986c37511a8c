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
  /* The cap covers all that the library holds; what is not for blocks is for Gram matrix, panels and EOFs. */
  options.memory = o->memory ? (o->memory > 4 ? o->memory / 4 : 1) : 0;
  const hearth_status made = hearth_pca_create(c->ctx, o->modes, fit->metric, &options, &fit->pca);
  const int status = cli_check(c, made);
  if (made == HEARTH_ERR_NOT_REPRODUCIBLE) cli_hint(c, "leave --reproducible out");
  return status;
}

/* On the points' side the scores take another pass. With groups the estimator does not transform: the anomalies are fitted instead, whose modes are the same.
 */
static int late_scores(cli *c, cli_fit *fit, const hearth_source *source) {
  if (fit->groups->n == 0) return cli_check(c, hearth_pca_transform_source(fit->pca, source, &fit->scores));
  hearth_source *anomalies = NULL;
  hearth_pca *grouped = fit->pca;
  CLI_TRY(cli_anomalies_source(c, fit, &anomalies));
  fit->pca = NULL;
  int status = cli_fit_create(c, fit);
  if (status == CLI_DONE) status = cli_check(c, hearth_pca_fit_source(fit->pca, anomalies));
  if (status == CLI_DONE) status = cli_check(c, hearth_pca_transform_source(fit->pca, anomalies, &fit->scores));
  hearth_pca_destroy(&fit->pca);
  fit->pca = grouped; /* its means are those of the groups */
  hearth_source_destroy(&anomalies);
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
    status = found == HEARTH_ERR_STATE ? late_scores(c, fit, source) : cli_check(c, found);
  }
  hearth_source_destroy(&source);
  return status;
}
