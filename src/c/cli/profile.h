/* Timings and bytes per phase, for --profile. */
#ifndef HEARTH_CLI_PROFILE_H
#define HEARTH_CLI_PROFILE_H
#include "cli/options.h"

/* Starts keeping a profile; refuses where this build has no cJSON. */
int cli_profile_start(cli *c, const cli_options *options);
/* A phase ends the one before; NULL ends the last. `name` lives as long as the profile. No communication. */
void cli_profile_phase(cli *c, const char *name);
int64_t *cli_profile_bytes_read(cli *c); /* counter; NULL without a profile */
/* Writes the file. Collective. */
int cli_profile_write(cli *c, const cli_options *options);
void cli_profile_free(cli *c);

#endif
