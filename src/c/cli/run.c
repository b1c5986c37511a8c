/* Failures, memory, and the status that all ranks agree on. */
#include "cli/cli.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int cli_fail(cli *c, int exit_status, const char *format, ...) {
  if (c->message[0] == '\0') {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(c->message, sizeof c->message, format, arguments);
    va_end(arguments);
  }
  return exit_status;
}

/* What the user can mend by other options or files is wrong input; the rest is a failure of the computation. */
static int exit_status_of(hearth_status status) {
  switch (status) {
  case HEARTH_OK:
    return CLI_DONE;
  case HEARTH_ERR_ARGUMENT:
  case HEARTH_ERR_UNSUPPORTED:
  case HEARTH_ERR_NOT_BUILT:
  case HEARTH_ERR_NOT_REPRODUCIBLE:
  case HEARTH_ERR_NOT_FINITE:
  case HEARTH_ERR_FILE:
  case HEARTH_ERR_FORMAT:
  case HEARTH_ERR_NOT_FOUND:
    return CLI_WRONG;
  default:
    return CLI_FAILED;
  }
}

/* One line: what follows a line break in a library's message is kept, the break is not. */
static void keep_error(cli *c, const hearth_context *ctx, hearth_status status, const char *lead) {
  char text[sizeof c->message - CLI_NAME];
  int32_t last = HEARTH_OK, rank = 0;
  hearth_last_error(ctx, &last, &rank, text, sizeof text);
  const char *detail = last == (int32_t)status && text[0] ? text : hearth_status_string(status);
  cli_fail(c, CLI_FAILED, "%s%s", lead, detail);
  for (char *p = c->message; *p; p++)
    if (*p == '\n') *p = ' ';
}

int cli_check(cli *c, hearth_status status) {
  if (status != HEARTH_OK) keep_error(c, c->ctx, status, "");
  return exit_status_of(status);
}

int cli_check_about(cli *c, hearth_status status, const char *about) {
  char lead[CLI_NAME];
  snprintf(lead, sizeof lead, "%.200s: ", about);
  if (status != HEARTH_OK) keep_error(c, c->ctx, status, lead);
  return exit_status_of(status);
}

void cli_hint(cli *c, const char *text) {
  const size_t used = strlen(c->message);
  if (used) snprintf(c->message + used, sizeof c->message - used, "; %s", text);
}

int cli_check_time(cli *c, hearth_status status, const char *variable) {
  char lead[CLI_NAME];
  snprintf(lead, sizeof lead, "time coordinate '%.200s': ", variable);
  if (status != HEARTH_OK) keep_error(c, NULL, status, lead);
  return exit_status_of(status);
}

void *cli_allocate(size_t count, size_t size) {
  void *block = calloc(count ? count : 1, size ? size : 1);
  if (!block) {
    fprintf(stderr, "hearth: out of memory (%zu x %zu bytes)\n", count, size);
    MPI_Abort(MPI_COMM_WORLD, CLI_FAILED);
  }
  return block;
}

char *cli_copy_text(const char *text) {
  return strcpy(cli_allocate(strlen(text) + 1, 1), text);
}

int cli_report(cli *c, int exit_status) {
  struct {
    int status, rank;
  } mine = {exit_status, c->message[0] ? c->rank : c->rank + c->size}, worst;
  MPI_Allreduce(&mine, &worst, 1, MPI_2INT, MPI_MAXLOC, MPI_COMM_WORLD); /* among equals the lowest rank that has a message */
  if (worst.status != CLI_DONE && worst.rank % c->size == c->rank) {
    fprintf(stderr, "hearth: %s\n", c->message[0] ? c->message : "failed without a message");
    fflush(stderr);
  }
  return worst.status;
}
