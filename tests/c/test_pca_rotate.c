/* Rotations against an independent implementation (Kaiser's plane rotations on the oracle's loadings, promax by plain elimination), and their properties. */
#include "pca_case.h"
#include <hearth/pca_diagnostics.h>

enum { MODES = 4, A = 6, B = 4, POINTS = A * B, N = 11 };
static const hearth_backend backends[] = {TEST_BACKENDS};
static const int kinds[] = {TABLE_REPLICATED, TABLE_SPLIT_FIRST, TABLE_CYCLIC_2, TABLE_GRID_CUTS, TABLE_BOXES, TABLE_INDEX};
enum { BACKENDS = sizeof backends / sizeof *backends, KINDS = sizeof kinds / sizeof *kinds };

typedef struct rotated {
  double loading[POINTS][MODES], score[N][MODES]; /* scores of unit variance */
} rotated;

static double criterion(const rotated *r, double points) {
  double sum = 0;
  for (int k = 0; k < MODES; k++) {
    double fourth = 0, second = 0;
    for (int i = 0; i < POINTS; i++) {
      const double square = r->loading[i][k] * r->loading[i][k];
      second += square / points;
      fourth += square * square / points;
    }
    sum += fourth - second * second;
  }
  return sum;
}

static double turn_pair(rotated *r, int j, int k, double points) {
  double a = 0, b = 0, c = 0, d = 0;
  for (int i = 0; i < POINTS; i++) {
    const double x = r->loading[i][j], y = r->loading[i][k], u = x * x - y * y, v = 2 * x * y;
    a += u;
    b += v;
    c += u * u - v * v;
    d += 2 * u * v;
  }
  const double angle = atan2(d - 2 * a * b / points, c - (a * a - b * b) / points) / 4, cosine = cos(angle), sine = sin(angle);
  for (int i = 0; i < POINTS + N; i++) {
    double *row = i < POINTS ? r->loading[i] : r->score[i - POINTS];
    const double x = row[j], y = row[k];
    row[j] = cosine * x + sine * y;
    row[k] = cosine * y - sine * x;
  }
  return fabs(angle);
}

static void plain_varimax(rotated *r, const oracle *o, int kaiser) {
  double length[POINTS], points = 0;
  for (int i = 0; i < POINTS; i++) {
    double square = 0;
    points += o->w[i] > 0;
    for (int k = 0; k < MODES; k++) {
      r->loading[i][k] = o->v[k * o->p + i] * sqrt(o->lambda[k]);
      square += r->loading[i][k] * r->loading[i][k];
    }
    length[i] = kaiser && square > 0 ? sqrt(square) : 1;
    for (int k = 0; k < MODES; k++) r->loading[i][k] /= length[i];
  }
  for (int t = 0; t < N; t++)
    for (int k = 0; k < MODES; k++) r->score[t][k] = o->score[t * o->side + k] / sqrt(o->lambda[k]);
  for (int sweep = 0; sweep < 500; sweep++) {
    double largest = 0;
    for (int j = 0; j < MODES; j++)
      for (int k = j + 1; k < MODES; k++) largest = fmax(largest, turn_pair(r, j, k, points));
    if (largest < 1e-14) break;
  }
  for (int i = 0; i < POINTS; i++)
    for (int k = 0; k < MODES; k++) r->loading[i][k] *= length[i];
}

/* x := a^-1 x, Gauss-Jordan with pivots. */
static void solve(double a[MODES][MODES], double x[MODES][MODES]) {
  for (int c = 0; c < MODES; c++) {
    int pivot = c;
    for (int i = c; i < MODES; i++)
      if (fabs(a[i][c]) > fabs(a[pivot][c])) pivot = i;
    for (int j = 0; j < MODES; j++) {
      const double s = a[c][j], t = x[c][j];
      a[c][j] = a[pivot][j];
      a[pivot][j] = s;
      x[c][j] = x[pivot][j];
      x[pivot][j] = t;
    }
    for (int i = 0; i < MODES; i++) {
      const double factor = a[i][c] / a[c][c];
      for (int j = 0; j < MODES && i != c; j++) {
        a[i][j] -= factor * a[c][j];
        x[i][j] -= factor * x[c][j];
      }
    }
  }
  for (int i = 0; i < MODES; i++)
    for (int j = 0; j < MODES; j++) x[i][j] /= a[i][i];
}

/* Hendrickson and White, from varimax loadings that are not normalised; scores stay those of varimax. */
static void plain_promax(rotated *r, double power) {
  double gram[MODES][MODES] = {{0}}, q[MODES][MODES] = {{0}}, square[MODES][MODES] = {{0}}, inverse[MODES][MODES] = {{0}};
  for (int i = 0; i < POINTS; i++)
    for (int k = 0; k < MODES; k++)
      for (int l = 0; l < MODES; l++) {
        gram[k][l] += r->loading[i][k] * r->loading[i][l];
        q[k][l] += r->loading[i][k] * r->loading[i][l] * pow(fabs(r->loading[i][l]), power - 1);
      }
  solve(gram, q);
  for (int k = 0; k < MODES; k++) {
    inverse[k][k] = 1;
    for (int l = 0; l < MODES; l++)
      for (int m = 0; m < MODES; m++) square[k][l] += q[m][k] * q[m][l];
  }
  solve(square, inverse);
  for (int i = 0; i < POINTS; i++) {
    double row[MODES] = {0};
    for (int k = 0; k < MODES; k++)
      for (int l = 0; l < MODES; l++) row[k] += r->loading[i][l] * q[l][k] * sqrt(inverse[k][k]);
    memcpy(r->loading[i], row, sizeof row);
  }
}

/* Into the oracle: unit vectors, squared lengths, scores; by variance, with the sign rule. */
static void take(oracle *o, const rotated *r, bool scores) {
  double square[MODES] = {0};
  for (int k = 0; k < MODES; k++)
    for (int i = 0; i < POINTS; i++) square[k] += r->loading[i][k] * r->loading[i][k];
  for (int k = 0; k < MODES; k++) {
    int place = 0, where = 0;
    for (int l = 0; l < MODES; l++) place += square[l] > square[k];
    double largest = 0;
    for (int i = 0; i < POINTS; i++) largest = fmax(largest, fabs(r->loading[i][k]));
    while (fabs(r->loading[where][k]) < largest * (1 - 1e-6)) where++;
    const double sign = r->loading[where][k] < 0 ? -1 : 1;
    o->lambda[place] = square[k];
    for (int i = 0; i < POINTS; i++) o->v[place * o->p + i] = sign * r->loading[i][k] / sqrt(square[k]);
    for (int t = 0; t < N && scores; t++) o->score[t * o->side + place] = sign * r->score[t][k] * sqrt(square[k]);
  }
}

/* x := what the leading modes make of the data. */
static void truncate(oracle *o) {
  for (int64_t t = 0; t < o->n; t++)
    for (int64_t i = 0; i < o->p; i++) {
      double sum = o->mean[i];
      for (int k = 0; k < MODES; k++) sum += o->score[t * o->side + k] * o->v[k * o->p + i] / sqrt(o->w[i] > 0 ? o->w[i] : 1);
      o->x[t * o->p + i] = sum;
    }
}

static void check_rotation(hearth_pca *pca, const oracle *o, const oracle *cut, hearth_array *x, int32_t order, bool scores) {
  double value[MODES];
  int64_t wrong = 0;
  hearth_array *array = NULL;
  assert_ok(hearth_pca_eigenvalues(pca, MODES, value));
  for (int k = 0; k < MODES; k++) assert_all(fabs(value[k] - o->lambda[k]) < 1e-7 * o->lambda[0]);
  assert_ok(hearth_pca_components(pca, 0, &array));
  assert_all(case_worst(array, order, o, 0, &wrong) < 1e-6 && wrong == 0);
  hearth_array_destroy(&array);
  assert_ok(hearth_pca_transform(pca, x, 0, &array));
  if (scores) assert_all(case_scores(array, o) < 1e-5);
  hearth_array *field = NULL;
  assert_ok(hearth_pca_inverse_transform(pca, array, 0, &field));
  assert_all(case_worst(field, order, cut, 2, &wrong) < 1e-9 && wrong == 0);
  hearth_array_destroy(&field);
  hearth_array_destroy(&array);
  assert_ok(hearth_pca_scores(pca, &array));
  if (scores) assert_all(case_scores(array, o) < 1e-5);
  assert_ok(hearth_pca_inverse_transform(pca, array, 0, &field));
  assert_all(case_worst(field, order, cut, 2, &wrong) < 1e-9);
  hearth_array_destroy(&field);
  hearth_array_destroy(&array);
}

static void rotations_are_those_of_a_plain_implementation(void **state) {
  (void)state;
  for (int b = 0; b < BACKENDS; b++)
    for (int variant = 0; variant < 3; variant++) { /* plain, Kaiser, promax */
      oracle o = oracle_create(N, POINTS, 1), cut = oracle_create(N, POINTS, 1);
      rotated r;
      oracle_solve(&o);
      oracle_solve(&cut);
      truncate(&cut);
      plain_varimax(&r, &o, variant == 1);
      if (variant == 2) plain_promax(&r, 3);
      take(&o, &r, variant < 2);
      hearth_context *ctx = test_context(backends[b]);
      for (int k = 0; k < KINDS; k++) {
        const int32_t order = k % 2;
        hearth_array *x = case_array(ctx, &o, kinds[k], 0, A, B, HEARTH_FLOAT64, order);
        hearth_pca *pca = NULL;
        hearth_pca_options options = HEARTH_PCA_OPTIONS_INIT;
        options.kaiser = variant == 1;
        assert_ok(hearth_pca_create(ctx, MODES, NULL, &options, &pca));
        assert_ok(hearth_pca_fit(pca, x, 0));
        assert_ok(hearth_pca_rotate(pca, variant == 2 ? HEARTH_ROTATION_PROMAX : HEARTH_ROTATION_VARIMAX, MODES, 3));
        check_rotation(pca, &o, &cut, x, order, variant < 2);
        hearth_pca_destroy(&pca);
        hearth_array_destroy(&x);
      }
      test_context_destroy(&ctx);
      oracle_free(&o);
      oracle_free(&cut);
    }
}

/* Varimax on the leading n alone: the criterion is a maximum, the variance stays, scores do not correlate; NONE brings the EOFs back; whitened scores. */
static void properties(void **state) {
  (void)state;
  oracle o = oracle_create(N, POINTS, 1);
  rotated before, after;
  oracle_solve(&o);
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  hearth_array *x = case_array(ctx, &o, TABLE_SPLIT_FIRST, 0, A, B, HEARTH_FLOAT64, HEARTH_ROW_MAJOR), *scores = NULL;
  hearth_pca *pca = NULL;
  hearth_pca_options options = HEARTH_PCA_OPTIONS_INIT;
  double value[MODES], sum[2] = {0}, total[2];
  options.whiten = 1;
  assert_ok(hearth_pca_create(ctx, MODES, NULL, &options, &pca));
  assert_ok(hearth_pca_fit(pca, x, 0));
  assert_ok(hearth_pca_rotate(pca, HEARTH_ROTATION_VARIMAX, 3, 0));
  assert_ok(hearth_pca_eigenvalues(pca, MODES, value));
  assert_ok(hearth_pca_total_variance(pca, &total[0]));
  for (int k = 0; k < 3; k++) sum[0] += value[k], sum[1] += o.lambda[k];
  assert_all(fabs(sum[0] - sum[1]) < 1e-12 * sum[1] && fabs(value[3] - o.lambda[3]) < 1e-12 * sum[1] && value[0] >= value[1] && value[1] >= value[2]);
  assert_ok(hearth_pca_scores(pca, &scores));
  hearth_window w;
  assert_ok(hearth_array_access(scores, 0, HEARTH_READ, &w));
  double worst = 0;
  for (int j = 0; j < MODES; j++)
    for (int k = 0; k < MODES; k++) {
      double product = 0;
      for (int t = 0; t < N; t++)
        product +=
            *(const double *)((char *)w.base + t * w.stride[0] + j * w.stride[1]) * *(const double *)((char *)w.base + t * w.stride[0] + k * w.stride[1]);
      worst = fmax(worst, fabs(product / (N - 1) - (j == k)));
    }
  assert_all(worst < 1e-9);
  assert_ok(hearth_array_release(scores, 0));
  hearth_array_destroy(&scores);
  assert_ok(hearth_pca_rotate(pca, HEARTH_ROTATION_NONE, 0, 0));
  assert_ok(hearth_pca_total_variance(pca, &total[1]));
  assert_all(total[0] == total[1]);
  case_compare(pca, &o, MODES, HEARTH_ROW_MAJOR, 1e-12);
  memset(&before, 0, sizeof before);
  for (int i = 0; i < POINTS; i++)
    for (int k = 0; k < MODES; k++) before.loading[i][k] = o.v[k * o.p + i] * sqrt(o.lambda[k]);
  plain_varimax(&after, &o, 0);
  assert_all(criterion(&after, POINTS) > criterion(&before, POINTS));
  hearth_pca_destroy(&pca);
  hearth_array_destroy(&x);
  test_context_destroy(&ctx);
  oracle_free(&o);
}

static void bad_arguments(void **state) {
  (void)state;
  oracle o = oracle_create(N, POINTS, 1);
  hearth_context *ctx = test_context(HEARTH_BACKEND_CPU);
  hearth_array *x = case_array(ctx, &o, TABLE_SPLIT_FIRST, 0, A, B, HEARTH_FLOAT64, HEARTH_ROW_MAJOR);
  hearth_pca *pca = NULL;
  assert_ok(hearth_pca_create(ctx, MODES, NULL, NULL, &pca));
  assert_status(HEARTH_ERR_STATE, hearth_pca_rotate(pca, HEARTH_ROTATION_VARIMAX, 3, 0));
  assert_ok(hearth_pca_fit(pca, x, 0));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_pca_rotate(pca, 7, 3, 0));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_pca_rotate(pca, HEARTH_ROTATION_VARIMAX, 1, 0));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_pca_rotate(pca, HEARTH_ROTATION_VARIMAX, MODES + 1, 0));
  assert_status(HEARTH_ERR_ARGUMENT, hearth_pca_rotate(pca, HEARTH_ROTATION_PROMAX, 3, 1));
  if (test_size > 1) assert_status(HEARTH_ERR_MISMATCH, hearth_pca_rotate(pca, HEARTH_ROTATION_VARIMAX, test_rank == 0 ? 2 : 3, 0));
  hearth_pca_destroy(&pca);
  hearth_array_destroy(&x);
  test_context_destroy(&ctx);
  oracle_free(&o);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(rotations_are_those_of_a_plain_implementation),
    cmocka_unit_test(properties),
    cmocka_unit_test(bad_arguments),
};
HEARTH_TEST_MAIN(tests)
