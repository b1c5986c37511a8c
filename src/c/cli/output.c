/* What all result files share. */
#include "cli/result.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

/* The result would replace what it is computed from. */
int cli_output_check(cli *c, int ninputs, char *const *inputs, const char *path) {
  int same = -1;
  struct stat out, in;
  if (c->rank == 0 && stat(path, &out) == 0)
    for (int i = 0; i < ninputs; i++)
      if (stat(inputs[i], &in) == 0 && in.st_dev == out.st_dev && in.st_ino == out.st_ino) same = i;
  MPI_Bcast(&same, 1, MPI_INT, 0, MPI_COMM_WORLD);
  if (same >= 0) return cli_fail(c, CLI_WRONG, "--output %s is the input itself: choose another name", path);
  hearth_output *output = NULL;
  const int status = cli_check(c, hearth_output_create(c->ctx, path, &output));
  hearth_output_destroy(&output);
  return status;
}

int cli_output_globals(cli *c, hearth_output *output, const char *title, const char *command, const char *source) {
  char text[CLI_PATH + CLI_NAME] = "";
  const time_t now = time(NULL);
  struct tm utc;
  if (c->rank == 0) {
    strftime(text, CLI_NAME, "%Y-%m-%dT%H:%M:%SZ ", gmtime_r(&now, &utc));
    snprintf(text + strlen(text), sizeof text - strlen(text), "%s", command);
  }
  MPI_Bcast(text, sizeof text, MPI_CHAR, 0, MPI_COMM_WORLD); /* clocks differ */
  CLI_CHECK(c, hearth_output_text(output, "", "Conventions", "CF-1.8"));
  CLI_CHECK(c, hearth_output_text(output, "", "title", title));
  CLI_CHECK(c, hearth_output_text(output, "", "history", text));
  return cli_check(c, hearth_output_text(output, "", "source", source));
}

int cli_output_variable(cli *c, hearth_output *output, const char *name, const char *dims, double fill, const char *long_name, const char *units) {
  CLI_CHECK(c, hearth_output_variable(output, name, HEARTH_FLOAT64, dims, fill));
  CLI_CHECK(c, hearth_output_text(output, name, "long_name", long_name));
  return units[0] ? cli_check(c, hearth_output_text(output, name, "units", units)) : CLI_DONE;
}
