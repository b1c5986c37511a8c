/* What the tests of checkpoints share: streams of the oracle's data in any layout, and everything that an estimator has found. */
#ifndef HEARTH_TESTS_CHECKPOINT_CASE_H
#define HEARTH_TESTS_CHECKPOINT_CASE_H
#include "pca_case.h"
#include <stdlib.h>

enum { MODES = 3, A = 7, B = 6, POINTS = A * B, SAMPLES = 41, HALF = 19 };

typedef struct feeder {
  const oracle *o;
  int64_t t;
} feeder;

static inline void feed_visit(void *context, char *address, int32_t dtype, int64_t lead, int64_t point) {
  const feeder *f = context;
  (void)lead;
  if (dtype == HEARTH_FLOAT32)
    *(float *)address = (float)f->o->x[f->t * f->o->p + point];
  else
    *(double *)address = f->o->x[f->t * f->o->p + point];
}

/* The oracle's points are numbered alike for both memory orders: as a row-major state. */
static inline void feed(hearth_pca *pca, hearth_array *array, const oracle *o, int64_t from, int64_t to) {
  for (int64_t t = from; t < to; t++) {
    feeder f = {o, t};
    case_visit_all(array, 0, HEARTH_ROW_MAJOR, feed_visit, &f);
    assert_ok(hearth_pca_partial_fit(pca, array, 0.5 * (double)t));
  }
}

static inline hearth_array *state_array(hearth_context *ctx, int kind, int32_t order, int32_t dtype) {
  const int64_t shape[3] = {1, A, B};
  hearth_layout *layout = table_layout(ctx, kind, 3, shape);
  hearth_array *array = NULL;
  assert_ok(hearth_array_create(layout, dtype, order, &array));
  hearth_layout_destroy(&layout);
  return array;
}

static inline hearth_pca_options small_bunch(void) {
  hearth_pca_options options = HEARTH_PCA_OPTIONS_INIT;
  options.bunch = 6;
  return options;
}

static inline hearth_pca *create(hearth_context *ctx, const hearth_metric *metric) {
  const hearth_pca_options options = small_bunch();
  hearth_pca *pca = NULL;
  assert_ok(hearth_pca_create(ctx, MODES, metric, &options, &pca));
  return pca;
}

typedef struct collector {
  double *value;
  int64_t points;
} collector;

static inline void collect_visit(void *context, char *address, int32_t dtype, int64_t lead, int64_t point) {
  const collector *c = context;
  (void)dtype;
  const double x = *(double *)address;
  c->value[lead * c->points + point] = isnan(x) ? INFINITY : x; /* which the maximum over ranks keeps */
}

/* All elements of an array [lead, space...] on every rank. */
static inline void gather(hearth_array *array, int64_t lead, int64_t points, double *value) {
  collector c = {value, points};
  for (int64_t i = 0; i < lead * points; i++) value[i] = -INFINITY;
  case_visit_all(array, 0, HEARTH_ROW_MAJOR, collect_visit, &c);
  MPI_Allreduce(MPI_IN_PLACE, value, (int)(lead * points), MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
}

/* What an estimator has found: eigenvalues, total, bound, EOFs, mean, scores. */
enum { RESULT = MODES + 2 + MODES * POINTS + POINTS + SAMPLES * MODES };
static inline int64_t results(hearth_pca *pca, double *result) {
  hearth_array *array = NULL;
  int64_t samples = 0;
  memset(result, 0, RESULT * sizeof *result);
  assert_ok(hearth_pca_samples(pca, &samples));
  assert_ok(hearth_pca_eigenvalues(pca, MODES, result));
  assert_ok(hearth_pca_total_variance(pca, result + MODES));
  assert_ok(hearth_pca_discarded(pca, result + MODES + 1));
  assert_ok(hearth_pca_components(pca, 0, &array));
  gather(array, MODES, POINTS, result + MODES + 2);
  hearth_array_destroy(&array);
  assert_ok(hearth_pca_mean(pca, 0, &array));
  gather(array, 1, POINTS, result + MODES + 2 + MODES * POINTS);
  hearth_array_destroy(&array);
  assert_ok(hearth_pca_scores(pca, &array));
  gather(array, samples, MODES, result + MODES + 2 + MODES * POINTS + POINTS);
  hearth_array_destroy(&array);
  return samples;
}

static inline double worst(const double *a, const double *b) {
  double w = 0;
  for (int i = 0; i < RESULT; i++)
    if (!(fabs(a[i] - b[i]) <= w)) w = isnan(a[i] - b[i]) ? INFINITY : fabs(a[i] - b[i]);
  return w;
}

#endif
