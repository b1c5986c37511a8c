/* The scores of a result file and the axis they are drawn on: years where the dates are known and there are enough of them, else the coordinate as it is. */
#include "cli/cf.h"
#include "cli/picture.h"
#include "cli/values.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Decimal years of days; months count as equal, which no eye notices and every calendar allows. */
static bool to_years(const char *units, const char *calendar, int64_t n, double *time) {
  int32_t *date = cli_allocate((size_t)(3 * n), sizeof *date);
  double *years = cli_allocate((size_t)n, sizeof *years);
  bool good = hearth_time_decode(units, calendar, n, time, date, date + n, date + 2 * n) == HEARTH_OK;
  for (int64_t t = 0; t < n && good; t++) years[t] = date[t] + (date[n + t] - 1) / 12.0 + (date[2 * n + t] - 1) / 372.0;
  good = good && years[n - 1] - years[0] >= 2;
  if (good) memcpy(time, years, (size_t)n * sizeof *years);
  free(years);
  free(date);
  return good;
}

static int read_times(cli *c, hearth_file *file, const char *dim, cli_picture *p) {
  char units[CLI_NAME] = "", calendar[CLI_NAME] = "";
  int64_t n = 0;
  hearth_variable *own = cli_cf_coordinate(file, dim);
  if (!own) {
    p->time = cli_allocate((size_t)p->samples, sizeof *p->time);
    for (int64_t t = 0; t < p->samples; t++) p->time[t] = (double)t;
    strcpy(p->time_label, "sample");
    return CLI_DONE;
  }
  cli_cf_text(own, "units", units);
  cli_cf_text(own, "calendar", calendar);
  const bool dates = cli_cf_kind(own, dim) == CLI_CF_TIME;
  const int status = cli_values_load(c, own, &n, &p->time);
  hearth_variable_destroy(&own);
  CLI_TRY(status);
  if (dates && to_years(units, calendar, n, p->time)) return CLI_DONE;
  if (dates || !units[0])
    snprintf(p->time_label, sizeof p->time_label, "%s", units[0] ? units : dim);
  else
    snprintf(p->time_label, sizeof p->time_label, "%.100s (%.100s)", dim, units);
  return CLI_DONE;
}

int cli_picture_series(cli *c, hearth_file *file, cli_picture *p) {
  hearth_variable *variable = NULL;
  int32_t ndim = 0, unlimited = 0;
  int64_t shape[2] = {0}, n = 0;
  char dim[CLI_NAME], text[CLI_NAME];
  bool whitened = false;
  if (hearth_variable_open(file, p->rotated ? "rotated_pc" : "pc", &variable) != HEARTH_OK) return CLI_DONE; /* written without scores */
  int status = cli_check(c, hearth_variable_ndim(variable, &ndim));
  if (status == CLI_DONE && ndim != 2) status = cli_fail(c, CLI_WRONG, "'pc' has %d dimensions, not samples and modes", ndim);
  if (status == CLI_DONE) status = cli_check(c, hearth_variable_shape(variable, 2, shape));
  if (status == CLI_DONE && (shape[1] != p->modes || shape[0] < 1)) status = cli_fail(c, CLI_WRONG, "'pc' has not the modes of '%s'", p->variable);
  if (status == CLI_DONE) status = cli_check(c, hearth_variable_dimension(variable, 0, dim, sizeof dim, &unlimited));
  if (status == CLI_DONE) p->samples = shape[0];
  if (status == CLI_DONE) status = cli_values_load(c, variable, &n, &p->pc);
  if (status == CLI_DONE) whitened = cli_cf_text(variable, "whitened", text);
  hearth_variable_destroy(&variable);
  for (int64_t i = 0; i < n && whitened; i++) p->pc[i] *= sqrt(fmax(0, p->eigenvalue[i % p->modes]));
  return status == CLI_DONE ? read_times(c, file, dim, p) : status;
}
