/* The ways to a fitted estimator and its scores. */
#ifndef HEARTH_CLI_FIT_H
#define HEARTH_CLI_FIT_H
#include "cli/climatology.h"
#include "cli/input.h"

typedef struct cli_fit {
  const cli_options *options;
  const cli_input *input;
  cli_state *state;
  const cli_groups *groups;
  hearth_metric *metric;
  hearth_pca *pca;      /* made by the fit */
  hearth_array *scores; /* [samples, modes] */
} cli_fit;

/* Scores of the samples on the modes as they are now, where the fit kept none by another pass. Collective. */
int cli_fit_scores(cli *c, cli_fit *fit, hearth_array **scores);
/* Makes the estimator, with blocks as --memory asks. Collective. */
int cli_fit_create(cli *c, cli_fit *fit);
/* Block by block, twice over the files; fills scores. Collective. */
int cli_fit_batch(cli *c, cli_fit *fit);
/* Sample by sample, as a model would hand them over (stream.c). Collective. */
int cli_fit_streaming(cli *c, cli_fit *fit);

#endif
