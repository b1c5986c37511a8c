#include "cli/progress.h"
#include <stdio.h>
#include <unistd.h>

enum { BAR = 40, STEPS = 200 };

/* One process shows one bar: what is on the screen is the state of the screen, not of a run. */
static int64_t shown = -1;

static void show(void *user, const char *phase, int64_t done, int64_t total) {
  (void)user;
  const int64_t step = total > 0 ? done * STEPS / total : 0;
  if (step == shown) return;
  shown = step;
  char bar[BAR + 1];
  for (int i = 0; i < BAR; i++) bar[i] = i * STEPS < step * BAR ? '#' : '.';
  bar[BAR] = '\0';
  fprintf(stderr, "\r%-14.14s [%s] %3d %%", phase, bar, total > 0 ? (int)(done * 100 / total) : 0);
  fflush(stderr);
}

void cli_progress_clear(void) {
  if (shown < 0) return;
  fprintf(stderr, "\r%*s\r", BAR + 24, "");
  fflush(stderr);
  shown = -1;
}

static void write_log(void *user, int32_t level, int32_t rank, const char *message) {
  static const char *const names[] = {"", "error", "warning", "info", "debug"};
  (void)user;
  cli_progress_clear();
  fprintf(stderr, "[%d] %s: %s\n", rank, level >= HEARTH_LOG_ERROR && level <= HEARTH_LOG_DEBUG ? names[level] : "?", message);
}

void cli_progress_attach(cli *c, const cli_options *o) {
  const bool bar = o->progress == CLI_PROGRESS_ALWAYS || (o->progress == CLI_PROGRESS_AUTO && !o->quiet && isatty(STDERR_FILENO));
  if (bar) hearth_context_set_progress(c->ctx, show, NULL);
  if (o->log) hearth_context_set_log(c->ctx, o->log, write_log, NULL);
}
