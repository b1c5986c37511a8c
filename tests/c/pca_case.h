/* Arrays of the oracle's data in any layout, and the comparison of an estimator's results with the oracle's, each rank with its own part. */
#ifndef HEARTH_TESTS_PCA_CASE_H
#define HEARTH_TESTS_PCA_CASE_H
#include "harness.h"
#include "layout_table.h"
#include "pca_oracle.h"
#include <stdio.h>

/* The oracle's point number of a space index; space is row-major or column-major like the array. */
static inline int64_t case_point(int32_t order, const int64_t *space, const int64_t *index, int32_t ndim) {
  int64_t point = 0;
  for (int32_t k = 0; k < ndim; k++) {
    const int32_t d = order == HEARTH_COLUMN_MAJOR ? ndim - 1 - k : k;
    point = point * space[d] + index[d];
  }
  return point;
}

/* Called for every local element: its address, the index along the (sample, mode) axis, 0 if that is -1: none, the oracle's point. */
typedef void case_visit(void *context, char *address, int32_t dtype, int64_t lead, int64_t point);

static inline void case_visit_piece(hearth_array *array, int32_t piece, int32_t axis, int32_t order, case_visit *visit, void *context) {
  hearth_window w;
  hearth_layout *layout = NULL;
  int64_t shape[HEARTH_MAX_NDIM], index[HEARTH_MAX_NDIM], space[HEARTH_MAX_NDIM], global[HEARTH_MAX_NDIM];
  int32_t ndim = 0;
  assert_true(hearth_array_access(array, piece, HEARTH_READ_WRITE, &w) == HEARTH_OK);
  assert_true(hearth_array_layout(array, &layout) == HEARTH_OK);
  hearth_layout_ndim(layout, &ndim);
  hearth_layout_shape(layout, ndim, shape);
  int64_t volume = 1;
  for (int32_t d = 0; d < ndim; d++) volume *= w.extent[d];
  for (int64_t e = 0; e < volume; e++) {
    char *address = (char *)w.base;
    int64_t rest = e, lead = 0;
    for (int32_t d = 0, k = 0; d < ndim; d++) {
      const int64_t i = rest % w.extent[d];
      rest /= w.extent[d];
      address += i * w.stride[d];
      hearth_layout_piece_index(layout, piece, d, i, &global[d]);
      if (d == axis) {
        lead = global[d];
      } else {
        space[k] = shape[d];
        index[k++] = global[d];
      }
    }
    visit(context, address, w.dtype, lead, case_point(order, space, index, axis < 0 ? ndim : ndim - 1));
  }
  hearth_layout_destroy(&layout);
  assert_true(hearth_array_release(array, piece) == HEARTH_OK);
}

static inline void case_visit_all(hearth_array *array, int32_t axis, int32_t order, case_visit *visit, void *context) {
  int32_t pieces = 0;
  assert_ok(hearth_array_pieces(array, &pieces));
  for (int32_t p = 0; p < pieces; p++) case_visit_piece(array, p, axis, order, visit, context);
}

static inline void case_fill_visit(void *context, char *address, int32_t dtype, int64_t lead, int64_t point) {
  const oracle *o = context;
  if (dtype == HEARTH_FLOAT32)
    *(float *)address = (float)o->x[lead * o->p + point];
  else
    *(double *)address = o->x[lead * o->p + point];
}

/* The oracle's data as an array of the table's layout `kind`; shape is [samples, a, b] with the samples moved to `axis`. */
static inline hearth_array *case_array(hearth_context *ctx, const oracle *o, int kind, int32_t axis, int64_t a, int64_t b, int32_t dtype, int32_t order) {
  const int64_t space[2] = {a, b};
  int64_t shape[3];
  for (int32_t d = 0, k = 0; d < 3; d++) shape[d] = d == axis ? o->n : space[k++];
  hearth_layout *layout = table_layout(ctx, kind, 3, shape);
  hearth_array *array = NULL;
  assert_ok(hearth_array_create(layout, dtype, order, &array));
  case_visit_all(array, axis, order, case_fill_visit, (void *)o);
  hearth_layout_destroy(&layout);
  return array;
}

typedef struct case_check {
  const oracle *o;
  double worst;
  int what; /* 0: EOF, 1: mean, 2: field */
  int64_t wrong;
} case_check;

static inline void case_check_visit(void *context, char *address, int32_t dtype, int64_t lead, int64_t point) {
  case_check *c = context;
  const oracle *o = c->o;
  const double got = *(double *)address;
  (void)dtype;
  if (o->w[point] == 0) {
    c->wrong += !isnan(got);
    return;
  }
  const double expected = c->what == 0   ? o->v[lead * o->p + point] / sqrt(o->w[point])
                          : c->what == 1 ? o->mean[lead * o->p + point]
                                         : o->x[lead * o->p + point];
  if (!(fabs(got - expected) <= c->worst)) c->worst = isnan(got) ? INFINITY : fabs(got - expected);
}

static inline double case_worst(hearth_array *array, int32_t order, const oracle *o, int what, int64_t *wrong) {
  case_check check = {.o = o, .what = what};
  case_visit_all(array, 0, order, case_check_visit, &check);
  *wrong += check.wrong;
  return check.worst;
}

/* Scores in any layout against the oracle's. */
static inline void case_scores_visit(void *context, char *address, int32_t dtype, int64_t lead, int64_t point) {
  case_check *c = context;
  (void)dtype;
  c->worst = fmax(c->worst, fabs(*(double *)address - c->o->score[lead * c->o->side + point]));
}

static inline double case_scores(hearth_array *scores, const oracle *o) {
  case_check check = {.o = o};
  case_visit_all(scores, 0, HEARTH_ROW_MAJOR, case_scores_visit, &check);
  return check.worst;
}

/* Eigenvalues, ratios, EOFs and means of a fitted estimator against the oracle. */
static inline void case_compare(hearth_pca *pca, const oracle *o, int32_t modes, int32_t order, double tolerance) {
  double value[64], ratio[64];
  int32_t found = 0;
  int64_t wrong = 0;
  hearth_array *array = NULL;
  assert_ok(hearth_pca_modes(pca, &found));
  assert_all(found == modes);
  assert_ok(hearth_pca_eigenvalues(pca, modes, value));
  assert_ok(hearth_pca_explained_variance_ratio(pca, modes, ratio));
  for (int32_t k = 0; k < modes; k++) {
    assert_all(fabs(value[k] - o->lambda[k]) <= tolerance * o->lambda[0]);
    assert_all(fabs(ratio[k] - o->lambda[k] / o->total) <= tolerance);
  }
  assert_ok(hearth_pca_components(pca, 0, &array));
  assert_all(case_worst(array, order, o, 0, &wrong) <= tolerance * 1e3);
  assert_all(wrong == 0);
  hearth_array_destroy(&array);
  assert_ok(hearth_pca_mean(pca, 0, &array));
  assert_all(case_worst(array, order, o, 1, &wrong) <= tolerance * 1e3);
  assert_all(wrong == 0);
  hearth_array_destroy(&array);
}

#endif
