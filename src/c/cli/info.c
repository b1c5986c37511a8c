/* hearth info: what is in a file. */
#include "cli/cf.h"
#include "cli/values.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct row {
  char name[CLI_NAME], shape[CLI_NAME], units[CLI_NAME], title[CLI_NAME], type[32];
} row;

enum { DIMENSIONS = 64 };

/* Dimensions that came up so far: "time 128*, lat 89". */
typedef struct dimensions {
  int n;
  char name[DIMENSIONS][CLI_NAME];
  char list[CLI_NAME * 8];
} dimensions;

static void note_dimension(dimensions *all, const char *name, int64_t length, bool unlimited) {
  for (int i = 0; i < all->n; i++)
    if (strcmp(all->name[i], name) == 0) return;
  if (all->n == DIMENSIONS) return;
  strcpy(all->name[all->n++], name);
  snprintf(all->list + strlen(all->list), sizeof all->list - strlen(all->list), "%s%.60s %lld%s", all->list[0] ? ", " : "", name, (long long)length,
           unlimited ? "*" : "");
}

/* "time, lat, lon", or "150 x 4" where dimensions have no names. */
static void write_shape(const hearth_variable *v, char *text, dimensions *all) {
  int32_t ndim = 0, unlimited = 0;
  int64_t shape[HEARTH_MAX_NDIM] = {0};
  text[0] = '\0';
  if (hearth_variable_ndim(v, &ndim) != HEARTH_OK || hearth_variable_shape(v, ndim, shape) != HEARTH_OK) return;
  for (int32_t d = 0; d < ndim; d++) {
    char name[CLI_NAME] = "";
    hearth_variable_dimension(v, d, name, sizeof name, &unlimited);
    if (name[0]) {
      note_dimension(all, name, shape[d], unlimited != 0);
      snprintf(text + strlen(text), CLI_NAME - strlen(text), "%s%.60s", d ? ", " : "", name);
    } else {
      snprintf(text + strlen(text), CLI_NAME - strlen(text), "%s%lld%s", d ? " x " : "", (long long)shape[d], unlimited ? "*" : "");
    }
  }
  if (ndim == 0) strcpy(text, "scalar");
}

static void write_missing(const hearth_variable *v, char *title) {
  static const char *const names[] = {"_FillValue", "missing_value"};
  for (int i = 0; i < 2; i++) {
    double value = 0;
    int32_t found = 0;
    if (hearth_variable_attribute_number(v, names[i], &value, &found) != HEARTH_OK || !found) continue;
    if (title[0]) strncat(title, "; ", CLI_NAME - strlen(title) - 1);
    snprintf(title + strlen(title), CLI_NAME - strlen(title), "missing %g", value);
    return;
  }
}

static void describe(hearth_file *file, const char *name, row *r, dimensions *all) {
  hearth_variable *v = NULL;
  int32_t dtype = 0, stored = 0;
  *r = (row){0};
  snprintf(r->name, sizeof r->name, "%s", name);
  if (hearth_variable_open(file, name, &v) != HEARTH_OK) {
    strcpy(r->type, "(text)");
    return;
  }
  write_shape(v, r->shape, all);
  if (hearth_variable_dtype(v, &dtype, &stored) == HEARTH_OK)
    snprintf(r->type, sizeof r->type, "%s%s", hearth_dtype_name((hearth_dtype)stored), dtype == stored ? "" : "*");
  cli_cf_text(v, "units", r->units);
  if (!cli_cf_text(v, "long_name", r->title)) cli_cf_text(v, "standard_name", r->title);
  write_missing(v, r->title);
  hearth_variable_destroy(&v);
}

static void print_rows(const row *rows, int32_t n) {
  int name = 8, type = 4, shape = 5, units = 5;
  for (int32_t i = 0; i < n; i++) {
    const int w[] = {(int)strlen(rows[i].name), (int)strlen(rows[i].type), (int)strlen(rows[i].shape), (int)strlen(rows[i].units)};
    name = w[0] > name ? w[0] : name;
    type = w[1] > type ? w[1] : type;
    shape = w[2] > shape ? w[2] : shape;
    units = w[3] > units && w[3] <= 34 ? w[3] : units;
  }
  printf("  %-*s  %-*s  %-*s  %-*s  %s\n", name, "variable", type, "type", shape, "shape", units, "units", "description");
  for (int32_t i = 0; i < n; i++)
    printf("  %-*s  %-*s  %-*s  %-*s  %s\n", name, rows[i].name, type, rows[i].type, shape, rows[i].shape, units, rows[i].units, rows[i].title);
}

/* First and last date of a time coordinate. Collective. */
static int print_times(cli *c, hearth_file *file, const char *name) {
  hearth_variable *v = NULL;
  int32_t ndim = 0;
  int64_t n = 0;
  char units[CLI_NAME] = "", calendar[CLI_NAME] = "";
  if (hearth_variable_open(file, name, &v) != HEARTH_OK) return CLI_DONE;
  const bool time =
      cli_cf_kind(v, name) == CLI_CF_TIME && hearth_variable_ndim(v, &ndim) == HEARTH_OK && ndim == 1 && hearth_variable_shape(v, 1, &n) == HEARTH_OK && n > 0;
  cli_cf_text(v, "units", units);
  cli_cf_text(v, "calendar", calendar);
  const int64_t start[2] = {0, n - 1}, one = 1;
  double ends[2];
  int status = CLI_DONE;
  for (int i = 0; i < 2 && time && status == CLI_DONE; i++) status = cli_values_read(c, v, 1, &start[i], &one, CLI_EVERYWHERE, &ends[i]);
  int32_t year[2], month[2], day[2];
  if (time && status == CLI_DONE && c->rank == 0 && hearth_time_decode(units, calendar, 2, ends, year, month, day) == HEARTH_OK)
    printf("  %s: %lld from %04d-%02d-%02d to %04d-%02d-%02d%s%s\n", name, (long long)n, year[0], month[0], day[0], year[1], month[1], day[1],
           calendar[0] ? ", calendar " : "", calendar);
  hearth_variable_destroy(&v);
  return status;
}

static int describe_file(cli *c, const char *path, hearth_file *file) {
  int32_t n = 0;
  char text[CLI_NAME];
  int32_t found = 0;
  dimensions all = {0};
  CLI_CHECK(c, hearth_file_variables(file, &n));
  row *rows = cli_allocate((size_t)n, sizeof *rows);
  int status = CLI_DONE;
  for (int32_t i = 0; i < n && status == CLI_DONE; i++) {
    status = cli_check(c, hearth_file_variable_name(file, i, text, sizeof text));
    if (status == CLI_DONE) describe(file, text, &rows[i], &all);
  }
  if (status == CLI_DONE && c->rank == 0) {
    printf("%s: %s, %d variable%s\n", path, hearth_file_format(file), n, n == 1 ? "" : "s");
    if (hearth_file_attribute_text(file, "title", text, sizeof text, &found) == HEARTH_OK && found) printf("  %s\n", text);
    if (all.list[0]) printf("  dimensions: %s\n", all.list);
    puts("");
    print_rows(rows, n);
    puts("");
  }
  for (int32_t i = 0; i < n && status == CLI_DONE; i++) status = print_times(c, file, rows[i].name);
  if (status == CLI_DONE && c->rank == 0) puts("  (* after a length: unlimited; * after a type: unpacked when read)");
  free(rows);
  return status;
}

int cli_info(cli *c, int argc, const char **argv) {
  cli_options options = {0};
  cli_input input = {0};
  bool done = false;
  int status = cli_options_plain(c, argc, argv, &options, &done);
  if (status == CLI_DONE && !done) status = cli_context_open(c, &options);
  if (status == CLI_DONE && !done) status = cli_input_open(c, options.nfiles, options.files, &input);
  for (int i = 0; i < input.nfiles && status == CLI_DONE; i++) status = describe_file(c, input.path[i], input.file[i]);
  cli_input_close(&input);
  cli_options_free(&options);
  return status;
}
