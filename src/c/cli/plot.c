/* hearth plot, and --plot: reads on all ranks, draws on rank 0. */
#include "cli/plot.h"
#include "cli/input.h"
#include "cli/options.h"
#include "cli/picture.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Rank 0's status for all. */
static int agree(int status) {
  MPI_Bcast(&status, 1, MPI_INT, 0, MPI_COMM_WORLD);
  return status;
}

int cli_plot_ready(cli *c) {
  char program[CLI_PATH];
  return agree(c->rank == 0 ? cli_gmt_find(c, program) : CLI_DONE);
}

static void name_picture(const cli *c, const char *path, bool quiet) {
  if (c->rank == 0 && !quiet) printf("picture: %s\n", path);
}

/* One field: its modes, and for the first field the series and, of modes that are not rotated, the scree plot. */
static int draw(cli *c, const cli_gmt *gmt, hearth_file *file, cli_picture *p, const char *prefix, bool quiet, bool first) {
  char path[CLI_PATH];
  const char *suffix = cli_picture_suffix(p), *kind = p->rotated ? "rotated" : "eof", *dash = suffix[0] ? "-" : "";
  const int32_t modes = p->modes < CLI_PICTURE_MODES ? p->modes : CLI_PICTURE_MODES;
  for (int32_t k = 0; k < modes; k++) {
    snprintf(path, sizeof path, "%s-%s%d%s%.200s.png", prefix, kind, k + 1, dash, suffix);
    CLI_TRY(cli_picture_read(c, file, p, k));
    CLI_TRY(agree(c->rank == 0 ? cli_draw_eof(c, gmt, p, k, path) : CLI_DONE));
    name_picture(c, path, quiet);
  }
  if (suffix[0]) p->field[0] = '\0'; /* what follows belongs to all fields */
  if (first && p->samples >= 2) {
    snprintf(path, sizeof path, "%s-%s.png", prefix, p->rotated ? "rotated-pc" : "pc");
    CLI_TRY(agree(c->rank == 0 ? cli_draw_series(c, gmt, p, path) : CLI_DONE));
    name_picture(c, path, quiet);
  }
  if (!first || p->rotated || p->modes < 2) return CLI_DONE;
  snprintf(path, sizeof path, "%s-scree.png", prefix);
  CLI_TRY(agree(c->rank == 0 ? cli_draw_scree(c, gmt, p, path) : CLI_DONE));
  name_picture(c, path, quiet);
  return CLI_DONE;
}

static int draw_each(cli *c, const cli_gmt *gmt, hearth_file *file, char *list, const char *prefix, bool coasts, bool quiet) {
  bool first = true;
  for (char *rest = list, *name = strsep(&rest, ","); name && name[0]; name = strsep(&rest, ",")) {
    cli_picture picture;
    int status = cli_picture_open(c, file, name, coasts, &picture);
    if (status == CLI_DONE) status = draw(c, gmt, file, &picture, prefix, quiet, first);
    cli_picture_close(&picture);
    CLI_TRY(status);
    first = false;
  }
  return CLI_DONE;
}

static int draw_all(cli *c, const cli_gmt *gmt, hearth_file *file, const char *path, const char *prefix, bool coasts, bool quiet) {
  char list[CLI_PATH];
  CLI_TRY(cli_picture_variables(c, file, "eof", list, sizeof list));
  if (!list[0]) return cli_fail(c, CLI_WRONG, "%s has no variable 'eof': it is no result of hearth pca or of hearth_pca_write", path);
  CLI_TRY(draw_each(c, gmt, file, list, prefix, coasts, quiet));
  CLI_TRY(cli_picture_variables(c, file, "rotated_eof", list, sizeof list));
  return draw_each(c, gmt, file, list, prefix, coasts, quiet);
}

int cli_plot_file(cli *c, const char *path, const char *prefix, bool coasts, bool quiet) {
  hearth_file *file = NULL;
  cli_gmt gmt = {0};
  CLI_CHECK(c, hearth_file_open(c->ctx, path, &file));
  int status = agree(c->rank == 0 ? cli_gmt_open(c, &gmt) : CLI_DONE);
  if (status == CLI_DONE) status = draw_all(c, &gmt, file, path, prefix, coasts, quiet);
  if (c->rank == 0) cli_gmt_close(&gmt);
  hearth_file_destroy(&file);
  return status;
}

/* FILE without folder and ending. */
static void stem(const char *path, char *text) {
  const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path, *dot = strrchr(base, '.');
  snprintf(text, CLI_PATH, "%.*s", dot && dot > base ? (int)(dot - base) : (int)strlen(base), base);
}

int cli_plot(cli *c, int argc, const char **argv) {
  cli_options options = {0};
  bool done = false;
  char prefix[CLI_PATH];
  int status = cli_options_plain(c, argc, argv, &options, &done);
  if (status == CLI_DONE && !done && options.nfiles > 1) status = cli_fail(c, CLI_WRONG, "hearth plot draws one file, %d are given", options.nfiles);
  if (status == CLI_DONE && !done) {
    if (options.output)
      snprintf(prefix, sizeof prefix, "%s", options.output);
    else
      stem(options.files[0], prefix);
    status = cli_plot_ready(c);
    if (status == CLI_DONE) status = cli_context_open(c, &options);
    if (status == CLI_DONE) status = cli_plot_file(c, options.files[0], prefix, !options.no_coasts, options.quiet);
  }
  cli_options_free(&options);
  return status;
}
