/* Writes the input files of the command's tests into the working folder, by the NetCDF library itself.
 * good.nc, good4.nc   a field with a few distinct modes, in several disguises, and variables that no field can be made of
 * part1.nc, part2.nc  the field's samples in two files
 * one.nc, none.nc     one sample, no sample
 * tall.nc, wide.nc    more samples than points and fewer, monthly, with the anomalies beside
 * late.nc             as wide.nc, some days later
 * moved.nc, celsius.nc  the field elsewhere, and in other units
 * curved.nc           the field on a grid whose latitudes and longitudes are two-dimensional variables
 * cut.nc, cut4.nc     good.nc and good4.nc, cut off in the middle */
#include <math.h>
#include <netcdf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TIMES = 12, LATS = 6, LONS = 8, POINTS = LATS * LONS, FIRST = 5, NAMED = 3 };
#define FILL (-999.0)

static void check(int code, const char *what) {
  if (code == NC_NOERR) return;
  fprintf(stderr, "%s: %s\n", what, nc_strerror(code));
  exit(1);
}
#define TRY(call) check((call), #call)

static double latitude(int j) {
  return -50 + 20.0 * j;
}

/* Four waves of different size and period, and something irregular. */
static double field(int t, int j, int i) {
  const double y = j / (LATS - 1.0), x = i / (double)LONS, turn = 2 * acos(-1.0);
  return 10 + 4 * sin(turn * x) * cos(0.9 * t) + 2 * cos(3 * y + 1) * sin(0.5 * t + 0.3) + 1.1 * cos(2 * turn * x + y) * cos(0.23 * t) +
         0.5 * sin(turn * (x + y)) * (t % 3) + 0.1 * sin(12.9898 * t + 78.233 * j + 37.719 * i);
}

static double factor(int j, int i) {
  return 1 + 0.1 * j + 0.3 * i;
}

static void text(int file, int variable, const char *name, const char *value) {
  TRY(nc_put_att_text(file, variable, name, strlen(value), value));
}

static int variable(int file, const char *name, nc_type type, int ndims, const int *dims, const char *units) {
  int id;
  TRY(nc_def_var(file, name, type, ndims, dims, &id));
  if (units) text(file, id, "units", units);
  return id;
}

/* Dimensions time (unlimited), lat, lon and their coordinates. */
static void coordinates(int file, int *dims) {
  TRY(nc_def_dim(file, "time", NC_UNLIMITED, &dims[0]));
  TRY(nc_def_dim(file, "lat", LATS, &dims[1]));
  TRY(nc_def_dim(file, "lon", LONS, &dims[2]));
  const int time = variable(file, "time", NC_DOUBLE, 1, &dims[0], "days since 2000-01-01");
  text(file, time, "calendar", "noleap");
  variable(file, "lat", NC_DOUBLE, 1, &dims[1], "degrees_north");
  variable(file, "lon", NC_DOUBLE, 1, &dims[2], "degrees_east");
}

static int id_of(int file, const char *name) {
  int id;
  TRY(nc_inq_varid(file, name, &id));
  return id;
}

static void put_coordinates(int file, int from, int to) {
  const size_t start = 0, n = (size_t)(to - from);
  double time[TIMES], lat[LATS], lon[LONS];
  for (int t = from; t < to; t++) time[t - from] = 15 + 30.4 * t;
  for (int j = 0; j < LATS; j++) lat[j] = latitude(j);
  for (int i = 0; i < LONS; i++) lon[i] = 45.0 * i;
  if (n) TRY(nc_put_vara_double(file, id_of(file, "time"), &start, &n, time));
  TRY(nc_put_var_double(file, id_of(file, "lat"), lat));
  TRY(nc_put_var_double(file, id_of(file, "lon"), lon));
}

typedef double (*formula)(int t, int j, int i);

static void put_series(int file, const char *name, int from, int to, formula f) {
  const size_t start[3] = {0, 0, 0}, count[3] = {(size_t)(to - from), LATS, LONS};
  double value[TIMES * POINTS];
  int n = 0;
  for (int t = from; t < to; t++)
    for (int j = 0; j < LATS; j++)
      for (int i = 0; i < LONS; i++) value[n++] = f(t, j, i);
  if (n) TRY(nc_put_vara_double(file, id_of(file, name), start, count, value));
}

static double scaled(int t, int j, int i) {
  return field(t, j, i) * factor(j, i);
}
static double other(int t, int j, int i) {
  return cos(t + 0.3 * j) + 0.2 * i * sin(0.7 * t);
}
static int masked(int j, int i) {
  return j == 2 && (i == 3 || i == 4);
}
static double with_hole(int t, int j, int i) {
  return masked(j, i) ? FILL : field(t, j, i);
}
/* Points of the hole are there now and then. */
static double with_gap(int t, int j, int i) {
  return masked(j, i) && t % 4 != 1 ? FILL : field(t, j, i);
}
/* A fifth of the values is missing, now here, now there. */
static double with_holes(int t, int j, int i) {
  return (7 * t + 5 * j + 3 * i) % 5 == 0 ? FILL : field(t, j, i);
}
static double nothing(int t, int j, int i) {
  return (void)t, (void)j, (void)i, FILL;
}
static double constant(int t, int j, int i) {
  return (void)t, j + 0.5 * i;
}

static void put_odd_variables(int file) {
  double area[POINTS], mask[POINTS], negative[POINTS], turned[POINTS * TIMES];
  char names[TIMES * NAMED];
  for (int j = 0; j < LATS; j++)
    for (int i = 0; i < LONS; i++) {
      area[j * LONS + i] = cos(latitude(j) * acos(-1.0) / 180);
      negative[j * LONS + i] = j - 1.5;
      mask[j * LONS + i] = !masked(j, i);
      for (int t = 0; t < TIMES; t++) turned[(j * LONS + i) * TIMES + t] = field(t, j, i);
    }
  memset(names, 'x', sizeof names);
  TRY(nc_put_var_double(file, id_of(file, "area"), area));
  TRY(nc_put_var_double(file, id_of(file, "negative"), negative));
  TRY(nc_put_var_double(file, id_of(file, "mask"), mask));
  TRY(nc_put_var_double(file, id_of(file, "turned"), turned));
  const size_t start[2] = {0, 0}, count[2] = {TIMES, NAMED};
  TRY(nc_put_vara_text(file, id_of(file, "names"), start, count, names));
  double line[TIMES];
  for (int t = 0; t < TIMES; t++) line[t] = t * t;
  TRY(nc_put_vara_double(file, id_of(file, "line"), start, count, line));
}

static void make_good(const char *path, int mode) {
  static const struct {
    const char *name;
    formula f;
  } series[] = {{"t", field},      {"scaled", scaled},    {"u", other},      {"hole", with_hole},
                {"gap", with_gap}, {"holes", with_holes}, {"void", nothing}, {"constant", constant}};
  const double fill = FILL;
  int file, dims[3], named, samples;
  TRY(nc_create(path, mode, &file));
  coordinates(file, dims);
  TRY(nc_def_dim(file, "letters", NAMED, &named));
  TRY(nc_def_dim(file, "samples", TIMES, &samples));
  for (size_t k = 0; k < sizeof series / sizeof *series; k++) {
    const int id = variable(file, series[k].name, NC_DOUBLE, 3, dims, "K");
    TRY(nc_put_att_double(file, id, "_FillValue", NC_DOUBLE, 1, &fill));
  }
  variable(file, "area", NC_DOUBLE, 2, dims + 1, "m2");
  variable(file, "negative", NC_DOUBLE, 2, dims + 1, "m2");
  variable(file, "mask", NC_DOUBLE, 2, dims + 1, NULL);
  variable(file, "turned", NC_DOUBLE, 3, (int[]){dims[1], dims[2], samples}, "K");
  variable(file, "names", NC_CHAR, 2, (int[]){dims[0], named}, NULL);
  variable(file, "line", NC_DOUBLE, 1, dims, NULL);
  TRY(nc_enddef(file));
  put_coordinates(file, 0, TIMES);
  for (size_t k = 0; k < sizeof series / sizeof *series; k++) put_series(file, series[k].name, 0, TIMES, series[k].f);
  put_odd_variables(file);
  TRY(nc_close(file));
}

static void make_part(const char *path, int from, int to) {
  int file, dims[3];
  TRY(nc_create(path, NC_CLOBBER, &file));
  coordinates(file, dims);
  variable(file, "t", NC_DOUBLE, 3, dims, "K");
  TRY(nc_enddef(file));
  put_coordinates(file, from, to);
  put_series(file, "t", from, to, field);
  TRY(nc_close(file));
}

/* The field in other units, or with another latitude number 2. */
static void make_other(const char *path, const char *units, double shift) {
  int file, dims[3];
  double lat[LATS];
  TRY(nc_create(path, NC_CLOBBER, &file));
  coordinates(file, dims);
  variable(file, "t", NC_DOUBLE, 3, dims, units);
  TRY(nc_enddef(file));
  put_coordinates(file, 0, TIMES);
  put_series(file, "t", 0, TIMES, field);
  for (int j = 0; j < LATS; j++) lat[j] = latitude(j) + (j == 2 ? shift : 0);
  TRY(nc_put_var_double(file, id_of(file, "lat"), lat));
  TRY(nc_close(file));
}

static void make_curved(const char *path) {
  int file, dims[3];
  double lat[POINTS], lon[POINTS];
  TRY(nc_create(path, NC_CLOBBER | NC_NETCDF4, &file));
  TRY(nc_def_dim(file, "time", TIMES, &dims[0]));
  TRY(nc_def_dim(file, "y", LATS, &dims[1]));
  TRY(nc_def_dim(file, "x", LONS, &dims[2]));
  const int north = variable(file, "nav_lat", NC_DOUBLE, 2, dims + 1, "degrees_north"),
            east = variable(file, "nav_lon", NC_DOUBLE, 2, dims + 1, "degrees_east");
  variable(file, "t", NC_DOUBLE, 3, dims, "K");
  for (int k = 0; k < POINTS; k++) {
    lat[k] = latitude(k / LONS);
    lon[k] = 45.0 * (k % LONS);
  }
  TRY(nc_enddef(file));
  TRY(nc_put_var_double(file, north, lat));
  TRY(nc_put_var_double(file, east, lon));
  put_series(file, "t", 0, TIMES, field);
  TRY(nc_close(file));
}

/* `n` months from January 2000 at `points` points: x, and what is left of it without the means of the calendar months. */
static void make_months(const char *path, int n, int points, double first) {
  int file, dims[2];
  double *x = calloc((size_t)(n * points), sizeof *x), *rest = calloc((size_t)(n * points), sizeof *rest), *time = calloc((size_t)n, sizeof *time);
  for (int t = 0; t < n; t++) {
    time[t] = first + 30.4166 * t;
    for (int i = 0; i < points; i++)
      x[t * points + i] = 5 * cos(t * acos(-1.0) / 6) + (i + 1) * sin(1.7 * t) + cos(0.4 * t * (i % 4 + 1)) + 0.3 * sin(t * t + 2.0 * i);
  }
  for (int t = 0; t < n; t++)
    for (int i = 0; i < points; i++) {
      double sum = 0;
      int count = 0;
      for (int s = t % 12; s < n; s += 12, count++) sum += x[s * points + i];
      rest[t * points + i] = x[t * points + i] - sum / count;
    }
  TRY(nc_create(path, NC_CLOBBER, &file));
  TRY(nc_def_dim(file, "time", (size_t)n, &dims[0]));
  TRY(nc_def_dim(file, "x", (size_t)points, &dims[1]));
  const int axis = variable(file, "time", NC_DOUBLE, 1, dims, "days since 2000-01-01");
  text(file, axis, "calendar", "noleap");
  variable(file, "x", NC_DOUBLE, 2, dims, "K");
  variable(file, "rest", NC_DOUBLE, 2, dims, "K");
  TRY(nc_enddef(file));
  TRY(nc_put_var_double(file, axis, time));
  TRY(nc_put_var_double(file, id_of(file, "x"), x));
  TRY(nc_put_var_double(file, id_of(file, "rest"), rest));
  TRY(nc_close(file));
  free(x);
  free(rest);
  free(time);
}

/* The first half of a file. */
static void cut(const char *from, const char *to) {
  FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
  if (!in || !out || fseek(in, 0, SEEK_END)) exit(1);
  const long half = ftell(in) / 2;
  char *bytes = malloc((size_t)half);
  rewind(in);
  if (fread(bytes, 1, (size_t)half, in) != (size_t)half || fwrite(bytes, 1, (size_t)half, out) != (size_t)half) exit(1);
  free(bytes);
  fclose(in);
  if (fclose(out)) exit(1);
}

int main(void) {
  make_good("good.nc", NC_CLOBBER | NC_64BIT_OFFSET);
  make_good("good4.nc", NC_CLOBBER | NC_NETCDF4);
  make_part("part1.nc", 0, FIRST);
  make_part("part2.nc", FIRST, TIMES);
  make_curved("curved.nc");
  make_part("one.nc", 0, 1);
  make_part("none.nc", 0, 0);
  make_months("tall.nc", 60, 5, 10);
  make_months("wide.nc", 40, 70, 10);
  make_months("late.nc", 40, 70, 14);
  make_other("moved.nc", "K", 0.5);
  make_other("celsius.nc", "degC", 0);
  cut("good.nc", "cut.nc");
  cut("good4.nc", "cut4.nc");
  return 0;
}
