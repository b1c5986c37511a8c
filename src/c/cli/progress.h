/* What is shown while the library works: a bar on a terminal, log lines. */
#ifndef HEARTH_CLI_PROGRESS_H
#define HEARTH_CLI_PROGRESS_H
#include "cli/options.h"

/* Hangs the callbacks on the context. */
void cli_progress_attach(cli *c, const cli_options *options);
/* Wipes the bar before something else is printed. */
void cli_progress_clear(void);

#endif
