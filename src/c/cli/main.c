/* hearth: offline analyses of files, alone or under mpirun. */
#include "cli/cli.h"
#include <stdio.h>
#include <string.h>

typedef struct command {
  const char *name;
  int (*run)(cli *c, int argc, const char **argv);
  const char *arguments, *summary;
} command;

static const command commands[] = {
    {"info", cli_info, "FILE...", "what is in a file: dimensions, variables, times, missing values"},
    {"pca", cli_pca, "FILE... --var NAME[,NAME] --modes K", "EOFs, principal components and explained variance"},
    {"project", cli_project, "EOF.nc FILE... [--var NAME]", "scores of other samples on modes found before"},
    {"reconstruct", cli_reconstruct, "EOF.nc [--modes K]", "the field that modes and scores make"},
    {"plot", cli_plot, "RESULT.nc [-o PREFIX]", "pictures of a result file, of a run or of a model"},
};
enum { COMMANDS = sizeof commands / sizeof *commands };

static void print_help(void) {
  puts("Usage: hearth COMMAND [OPTION...] FILE...\n"
       "       mpirun -n P hearth COMMAND [OPTION...] FILE...\n\n"
       "Modal analysis of files, in parallel and block by block, so that a file may be\n"
       "larger than memory. FILE is NetCDF (classic or 4), HDF5, NPY or CSV; several\n"
       "files or a quoted glob form one series along the sample dimension.\n\n"
       "Commands");
  for (int i = 0; i < COMMANDS; i++) printf("  %-11s %s\n              %s\n", commands[i].name, commands[i].arguments, commands[i].summary);
  puts("\nhearth COMMAND --help lists the options of a command; hearth --version says\n"
       "which version this is.\n\n"
       "Example\n"
       "  hearth info winds.nc\n"
       "  mpirun -n 4 hearth pca winds.nc --var UWND --modes 4 --weights coslat \\\n"
       "      -o winds.pca.nc --plot winds\n\n"
       "Exit status: 0 done; 1 the computation failed; 2 wrong usage or input.");
}

static int no_command(cli *c, const char *given) {
  char list[CLI_NAME] = "";
  for (int i = 0; i < COMMANDS; i++) {
    strcat(list, i == 0 ? "" : i + 1 < COMMANDS ? ", " : " and ");
    strcat(list, commands[i].name);
  }
  if (!given) return cli_fail(c, CLI_WRONG, "no command is given: there are %s; see hearth --help", list);
  return cli_fail(c, CLI_WRONG, "'%s' is no command: there are %s; see hearth --help", given, list);
}

static int run(cli *c, int argc, const char **argv) {
  const char *name = argc > 1 ? argv[1] : NULL;
  if (!name) return no_command(c, NULL);
  const bool help = strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0;
  if (help || strcmp(name, "--version") == 0) {
    if (c->rank == 0 && help) print_help();
    if (c->rank == 0 && !help) printf("hearth %s\n", hearth_version());
    return CLI_DONE;
  }
  for (int i = 0; i < COMMANDS; i++)
    if (strcmp(name, commands[i].name) == 0) return commands[i].run(c, argc - 1, argv + 1);
  return no_command(c, name);
}

/* After a good run everything has been released; what has not is a mistake of this program, of which its tests hear. */
static int close_context(cli *c, int status) {
  char text[CLI_NAME];
  int32_t last, rank;
  if (hearth_context_destroy(&c->ctx) != HEARTH_ERR_LEAK || status != CLI_DONE) return status;
  hearth_last_error(NULL, &last, &rank, text, sizeof text);
  fprintf(stderr, "hearth: [%d] %s\n", c->rank, text);
  return CLI_FAILED;
}

int main(int argc, char **argv) {
  cli c = {0};
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &c.rank);
  MPI_Comm_size(MPI_COMM_WORLD, &c.size);
  int status = run(&c, argc, (const char **)argv);
  status = cli_report(&c, status);
  status = close_context(&c, status);
  fflush(stdout);
  MPI_Finalize();
  return status;
}
