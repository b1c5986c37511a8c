/* The scree plot: eigenvalues with their sampling errors, and their shares of the total variance on the right. */
#include "cli/draw.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST = 40 }; /* modes that are drawn */

static const double left = 3.2, below = 3, wide = 14, tall = 9;

typedef struct scree {
  int32_t modes;
  double low, high; /* of the axis */
  bool logarithmic;
} scree;

static double error_of(const cli_picture *p, int32_t mode) {
  return p->error ? p->error[mode] : 0;
}

/* North's rule of thumb: the next eigenvalue is nearer than the error of this one, or the one before is within its own error. */
static bool mixed(const cli_picture *p, int32_t mode) {
  const bool next = mode + 1 < p->modes && p->eigenvalue[mode] - p->eigenvalue[mode + 1] < error_of(p, mode);
  return next || (mode > 0 && p->eigenvalue[mode - 1] - p->eigenvalue[mode] < error_of(p, mode - 1));
}

/* Logarithmic where the eigenvalues differ by more than 50; bars that reach below the axis end at it. */
static scree measure(const cli_picture *p) {
  scree s = {.modes = p->modes < MOST ? p->modes : MOST};
  double least = INFINITY, most = 0;
  for (int32_t k = 0; k < s.modes; k++) {
    if (p->eigenvalue[k] > 0) least = fmin(least, p->eigenvalue[k]);
    most = fmax(most, p->eigenvalue[k] + error_of(p, k));
  }
  s.logarithmic = most > 50 * least;
  s.low = s.logarithmic ? pow(10, floor(log10(fmax(least, 1e-12 * most)) - 0.1)) : 0;
  s.high = s.logarithmic ? pow(10, log10(most) + 0.05 * (log10(most) - log10(s.low))) : 1.06 * most;
  return s;
}

/* Bars with their caps, and the two kinds of points. */
static int write_points(cli *c, const cli_gmt *gmt, const cli_picture *p, const scree *s) {
  static const char *const names[] = {"bars", "line", "apart", "mixed"};
  for (int i = 0; i < 4; i++) {
    FILE *file = cli_gmt_file(c, gmt, names[i], "w");
    if (!file) return CLI_FAILED;
    for (int32_t k = 0; k < s->modes; k++) {
      const double x = k + 1, y = p->eigenvalue[k], e = error_of(p, k), down = fmax(s->low, y - e), cap = 0.009 * s->modes;
      if (!(y >= s->low)) continue;
      if (i == 0 && e > 0) fprintf(file, "> bar\n%g %.10g\n%g %.10g\n> cap\n%g %.10g\n%g %.10g\n", x, down, x, y + e, x - cap, y + e, x + cap, y + e);
      if (i == 0 && e > 0 && y - e > s->low) fprintf(file, "> cap\n%g %.10g\n%g %.10g\n", x - cap, down, x + cap, down);
      if (i == 1 || (i == 2 && !mixed(p, k)) || (i == 3 && mixed(p, k))) fprintf(file, "%g %.10g\n", x, y);
    }
    CLI_TRY(cli_gmt_file_close(c, file));
  }
  return CLI_DONE;
}

static int draw_axes(cli *c, const cli_gmt *gmt, const cli_picture *p, const scree *s) {
  const char *kind = s->logarithmic ? "l" : "", *steps = s->logarithmic ? "a1pf3" : "af";
  const double last = s->modes + 0.6, every = fmax(1, cli_round_step(s->modes / 12.0));
  const double share = p->eigenvalue[0] > 0 ? 100 * p->ratio[0] / p->eigenvalue[0] : 1;
  CLI_TRY(cli_gmt_run(c, gmt, "basemap -R0.4/%g/%.10g/%.10g -JX%gc/%gc%s -Xf%gc -Yf%gc -By%s -BE", last, s->low * share, s->high * share, wide, tall, kind,
                      left, below, s->logarithmic ? "a1f3" : "af"));
  return cli_gmt_run(c, gmt, "basemap -R0.4/%g/%.10g/%.10g -JX%gc/%gc%s -Xf%gc -Yf%gc -Bxa%gf%g -By%sg -BWSn", last, s->low, s->high, wide, tall, kind, left,
                     below, every, fmax(1, floor(every / 2)), steps);
}

static int draw_words(cli *c, const cli_gmt *gmt, const cli_picture *p) {
  char text[3 * CLI_NAME];
  const bool units = p->eigenvalue_units[0] != '\0';
  CLI_TRY(cli_gmt_text(c, gmt, left + wide / 2, below - 1, "10p,Helvetica", 0, "MC", "Mode"));
  snprintf(text, sizeof text, "Eigenvalue%s%s", units ? ", " : "", p->eigenvalue_units);
  CLI_TRY(cli_gmt_text(c, gmt, left - 1.6, below + tall / 2, "10p,Helvetica", 90, "MC", text));
  CLI_TRY(cli_gmt_text(c, gmt, left + wide + 1.7, below + tall / 2, "10p,Helvetica", 90, "MC", "Share of the total variance, %"));
  snprintf(text, sizeof text, "Eigenvalues%s%s", p->field[0] ? " of " : "", p->field);
  CLI_TRY(cli_gmt_text(c, gmt, left + wide / 2, below + tall + 0.95, "14p,Helvetica-Bold", 0, "BC", text));
  if (!p->error) return CLI_DONE;
  return cli_gmt_text(c, gmt, left + wide / 2, below + tall + 0.35, "9p,Helvetica", 0, "BC",
                      "bars: sampling error (North et al. 1982), effective sample size; open circles: not separated from a neighbour");
}

static int draw(cli *c, const cli_gmt *gmt, const cli_picture *p) {
  const scree s = measure(p);
  CLI_TRY(write_points(c, gmt, p, &s));
  CLI_TRY(draw_axes(c, gmt, p, &s));
  CLI_TRY(cli_gmt_run(c, gmt, "plot %s/line -W0.5p,gray55", gmt->folder));
  CLI_TRY(cli_gmt_run(c, gmt, "plot %s/bars -W0.9p,44/90/140", gmt->folder));
  CLI_TRY(cli_gmt_run(c, gmt, "plot %s/mixed -Sc0.19c -Gwhite -W0.9p,44/90/140", gmt->folder));
  CLI_TRY(cli_gmt_run(c, gmt, "plot %s/apart -Sc0.19c -G44/90/140 -W0.9p,44/90/140", gmt->folder));
  return draw_words(c, gmt, p);
}

int cli_draw_scree(cli *c, const cli_gmt *gmt, const cli_picture *p, const char *path) {
  CLI_TRY(cli_gmt_begin(c, gmt));
  const int status = draw(c, gmt, p);
  return status == CLI_DONE ? cli_gmt_end(c, gmt, path) : status;
}
