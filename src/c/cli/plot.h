/* Pictures of a result file, drawn by GMT (the `gmt` program) on rank 0. */
#ifndef HEARTH_CLI_PLOT_H
#define HEARTH_CLI_PLOT_H
#include "cli/cli.h"

/* Fails where no GMT is found, before anything is computed. Collective. */
int cli_plot_ready(cli *c);
/* Draws the EOFs, the scores and the eigenvalues of a result file into PREFIX-*.png; names them on standard output unless quiet. Collective. */
int cli_plot_file(cli *c, const char *path, const char *prefix, bool coasts, bool quiet);

#endif
