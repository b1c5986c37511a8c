/* Compares result files of `hearth pca`.
 *   check_eof reference RESULT.nc CASE REFERENCE.h5   against stored answers
 *   check_eof same A.nc B.nc TOLERANCE                two results with each other, relative to each variable's largest value
 *   check_eof scores A.nc B.nc TOLERANCE              the same without the EOFs
 *   check_eof variable A.nc NAME B.nc NAME TOLERANCE  one variable of two files, whatever its name
 *   check_eof ratio A.nc B.nc VARIABLE RATIO          the variable's values divided by each other
 *   check_eof rotation RESULT.nc TOLERANCE            rotated modes make the same field as the others, of the same variance
 *   check_eof missing RESULT.nc VARIABLE               prints how many values are missing */
#include <hearth/hearth.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RANK = HEARTH_MAX_NDIM };

static hearth_context *ctx;

static void quit(const char *what, const char *name) {
  char message[1024];
  int32_t status, rank;
  hearth_last_error(ctx, &status, &rank, message, sizeof message);
  printf("%s '%s': %s\n", what, name, message);
  exit(1);
}

/* A variable's values as float64. */
typedef struct numbers {
  int32_t ndim;
  int64_t shape[RANK], n;
  double *value;
} numbers;

static numbers load(hearth_file *file, const char *name) {
  hearth_variable *variable = NULL;
  hearth_layout *layout = NULL;
  hearth_array *array = NULL;
  hearth_window window;
  numbers a = {.n = 1};
  const int64_t start[RANK] = {0};
  if (hearth_variable_open(file, name, &variable) != HEARTH_OK || hearth_variable_ndim(variable, &a.ndim) != HEARTH_OK) quit("open", name);
  if (hearth_variable_shape(variable, a.ndim, a.shape) != HEARTH_OK) quit("shape", name);
  for (int32_t d = 0; d < a.ndim; d++) a.n *= a.shape[d];
  a.value = malloc((size_t)(a.n ? a.n : 1) * sizeof *a.value);
  if (hearth_layout_split(ctx, a.ndim, a.shape, -1, &layout) != HEARTH_OK || hearth_array_create(layout, HEARTH_FLOAT64, HEARTH_ROW_MAJOR, &array) != HEARTH_OK)
    quit("allocate", name);
  if (hearth_variable_read(variable, start, a.ndim, array) != HEARTH_OK || hearth_array_access(array, 0, HEARTH_READ, &window) != HEARTH_OK) quit("read", name);
  memcpy(a.value, window.base, (size_t)a.n * sizeof *a.value);
  hearth_array_release(array, 0);
  hearth_array_destroy(&array);
  hearth_layout_destroy(&layout);
  hearth_variable_destroy(&variable);
  return a;
}

static double largest(const double *value, int64_t n) {
  double most = 0;
  for (int64_t i = 0; i < n; i++)
    if (isfinite(value[i])) most = fmax(most, fabs(value[i]));
  return most;
}

static int expect(bool good, const char *what, int mode, double seen, double allowed) {
  if (good) return 0;
  printf("%s %d: difference %g, allowed %g\n", what, mode, seen, allowed);
  return 1;
}

/* The stored answers of one case. */
typedef struct answers {
  numbers eigenvalues, fraction, eofs, pcs, keep, weight, relgap, mean;
} answers;

static numbers load_answer(hearth_file *file, const char *name, const char *what) {
  char path[256];
  snprintf(path, sizeof path, "eof/%s/%s", name, what);
  return load(file, path);
}

/* EOF and scores of mode k; points that were not kept must be missing. */
static int compare_mode(const answers *a, const numbers *eof, const numbers *pc, int64_t k) {
  const int64_t points = a->keep.n, modes = a->eigenvalues.n, space = eof->n / eof->shape[0];
  const double *stored = a->eofs.value + k * points, *found = eof->value + k * space;
  double weighted = 0, physical = 0, scale = 0, scores = 0, most = 0;
  int64_t present = 0;
  for (int64_t i = 0; i < space; i++) present += !isnan(found[i]);
  for (int64_t i = 0; i < points; i++) {
    const double w = a->weight.value[i], x = found[(int64_t)a->keep.value[i]];
    const double error = fabs(w * x - stored[i]);
    weighted = error >= weighted || isnan(error) ? error : weighted;
    if (w < 1e-3) continue; /* the poles, where the stored vectors have no digits left */
    scale = fmax(scale, fabs(stored[i] / w));
    physical = fmax(physical, fabs(x - stored[i] / w));
  }
  for (int64_t t = 0; t < pc->shape[0]; t++) {
    const double error = fabs(pc->value[t * modes + k] - a->pcs.value[t * modes + k]);
    scores = error >= scores || isnan(error) ? error : scores;
    most = fmax(most, fabs(a->pcs.value[t * modes + k]));
  }
  return expect(weighted <= 1e-8, "weighted EOF", (int)k + 1, weighted, 1e-8) + expect(physical <= 1e-8 * scale, "EOF", (int)k + 1, physical / scale, 1e-8) +
         expect(scores <= 1e-8 * most, "PC", (int)k + 1, scores / most, 1e-8) +
         expect(present == points, "points present", (int)k + 1, (double)present, (double)points);
}

static int compare_reference(const char *result, const char *name, const char *reference) {
  hearth_file *file = NULL, *stored = NULL;
  if (hearth_file_open(ctx, result, &file) != HEARTH_OK) quit("open", result);
  if (hearth_file_open(ctx, reference, &stored) != HEARTH_OK) quit("open", reference);
  const answers a = {load_answer(stored, name, "eigenvalues"), load_answer(stored, name, "fraction"), load_answer(stored, name, "eofs"),
                     load_answer(stored, name, "pcs"),         load_answer(stored, name, "keep"),     load_answer(stored, name, "sqrt_weight"),
                     load_answer(stored, name, "relgap"),      load_answer(stored, name, "mean")};
  const numbers eigenvalue = load(file, "eigenvalue"), ratio = load(file, "explained_variance_ratio"), eof = load(file, "eof"), pc = load(file, "pc"),
                mode = load(file, "mode"), mean = load(file, "mean");
  const int64_t modes = a.eigenvalues.n;
  if (eigenvalue.n != modes || eof.shape[0] != modes || pc.shape[1] != modes || pc.shape[0] != a.pcs.shape[0]) {
    printf("shapes differ: %lld modes, %lld expected\n", (long long)eigenvalue.n, (long long)modes);
    return 1;
  }
  int bad = 0, compared = 0;
  double worst = 0, shift = 0;
  for (int64_t k = 0; k < modes; k++) {
    const double value = fabs(eigenvalue.value[k] - a.eigenvalues.value[k]) / a.eigenvalues.value[0], share = fabs(ratio.value[k] - a.fraction.value[k]);
    worst = fmax(worst, fmax(value, share));
    bad += expect(value <= 1e-10, "eigenvalue", (int)k + 1, value, 1e-10) + expect(share <= 1e-10, "explained variance", (int)k + 1, share, 1e-10) +
           expect(mode.value[k] == (double)(k + 1), "mode", (int)k + 1, mode.value[k], (double)(k + 1));
    if (a.relgap.value[k] <= 1e-3) continue;
    bad += compare_mode(&a, &eof, &pc, k);
    compared++;
  }
  const double level = largest(a.mean.value, a.mean.n); /* of anomalies it is 0 */
  for (int64_t i = 0; i < a.keep.n; i++) shift = fmax(shift, fabs(mean.value[(int64_t)a.keep.value[i]] - a.mean.value[i]));
  if (level > 1e-6) bad += expect(shift <= 1e-10 * level, "mean", 0, shift / level, 1e-10);
  bad += expect(compared > 0, "modes compared", compared, 0, 1);
  printf("eigenvalues to %.1e, %d EOFs compared\n", worst, compared);
  hearth_file_destroy(&file);
  hearth_file_destroy(&stored);
  return bad;
}

/* One result variable of two files. */
static int compare_same(hearth_file *a, const char *name, hearth_file *b, const char *other, double tolerance) {
  const numbers x = load(a, name), y = load(b, other);
  const double scale = largest(x.value, x.n);
  double worst = 0;
  int64_t missing = 0;
  if (x.n != y.n) {
    printf("%s: %lld and %lld values\n", name, (long long)x.n, (long long)y.n);
    return 1;
  }
  for (int64_t i = 0; i < x.n; i++) {
    if (isnan(x.value[i]) != isnan(y.value[i])) missing++;
    if (!isnan(x.value[i]) && !isnan(y.value[i])) worst = fmax(worst, fabs(x.value[i] - y.value[i]));
  }
  if (missing || worst > tolerance * scale) printf("%s: largest difference %g of %g, %lld missing in one of them\n", name, worst, scale, (long long)missing);
  free(x.value);
  free(y.value);
  return missing > 0 || worst > tolerance * scale;
}

static int compare_files(const char *first, const char *second, double tolerance, int skipped) {
  static const char *const names[] = {"eof", "pc", "eigenvalue", "explained_variance_ratio"};
  hearth_file *a = NULL, *b = NULL;
  int bad = 0;
  if (hearth_file_open(ctx, first, &a) != HEARTH_OK) quit("open", first);
  if (hearth_file_open(ctx, second, &b) != HEARTH_OK) quit("open", second);
  for (int i = skipped; i < 4; i++) bad += compare_same(a, names[i], b, names[i], tolerance);
  hearth_file_destroy(&a);
  hearth_file_destroy(&b);
  return bad;
}

static int compare_variables(const char *first, const char *name, const char *second, const char *other, double tolerance) {
  hearth_file *a = NULL, *b = NULL;
  if (hearth_file_open(ctx, first, &a) != HEARTH_OK) quit("open", first);
  if (hearth_file_open(ctx, second, &b) != HEARTH_OK) quit("open", second);
  const int bad = compare_same(a, name, b, other, tolerance);
  hearth_file_destroy(&a);
  hearth_file_destroy(&b);
  return bad;
}

/* first / second of every value of a variable. */
static int compare_ratio(const char *first, const char *second, const char *name, double ratio) {
  hearth_file *a = NULL, *b = NULL;
  int bad = 0;
  if (hearth_file_open(ctx, first, &a) != HEARTH_OK) quit("open", first);
  if (hearth_file_open(ctx, second, &b) != HEARTH_OK) quit("open", second);
  const numbers x = load(a, name), y = load(b, name);
  for (int64_t i = 0; i < x.n; i++) bad += expect(fabs(x.value[i] / y.value[i] / ratio - 1) < 1e-12, name, (int)i + 1, x.value[i] / y.value[i], ratio);
  hearth_file_destroy(&a);
  hearth_file_destroy(&b);
  return bad;
}

/* Largest value of sum_k pc_k(t) e_k(i) minus the same of the rotated modes, relative to the largest sum; and the eigenvalues' sums. */
static int compare_rotation(const char *path, double tolerance) {
  hearth_file *file = NULL;
  if (hearth_file_open(ctx, path, &file) != HEARTH_OK) quit("open", path);
  const numbers e[2] = {load(file, "eof"), load(file, "rotated_eof")}, pc[2] = {load(file, "pc"), load(file, "rotated_pc")},
                lambda[2] = {load(file, "eigenvalue"), load(file, "rotated_eigenvalue")};
  const int64_t modes = lambda[0].n, space = e[0].n / modes;
  double worst = 0, scale = 0, apart = 0, total[2] = {0};
  for (int64_t t = 0; t < pc[0].shape[0]; t++)
    for (int64_t i = 0; i < space; i++) {
      double sum[2] = {0};
      for (int side = 0; side < 2; side++)
        for (int64_t k = 0; k < modes; k++) sum[side] += pc[side].value[t * modes + k] * e[side].value[k * space + i];
      if (isnan(sum[0]) && isnan(sum[1])) continue;
      const double error = fabs(sum[0] - sum[1]);
      worst = error >= worst || isnan(error) ? error : worst;
      scale = fmax(scale, fabs(sum[0]));
    }
  for (int64_t i = 0; i < e[0].n; i++)
    if (!isnan(e[0].value[i])) apart = fmax(apart, fabs(e[0].value[i] - e[1].value[i]));
  for (int side = 0; side < 2; side++)
    for (int64_t k = 0; k < modes; k++) total[side] += lambda[side].value[k];
  hearth_file_destroy(&file);
  return expect(worst <= tolerance * scale, "field", 0, worst / scale, tolerance) +
         expect(apart > 0.01 * largest(e[0].value, e[0].n), "turned", 0, apart, 0.01) +
         expect(fabs(total[1] / total[0] - 1) < tolerance, "sum of eigenvalues", 0, total[1] / total[0] - 1, tolerance);
}

static int print_missing(const char *path, const char *name) {
  hearth_file *file = NULL;
  int64_t missing = 0;
  if (hearth_file_open(ctx, path, &file) != HEARTH_OK) quit("open", path);
  const numbers a = load(file, name);
  for (int64_t i = 0; i < a.n; i++) missing += isnan(a.value[i]);
  printf("%lld of %lld\n", (long long)missing, (long long)a.n);
  free(a.value);
  hearth_file_destroy(&file);
  return 0;
}

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  int bad = 1;
  if (hearth_context_create(MPI_COMM_WORLD, NULL, &ctx) != HEARTH_OK) quit("context", "");
  if (argc == 5 && strcmp(argv[1], "reference") == 0)
    bad = compare_reference(argv[2], argv[3], argv[4]);
  else if (argc == 5 && strcmp(argv[1], "same") == 0)
    bad = compare_files(argv[2], argv[3], atof(argv[4]), 0);
  else if (argc == 5 && strcmp(argv[1], "scores") == 0)
    bad = compare_files(argv[2], argv[3], atof(argv[4]), 1);
  else if (argc == 7 && strcmp(argv[1], "variable") == 0)
    bad = compare_variables(argv[2], argv[3], argv[4], argv[5], atof(argv[6]));
  else if (argc == 6 && strcmp(argv[1], "ratio") == 0)
    bad = compare_ratio(argv[2], argv[3], argv[4], atof(argv[5]));
  else if (argc == 4 && strcmp(argv[1], "rotation") == 0)
    bad = compare_rotation(argv[2], atof(argv[3]));
  else if (argc == 4 && strcmp(argv[1], "missing") == 0)
    bad = print_missing(argv[2], argv[3]);
  else
    printf("usage: check_eof reference|same|scores|variable|ratio|rotation|missing ...\n");
  hearth_context_destroy(&ctx);
  MPI_Finalize();
  return bad != 0;
}
