#include "cli/climatology.h"
#include "cli/cf.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DAYS = 367 };

/* Day of the year by the calendar; where years have different lengths, of a leap year, so that a date has one number. */
static int day_of_year(const char *calendar, int month, int day) {
  static const int leap[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (strcmp(calendar, "360_day") == 0) return (month - 1) * 30 + day;
  const int short_year = (strcmp(calendar, "noleap") == 0 || strcmp(calendar, "365_day") == 0) && month > 2;
  for (int m = 1; m < month; m++) day += leap[m - 1];
  return day - short_year;
}

/* Only groups that occur get a number, in the calendar's order. */
static void number_groups(int64_t samples, cli_groups *groups) {
  int64_t count[DAYS] = {0};
  int32_t rank[DAYS] = {0};
  for (int64_t t = 0; t < samples; t++) count[groups->label[t]]++;
  groups->size = cli_allocate(DAYS, sizeof *groups->size);
  groups->number = cli_allocate(DAYS, sizeof *groups->number);
  for (int key = 0; key < DAYS; key++) {
    if (!count[key]) continue;
    rank[key] = groups->n;
    groups->size[groups->n] = count[key];
    groups->number[groups->n++] = key;
  }
  for (int64_t t = 0; t < samples; t++) groups->label[t] = rank[groups->label[t]];
}

int cli_calendar_numbers(cli *c, bool months, const char *name, const char *units, const char *calendar, int64_t n, const double *times, int32_t *number) {
  int32_t *date = cli_allocate((size_t)(3 * n), sizeof *date);
  const int status = cli_check_time(c, hearth_time_decode(units, calendar, n, times, date, date + n, date + 2 * n), name);
  for (int64_t t = 0; t < n && status == CLI_DONE; t++) number[t] = months ? date[n + t] : (int32_t)day_of_year(calendar, date[n + t], date[2 * n + t]);
  free(date);
  return status;
}

int cli_groups_make(cli *c, cli_climatology climatology, const cli_input *input, const cli_state *state, cli_groups *groups) {
  *groups = (cli_groups){0};
  if (climatology == CLI_CLIMATOLOGY_NONE) return CLI_DONE;
  const cli_field *field = &state->field[0];
  const int64_t n = cli_state_samples(state);
  const bool months = climatology == CLI_CLIMATOLOGY_MONTH;
  char name[CLI_NAME], units[CLI_NAME], calendar[CLI_NAME];
  double *times = NULL;
  groups->name = months ? "month" : "day";
  cli_cf_time_name(input, field, name);
  if (!name[0])
    return cli_fail(c, CLI_WRONG, "--climatology %s: %s has no time coordinate for '%s' (units like \"days since 1970-01-01\")", groups->name, input->path[0],
                    field->name);
  CLI_TRY(cli_cf_sample_values(c, input, field, name, &times, units, calendar));
  groups->label = cli_allocate((size_t)n, sizeof *groups->label);
  const int status = cli_calendar_numbers(c, months, name, units, calendar, n, times, groups->label);
  if (status == CLI_DONE) number_groups(n, groups);
  free(times);
  return status;
}

void cli_groups_free(cli_groups *groups) {
  free(groups->label);
  free(groups->size);
  free(groups->number);
  *groups = (cli_groups){0};
}
