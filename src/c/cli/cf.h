/* What variables are by the CF conventions: coordinates of latitude, longitude and time. */
#ifndef HEARTH_CLI_CF_H
#define HEARTH_CLI_CF_H
#include "cli/input.h"

typedef enum cli_cf { CLI_CF_OTHER = 0, CLI_CF_LATITUDE, CLI_CF_LONGITUDE, CLI_CF_TIME } cli_cf;

/* By units, else standard_name, else the name of a variable without either. */
cli_cf cli_cf_kind(const hearth_variable *variable, const char *name);

/* Opens the coordinate of `kind` that covers space dimensions of the field: a dimension's own coordinate, else an auxiliary one. *coordinate stays NULL where
 * there is none; axes[d] is the field's space axis that dimension d of it lies along. */
int cli_cf_find(cli *c, hearth_file *file, const cli_field *field, cli_cf kind, hearth_variable **coordinate, int32_t *naxes, int32_t *axes);

/* Opens the variable that has the name and the one dimension `dim`; NULL where there is none. Local. */
hearth_variable *cli_cf_coordinate(hearth_file *file, const char *dim);

/* Space axes along which the dimensions of `variable` lie. `what` names its role in the message. Local. */
int cli_cf_axes(cli *c, const char *what, const char *name, const hearth_variable *variable, const cli_field *field, int32_t *naxes, int32_t *axes);

/* Name of the time coordinate of the field's samples ("" where there is none): the sample dimension's, else a variable over it in units of time. Local. */
void cli_cf_time_name(const cli_input *input, const cli_field *field, char *name);
/* The sample coordinate `name` over all files, on every rank, with its units and calendar. The caller frees *values. Collective. */
int cli_cf_sample_values(cli *c, const cli_input *input, const cli_field *field, const char *name, double **values, char *units, char *calendar);

bool cli_cf_text(const hearth_variable *variable, const char *attribute, char *text);

#endif
