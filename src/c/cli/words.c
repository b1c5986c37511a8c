/* The values of options: words from a list, numbers, sizes. */
#include "cli/options.h"
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A word that an option may have; `exists` false: part of the command's contract, but not in this version. */
typedef struct word {
  const char *text;
  int32_t value;
  bool exists;
} word;

static const word gaps[] = {{"error", HEARTH_GAPS_ERROR, true}, {"drop", HEARTH_GAPS_DROP, true}, {"fill", 0, false}, {NULL, 0, false}};
static const word climatologies[] = {
    {"none", CLI_CLIMATOLOGY_NONE, true}, {"month", CLI_CLIMATOLOGY_MONTH, true}, {"day", CLI_CLIMATOLOGY_DAY, true}, {NULL, 0, false}};
static const word accuracies[] = {{"float64", HEARTH_ACCURACY_FLOAT64, true}, {"float32", HEARTH_ACCURACY_FLOAT32, true}, {NULL, 0, false}};
static const word solvers[] = {{"auto", HEARTH_PCA_AUTO, true}, {"gram", HEARTH_PCA_GRAM, true}, {"cholqr", 0, false}, {"tsqr", 0, false},
                               {"randomized", 0, false},        {"hierarchical", 0, false},      {"full", 0, false},   {NULL, 0, false}};
static const word rotations[] = {{"varimax", 0, false}, {"promax", 0, false}, {NULL, 0, false}};
static const word devices[] = {{"cpu", HEARTH_BACKEND_CPU, true}, {"cuda", HEARTH_BACKEND_CUDA, true}, {"hip", HEARTH_BACKEND_HIP, true}, {NULL, 0, false}};
static const word progresses[] = {
    {"auto", CLI_PROGRESS_AUTO, true}, {"always", CLI_PROGRESS_ALWAYS, true}, {"never", CLI_PROGRESS_NEVER, true}, {NULL, 0, false}};
static const word logs[] = {{"error", HEARTH_LOG_ERROR, true},
                            {"warning", HEARTH_LOG_WARNING, true},
                            {"info", HEARTH_LOG_INFO, true},
                            {"debug", HEARTH_LOG_DEBUG, true},
                            {NULL, 0, false}};

static int choose(cli *c, const char *option, const char *given, const word *words, int32_t *value) {
  char list[CLI_NAME] = "";
  if (!given) return CLI_DONE;
  bool known = false;
  for (const word *w = words; w->text; w++) {
    if (strcmp(w->text, given) == 0 && w->exists) {
      *value = w->value;
      return CLI_DONE;
    }
    known = known || strcmp(w->text, given) == 0;
    if (w->exists) snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", list[0] ? ", " : "", w->text);
  }
  if (known && !list[0]) return cli_fail(c, CLI_WRONG, "%s %s is not in this version: leave the option out", option, given);
  if (known) return cli_fail(c, CLI_WRONG, "%s %s is not in this version: choose one of %s", option, given, list);
  if (!list[0]) return cli_fail(c, CLI_WRONG, "%s is not in this version ('%s' was given): leave the option out", option, given);
  return cli_fail(c, CLI_WRONG, "%s '%s' is unknown: choose one of %s", option, given, list);
}

static int whole_number(cli *c, const char *option, const char *given, int32_t least, int32_t *value) {
  if (!given) return CLI_DONE;
  char *end;
  errno = 0;
  const long number = strtol(given, &end, 10);
  if (end == given || *end) return cli_fail(c, CLI_WRONG, "%s '%s' is not a whole number", option, given);
  if (errno || number < least || number > INT32_MAX) return cli_fail(c, CLI_WRONG, "%s %s is out of range: at least %d is needed", option, given, least);
  *value = (int32_t)number;
  return CLI_DONE;
}

/* 200M, 1.5G, 4096: bytes, K = 1024. */
static int size(cli *c, const char *option, const char *given, int64_t *bytes) {
  if (!given) return CLI_DONE;
  static const char units[] = "KMGT";
  char *end;
  double number = strtod(given, &end);
  const char *unit = *end ? strchr(units, toupper((unsigned char)*end)) : NULL;
  if (unit && *unit) {
    for (const char *u = units; u <= unit; u++) number *= 1024;
    end++;
    if (*end == 'i') end++;
  }
  if (toupper((unsigned char)*end) == 'B') end++;
  if (end == given || *end || !(number >= 1) || number > 9e18)
    return cli_fail(c, CLI_WRONG, "%s '%s' is no size: give bytes, or a number with K, M, G or T such as 200M", option, given);
  *bytes = (int64_t)number;
  return CLI_DONE;
}

int cli_options_understand(cli *c, cli_options *o) {
  int32_t climatology = 0, progress = 0, rotate = 0;
  o->ddof = 1;
  CLI_TRY(choose(c, "--gaps", o->gaps_word, gaps, &o->gaps));
  CLI_TRY(choose(c, "--climatology", o->climatology_word, climatologies, &climatology));
  CLI_TRY(choose(c, "--accuracy", o->accuracy_word, accuracies, &o->accuracy));
  CLI_TRY(choose(c, "--solver", o->solver_word, solvers, &o->solver));
  CLI_TRY(choose(c, "--rotate", o->rotate, rotations, &rotate));
  CLI_TRY(choose(c, "--device", o->device, devices, &o->backend));
  CLI_TRY(choose(c, "--progress", o->progress_word, progresses, &progress));
  CLI_TRY(choose(c, "--log", o->log_word, logs, &o->log));
  CLI_TRY(whole_number(c, "--modes", o->modes_word, 1, &o->modes));
  CLI_TRY(whole_number(c, "--ddof", o->ddof_word, 0, &o->ddof));
  CLI_TRY(whole_number(c, "--threads", o->threads_word, 1, &o->threads));
  CLI_TRY(size(c, "--memory", o->memory_word, &o->memory));
  o->climatology = (cli_climatology)climatology;
  o->progress = (cli_progress)progress;
  return CLI_DONE;
}
