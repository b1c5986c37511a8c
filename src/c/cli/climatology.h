/* Calendar months or days as groups of samples. */
#ifndef HEARTH_CLI_CLIMATOLOGY_H
#define HEARTH_CLI_CLIMATOLOGY_H
#include "cli/input.h"

typedef struct cli_groups {
  int32_t n;        /* groups that occur; 0: none were asked for */
  int32_t *label;   /* [samples] */
  int64_t *size;    /* [n] samples of each */
  double *number;   /* [n] month 1..12, or day of the year */
  const char *name; /* "month" or "day" */
} cli_groups;

int cli_groups_make(cli *c, cli_climatology climatology, const cli_input *input, const cli_state *state, cli_groups *groups);
/* Month 1..12 or day of the year of each time, by units and calendar; `name` is the coordinate's, for messages. Local. */
int cli_calendar_numbers(cli *c, bool months, const char *name, const char *units, const char *calendar, int64_t n, const double *times, int32_t *number);
void cli_groups_free(cli_groups *groups);

#endif
