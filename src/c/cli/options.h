/* What the command line says. */
#ifndef HEARTH_CLI_OPTIONS_H
#define HEARTH_CLI_OPTIONS_H
#include "cli/cli.h"

typedef enum cli_climatology { CLI_CLIMATOLOGY_NONE = 0, CLI_CLIMATOLOGY_MONTH, CLI_CLIMATOLOGY_DAY } cli_climatology;
typedef enum cli_progress { CLI_PROGRESS_AUTO = 0, CLI_PROGRESS_ALWAYS, CLI_PROGRESS_NEVER } cli_progress;

typedef struct cli_options {
  /* as given; NULL or 0 where not */
  char *output, *vars, *sample_dim, *weights, *mask, *gaps_word, *climatology_word, *plot, *device, *memory_word, *threads_word, *progress_word, *log_word,
      *profile, *modes_word, *accuracy_word, *solver_word, *ddof_word, *rotate_word, *scores, *filled, *method_word, *forgetting_word, *power_word;
  int standardize, whiten, kaiser, streaming, reproducible, quiet, no_coasts, help, version;
  int nfiles;
  char **files;
  /* understood */
  int32_t modes, ddof, gaps, accuracy, solver, power_iterations, rotation, method, backend, threads, log;
  cli_climatology climatology;
  cli_progress progress;
  double forgetting; /* 1: none */
  int64_t memory;    /* bytes, 0: not given */
} cli_options;

/* Parses the options of subcommand argv[0] and the files; *done means that help or version was asked for and printed. */
int cli_options_pca(cli *c, int argc, const char **argv, cli_options *options, bool *done);
int cli_options_project(cli *c, int argc, const char **argv, cli_options *options, bool *done);
int cli_options_reconstruct(cli *c, int argc, const char **argv, cli_options *options, bool *done);
int cli_options_plain(cli *c, int argc, const char **argv, cli_options *options, bool *done); /* info and plot */
/* Bytes per rank for blocks of data: a quarter of --memory, the rest being for what the analysis holds; 0: the library's own choice. */
int64_t cli_options_block(const cli_options *options);
/* `path` without folder and ending, + `ending`: the default name of a result, in the working folder. The caller frees it. */
char *cli_options_default_output(const char *path, const char *ending);
/* The command line as one text, which the caller frees. */
char *cli_command_line(int argc, const char **argv);
void cli_options_free(cli_options *options);

/* Opens the context as the options say. Collective. */
int cli_context_open(cli *c, const cli_options *options);

/* The words for values of options. */
const char *cli_solver_word(int32_t solver);
const char *cli_rotation_word(int32_t rotation);
const char *cli_method_word(int32_t method);

/* Understanding of single options (words.c). `word` NULL leaves *value alone. */
int cli_options_understand(cli *c, cli_options *options);

#endif
