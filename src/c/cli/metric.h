/* The metric that --weights and --mask ask for. */
#ifndef HEARTH_CLI_METRIC_H
#define HEARTH_CLI_METRIC_H
#include "cli/input.h"

/* Multiplies the weights of every field into the metric (weights.c). Collective. */
int cli_weights_apply(cli *c, const char *weights, const cli_input *input, const cli_state *state, hearth_metric *metric);
/* Masks by a variable, or for `none` makes sure that nothing is missing (mask.c). Collective. */
int cli_mask_apply(cli *c, const char *mask, const cli_input *input, const cli_state *state, hearth_metric *metric);

#endif
