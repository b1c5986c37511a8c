/* Scores over time: red above zero, blue below. */
#include "cli/draw.h"
#include <math.h>

static double deviation_of(const cli_picture *p, int32_t mode) {
  const double deviation = sqrt(fmax(0, p->eigenvalue[mode]));
  return deviation > 0 ? deviation : 1;
}

/* The area between the line and zero, on one side of it: crossings are points of it. */
static void write_area(FILE *file, const cli_picture *p, int32_t mode, int side, const char *colour) {
  const double deviation = deviation_of(p, mode);
  fprintf(file, "> -G%s\n%.10g 0\n", colour, p->time[0]);
  for (int64_t t = 0; t < p->samples; t++) {
    const double value = p->pc[t * p->modes + mode] / deviation;
    fprintf(file, "%.10g %.6g\n", p->time[t], value * side > 0 ? value : 0);
    if (t + 1 == p->samples) break;
    const double next = p->pc[(t + 1) * p->modes + mode] / deviation;
    if (value * next < 0) fprintf(file, "%.10g 0\n", p->time[t] + (p->time[t + 1] - p->time[t]) * value / (value - next));
  }
  fprintf(file, "%.10g 0\n", p->time[p->samples - 1]);
}

static int write_areas(cli *c, const cli_gmt *gmt, const cli_picture *p, int32_t mode) {
  FILE *file = cli_gmt_file(c, gmt, "areas", "w");
  if (!file) return CLI_FAILED;
  write_area(file, p, mode, 1, "205/110/75");
  write_area(file, p, mode, -1, "75/135/180");
  return cli_gmt_file_close(c, file);
}

/* The zero line and the series. */
static int write_lines(cli *c, const cli_gmt *gmt, const cli_picture *p, int32_t mode, double from, double to) {
  const double deviation = deviation_of(p, mode);
  FILE *file = cli_gmt_file(c, gmt, "lines", "w");
  if (!file) return CLI_FAILED;
  fprintf(file, "> zero\n%.12g 0\n%.12g 0\n> scores\n", from, to);
  for (int64_t t = 0; t < p->samples; t++) fprintf(file, "%.10g %.6g\n", p->time[t], p->pc[t * p->modes + mode] / deviation);
  return cli_gmt_file_close(c, file);
}

static double largest(const cli_picture *p, int32_t first, int32_t last) {
  double most = 0;
  for (int32_t k = first; k <= last; k++)
    for (int64_t t = 0; t < p->samples; t++) most = fmax(most, fabs(p->pc[t * p->modes + k]) / deviation_of(p, k));
  return fmax(1, ceil(2.1 * most) / 2);
}

int cli_draw_scores(cli *c, const cli_gmt *gmt, const cli_picture *p, int32_t mode, double x, double y, double width, double height, bool dates) {
  const char *folder = gmt->folder;
  const double most = largest(p, mode, mode), from = fmin(p->time[0], p->time[p->samples - 1]), to = fmax(p->time[0], p->time[p->samples - 1]);
  const double margin = 0.01 * (to - from), rough = (to - from) / 9, every = p->time_label[0] == '\0' ? fmax(1, cli_round_step(rough)) : cli_round_step(rough);
  CLI_TRY(write_areas(c, gmt, p, mode));
  CLI_TRY(write_lines(c, gmt, p, mode, from - margin, to + margin));
  CLI_TRY(cli_gmt_run(c, gmt, "basemap -R%.12g/%.12g/-%.6g/%.6g -JX%.6gc/%.6gc -Xf%.6gc -Yf%.6gc -Bxa%.10gf%.10g -Bya%gf%g -BW%sne+gwhite", from - margin,
                      to + margin, most, most, width, height, x, y, every, every == 2.5 * pow(10, round(log10(every / 2.5))) ? every / 5 : every / 2,
                      most > 3 ? 2.0 : 1.0, most > 3 ? 1.0 : 0.5, dates ? "S" : "s"));
  CLI_TRY(cli_gmt_run(c, gmt, "plot %s/areas -G75/135/180", folder));
  CLI_TRY(cli_gmt_run(c, gmt, "plot %s/lines -W0.6p,gray15", folder));
  if (!dates || !p->time_label[0]) return CLI_DONE;
  return cli_gmt_text(c, gmt, x + width / 2, y - 0.85, "9p,Helvetica", 0, "MC", p->time_label);
}

static int draw(cli *c, const cli_gmt *gmt, const cli_picture *p) {
  const double left = 3, below = 3, wide = 17, panel = 3, gap = 0.75;
  const int32_t modes = p->modes < CLI_PICTURE_MODES ? p->modes : CLI_PICTURE_MODES;
  char text[3 * CLI_NAME];
  for (int32_t k = 0; k < modes; k++) {
    const double y = below + (modes - 1 - k) * (panel + gap);
    CLI_TRY(cli_draw_scores(c, gmt, p, k, left, y, wide, panel, k == modes - 1));
    snprintf(text, sizeof text, "%s %d (%.1f %%)", p->rotated ? "Rotated mode" : "PC", k + 1, 100 * p->ratio[k]);
    CLI_TRY(cli_gmt_text(c, gmt, left, y + panel + 0.13, "10p,Helvetica-Bold", 0, "BL", text));
  }
  snprintf(text, sizeof text, "%s%s%s, in standard deviations", p->rotated ? "Scores of the rotated modes" : "Principal components", p->field[0] ? " of " : "",
           p->field);
  return cli_gmt_text(c, gmt, left + wide / 2, below + modes * (panel + gap) + 0.35, "14p,Helvetica-Bold", 0, "BC", text);
}

int cli_draw_series(cli *c, const cli_gmt *gmt, const cli_picture *p, const char *path) {
  CLI_TRY(cli_gmt_begin(c, gmt));
  const int status = draw(c, gmt, p);
  return status == CLI_DONE ? cli_gmt_end(c, gmt, path) : status;
}
