/* The picture of one mode: its map, as the change of the field per standard deviation of its scores, and the scores below. */
#include "cli/draw.h"
#include <math.h>
#include <string.h>

/* Centimetres on the page, from below: scores, caption, colour bar, map, title. */
static const double left = 3, below = 3, wide = 17, tall = 11.5, scores_height = 2.8;

static bool has_missing(const cli_picture *p) {
  for (int64_t i = 0; i < p->x.n * p->y.n; i++)
    if (isnan(p->values[i])) return true;
  return false;
}

/* Field, coasts, frame. Coastlines are data that may not be installed: a map without them is still a map. */
static int draw_field(cli *c, const cli_gmt *gmt, const cli_picture *p, const cli_frame *f, double limit, double step, double x, double y) {
  const char *folder = gmt->folder, *detail = f->east - f->west > 60 ? "l" : "h+f";
  char place[CLI_NAME];
  snprintf(place, sizeof place, "-R%.10g/%.10g/%.10g/%.10g %s -Xf%gc -Yf%gc", f->west, f->east, f->south, f->north, f->projection, x, y);
  CLI_TRY(cli_regrid(c, gmt, p, f));
  CLI_TRY(cli_gmt_run(c, gmt, "xyz2grd %s/field -ZTLf -R%.10g/%.10g/%.10g/%.10g -I%lld+n/%lld+n -G%s/field.grd%s", folder, f->west, f->east, f->south, f->north,
                      (long long)f->nx, (long long)f->ny, folder, p->map ? " -fg" : " -fc"));
  CLI_TRY(cli_gmt_run(c, gmt, "makecpt -Cvik -T-%.10g/%.10g/%.10g -D", limit, limit, step));
  if (p->coasts && has_missing(p)) cli_gmt_try(gmt, "coast %s -G232 -A2000 -D%s", place, detail);
  CLI_TRY(cli_gmt_run(c, gmt, "grdimage %s/field.grd %s -C -Q", folder, place));
  if (p->coasts && cli_gmt_try(gmt, "coast %s -W0.5p,gray15 -A2000 -D%s %s", place, detail, f->axes)) return CLI_DONE;
  return cli_gmt_run(c, gmt, "basemap %s %s", place, f->axes);
}

static int draw_bar(cli *c, const cli_gmt *gmt, double middle, double y, double step) {
  const double length = 11;
  return cli_gmt_run(c, gmt, "colorbar -R0/60/0/60 -Jx1c -Xf0c -Yf0c -C -Dx%.6gc/%.6gc+w%.6gc/0.32c+h+jBC+e -Bxa%.10gf%.10g", middle, y, length, 2 * step,
                     step);
}

/* Values along a line, for a field of one dimension. */
static int draw_line(cli *c, const cli_gmt *gmt, const cli_picture *p, double limit, double x, double y, double height) {
  const double low = fmin(p->x.value[0], p->x.value[p->x.n - 1]), high = fmax(p->x.value[0], p->x.value[p->x.n - 1]);
  FILE *file = cli_gmt_file(c, gmt, "line", "w");
  if (!file) return CLI_FAILED;
  for (int64_t i = 0; i < p->x.n; i++) fprintf(file, "%.10g %.10g\n", p->x.value[i], p->values[i]);
  CLI_TRY(cli_gmt_file_close(c, file));
  CLI_TRY(cli_gmt_run(c, gmt, "basemap -R%.10g/%.10g/-%.10g/%.10g -JX%gc/%gc -Xf%gc -Yf%gc -Bxaf -Byafg%.10g -BWSne", low, high, 1.1 * limit, 1.1 * limit, wide,
                      height, x, y, 4 * limit));
  return cli_gmt_run(c, gmt, "plot %s/line -W1p,44/90/140", gmt->folder);
}

static void write_title(const cli_picture *p, int32_t mode, char *title, size_t capacity) {
  snprintf(title, capacity, "%s %d%s%s (%.1f %%)%s%s", p->rotated ? "Rotated EOF" : "EOF", mode + 1, p->field[0] ? " of " : "", p->field, 100 * p->ratio[mode],
           p->note[0] ? ", " : "", p->note);
}

static void axis_label(const cli_picture_axis *axis, char *text, size_t capacity) {
  const bool units = axis->units[0] && strcmp(axis->units, "1") != 0;
  snprintf(text, capacity, "%s%s%s%s", axis->name, units ? " (" : "", units ? axis->units : "", units ? ")" : "");
}

/* Names of axes that are no longitude and latitude. */
static int label_axes(cli *c, const cli_gmt *gmt, const cli_picture *p, double x, double y, double width) {
  char text[2 * CLI_NAME + 4];
  if (p->map) return CLI_DONE;
  axis_label(&p->x, text, sizeof text);
  CLI_TRY(cli_gmt_text(c, gmt, x + width / 2, y - 0.95, "9p,Helvetica", 0, "MC", text));
  if (p->ydim < 0) return CLI_DONE;
  axis_label(&p->y, text, sizeof text);
  return cli_gmt_text(c, gmt, x - 0.9, y + 0.2, "9p,Helvetica", 90, "BL", text);
}

static int draw(cli *c, const cli_gmt *gmt, const cli_picture *p, int32_t mode) {
  char text[3 * CLI_NAME];
  cli_frame f = {.width = wide, .height = 6};
  double step = 1;
  const double limit = cli_colour_limit(p, &step), middle = left + wide / 2;
  const bool scores = p->samples >= 2, map = p->ydim >= 0;
  if (limit == 0) return cli_fail(c, CLI_FAILED, "EOF %d of '%s' is 0 everywhere: there is nothing to draw", mode + 1, p->field);
  if (map) CLI_TRY(cli_frame_make(c, gmt, p, wide, tall, &f));
  const double caption = below + (scores ? scores_height + 1.35 : 0), bar = caption + 0.95, y = bar + (map ? 1.35 : 0.6) + (p->map ? 0 : 0.4);
  const double x = middle - f.width / 2;
  if (map)
    CLI_TRY(draw_field(c, gmt, p, &f, limit, step, x, y));
  else
    CLI_TRY(draw_line(c, gmt, p, limit, x, y, f.height));
  if (map) CLI_TRY(draw_bar(c, gmt, middle, bar, step));
  CLI_TRY(label_axes(c, gmt, p, x, y, f.width));
  snprintf(text, sizeof text, "%s%sper standard deviation of the %s", p->units, p->units[0] ? " " : "change ", p->rotated ? "score" : "principal component");
  CLI_TRY(cli_gmt_text(c, gmt, middle, caption, "9.5p,Helvetica", 0, "MC", text));
  write_title(p, mode, text, sizeof text);
  const double title = y + f.height + (map && p->map && f.periodic && !f.globe && f.height > 8 ? 0.9 : 0.45);
  CLI_TRY(cli_gmt_text(c, gmt, middle, title, "14p,Helvetica-Bold", 0, "BC", text));
  if (!scores) return CLI_DONE;
  CLI_TRY(cli_draw_scores(c, gmt, p, mode, left, below, wide, scores_height, true));
  snprintf(text, sizeof text, "%s %d, in standard deviations", p->rotated ? "Score of rotated mode" : "Principal component", mode + 1);
  return cli_gmt_text(c, gmt, left, below + scores_height + 0.2, "10p,Helvetica-Bold", 0, "BL", text);
}

int cli_draw_eof(cli *c, const cli_gmt *gmt, const cli_picture *p, int32_t mode, const char *path) {
  CLI_TRY(cli_gmt_begin(c, gmt));
  const int status = draw(c, gmt, p, mode);
  if (status == CLI_DONE) return cli_gmt_end(c, gmt, path);
  cli_gmt_run(c, gmt, "clear sessions");
  return status;
}
