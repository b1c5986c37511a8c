/* NIST's univariate sets (certified mean, standard deviation, lag-1 autocorrelation), and statistics of real data that NumPy made. */
#include "array_values.h"
#include "harness.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct set {
  const char *name;
  double digits[3]; /* that mean, standard deviation and autocorrelation must have */
} set;

/* What float64 allows: it rounds the numbers themselves. Exact arithmetic on the rounded ones has 13.1 digits of Mavro's deviation, 13.4 and more of
 * Michelso's, 9.5 (12.2 of the autocorrelation) of NumAcc3's and 8.3 (11.0) of NumAcc4's. The products of Mavro are made with a rounded mean here. */
static const set sets[] = {{"Lew", {14, 13, 12}},      {"Lottery", {14, 13, 12}}, {"Mavro", {14, 12, 11.5}},
                           {"Michelso", {14, 12, 12}}, {"NumAcc1", {15, 15, 15}}, {"NumAcc2", {14, 13, 13}},
                           {"NumAcc3", {14, 9, 9}},    {"NumAcc4", {14, 8, 7}},   {"PiDigits", {14, 13, 12}}};

typedef struct certified {
  double value[3];
  double y[5000];
  int64_t n;
} certified;

static void read_certified(const char *line, certified *set) {
  static const char *const marks[2][3] = {{"ybar:", " s:", "r(1):"}, {"mean  ", "standardDeviation", "autocorrelationCoefficient"}};
  for (int style = 0; style < 2; style++)
    for (int k = 0; k < 3; k++) {
      const char *mark = strstr(line, marks[style][k]), *sign = mark ? strrchr(line, style ? '=' : ':') : NULL;
      if (mark && sign && (style == 0 || mark == line)) set->value[k] = atof(sign + 1);
    }
}

/* The data are the lines that are one number. */
static bool read_set(const char *path, certified *set) {
  char line[256], *end;
  FILE *file = fopen(path, "r");
  set->n = 0;
  while (file && fgets(line, sizeof line, file)) {
    const double y = strtod(line, &end);
    const bool number = end != line && end[strspn(end, " \t\r\n")] == '\0';
    if (number && set->n < 5000) set->y[set->n++] = y;
    if (!number) read_certified(line, set);
  }
  if (file) fclose(file);
  return set->n > 2;
}

typedef struct source {
  const certified *set;
  double mean;
  int lag; /* 0: the values; 1: products of neighbours' deviations */
} source;

static void store(char *address, int32_t dtype, int32_t ndim, const int64_t *global, void *user) {
  const source *s = user;
  const double *y = s->set->y + global[0];
  (void)dtype, (void)ndim;
  *(double *)address = s->lag ? (y[0] - s->mean) * (y[1] - s->mean) : y[0];
}

static double number(hearth_array **result) {
  hearth_window w;
  assert_ok(hearth_array_access(*result, 0, HEARTH_READ, &w));
  const double x = value_get(w.base, w.dtype);
  assert_ok(hearth_array_release(*result, 0));
  hearth_array_destroy(result);
  return x;
}

/* Block-cyclic, so that ranks' parts interleave. */
static hearth_array *series(hearth_context *ctx, int64_t n, source *s) {
  hearth_layout_builder *builder = NULL;
  hearth_layout *layout = NULL;
  hearth_array *array = NULL;
  assert_ok(hearth_layout_builder_create(ctx, 1, &n, &builder));
  assert_ok(hearth_layout_builder_block_cyclic(builder, 0, 0, 7, 0, 3));
  assert_ok(hearth_layout_builder_finish(builder, &layout));
  assert_ok(hearth_array_create(layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, &array));
  assert_all(values_visit(array, HEARTH_WRITE, store, s) == 0);
  hearth_layout_builder_destroy(&builder);
  hearth_layout_destroy(&layout);
  return array;
}

static double digits(double x, double wanted) {
  return x == wanted ? 16 : fmin(16, -log10(fabs(x - wanted) / fabs(wanted)));
}

static void check_set(hearth_context *ctx, const set *set, const certified *c) {
  hearth_reduce_options sample = HEARTH_REDUCE_OPTIONS_INIT;
  hearth_array *result = NULL;
  source s = {.set = c};
  double got[3];
  sample.ddof = 1;
  hearth_array *y = series(ctx, c->n, &s);
  assert_ok(hearth_mean(y, 0, NULL, NULL, &result));
  s.mean = got[0] = number(&result);
  assert_ok(hearth_std(y, 0, NULL, &sample, &result));
  got[1] = number(&result);
  s.lag = 1;
  hearth_array *lagged = series(ctx, c->n - 1, &s);
  assert_ok(hearth_sum(lagged, 0, NULL, NULL, &result));
  got[2] = number(&result) / (got[1] * got[1] * (double)(c->n - 1));
  for (int k = 0; k < 3; k++)
    if (digits(got[k], c->value[k]) < set->digits[k])
      fail_msg("%s: %.17g, certified %.17g: %.1f digits, not %g", set->name, got[k], c->value[k], digits(got[k], c->value[k]), set->digits[k]);
  hearth_array_destroy(&lagged);
  hearth_array_destroy(&y);
}

static void test_nist(void **state) {
  static certified c;
  (void)state;
  for (int b = HEARTH_BACKEND_CPU; b <= HEARTH_BACKEND_GUARD; b++) {
    hearth_context *ctx = test_context((hearth_backend)b);
    for (int i = 0; i < (int)(sizeof sets / sizeof *sets); i++) {
      char path[TEST_PATH], name[64];
      snprintf(name, sizeof name, "nist/%s.dat", sets[i].name);
      if (!test_data(name, path)) break;
      assert_all(read_set(path, &c));
      check_set(ctx, &sets[i], &c);
    }
    test_context_destroy(&ctx);
  }
}

/* Sea surface temperature, float32 with missing values. The numbers are NumPy's in float64, of the values that are there. */
static void test_ersst(void **state) {
  static const struct {
    const char *name;
    hearth_status (*function)(const hearth_array *, int32_t, const int32_t *, const hearth_reduce_options *, hearth_array **);
    int ddof;
    double wanted, tolerance;
  } rows[] = {{"sum", hearth_sum, 0, 19756415.898429092, 1e-13}, {"mean", hearth_mean, 0, 14.04686923975949, 1e-13},
              {"var", hearth_var, 0, 135.12003235707115, 1e-13}, {"sample var", hearth_var, 1, 135.12012842787595, 1e-13},
              {"std", hearth_std, 1, 11.624118393576175, 1e-13}, {"min", hearth_min, 0, -1.7999999523162842, 0},
              {"max", hearth_max, 0, 34.102882385253906, 0},     {"argmin", hearth_argmin, 0, 0, 0},
              {"argmax", hearth_argmax, 0, 1463426, 0}};
  char path[TEST_PATH];
  (void)state;
  if (!test_data("ersst/ersstv5_2010-2020.nc", path)) return;
  for (int axis = -1; axis <= 2; axis++) {
    hearth_context *ctx = test_context(axis == 1 ? HEARTH_BACKEND_REFERENCE : HEARTH_BACKEND_CPU);
    hearth_file *file = NULL;
    hearth_variable *variable = NULL;
    hearth_array *array = NULL, *result = NULL;
    assert_ok(hearth_file_open(ctx, path, &file));
    assert_ok(hearth_variable_open(file, "sst", &variable));
    assert_ok(hearth_variable_load(variable, axis, &array));
    for (int i = 0; i < (int)(sizeof rows / sizeof *rows); i++) {
      hearth_reduce_options options = HEARTH_REDUCE_OPTIONS_INIT;
      options.nan_policy = HEARTH_NAN_OMIT;
      options.ddof = rows[i].ddof;
      if (i < 5) options.dtype = HEARTH_FLOAT64;
      assert_ok(rows[i].function(array, 0, NULL, &options, &result));
      const double x = number(&result);
      if (!(fabs(x - rows[i].wanted) <= rows[i].tolerance * fabs(rows[i].wanted))) fail_msg("%s: %.17g, not %.17g", rows[i].name, x, rows[i].wanted);
    }
    assert_status(HEARTH_ERR_NOT_FINITE, hearth_sum(array, 0, NULL, NULL, &result));
    hearth_array_destroy(&array);
    hearth_variable_destroy(&variable);
    hearth_file_destroy(&file);
    test_context_destroy(&ctx);
  }
}

int main(int argc, char **argv) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_nist),
      cmocka_unit_test(test_ersst),
  };
  return test_main(argc, argv, tests, sizeof tests / sizeof *tests);
}
