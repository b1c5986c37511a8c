/* Parts of variables as plain numbers in C arrays. */
#ifndef HEARTH_CLI_VALUES_H
#define HEARTH_CLI_VALUES_H
#include "cli/cli.h"

enum { CLI_EVERYWHERE = 1, CLI_ON_ROOT = 0 };

/* Reads a box, row-major, into `values` on every rank or on rank 0 alone (NULL elsewhere). Collective. */
int cli_values_read(cli *c, hearth_variable *variable, int32_t ndim, const int64_t *start, const int64_t *count, int everywhere, double *values);
/* All of a variable, on every rank, into a new block that the caller frees. Collective. */
int cli_values_load(cli *c, hearth_variable *variable, int64_t *n, double **values);
/* A new float64 array [shape], replicated on all ranks, with the given values. Collective. */
int cli_values_array(cli *c, int32_t ndim, const int64_t *shape, const double *values, hearth_array **array);
int64_t cli_volume(int32_t ndim, const int64_t *shape);

#endif
