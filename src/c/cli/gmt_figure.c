/* What all figures share: settings, text, and where they end up. */
#include "cli/gmt.h"
#include <errno.h>
#include <string.h>

int cli_gmt_begin(cli *c, const cli_gmt *gmt) {
  CLI_TRY(cli_gmt_file_close(c, cli_gmt_file(c, gmt, "texts", "w")));
  CLI_TRY(cli_gmt_run(c, gmt, "begin %s/figure png A+m0.35c,E160", gmt->folder));
  return cli_gmt_run(c, gmt,
                     "set FONT_ANNOT_PRIMARY 9p,Helvetica FONT_LABEL 9p,Helvetica MAP_FRAME_TYPE plain MAP_FRAME_PEN 0.7p MAP_TICK_PEN_PRIMARY 0.5p "
                     "MAP_TICK_LENGTH_PRIMARY 2.5p MAP_GRID_PEN_PRIMARY 0.15p,gray45 MAP_ANNOT_OFFSET_PRIMARY 3p MAP_LABEL_OFFSET 4p PROJ_LENGTH_UNIT cm");
}

static int copy_file(cli *c, const char *from, const char *to) {
  char block[1 << 16];
  FILE *in = fopen(from, "rb"), *out = in ? fopen(to, "wb") : NULL;
  int code = errno;
  bool good = in && out;
  for (size_t n = 0; good && (n = fread(block, 1, sizeof block, in)) > 0;) good = fwrite(block, 1, n, out) == n;
  if (good && ferror(in)) good = false;
  if (out && fclose(out) != 0) good = false, code = errno;
  if (in) fclose(in);
  return good ? CLI_DONE : cli_fail(c, CLI_WRONG, "%s: the picture cannot be written: %s", to, strerror(code));
}

int cli_gmt_end(cli *c, const cli_gmt *gmt, const char *path) {
  char figure[CLI_PATH];
  CLI_TRY(cli_gmt_run(c, gmt, "text %s/texts -R0/60/0/60 -Jx1c -Xf0c -Yf0c -N -F+f+a+j", gmt->folder));
  CLI_TRY(cli_gmt_run(c, gmt, "end"));
  snprintf(figure, sizeof figure, "%s/figure.png", gmt->folder);
  return copy_file(c, figure, path);
}

int cli_gmt_text(cli *c, const cli_gmt *gmt, double x, double y, const char *font, int angle, const char *justify, const char *text) {
  FILE *file = cli_gmt_file(c, gmt, "texts", "a");
  if (!file) return CLI_FAILED;
  fprintf(file, "%g %g %s %d %s ", x, y, font, angle, justify);
  for (const char *p = text; *p; p++) {
    if (*p == '@') fputc('@', file); /* GMT's escape */
    fputc(*p > 0 && *p < ' ' ? ' ' : *p, file);
  }
  fputc('\n', file);
  return cli_gmt_file_close(c, file);
}
