/* The command line, by popt: one table per group of options, which make up the help as well. */
#include "cli/options.h"
#include "cli/progress.h"
#include <popt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT(name, letter, member, help, value)                                                                                                                \
  { name, letter, POPT_ARG_STRING, &o->member, 0, help, value }
#define FLAG(name, letter, member, help)                                                                                                                       \
  { name, letter, POPT_ARG_NONE, &o->member, 0, help, NULL }
#define GROUP(table, title)                                                                                                                                    \
  { NULL, '\0', POPT_ARG_INCLUDE_TABLE, table, 0, title, NULL }

/* What several subcommands have. */
#define REPORT                                                                                                                                                 \
  TEXT("progress", '\0', progress_word, "bar: auto (default), always or never", "WORD"),                                                                       \
      TEXT("log", '\0', log_word, "error, warning, info or debug", "LEVEL"), FLAG("quiet", 'q', quiet, "print no summary")
#define MACHINE                                                                                                                                                \
  TEXT("memory", '\0', memory_word, "bytes per rank: 200M, 2G", "SIZE"), TEXT("threads", '\0', threads_word, "OpenMP threads per rank", "N"),                  \
      TEXT("device", '\0', device, "cpu (default), cuda or hip", "WORD")
#define HELP FLAG("help", 'h', help, "this text"), FLAG("version", '\0', version, "the version")

/* Everything around the tables: parsing, help, version, files. */
static int parse(cli *c, int argc, const char **argv, const struct poptOption *table, cli_options *o, const char *synopsis, const char *example, bool *done) {
  *done = false;
  char name[CLI_NAME];
  snprintf(name, sizeof name, "hearth %s", argv[0]);
  argv[0] = name;
  poptContext parser = poptGetContext(NULL, argc, argv, table, 0);
  poptSetOtherOptionHelp(parser, synopsis);
  const int code = poptGetNextOpt(parser);
  int status = CLI_DONE;
  if (code < -1) status = cli_fail(c, CLI_WRONG, "%s: %s; see %s --help", poptBadOption(parser, POPT_BADOPTION_NOALIAS), poptStrerror(code), name);
  if (status == CLI_DONE && (o->help || o->version)) {
    *done = true;
    if (c->rank == 0 && o->help) {
      poptPrintHelp(parser, stdout, 0);
      puts(example);
    } else if (c->rank == 0) {
      printf("hearth %s\n", hearth_version());
    }
  }
  const char **rest = poptGetArgs(parser);
  while (rest && rest[o->nfiles]) o->nfiles++;
  o->files = cli_allocate((size_t)o->nfiles, sizeof *o->files);
  for (int i = 0; i < o->nfiles; i++) o->files[i] = cli_copy_text(rest[i]);
  poptFreeContext(parser);
  if (status != CLI_DONE || *done) return status;
  if (o->nfiles == 0) return cli_fail(c, CLI_WRONG, "no FILE is given; see %s --help", name);
  return cli_options_understand(c, o);
}

int cli_options_pca(cli *c, int argc, const char **argv, cli_options *o, bool *done) {
  struct poptOption analysis[] = {TEXT("var", 'v', vars, "variables that form the state", "NAME[,NAME]"),
                                  TEXT("modes", 'k', modes_word, "number of modes", "K"),
                                  TEXT("weights", '\0', weights, "none (default), coslat, or a variable", "WORD|VAR"),
                                  TEXT("climatology", '\0', climatology_word, "remove means first: none, month or day", "WORD"),
                                  FLAG("standardize", '\0', standardize, "divide by each point's std. deviation"),
                                  TEXT("mask", '\0', mask, "auto (default), none, or a variable (0: out)", "WORD|VAR"),
                                  TEXT("gaps", '\0', gaps_word, "missing at times: error (default), drop, fill, em", "WORD"),
                                  TEXT("sample-dim", '\0', sample_dim, "default: unlimited, else time, else first", "DIM"),
                                  TEXT("ddof", '\0', ddof_word, "variance divides by samples - N (default 1)", "N"),
                                  TEXT("accuracy", '\0', accuracy_word, "of products: float64 (default) or float32", "TYPE"),
                                  TEXT("solver", '\0', solver_word, "auto, gram, cholqr, tsqr, randomized, hierarchical or full", "WORD"),
                                  {"power-iterations", '\0', POPT_ARG_STRING | POPT_ARGFLAG_DOC_HIDDEN, &o->power_word, 0, NULL, "N"}, /* in docs/cli.md */
                                  TEXT("rotate", '\0', rotate_word, "rotated modes as well: varimax or promax", "WORD"),
                                  FLAG("kaiser", '\0', kaiser, "rotate with Kaiser's normalization"),
                                  FLAG("whiten", '\0', whiten, "scores of variance 1"),
                                  FLAG("streaming", '\0', streaming, "sample by sample, as inside a model"),
                                  TEXT("stream-method", '\0', method_word, "brand (default), exact or sketch", "WORD"),
                                  TEXT("forgetting", '\0', forgetting_word, "streaming: weight per sample, in (0, 1]", "X"),
                                  POPT_TABLEEND};
  struct poptOption results[] = {TEXT("output", 'o', output, "default: FILE's stem + .pca.nc", "FILE"),
                                 TEXT("filled", '\0', filled, "the field with its gaps filled", "FILE"),
                                 TEXT("plot", '\0', plot, "pictures PREFIX-*.png, by GMT", "PREFIX"),
                                 TEXT("profile", '\0', profile, "timings and bytes per phase as JSON", "FILE"),
                                 REPORT,
                                 POPT_TABLEEND};
  struct poptOption machine[] = {MACHINE, FLAG("reproducible", '\0', reproducible, "same bits on any number of ranks"), HELP, POPT_TABLEEND};
  const struct poptOption table[] = {GROUP(analysis, "Analysis:"), GROUP(results, "Results:"), GROUP(machine, "Machine and help:"), POPT_TABLEEND};
  return parse(c, argc, argv, table, o, "FILE... --var NAME --modes K [OPTION...]",
               "Example: mpirun -n 4 hearth pca winds.nc --var UWND --modes 4 --plot winds", done);
}

int cli_options_project(cli *c, int argc, const char **argv, cli_options *o, bool *done) {
  struct poptOption analysis[] = {TEXT("var", 'v', vars, "variables (default: named as in EOF.nc)", "NAME[,NAME]"),
                                  TEXT("modes", 'k', modes_word, "only the leading K (default: all)", "K"),
                                  TEXT("sample-dim", '\0', sample_dim, "default: unlimited, else time, else first", "DIM"), POPT_TABLEEND};
  struct poptOption results[] = {TEXT("output", 'o', output, "default: FILE's stem + .pc.nc", "FILE"), REPORT, POPT_TABLEEND};
  struct poptOption machine[] = {MACHINE, HELP, POPT_TABLEEND};
  const struct poptOption table[] = {GROUP(analysis, "Analysis:"), GROUP(results, "Results:"), GROUP(machine, "Machine and help:"), POPT_TABLEEND};
  return parse(c, argc, argv, table, o, "EOF.nc FILE... [--var NAME] [OPTION...]",
               "\nEOF.nc is a result of hearth pca, or written by a model (hearth_pca_write).\n"
               "Example: hearth project winds.pca.nc winds_1993.nc --var UWND -o pc_1993.nc",
               done);
}

int cli_options_reconstruct(cli *c, int argc, const char **argv, cli_options *o, bool *done) {
  struct poptOption analysis[] = {TEXT("modes", 'k', modes_word, "only the leading K (default: all)", "K"),
                                  TEXT("scores", '\0', scores, "a result of hearth project (default: EOF.nc's own)", "PC.nc"), POPT_TABLEEND};
  struct poptOption results[] = {TEXT("output", 'o', output, "default: EOF.nc's stem + .field.nc", "FILE"), REPORT, POPT_TABLEEND};
  struct poptOption machine[] = {MACHINE, HELP, POPT_TABLEEND};
  const struct poptOption table[] = {GROUP(analysis, "Analysis:"), GROUP(results, "Results:"), GROUP(machine, "Machine and help:"), POPT_TABLEEND};
  return parse(c, argc, argv, table, o, "EOF.nc [OPTION...]",
               "\nEOF.nc is a result of hearth pca, or written by a model (hearth_pca_write).\n"
               "Example: hearth reconstruct winds.pca.nc --modes 3 -o winds_3.nc",
               done);
}

int cli_options_plain(cli *c, int argc, const char **argv, cli_options *o, bool *done) {
  const bool plot = strcmp(argv[0], "plot") == 0;
  struct poptOption results[] = {TEXT("output", 'o', output, "pictures PREFIX-*.png (default: RESULT's stem)", "PREFIX"),
                                 FLAG("no-coasts", '\0', no_coasts, "for a planet that is not the Earth"), FLAG("quiet", 'q', quiet, "print no names"),
                                 POPT_TABLEEND};
  struct poptOption help[] = {TEXT("log", '\0', log_word, "error, warning, info or debug", "LEVEL"), HELP, POPT_TABLEEND};
  const struct poptOption both[] = {GROUP(results, "Results:"), GROUP(help, "Options:"), POPT_TABLEEND}, only[] = {GROUP(help, "Options:"), POPT_TABLEEND};
  return parse(c, argc, argv, plot ? both : only, o, plot ? "RESULT.nc [-o PREFIX]" : "FILE...",
               plot ? "\nExample: hearth plot winds.pca.nc -o winds" : "\nExample: hearth info winds.nc", done);
}

void cli_options_free(cli_options *o) {
  char *words[] = {o->output,        o->vars,        o->sample_dim,   o->weights,       o->mask,     o->gaps_word,   o->climatology_word, o->plot,
                   o->device,        o->memory_word, o->threads_word, o->progress_word, o->log_word, o->profile,     o->modes_word,       o->rotate_word,
                   o->accuracy_word, o->solver_word, o->ddof_word,    o->scores,        o->filled,   o->method_word, o->forgetting_word,  o->power_word};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) free(words[i]);
  for (int i = 0; i < o->nfiles; i++) free(o->files[i]);
  free(o->files);
  *o = (cli_options){0};
}

char *cli_command_line(int argc, const char **argv) {
  size_t length = sizeof "hearth";
  for (int i = 0; i < argc; i++) length += strlen(argv[i]) + 1;
  char *text = cli_allocate(length, 1);
  strcpy(text, "hearth");
  for (int i = 0; i < argc; i++) strcat(strcat(text, " "), argv[i]);
  return text;
}

int64_t cli_options_block(const cli_options *o) {
  return o->memory > 4 ? o->memory / 4 : o->memory;
}

char *cli_options_default_output(const char *path, const char *ending) {
  const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path, *dot = strrchr(base, '.');
  const int stem = dot && dot > base ? (int)(dot - base) : (int)strlen(base);
  char *text = cli_allocate((size_t)stem + strlen(ending) + 1, 1);
  sprintf(text, "%.*s%s", stem, base, ending);
  return text;
}

int cli_context_open(cli *c, const cli_options *o) {
  hearth_context_options options = HEARTH_CONTEXT_OPTIONS_INIT;
  options.backend = o->backend;
  options.reduction = o->reproducible ? HEARTH_REDUCTION_REPRODUCIBLE : HEARTH_REDUCTION_FAST;
  options.threads = o->threads;
  options.memory_cap = o->memory;
  options.leak_check = 1;
  const hearth_status made = hearth_context_create(MPI_COMM_WORLD, &options, &c->ctx);
  const int status = cli_check(c, made);
  if (made == HEARTH_ERR_NOT_BUILT) cli_hint(c, "leave --device out");
  CLI_TRY(status);
  CLI_CHECK(c, hearth_io_attach(c->ctx));
  cli_progress_attach(c, o);
  return CLI_DONE;
}
