/* Which part of the world, and how it is projected. */
#include "cli/draw.h"
#include <math.h>
#include <string.h>

/* Lowest and highest edge of an axis: half a cell beyond its first and last value. */
static void edges(const cli_picture_axis *axis, double *low, double *high) {
  const double *v = axis->value;
  const int64_t n = axis->n;
  const double first = n > 1 ? v[0] - (v[1] - v[0]) / 2 : v[0] - 0.5, last = n > 1 ? v[n - 1] + (v[n - 1] - v[n - 2]) / 2 : v[0] + 0.5;
  *low = fmin(first, last);
  *high = fmax(first, last);
}

static void set_grid(cli_frame *f) {
  enum { FINE = 901 };
  const double ratio = f->height / f->width;
  f->nx = FINE;
  f->ny = f->globe ? FINE / 2 + 1 : (int64_t)fmax(51, fmin(FINE, FINE * ratio));
}

/* Width and height that GMT gives the projection. */
static int measure(cli *c, const cli_gmt *gmt, cli_frame *f) {
  char path[CLI_PATH];
  CLI_TRY(cli_gmt_run(c, gmt, "mapproject -R%.10g/%.10g/%.10g/%.10g %s -W", f->west, f->east, f->south, f->north, f->projection));
  snprintf(path, sizeof path, "%s/out", gmt->folder);
  FILE *file = fopen(path, "r");
  const bool good = file && fscanf(file, "%lf %lf", &f->width, &f->height) == 2 && f->width > 0 && f->height > 0;
  if (file) fclose(file);
  return good ? CLI_DONE : cli_fail(c, CLI_FAILED, "no picture: gmt mapproject gave no size of the map");
}

/* Plain axes, with the coordinate's step where it is known. */
static void plain(const cli_picture *p, double most_width, double most_height, cli_frame *f) {
  const double ratio = (double)p->y.n / (double)p->x.n;
  f->width = most_width;
  f->height = fmin(most_height, fmax(5, most_width * ratio));
  if (ratio > 1) f->width = fmax(6, f->height / ratio);
  snprintf(f->projection, sizeof f->projection, "-JX%.6gc/%.6gc", f->width, f->height);
  strcpy(f->axes, "-Bxaf -Byaf -BWSne");
}

static void choose_projection(double most_width, double most_height, cli_frame *f) {
  const double middle = (f->west + f->east) / 2, latitude = (f->south + f->north) / 2, width = f->east - f->west, height = f->north - f->south;
  const double cosine = cos(latitude * acos(-1.0) / 180);
  strcpy(f->axes, "-Bxafg -Byafg -BWSne");
  if (f->globe) {
    f->south = -90;
    f->north = 90;
    snprintf(f->projection, sizeof f->projection, "-JN%.10g/%.6gc", middle, most_width);
    strcpy(f->axes, "-Bxa60g30 -Bya30g30 -BWSne");
  } else if ((f->north >= 85 && f->south >= 0) || (f->south <= -85 && f->north <= 0)) {
    snprintf(f->projection, sizeof f->projection, "-JS%.10g/%d/%.6gc", middle, f->north >= 85 ? 90 : -90,
             fmin(most_width, most_height * (f->periodic ? 1 : 1.4)));
    strcpy(f->axes, f->periodic ? "-Bxa30g30 -Byg15 -B" : "-Bxa20g20 -Bya15g15 -BWSne");
  } else {
    const double tall = most_width * height / (width * cosine);
    if (tall < 4.5)
      snprintf(f->projection, sizeof f->projection, "-JX%.6gcd/%.6gcd", most_width, 4.5);
    else
      snprintf(f->projection, sizeof f->projection, "-JQ%.10g/%.6g/%.6gc", middle, latitude, tall > most_height ? most_width * most_height / tall : most_width);
  }
}

int cli_frame_make(cli *c, const cli_gmt *gmt, const cli_picture *p, double most_width, double most_height, cli_frame *f) {
  *f = (cli_frame){0};
  edges(&p->x, &f->west, &f->east);
  edges(&p->y, &f->south, &f->north);
  if (!p->map) {
    plain(p, most_width, most_height, f);
    set_grid(f);
    return CLI_DONE;
  }
  f->south = fmax(f->south, -90);
  f->north = fmin(f->north, 90);
  f->periodic = f->east - f->west >= 359;
  if (f->periodic) f->east = f->west + 360;
  f->globe = f->periodic && f->north - f->south >= 140;
  choose_projection(most_width, most_height, f);
  CLI_TRY(measure(c, gmt, f));
  set_grid(f);
  return CLI_DONE;
}
