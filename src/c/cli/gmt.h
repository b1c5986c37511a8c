/* The Generic Mapping Tools as a program: one private session per figure, no shell. Rank 0 only. */
#ifndef HEARTH_CLI_GMT_H
#define HEARTH_CLI_GMT_H
#include "cli/cli.h"
#include <stdio.h>

typedef struct cli_gmt {
  char program[CLI_PATH], folder[CLI_NAME]; /* folder: inputs, session, the finished figure; absolute, without blanks */
  char *environment[3];                     /* what differs from the caller's */
} cli_gmt;

/* Looks for gmt 6 and for ghostscript, which it needs. Local. */
int cli_gmt_find(cli *c, char *program);
/* A temporary folder and the environment. The caller closes it also after failures. */
int cli_gmt_open(cli *c, cli_gmt *gmt);
void cli_gmt_close(cli_gmt *gmt);
/* Runs one module; the formatted line is cut into arguments at blanks, so no text of the user's goes in: it goes through files. */
int cli_gmt_run(cli *c, const cli_gmt *gmt, const char *format, ...) HEARTH_PRINTF(3, 4);
/* The same where failure is no misfortune. */
bool cli_gmt_try(const cli_gmt *gmt, const char *format, ...) HEARTH_PRINTF(2, 3);
/* Opens `name` in the folder, mode as for fopen; NULL on failure, with the message kept. */
FILE *cli_gmt_file(cli *c, const cli_gmt *gmt, const char *name, const char *mode);
int cli_gmt_file_close(cli *c, FILE *file);
/* Starts a figure with the settings that all share; ends it and moves it to `path`. */
int cli_gmt_begin(cli *c, const cli_gmt *gmt);
int cli_gmt_end(cli *c, const cli_gmt *gmt, const char *path);
/* Text at a place of the page, in cm, drawn when the figure ends; justify as GMT says (BL: bottom left). `font` such as "11p,Helvetica-Bold". */
int cli_gmt_text(cli *c, const cli_gmt *gmt, double x, double y, const char *font, int angle, const char *justify, const char *text);

#endif
