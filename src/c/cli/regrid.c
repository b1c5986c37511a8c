/* From the file's grid, regular or not, to the regular one that is drawn: bilinear, so that colours change smoothly; beside missing values the nearest point
 * decides, so that coasts stay where they are. */
#include "cli/draw.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Neighbours of a place on an axis, and the second one's share. */
typedef struct place {
  int64_t low, high;
  double share;
} place;

static double axis_at(const cli_picture_axis *axis, bool down, int64_t i) {
  return axis->value[down ? axis->n - 1 - i : i];
}

static place locate(const cli_picture_axis *axis, double at, bool periodic) {
  const int64_t n = axis->n;
  const bool down = n > 1 && axis->value[1] < axis->value[0];
  const double first = axis_at(axis, down, 0), last = axis_at(axis, down, n - 1);
  if (periodic) {
    while (at < first) at += 360;
    while (at >= first + 360) at -= 360;
  }
  place p = {0, 0, 0};
  if (at >= last) {
    const double gap = first + 360 - last;
    p = periodic && gap > 1e-9 ? (place){n - 1, 0, (at - last) / gap} : (place){n - 1, n - 1, 0};
  } else if (at > first) {
    int64_t low = 0, high = n - 1;
    while (high - low > 1) {
      const int64_t middle = (low + high) / 2;
      if (axis_at(axis, down, middle) <= at)
        low = middle;
      else
        high = middle;
    }
    p = (place){low, high, (at - axis_at(axis, down, low)) / (axis_at(axis, down, high) - axis_at(axis, down, low))};
  }
  if (down) p.low = n - 1 - p.low, p.high = n - 1 - p.high;
  return p;
}

static double value_at(const cli_picture *p, const place *x, const place *y) {
  const double *low = p->values + y->low * p->x.n, *high = p->values + y->high * p->x.n;
  const double corner[4] = {low[x->low], low[x->high], high[x->low], high[x->high]};
  const double sum = (1 - y->share) * ((1 - x->share) * corner[0] + x->share * corner[1]) + y->share * ((1 - x->share) * corner[2] + x->share * corner[3]);
  if (!isnan(sum)) return sum;
  return corner[(x->share >= 0.5) + 2 * (y->share >= 0.5)];
}

int cli_regrid(cli *c, const cli_gmt *gmt, const cli_picture *p, const cli_frame *f) {
  FILE *file = cli_gmt_file(c, gmt, "field", "w");
  if (!file) return CLI_FAILED;
  place *columns = cli_allocate((size_t)f->nx, sizeof *columns);
  float *row = cli_allocate((size_t)f->nx, sizeof *row);
  for (int64_t i = 0; i < f->nx; i++) columns[i] = locate(&p->x, f->west + (f->east - f->west) * (double)i / (double)(f->nx - 1), f->periodic);
  for (int64_t j = 0; j < f->ny; j++) {
    const place y = locate(&p->y, f->north - (f->north - f->south) * (double)j / (double)(f->ny - 1), false);
    for (int64_t i = 0; i < f->nx; i++) row[i] = (float)value_at(p, &columns[i], &y);
    fwrite(row, sizeof *row, (size_t)f->nx, file);
  }
  free(row);
  free(columns);
  return cli_gmt_file_close(c, file);
}

static int by_size(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

double cli_round_step(double rough) {
  static const double round[] = {1, 2, 2.5, 5, 10};
  const double power = pow(10, floor(log10(rough)));
  for (int i = 0; i < 5; i++)
    if (round[i] * power >= rough * (1 - 1e-12)) return round[i] * power;
  return 10 * power;
}

double cli_colour_limit(const cli_picture *p, double *step) {
  const int64_t all = p->x.n * p->y.n;
  double *size = cli_allocate((size_t)all, sizeof *size);
  int64_t n = 0;
  for (int64_t i = 0; i < all; i++)
    if (isfinite(p->values[i])) size[n++] = fabs(p->values[i]);
  qsort(size, (size_t)n, sizeof *size, by_size);
  const double typical = n ? size[(int64_t)(0.985 * (double)(n - 1))] : 0, most = n ? size[n - 1] : 0;
  free(size);
  const double wanted = typical > 0 ? fmin(most, 1.1 * typical) : most;
  *step = wanted > 0 ? cli_round_step(wanted / 8) : 1;
  return wanted > 0 ? ceil(wanted / *step - 1e-9) * *step : 0;
}
