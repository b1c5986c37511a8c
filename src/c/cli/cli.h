/* The hearth command: what its files share. Built on the public interface alone. Every function that can fail returns an exit status: 0, 1 (the computation
 * failed) or 2 (wrong usage or input), with one message kept in the run; main() agrees on the status over the ranks and prints the message once. */
#ifndef HEARTH_CLI_CLI_H
#define HEARTH_CLI_CLI_H
#include <hearth/hearth.h>
#include <stdbool.h>

#define CLI_NAME 256
#define CLI_PATH 4096

typedef enum cli_exit { CLI_DONE = 0, CLI_FAILED = 1, CLI_WRONG = 2 } cli_exit;

typedef struct cli_profile cli_profile;

/* One run of a subcommand. */
typedef struct cli {
  int rank, size;
  hearth_context *ctx; /* NULL until cli_context_open */
  char message[2048];  /* of the first failure on this rank */
  cli_profile *profile;
} cli;

#define CLI_TRY(call)                                                                                                                                          \
  do {                                                                                                                                                         \
    const int cli_try_ = (call);                                                                                                                               \
    if (cli_try_ != CLI_DONE) return cli_try_;                                                                                                                 \
  } while (0)

/* Keeps the message (unless there is one already) and returns the status. */
int cli_fail(cli *c, int exit_status, const char *format, ...) HEARTH_PRINTF(3, 4);
/* The exit status of a library call; its last error becomes the message. `what` says what was being done, "" for nothing. */
int cli_check(cli *c, hearth_status status);
/* The same with words in front of the message. */
int cli_check_about(cli *c, hearth_status status, const char *about);
int cli_check_time(cli *c, hearth_status status, const char *variable); /* of hearth_time_decode, whose error belongs to no context */
/* Adds to the message what the user can do, where the library's words end. */
void cli_hint(cli *c, const char *text);
#define CLI_CHECK(c, call) CLI_TRY(cli_check((c), (call)))

/* Memory for small things: ends the whole program, by MPI_Abort, where there is none. Free with free(). */
void *cli_allocate(size_t count, size_t size);
char *cli_copy_text(const char *text);

/* The status that all ranks leave with; prints the message once. Collective. */
int cli_report(cli *c, int exit_status);

/* Subcommands: argv[0] is the subcommand's name. */
int cli_info(cli *c, int argc, const char **argv);
int cli_pca(cli *c, int argc, const char **argv);
int cli_project(cli *c, int argc, const char **argv);
int cli_reconstruct(cli *c, int argc, const char **argv);
int cli_plot(cli *c, int argc, const char **argv);

#endif
