/* The values of options: words from a list, numbers, sizes. */
#include "cli/options.h"
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A word that an option may have. */
typedef struct word {
  const char *text;
  int32_t value;
} word;

static const word gaps[] = {{"error", HEARTH_GAPS_ERROR}, {"drop", HEARTH_GAPS_DROP}, {"fill", HEARTH_GAPS_FILL}, {"em", HEARTH_GAPS_EM}, {NULL, 0}};
static const word climatologies[] = {{"none", CLI_CLIMATOLOGY_NONE}, {"month", CLI_CLIMATOLOGY_MONTH}, {"day", CLI_CLIMATOLOGY_DAY}, {NULL, 0}};
static const word accuracies[] = {{"float64", HEARTH_ACCURACY_FLOAT64}, {"float32", HEARTH_ACCURACY_FLOAT32}, {NULL, 0}};
static const word solvers[] = {{"auto", HEARTH_PCA_AUTO},
                               {"gram", HEARTH_PCA_GRAM},
                               {"cholqr", HEARTH_PCA_CHOLESKY_QR},
                               {"tsqr", HEARTH_PCA_TSQR},
                               {"randomized", HEARTH_PCA_RANDOMIZED},
                               {"hierarchical", HEARTH_PCA_HIERARCHICAL},
                               {"full", HEARTH_PCA_FULL},
                               {NULL, 0}};
static const word rotations[] = {{"none", HEARTH_ROTATION_NONE}, {"varimax", HEARTH_ROTATION_VARIMAX}, {"promax", HEARTH_ROTATION_PROMAX}, {NULL, 0}};
static const word methods[] = {{"brand", HEARTH_STREAM_BRAND}, {"exact", HEARTH_STREAM_EXACT}, {"sketch", HEARTH_STREAM_SKETCH}, {NULL, 0}};
static const word devices[] = {{"cpu", HEARTH_BACKEND_CPU}, {"cuda", HEARTH_BACKEND_CUDA}, {"hip", HEARTH_BACKEND_HIP}, {NULL, 0}};
static const word progresses[] = {{"auto", CLI_PROGRESS_AUTO}, {"always", CLI_PROGRESS_ALWAYS}, {"never", CLI_PROGRESS_NEVER}, {NULL, 0}};
static const word logs[] = {{"error", HEARTH_LOG_ERROR}, {"warning", HEARTH_LOG_WARNING}, {"info", HEARTH_LOG_INFO}, {"debug", HEARTH_LOG_DEBUG}, {NULL, 0}};

static int choose(cli *c, const char *option, const char *given, const word *words, int32_t *value) {
  char list[CLI_NAME] = "";
  if (!given) return CLI_DONE;
  for (const word *w = words; w->text; w++) {
    if (strcmp(w->text, given) == 0) {
      *value = w->value;
      return CLI_DONE;
    }
    snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", list[0] ? ", " : "", w->text);
  }
  return cli_fail(c, CLI_WRONG, "%s '%s' is unknown: choose one of %s", option, given, list);
}

static const char *word_of(const word *words, int32_t value) {
  while (words->text && words->value != value) words++;
  return words->text ? words->text : "unknown";
}

const char *cli_solver_word(int32_t solver) {
  return word_of(solvers, solver);
}
const char *cli_method_word(int32_t method) {
  return word_of(methods, method);
}
const char *cli_rotation_word(int32_t rotation) {
  return word_of(rotations, rotation);
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

/* A number above 0, 1 at most. */
static int share(cli *c, const char *option, const char *given, double *value) {
  if (!given) return CLI_DONE;
  char *end;
  *value = strtod(given, &end);
  if (end == given || *end || !(*value > 0 && *value <= 1)) return cli_fail(c, CLI_WRONG, "%s '%s' is no number above 0 and up to 1", option, given);
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
  int32_t climatology = 0, progress = 0;
  o->ddof = 1;
  o->forgetting = 1;
  o->power_iterations = ((hearth_pca_options)HEARTH_PCA_OPTIONS_INIT).power_iterations;
  CLI_TRY(choose(c, "--gaps", o->gaps_word, gaps, &o->gaps));
  CLI_TRY(choose(c, "--climatology", o->climatology_word, climatologies, &climatology));
  CLI_TRY(choose(c, "--accuracy", o->accuracy_word, accuracies, &o->accuracy));
  CLI_TRY(choose(c, "--solver", o->solver_word, solvers, &o->solver));
  CLI_TRY(choose(c, "--rotate", o->rotate_word, rotations, &o->rotation));
  CLI_TRY(choose(c, "--stream-method", o->method_word, methods, &o->method));
  CLI_TRY(share(c, "--forgetting", o->forgetting_word, &o->forgetting));
  CLI_TRY(choose(c, "--device", o->device, devices, &o->backend));
  CLI_TRY(choose(c, "--progress", o->progress_word, progresses, &progress));
  CLI_TRY(choose(c, "--log", o->log_word, logs, &o->log));
  CLI_TRY(whole_number(c, "--modes", o->modes_word, 1, &o->modes));
  CLI_TRY(whole_number(c, "--ddof", o->ddof_word, 0, &o->ddof));
  CLI_TRY(whole_number(c, "--power-iterations", o->power_word, 0, &o->power_iterations));
  CLI_TRY(whole_number(c, "--threads", o->threads_word, 1, &o->threads));
  CLI_TRY(size(c, "--memory", o->memory_word, &o->memory));
  o->climatology = (cli_climatology)climatology;
  o->progress = (cli_progress)progress;
  return CLI_DONE;
}
