/* Other samples on saved modes. */
#ifndef HEARTH_CLI_PROJECT_H
#define HEARTH_CLI_PROJECT_H
#include "cli/saved.h"

/* The fields lie over the same space as the modes, and are measured in the same units (project_check.c). Collective. */
int cli_project_check(cli *c, const cli_input *input, const cli_state *state, const cli_saved *saved);

#endif
